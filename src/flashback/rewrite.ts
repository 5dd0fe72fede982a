import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import type { ChecksumAlgorithm } from '../binlog/checksum.ts';
import type { RowsVersion } from '../binlog/rows.ts';
import { BinflashError } from '../errors.ts';
import { inputIdentities } from '../io/inputs/names.ts';
import { type AtomicFile, checkTarget, type Output } from '../io/output.ts';
import { PartFiles, partName } from '../io/part-files.ts';
import { checkRoom } from '../io/room.ts';
import type { InputFile } from '../io/source.ts';
import { leftBehind } from '../io/temporary-names.ts';
import { checkUnchanged, type ReadOptions, readIndex, withBinlogs } from '../read/binlogs.ts';
import { mebibytes, Phase } from '../read/phase.ts';
import { DEFAULT_WINDOW } from '../scan/scan.ts';
import { Selector } from '../select/selection.ts';
import { TableDescriptions } from '../tables/description.ts';
import { RowFilter } from '../where/row-filter.ts';
import { selectRows } from '../where/select-rows.ts';
import { makePlan, type Plan, type PlanOptions, planLines } from './plan.ts';
import { RefusedError } from './refusals.ts';
import type { WriteResult } from './undo-writer.ts';
import { validateOptions } from './validate.ts';
import { checkRowsVersion, DEFAULT_MAX_EVENT_SIZE, writeUndo } from './write.ts';

export interface RewriteOptions extends ReadOptions, PlanOptions {
  /** Binary log files, in any order. */
  readonly inputs: readonly string[];
  /** Path of the undo, or an {@link Output} to stream it to; left out, nothing is written (a dry run). */
  readonly output?: string | Output | undefined;
  /** Replace an existing output. */
  readonly force?: boolean | undefined;
  /** Default: as the newest source file. */
  readonly checksum?: ChecksumAlgorithm | undefined;
  /** Default: as each source event. */
  readonly rowsVersion?: RowsVersion | undefined;
  /** Rows of one statement are packed into events of up to this size (default 1 MiB); each event is a BINLOG statement. */
  readonly maxEventSize?: number | undefined;
  /** Cut the output between transactions into numbered parts of about this size. Only for a path. */
  readonly maxFileSize?: number | undefined;
  /**
   * Called when everything is written and flushed, before the output gets its name: what it throws, `rewrite` throws,
   * and leaves no output. Only for a path. {@link verifyDraft} proves the draft.
   */
  readonly beforePublish?: ((draft: Draft) => Promise<void>) | undefined;
}

/** An undo that is complete but has no name yet. */
export interface Draft {
  readonly plan: Plan;
  /** The inputs, open, in order. */
  readonly files: readonly InputFile[];
  /** In the order in which they are to be replayed. */
  readonly parts: readonly {
    /** The name it is to get. */
    readonly path: string;
    /** Where it is now. */
    readonly temporaryPath: string;
  }[];
}

export interface RewriteResult {
  readonly plan: Plan;
  /** What was written; undefined after a dry run. */
  readonly written: WriteResult | undefined;
  /** The files written, in the order in which they are to be replayed. */
  readonly outputs: readonly string[];
}

/**
 * Makes the undo of the selected row changes: reads the inputs, plans, and writes a reversed binary log.
 *
 * An output path comes into being only when everything is written and flushed; every other end leaves
 * nothing under that name. A refused dry run answers its plan, refusals and all.
 *
 * @throws BinflashError, see {@link exitCodes}; {@link RefusedError} with every reason why it cannot be undone
 */
