import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { BinflashError } from '../errors.ts';
import { makePlan, type Plan, type PlanOptions, planLines } from '../flashback/plan.ts';
import { RefusedError } from '../flashback/refusals.ts';
import { validateOptions } from '../flashback/validate.ts';
import type { InputFile } from '../io/source.ts';
import { BatchReader } from '../read/batch-reader.ts';
import { lookAtBinlogs, type ReadOptions, readIndex } from '../read/binlogs.ts';
import { Phase } from '../read/phase.ts';
import { eventPlaces } from '../read/places.ts';
import { DEFAULT_WINDOW } from '../scan/scan.ts';
import { Selector } from '../select/selection.ts';
import { TableDescriptions } from '../tables/description.ts';
import { RowFilter } from '../where/row-filter.ts';
import { selectRows } from '../where/select-rows.ts';
import { Prover } from './prover.ts';
import type { Proof } from './tally.ts';
import { checkParts, lookAtPart, type UndoPart } from './undo-parts.ts';
import { UndoReader } from './undo-reader.ts';
import { VerifyError } from './verify-error.ts';

/** A statement of about 11 MiB of base64, below MariaDB's default packet of 16 MiB. */
const DEFAULT_MAX_EVENT_SIZE = 8 * 1024 * 1024;

export interface VerifyOptions extends ReadOptions, Omit<PlanOptions, 'direction'> {
  /** The files of the undo, in the order in which they are to be replayed. */
  readonly undo: readonly string[];
  /** The binary log files that it was made from, in any order. */
  readonly inputs: readonly string[];
  /** Most bytes of a rows event of more rows than one (default 8 MiB). */
  readonly maxEventSize?: number | undefined;
}

export interface VerifyResult {
  /** What was to be undone. */
  readonly plan: Plan;
  readonly proof: Proof;
}

/**
 * Proves from the bytes that an undo is the undo of the selected row changes: each stands inverted exactly once, in
 * exactly reverse order, and nothing else is there (docs/verify.md). None of the code is used by which undos are written.
 *
 * @throws BinflashError `VERIFY_FAILED` when it is not (see {@link VerifyError}); else what `rewrite` throws for these sources
 */
export async function verify(options: VerifyOptions): Promise<VerifyResult> {
  if (options.undo.length === 0) throw new BinflashError('USAGE', 'no undo was named');
  validateOptions(options);
  // What does not parse is told before anything is read.
  const filter = new RowFilter(options.select?.where, options.descriptions ?? new TableDescriptions());
  return lookAtBinlogs(options.inputs, options, async (files, pages) => {
    const parts: UndoPart[] = [];
    for (const name of options.undo) parts.push(await lookAtPart(name, name));
    const index = await readIndex(files, options, pages);
    const selector = new Selector(index, options.select ?? {});
    const mask = await selectRows(index, files, selector, filter, options);
    const planning = new Phase('plan', options.onDebug);
    const plan = makePlan(index, options, mask);
    planning.end(0, () => planLines(plan));
    if (plan.refusals.length > 0) throw new RefusedError(plan.refusals);
    return { plan, proof: await prove(plan, files, parts, options) };
  });
}

type DraftOptions = Pick<VerifyOptions, 'window' | 'maxEventSize' | 'onProgress' | 'onDebug' | 'signal'>;

interface ProveOptions extends DraftOptions {
  /** Folder for temporary files, in which large compressed transactions are unpacked (default: TMPDIR). */
  readonly spoolFolder?: string | undefined;
}

/**
 * Proves an undo that is complete but has no name yet, for `beforePublish` of `rewrite`. Sources, selection and what can
 * be undone are taken from its plan.
 *
 * @throws BinflashError `VERIFY_FAILED`, see {@link VerifyError}
 */
export async function verifyDraft(draft: Draft, options: DraftOptions = {}): Promise<Proof> {
  try {
    const parts: UndoPart[] = [];
    for (const { path, temporaryPath } of draft.parts) parts.push(await lookAtPart(temporaryPath, path));
    // What the writer unpacked had room there.
    const spoolFolder = dirname(draft.parts[0]!.temporaryPath);
    return await prove(draft.plan, draft.files, parts, { ...options, spoolFolder });
  } catch (error) {
    if (error instanceof VerifyError) error.hint = DRAFT_HINT;
    throw error;
  }
}

const DRAFT_HINT =
  'No output was left. The source has changed meanwhile, a disk has written something else, or binflash is wrong: please report it.';

/** An undo that is complete but not published, as `rewrite` hands it over. */
interface Draft {
  readonly plan: Plan;
  readonly files: readonly InputFile[];
  readonly parts: readonly { readonly path: string; readonly temporaryPath: string }[];
}

/** Proves that these files are the undo of a plan. @throws BinflashError `VERIFY_FAILED`, `IO`, `NOT_A_BINLOG` */
export async function prove(
  plan: Plan,
  files: readonly InputFile[],
  parts: readonly UndoPart[],
  options: ProveOptions,
): Promise<Proof> {
  try {
    const proof = await proveAsRead(plan, files, parts, options);
    await checkParts(parts);
    return proof;
  } catch (error) {
    // What does not stay as it is proves nothing, neither way.
    if (error instanceof VerifyError) await checkParts(parts);
    throw error;
  }
}

async function proveAsRead(
  plan: Plan,
  files: readonly InputFile[],
  parts: readonly UndoPart[],
  options: ProveOptions,
): Promise<Proof> {
  const window = options.window ?? DEFAULT_WINDOW;
  const phase = new Phase('verify', options.onDebug);
  const undo = new UndoReader(parts, window);
  const prover = new Prover(plan, undo, options.maxEventSize ?? DEFAULT_MAX_EVENT_SIZE);
  const reader = new BatchReader(plan.index, files, {
    window,
    spoolFolder: options.spoolFolder ?? tmpdir(),
    signal: options.signal,
    waits: phase.waits,
  });
  const total = parts.reduce((sum, { file }) => sum + file.size, 0);
  const readOn = async (): Promise<void> => {
    if (!(await phase.waits.reading(undo.fill()))) throw prover.cut;
    options.onProgress?.({ phase: 'verify', done: undo.bytesBefore + undo.nextOffset, total });
  };
  let due = plan.events.length;
  try {
    for await (const { first, last, events } of reader.read(
      eventPlaces(plan.index, plan.events),
      'backward',
    )) {
      for (let i = last; i >= first; i--) {
        events.open(i);
        // The writer reads the source by the same code: in what order it did is not taken on trust.
        if (i !== --due) throw new Error(`read event ${i} of the plan, not ${due}: a defect in binflash`);
        try {
          prover.useSource(plan.events.get(i), events);
          while (!prover.advance()) await readOn();
        } catch (error) {
          // What does not say where it stands was met in the source.
          if (error instanceof BinflashError && error.file === undefined) error.locate(prover.sourcePlace);
          throw error;
        }
      }
    }
    while (!prover.finish()) await readOn();
    prover.checkEnd();
    if (await undo.fill()) throw prover.excess;
  } finally {
    await undo.close();
  }
  const proof = prover.proof();
  if (due !== 0 || proof.rows !== plan.rows || proof.transactions !== plan.transactions) {
    throw new Error(`proved ${proof.rows} rows of ${plan.rows}: a defect in binflash`);
  }
  phase.end(total, () => [`${proof.rows} rows in ${proof.transactions} transactions proved`]);
  return proof;
}
