import type { Plan } from '../flashback/plan.ts';
import type { InputFile } from '../io/source.ts';
import { BatchReader } from '../read/batch-reader.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import { noMatch } from '../select/no-match.ts';
import { type Selection, Selector } from '../select/selection.ts';
import { SelectedChanges } from '../transactions/changes.ts';
import { listTransactions } from './listed-transactions.ts';
import { type Entry, largestTransactions } from './ranking.ts';
import { listReasons } from './reasons.ts';
import { type RowCounts, selectEvents } from './selected-events.ts';
import { readStatements } from './statements.ts';
import { type ReportTables, rankTables } from './tables.ts';
import { makeTimeline, type Timeline } from './timeline.ts';
import type { PlainSelection, ReportData } from './view/data.ts';
import { machineZone } from './zone.ts';

export interface ReportDataOptions {
  readonly select: Selection;
  /** What its row filters select. */
  readonly mask: RowCounts | undefined;
  /** Options that commands need besides the selection. */
  readonly options: readonly (readonly [string, string])[];
  /** About how many transactions are listed. */
  readonly transactions: number;
  /** Most characters of a statement. */
  readonly statementLength: number;
  readonly window: number;
  readonly spoolFolder: string;
  readonly signal?: AbortSignal | undefined;
  /** Unix seconds of now. */
  readonly now: number;
}

/** Gathers all that a page shows. */
export async function makeReportData(
  index: BinlogIndex,
  files: readonly InputFile[],
  plan: Pick<Plan, 'refusals'>,
  options: ReportDataOptions,
): Promise<ReportData> {
  const selector = new Selector(index, options.select);
  const changes = selectEvents(index, selector, options.mask);
  if (changes.events.length === 0) {
    // Rows that cannot be read are no reason to say that there are none.
    const unreadable = plan.refusals.find(({ code }) => code === 'UNSUPPORTED');
    throw unreadable ?? noMatch(index);
  }
  const zone = machineZone(changes.first, changes.last + 1);
  const tables = rankTables(changes);
  const timeline = makeTimeline(changes, tables, zone);
  const largest = largestTransactions(changes, timeline, options.transactions);
  const numbers = [...new Set(largest.flatMap((entries) => entries.map(({ transaction }) => transaction)))];
  numbers.sort((a, b) => a - b);
  const statements = await readStatements(
    index,
    new SelectedChanges(index, selector, options.mask),
    new BatchReader(index, files, options),
    numbers,
    options.statementLength,
  );
  const { flavour, serverVersion } = index.files.at(-1)!.format;
  const { origin, width, count } = timeline.buckets;
  return {
    origin,
    width,
    count,
    zone,
    span: [changes.first, changes.last],
    files: index.files.map(({ path }) => path),
    server: `${flavour === 'mariadb' ? 'MariaDB' : 'MySQL'} ${serverVersion}`,
    written: options.now,
    rows: [[...timeline.rows[0]], [...timeline.rows[1]], [...timeline.rows[2]]],
    begun: [...timeline.begun],
    ended: [...timeline.ended],
    firstFile: [...timeline.firstFile],
    lastFile: [...timeline.lastFile],
    tables: tables.others > 0 ? [...tables.names, `${tables.others} more tables`] : tables.names,
    patterns: tables.patterns,
    otherTables: tables.others,
    byTable: tablesByBucket(timeline, tables),
    transactions: listTransactions(changes, tables, numbers, statements, options.select, options.options),
    largest: entriesByBucket(largest, numbers),
    ...listReasons(index, plan),
    uncounted: changes.uncounted,
    select: plainSelection(options.select),
    options: options.options,
  };
}

function tablesByBucket({ byTable, buckets: { count } }: Timeline, tables: ReportTables): number[][] {
  const named = tables.names.length + (tables.others > 0 ? 1 : 0);
  return Array.from({ length: count }, (_, bucket) => {
    const flat: number[] = [];
    for (let table = 0; table < named; table++) {
      const rows = [0, 1, 2].map((kind) => byTable[(table * 3 + kind) * count + bucket]!);
      if (rows.some((number) => number > 0)) flat.push(table, ...rows);
    }
    return flat;
  });
}

function entriesByBucket(largest: readonly Entry[][], numbers: readonly number[]): number[][] {
  const places = new Map(numbers.map((transaction, place) => [transaction, place]));
  return largest.map((entries) =>
    entries.flatMap(({ transaction, rows }) => [places.get(transaction)!, ...rows]),
  );
}

function plainSelection({ xids, ...select }: Selection): PlainSelection {
  return xids === undefined ? select : { ...select, xids: xids.map(String) };
}
