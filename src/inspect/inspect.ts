import type { ChecksumAlgorithm } from '../binlog/checksum.ts';
import { eventTypeName, type Flavour } from '../binlog/event-types.ts';
import { tableName } from '../binlog/table-map.ts';
import { BinflashError } from '../errors.ts';
import type { TableChanges } from '../flashback/plan.ts';
import { makePlan } from '../flashback/plan.ts';
import { type ReadOptions, readIndex, withBinlogs } from '../read/binlogs.ts';
import type { BinlogIndex, FileSummary } from '../scan/binlog-index.ts';
import { Ending } from '../scan/transaction-table.ts';

/** What one file is. */
export interface FileInspection {
  readonly path: string;
  readonly size: number;
  readonly flavour: Flavour;
  readonly serverVersion: string;
  readonly serverId: number;
  readonly checksum: ChecksumAlgorithm;
  /** Did the server close the file? False while it writes, or after a crash. */
  readonly closed: boolean;
  /** Unix seconds; 0 when there is no event with a time. */
  readonly firstTime: number;
  readonly lastTime: number;
  readonly transactions: number;
  readonly rows: number;
  /** Row changes that the server took back itself, by XA ROLLBACK or ROLLBACK TO SAVEPOINT; not in any other number. */
  readonly takenBack: number;
  /** Numbers of events by type name, those that occur. */
  readonly events: Readonly<Record<string, number>>;
  /** The file that the server wrote next, where it says so. */
  readonly nextFile: string | undefined;
}

/** Row changes of one table, with where and when. */
export interface TableInspection extends TableChanges {
  readonly transactions: number;
  /** Bytes of its rows events. */
  readonly bytes: number;
  readonly firstTime: number;
  readonly lastTime: number;
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
  readonly tables: readonly TableInspection[];
  /** Why an undo of everything would be refused; empty when it would not. */
  readonly blockers: readonly Blocker[];
  readonly warnings: readonly string[];
}

/** Says what is in binary logs. @throws BinflashError for what is damaged or cannot be read */
export async function inspect(inputs: readonly string[], options: ReadOptions = {}): Promise<Inspection> {
  const index = await withBinlogs(inputs, (files) => readIndex(files, options));
  const { blockers, warnings } = judge(index);
  return {
    files: index.files.map((file, number) => inspectFile(index, file, number)),
    tables: inspectTables(index),
    blockers,
    warnings,
  };
}

function judge(index: BinlogIndex): Pick<Inspection, 'blockers' | 'warnings'> {
  try {
    const plan = makePlan(index, {});
    const blockers = plan.refusals.map(({ code, message, file, offset, table }) => ({
      code,
      message,
      file,
      offset,
      table,
    }));
    return { blockers, warnings: plan.warnings };
  } catch (error) {
    // A file without row changes is worth a look too.
    if (error instanceof BinflashError && error.code === 'NO_MATCH') return { blockers: [], warnings: [] };
    throw error;
  }
}

function inspectFile(index: BinlogIndex, file: FileSummary, number: number): FileInspection {
  const { transactions, events } = index;
  let count = 0;
  let rows = 0;
  let takenBack = 0;
  for (let i = 0; i < transactions.length; i++) {
    if (transactions.file[i] !== number) continue;
    takenBack += transactions.takenBack[i]!;
    if (transactions.eventCount[i] === 0) continue;
    const first = transactions.firstEvent[i]!;
    let its = 0;
    for (let event = first; event < first + transactions.eventCount[i]!; event++) its += events.rows[event]!;
    if (transactions.ending[i] === Ending.XA_ROLLBACK) takenBack += its;
    else {
      count++;
      rows += its;
    }
  }
  const { format } = file;
  const byType: Record<string, number> = {};
  for (const [code, times] of file.events.entries()) {
    if (times > 0) byType[eventTypeName(code, format.flavour)] = times;
  }
  return {
    path: file.path,
    size: file.size,
    flavour: format.flavour,
    serverVersion: format.serverVersion,
    serverId: format.serverId,
    checksum: format.checksum,
    closed: !format.inUse,
    firstTime: file.firstTime,
    lastTime: file.lastTime,
    transactions: count,
    rows,
    takenBack,
    events: byType,
    nextFile: file.nextFile,
  };
}

function inspectTables(index: BinlogIndex): TableInspection[] {
  type Row = { -readonly [K in keyof TableInspection]: TableInspection[K] } & { last: number };
  const tables = new Map<string, Row>();
  const { events, shapes, transactions } = index;
  const byShape = shapes.map(({ table }) => {
    const name = tableName(table);
    let row = tables.get(name);
    if (row === undefined) {
      row = {
        table: name,
        insert: 0,
        update: 0,
        delete: 0,
        transactions: 0,
        bytes: 0,
        firstTime: 0,
        lastTime: 0,
        last: -1,
      };
      tables.set(name, row);
    }
    return row;
  });
  for (let event = 0; event < events.length; event++) {
    if (transactions.ending[events.transaction[event]!] === Ending.XA_ROLLBACK) continue;
    const shape = events.shape[event]!;
    const row = byShape[shape]!;
    const time = events.timestamp[event]!;
    row[shapes[shape]!.kind] += events.rows[event]!;
    row.bytes += events.size[event]!;
    if (row.last !== events.transaction[event]) row.transactions++;
    row.last = events.transaction[event]!;
    if (row.firstTime === 0 || time < row.firstTime) row.firstTime = time;
    if (time > row.lastTime) row.lastTime = time;
  }
  return [...tables.values()].map(({ last: _, ...row }) => row).sort((a, b) => (a.table < b.table ? -1 : 1));
}
