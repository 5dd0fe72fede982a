import { MAGIC } from '../binlog/event-header.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import { Ending, NO_THREAD } from '../scan/transaction-table.ts';
import { type FilePlace, type Selection, Selector } from './selection.ts';

/** A selection that means changes of one transaction and nothing else. */
export interface OneTransaction {
  /** For a run on {@link files} alone, as options can say it. */
  readonly select: Selection;
  /** The files that such a run needs. */
  readonly files: readonly string[];
  /** The same for the whole index. */
  readonly within: Selection;
}

/**
 * Narrows a selection to one of the transactions that it selects: by position where that does, for positions are
 * always there and never twice. A two-phase XA transaction is selected where it was committed, which may be files
 * behind its rows: there it takes its GTID, or else time and connection.
 *
 * Undefined when there is no such selection. What the selection says of transactions as a whole is left out.
 */
export function onlyTransaction(
  index: BinlogIndex,
  transaction: number,
  select: Selection,
): OneTransaction | undefined {
  const { transactions } = index;
  const { includeGtids: _, excludeGtids, threadIds, serverIds, xids, ...changes } = select;
  const file = transactions.file.get(transaction);
  if (transactions.decidedOffset.get(transaction) === 0) {
    return byPosition(
      index,
      { file, offset: transactions.start.get(transaction) },
      { file: transactions.endFile.get(transaction), offset: transactions.end.get(transaction) },
      withoutTimes(index, transaction, changes) ? untimed(changes) : changes,
    );
  }
  const decided = transactions.decidedFile.get(transaction);
  const end = { file: decided, offset: transactions.decidedEnd.get(transaction) };
  const rest = withoutPositions(untimed(changes));
  if (decided === file) {
    return byPosition(index, { file, offset: transactions.decidedOffset.get(transaction) }, end, rest);
  }
  const gtid = transactions.gtid(transaction);
  const time = transactions.decidedTime.get(transaction);
  const thread = transactions.threadId.get(transaction);
  const conditions: Selection =
    gtid !== undefined
      ? { includeGtids: [gtid] }
      : {
          startDatetime: time,
          stopDatetime: time + 1,
          ...(thread === NO_THREAD ? {} : { threadIds: [thread] }),
        };
  const narrowed = { ...rest, ...conditions };
  const within = { ...narrowed, from: { file, offset: 0 }, to: end };
  if (!isAlone(index, transaction, within)) return undefined;
  return {
    select: { ...narrowed, stopPosition: end.offset },
    files: index.files.slice(file, decided + 1).map(({ path }) => path),
    within,
  };
}

/** From one place to another, as far as the selection's own positions reach. */
function byPosition(
  { files }: BinlogIndex,
  begin: FilePlace,
  end: FilePlace,
  select: Selection,
): OneTransaction {
  const { file } = begin;
  const first = file === 0 ? (select.startPosition ?? 0) : 0;
  const last = end.file === files.length - 1 ? (select.stopPosition ?? Infinity) : Infinity;
  const startPosition = Math.max(begin.offset, first, placeIn(file, select.from, 0));
  const stopPosition = Math.min(end.offset, last, placeIn(end.file, select.to, Infinity));
  const rest = withoutPositions(select);
  return {
    select: { ...rest, ...(startPosition > MAGIC.length ? { startPosition } : {}), stopPosition },
    files: files.slice(file, end.file + 1).map(({ path }) => path),
    within: { ...rest, from: { file, offset: startPosition }, to: { file: end.file, offset: stopPosition } },
  };
}

function placeIn(file: number, place: FilePlace | undefined, otherwise: number): number {
  return place?.file === file ? place.offset : otherwise;
}

function withoutPositions(select: Selection): Selection {
  const { startPosition, stopPosition, from, to, ...rest } = select;
  return rest;
}

function untimed(select: Selection): Selection {
  const { startDatetime, stopDatetime, ...rest } = select;
  return rest;
}

/** Are all rows events of the transaction within the selected time, so that it need not be said? */
function withoutTimes(
  { transactions, events }: BinlogIndex,
  transaction: number,
  { startDatetime = 0, stopDatetime = Infinity }: Selection,
): boolean {
  const first = transactions.firstEvent.get(transaction);
  for (let event = first; event < first + transactions.eventCount.get(transaction); event++) {
    const time = events.timestamp.get(event);
    if (time < startDatetime || time >= stopDatetime) return false;
  }
  return true;
}

/** Does the selection mean nothing that another transaction did? */
function isAlone(index: BinlogIndex, transaction: number, select: Selection): boolean {
  const { transactions } = index;
  const selector = new Selector(index, select);
  for (let other = 0; other < transactions.length; other++) {
    if (other === transaction || transactions.ending.get(other) === Ending.XA_ROLLBACK) continue;
    if (transactions.eventCount.get(other) === 0 || !selector.hasTransaction(other)) continue;
    const first = transactions.firstEvent.get(other);
    for (let event = first; event < first + transactions.eventCount.get(other); event++) {
      if (selector.hasEvent(event)) return false;
    }
  }
  return true;
}
