import type { ListedTransaction, ReportData } from '../../src/report/view/data.ts';

/** Ten seconds of a small log, to be changed as a test needs it. */
export function sampleData(changes: Partial<ReportData> = {}): ReportData {
  const zeros = Array.from({ length: 10 }, () => 0);
  return {
    origin: 1_795_230_000,
    width: 1,
    count: 10,
    zone: { name: 'UTC', offsets: [[0, 0]] },
    span: [1_795_230_000, 1_795_230_009],
    files: ['bin.000001', 'bin.000002'],
    server: 'MySQL 9.7.0',
    written: 1_795_240_000,
    rows: [zeros.with(0, 3), zeros.with(4, 2), zeros.with(4, 50)],
    begun: zeros.with(0, 1).with(4, 1),
    ended: zeros.with(0, 1).with(4, 1),
    firstFile: zeros
      .map(() => -1)
      .with(0, 0)
      .with(4, 1),
    lastFile: zeros
      .map(() => -1)
      .with(0, 0)
      .with(4, 1),
    tables: ['shop.orders', 'shop.customers'],
    patterns: ['shop.orders', 'shop.customers'],
    otherTables: 0,
    uncounted: [],
    byTable: Array.from({ length: 10 }, (): number[] => [])
      .with(0, [0, 3, 0, 0])
      .with(4, [0, 0, 0, 50, 1, 0, 2, 0]),
    transactions: [
      sampleTransaction(),
      sampleTransaction({ file: 1, first: 1_795_230_004, rows: [0, 2, 50], tables: [0, 1] }),
    ],
    largest: Array.from({ length: 10 }, (): number[] => [])
      .with(0, [0, 3, 0, 0])
      .with(4, [1, 0, 2, 50]),
    reasons: [],
    moreReasons: false,
    select: {},
    options: [],
    ...changes,
  };
}

export function sampleTransaction(changes: Partial<ListedTransaction> = {}): ListedTransaction {
  return {
    file: 0,
    start: 126,
    end: 512,
    first: 1_795_230_000,
    last: 1_795_230_000,
    rows: [3, 0, 0],
    tables: [0],
    statements: ['INSERT INTO orders VALUES (1)'],
    command: 'binflash rewrite bin.000001 --start-position 126 --stop-position 512 -o undo.binlog',
    ...changes,
  };
}