export async function rewrite(options: RewriteOptions): Promise<RewriteResult> {
  validateOptions(options);
  if (options.beforePublish !== undefined && typeof options.output === 'object') {
    throw new BinflashError('USAGE', 'what is streamed cannot be read again before it is published');
  }
  // What does not parse is told before anything is read.
  const filter = new RowFilter(options.select?.where, options.descriptions ?? new TableDescriptions());
  return withBinlogs(
    options.inputs,
    { spoolFolder: spoolFolder(options), ...options },
    async (files, pages) => {
      const inputs = await inputIdentities(options.inputs, files);
      if (typeof options.output === 'string')
        await checkTarget(options.output, inputs, options.force ?? false);
      pages.folder = spoolFolder(options);
      const index = await readIndex(files, options, pages);
      const selector = new Selector(index, options.select ?? {});
      const mask = await selectRows(index, files, selector, filter, options, spoolFolder(options));
      const planning = new Phase('plan', options.onDebug);
      const plan = makePlan(index, options, mask);
      planning.end(0, () => planLines(plan));
      if (options.output === undefined) return { plan, written: undefined, outputs: [] };
      if (plan.refusals.length > 0) throw new RefusedError(plan.refusals);
      checkRowsVersion(plan, options.rowsVersion);
      if (typeof options.output !== 'string') {
        const { output } = options;
        const written = await write(plan, files, async () => output, options);
        return { plan: withWarnings(plan, await checkUnchanged(files)), written, outputs: [] };
      }
      return writeFiles(plan, files, options.output, options);
    },
  );
}

function withWarnings(plan: Plan, warnings: readonly string[]): Plan {
  return { ...plan, warnings: [...plan.warnings, ...warnings] };
}

/** Beside the output there is room for as much, most likely; the system's folder may be in memory. */
export function spoolFolder({ output }: Pick<RewriteOptions, 'output'>): string {
  return typeof output === 'string' ? dirname(output) : tmpdir();
}

/** Bytes of a BEGIN, an XID and the smallest TABLE_MAP, with checksums. */
const AROUND_ROWS = 120;

/** Bytes of the undo, without what cannot be told before it is made: how many events need a TABLE_MAP of their own. */
function neededRoom({ bytes, transactions }: Plan): number {
  return bytes + AROUND_ROWS * transactions;
}

async function writeFiles(
  plan: Plan,
  files: readonly InputFile[],
  path: string,
  options: RewriteOptions,
): Promise<RewriteResult> {
  const needed = neededRoom(plan);
  await checkRoom(path, needed);
  const stale = await leftBehind(path);
  const parts = new PartFiles(await inputIdentities(options.inputs, files), options.force ?? false);
  const isSplit = options.maxFileSize !== undefined;
  let current: AtomicFile | undefined;
  const nextPart = async (): Promise<Output> => {
    await current?.finish();
    current = await parts.open(isSplit ? partName(path, parts.count + 1) : path);
    return current;
  };
  try {
    const written = await write(plan, files, nextPart, options);
    const grown = await checkUnchanged(files);
    // What was written must be what was planned, or the output does not get its name.
    if (written.rows !== plan.rows || written.transactions !== plan.transactions) {
      throw new Error(`wrote ${written.rows} rows of ${plan.rows}: a defect in binflash`);
    }
    if (isSplit) await parts.refuseStalePart(path);
    const flushing = new Phase('flush', options.onDebug);
    await parts.finish();
    flushing.end(0);
    await options.beforePublish?.({ plan, files, parts: parts.list });
    const left = await parts.publish(options.signal);
    return { plan: withWarnings(plan, [...grown, ...stale, ...left]), written, outputs: parts.paths };
  } catch (error) {
    throw await parts.abandon(error, needed);
  }
}

async function write(
  plan: Plan,
  files: readonly InputFile[],
  nextPart: () => Promise<Output>,
  options: RewriteOptions,
): Promise<WriteResult> {
  const phase = new Phase('write', options.onDebug);
  const checksum = options.checksum ?? plan.index.files.at(-1)!.format.checksum;
  // Memory is taken for events as large as they may be: not much more than all that is undone.
  const maxEventSize = Math.min(
    options.maxEventSize ?? DEFAULT_MAX_EVENT_SIZE,
    plan.bytes + DEFAULT_MAX_EVENT_SIZE,
  );
  const written = await writeUndo(plan, files, nextPart, {
    checksum,
    rowsVersion: options.rowsVersion,
    maxEventSize,
    maxFileSize: options.maxFileSize,
    window: options.window ?? DEFAULT_WINDOW,
    spoolFolder: spoolFolder(options),
    onProgress: (done) => options.onProgress?.({ phase: 'write', done, total: plan.bytes }),
    signal: options.signal,
    waits: phase.waits,
  });
  phase.end(written.bytes, () => [
    `${written.rows} rows in ${written.transactions} transactions; events packed to ${mebibytes(maxEventSize)}, checksum ${checksum}`,
  ]);
  return written;
}
