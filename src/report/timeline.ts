import { type Buckets, bucketOf, chooseBuckets } from './buckets.ts';
import { type SelectedEvents, timeOf } from './selected-events.ts';
import type { ReportTables } from './tables.ts';
import type { Zone } from './view/time.ts';

/** Row changes over time: every array but {@link byTable} holds a number for each bucket. */
export interface Timeline {
  readonly buckets: Buckets;
  /** By kind. */
  readonly rows: readonly [Float64Array, Float64Array, Float64Array];
  /** By table, by kind, by bucket: `byTable[(table * 3 + kind) * count + bucket]`. */
  readonly byTable: Float64Array;
  readonly begun: Float64Array;
  readonly ended: Float64Array;
  /** How many transactions have changes in it. */
  readonly touched: Float64Array;
  /** -1 where it has no changes. */
  readonly firstFile: Int32Array;
  readonly lastFile: Int32Array;
}

/** The changes of one transaction in one bucket; dies with the next one. */
export interface Slice {
  bucket: number;
  transaction: number;
  /** See `Counts`. */
  readonly rows: [number, number, number];
}

/**
 * Calls `take` for every bucket in which a transaction has changes, transaction by transaction. The slices of
 * one transaction come together, each bucket once.
 */
export function eachSlice(
  { index, events, kinds, rowsOf }: SelectedEvents,
  buckets: Buckets,
  take: (slice: Slice) => void,
): void {
  const slices: Slice[] = [];
  let used = 0;
  for (let i = 0; i < events.length; i++) {
    const event = events.get(i);
    const transaction = index.events.transaction.get(event);
    if (used > 0 && slices[0]!.transaction !== transaction) {
      for (let i = 0; i < used; i++) take(slices[i]!);
      used = 0;
    }
    const bucket = bucketOf(buckets, timeOf(index, event));
    let at = used - 1;
    while (at >= 0 && slices[at]!.bucket !== bucket) at--;
    if (at < 0) {
      at = used++;
      slices[at] ??= { bucket, transaction, rows: [0, 0, 0] };
      const fresh = slices[at]!;
      fresh.bucket = bucket;
      fresh.transaction = transaction;
      fresh.rows.fill(0);
    }
    slices[at]!.rows[kinds[index.events.shape.get(event)]!]! += rowsOf(event);
  }
  for (let i = 0; i < used; i++) take(slices[i]!);
}

/** Adds the selected changes up by time. */
export function makeTimeline(changes: SelectedEvents, tables: ReportTables, zone: Zone): Timeline {
  const { index, events, kinds, rowsOf } = changes;
  const buckets = chooseBuckets(changes.first, changes.last, zone);
  const { count } = buckets;
  const numbers = (): Float64Array => new Float64Array(count);
  const named = tables.names.length + (tables.others > 0 ? 1 : 0);
  const timeline: Timeline = {
    buckets,
    rows: [numbers(), numbers(), numbers()],
    byTable: new Float64Array(count * named * 3),
    begun: numbers(),
    ended: numbers(),
    touched: numbers(),
    firstFile: new Int32Array(count).fill(-1),
    lastFile: new Int32Array(count).fill(-1),
  };
  for (let i = 0; i < events.length; i++) {
    const event = events.get(i);
    const shape = index.events.shape.get(event);
    const kind = kinds[shape]!;
    const bucket = bucketOf(buckets, timeOf(index, event));
    const rows = rowsOf(event);
    timeline.rows[kind]![bucket]! += rows;
    timeline.byTable[(tables.ofShape[shape]! * 3 + kind) * count + bucket]! += rows;
  }
  addTransactions(changes, timeline);
  addPrepared(changes, timeline);
  return timeline;
}

function addTransactions(changes: SelectedEvents, timeline: Timeline): void {
  const { transactions } = changes.index;
  let current = -1;
  let first = 0;
  let last = 0;
  const end = (): void => {
    if (current < 0) return;
    timeline.begun[first]!++;
    timeline.ended[last]!++;
  };
  eachSlice(changes, timeline.buckets, ({ transaction, bucket }) => {
    if (transaction !== current) {
      end();
      current = transaction;
      first = bucket;
      last = bucket;
    }
    first = Math.min(first, bucket);
    last = Math.max(last, bucket);
    timeline.touched[bucket]!++;
    addFile(timeline, bucket, transactions.file.get(transaction));
  });
  end();
}

/**
 * A prepared transaction and its XA COMMIT may stand in different files. A run on the later one alone would be
 * refused, whether the transaction is selected or not.
 */
function addPrepared({ index: { transactions } }: SelectedEvents, timeline: Timeline): void {
  const { firstFile, buckets } = timeline;
  for (let transaction = 0; transaction < transactions.length; transaction++) {
    if (transactions.decidedOffset.get(transaction) === 0) continue;
    const bucket = bucketOf(buckets, transactions.decidedTime.get(transaction));
    if (bucket < 0 || bucket >= buckets.count || firstFile[bucket] === -1) continue;
    addFile(timeline, bucket, transactions.file.get(transaction));
    addFile(timeline, bucket, transactions.decidedFile.get(transaction));
  }
}

function addFile({ firstFile, lastFile }: Timeline, bucket: number, file: number): void {
  if (firstFile[bucket] === -1 || file < firstFile[bucket]!) firstFile[bucket] = file;
  if (file > lastFile[bucket]!) lastFile[bucket] = file;
}
