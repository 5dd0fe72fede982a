import type { ChecksumAlgorithm } from '../binlog/checksum.ts';
import type { Flavour } from '../binlog/event-types.ts';
import { BinflashError } from '../errors.ts';
import { judgeSelection, type PlanOptions } from '../flashback/plan.ts';
import { lookAtBinlogs, type ReadOptions, readIndex } from '../read/binlogs.ts';
import { Phase } from '../read/phase.ts';
import {
  type BinlogIndex,
  type FileSummary,
  isRelayLog,
  type LogSummary,
  lastLog,
} from '../scan/binlog-index.ts';
import { type Selection, Selector } from '../select/selection.ts';
import { TableDescriptions } from '../tables/description.ts';
import { SelectedChanges } from '../transactions/changes.ts';
import { RowFilter } from '../where/row-filter.ts';
import type { RowMask } from '../where/row-mask.ts';
import { selectRows } from '../where/select-rows.ts';
import type { Contents, TableInspection } from './contents.ts';
import { Tally } from './tally.ts';

/** What one file is, and what is in it. */
export interface FileInspection extends Contents {
  readonly path: string;
  readonly flavour: Flavour;
  readonly serverVersion: string;
  readonly serverId: number;
  /** Version of the file format, and bytes of the header of each event. */
  readonly binlogVersion: 4;
  readonly headerLength: number;
  readonly checksum: ChecksumAlgorithm;
  /** Did the server close the file? False while it writes, or after a crash. */
  readonly closed: boolean;
  /** The server's setting by which it is encrypted, or some of the logs in it are. */
  readonly encryption: LogSummary['encryption'];
  /** Of a relay log: the replica that wrote it, and of which of the source's files its events are. */
  readonly relay: { readonly serverId: number; readonly sourceFiles: readonly string[] } | undefined;
  /** The file that the server wrote next, where it says so. */
  readonly nextFile: string | undefined;
}

/** Something that could not be undone. */
export interface Blocker {
  readonly code: string;
  readonly message: string;
  readonly file: string | undefined;
  readonly offset: number | undefined;
  readonly table: string | undefined;
}

export interface Inspection {
  readonly files: readonly FileInspection[];
  /** Of all files. */
  readonly total: Contents;
  /** Those of {@link total}. */
  readonly tables: readonly TableInspection[];
  /** Why an undo of everything would be refused; empty when it would not. */
  readonly blockers: readonly Blocker[];
  readonly warnings: readonly string[];
}

export interface InspectOptions extends ReadOptions {
  /** Which row changes count. What is said of files and of other events is of all there is. */
  readonly select?: Selection | undefined;
  /** What is known of tables besides what the log tells. */
  readonly descriptions?: TableDescriptions | undefined;
}

/**
 * Says what is in binary logs.
 *
 * @throws BinflashError for what is damaged or cannot be read; `NO_MATCH` when a selection selects nothing
 */
export function inspect(inputs: readonly string[], options: InspectOptions = {}): Promise<Inspection> {
  return lookAtBinlogs(inputs, options, async (opened, pages) => {
    const { select = {}, descriptions = new TableDescriptions() } = options;
    const filter = new RowFilter(select.where, descriptions);
    const index = await readIndex(opened, options, pages);
    const selector = new Selector(index, select);
    const mask = await selectRows(index, opened, selector, filter, options);
    const phase = new Phase('count', options.onDebug);
    const isSelected = Object.values(select).some((condition) => condition !== undefined);
    const judged = judge(index, { select, descriptions }, mask, isSelected);
    const changes = isSelected ? new SelectedChanges(index, selector, mask) : undefined;
    const files = inspectFiles(index, changes);
    const total = files.length === 1 ? contentsOf(files[0]!) : tallyOf(index, 0, files.length, changes);
    phase.end(0);
    return { files, total, tables: total.tables, ...judged };
  });
}

function judge(
  index: BinlogIndex,
  options: PlanOptions,
  mask: RowMask | undefined,
  isSelected: boolean,
): Pick<Inspection, 'blockers' | 'warnings'> {
  try {
    const plan = judgeSelection(index, options, mask);
    const blockers = plan.refusals.map(({ code, message, file, offset, table }) => ({
      code,
      message,
      file,
      offset,
      table,
    }));
    // No option leaves anything out here: these are transactions that their servers were still writing.
    const leftOut = plan.skipped.map((skipped) => `${skipped}: left out of an undo`);
    return { blockers, warnings: [...plan.warnings, ...leftOut] };
  } catch (error) {
    // A file without row changes is worth a look too.
    if (error instanceof BinflashError && error.code === 'NO_MATCH' && !isSelected)
      return { blockers: [], warnings: [] };
    throw error;
  }
}

function inspectFiles(index: BinlogIndex, changes: SelectedChanges | undefined): FileInspection[] {
  return index.files.map((file, number) => ({
    ...describe(file),
    ...tallyOf(index, number, number + 1, changes),
  }));
}

function contentsOf(file: FileInspection): Contents {
  const {
    path,
    flavour,
    serverVersion,
    serverId,
    binlogVersion,
    headerLength,
    checksum,
    closed,
    encryption,
    relay,
    nextFile,
    ...contents
  } = file;
  return contents;
}

/** What is in the files from number `from` on and before number `to`. */
function tallyOf(
  index: BinlogIndex,
  from: number,
  to: number,
  changes: SelectedChanges | undefined,
): Contents {
  const { files, texts, obstacles } = index;
  const tally = new Tally(index, files[from]!.format.flavour, changes);
  for (const file of files.slice(from, to)) tally.addFile(file);
  for (const obstacle of obstacles.from(obstacles.firstOfFile(from), obstacles.firstOfFile(to))) {
    tally.addObstacle(obstacle);
  }
  const first = firstOfFile(index, from);
  const end = firstOfFile(index, to);
  for (let transaction = first; transaction < end; transaction++) tally.addTransaction(transaction);
  tally.addTexts(texts.firstOf(end) - texts.firstOf(first));
  return tally.contents();
}

/** The first transaction of a file or a later one; transactions are in the order of files. */
function firstOfFile({ transactions }: BinlogIndex, file: number): number {
  let [low, high] = [0, transactions.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (transactions.file.get(middle) < file) low = middle + 1;
    else high = middle;
  }
  return low;
}

function describe(file: FileSummary): Omit<FileInspection, keyof Contents> {
  const { path, format } = file;
  const log = lastLog(file);
  return {
    path,
    flavour: format.flavour,
    serverVersion: format.serverVersion,
    serverId: format.serverId,
    binlogVersion: 4,
    headerLength: format.headerLength,
    checksum: format.checksum,
    closed: !log.format.inUse,
    encryption: file.logs.find(({ encryption }) => encryption !== undefined)?.encryption,
    relay: isRelayLog(file)
      ? { serverId: log.format.serverId, sourceFiles: file.sourceFiles.map(({ name }) => name) }
      : undefined,
    nextFile: log.nextFile,
  };
}
