import { EventCode } from '../binlog/event-types.ts';
import { beginsWithGtids } from '../binlog/previous-gtids.ts';
import { splitName } from '../io/log-name.ts';
import {
  type BinlogIndex,
  type FileSummary,
  isRelayLog,
  lastLog,
  sourceFileAt,
} from '../scan/binlog-index.ts';
import { Ending } from '../scan/transaction-table.ts';
import type { Skippable } from './refusals.ts';

/** What is left out of itself where {@link isCutOff} says so. */
export const CUT_OFF: ReadonlySet<Skippable> = new Set<Skippable>(['unfinished']);

/**
 * Is it plain why a transaction has no end, and that it need not be undone? It is the last one of a file that its server
 * has not closed; or a relay log goes on with another one, because the replica had to begin it once more.
 */
export function isCutOff(index: BinlogIndex, transaction: number): boolean {
  const { transactions, files } = index;
  if (transactions.ending.get(transaction) !== Ending.OPEN || transactions.headless.has(transaction))
    return false;
  const file = transactions.endFile.get(transaction);
  const isLast = transaction === transactions.length - 1 || transactions.file.get(transaction + 1) > file;
  if (isRelayLog(files[file]!)) {
    return transaction < transactions.length - 1 && isBegunAnew(index, transaction);
  }
  return isLast && lastLog(files[file]!).format.inUse;
}

/**
 * Is the next transaction of relay logs this one, begun once more? GTIDs tell; else it begins where this one does on the
 * source, or before. Where it begins behind it instead, or in a later file, the rest of this one is missing.
 */
function isBegunAnew({ transactions, files }: BinlogIndex, transaction: number): boolean {
  const { sourceBegin, sourceEnd, endFile, end, file, start } = transactions;
  const [gtid, nextGtid] = [transactions.gtid(transaction), transactions.gtid(transaction + 1)];
  if (gtid !== undefined && nextGtid !== undefined) return gtid === nextGtid;
  const come = sourceEnd.get(transaction) || sourceBegin.get(transaction);
  const next = sourceBegin.get(transaction + 1);
  if (come === 0 || next === 0) return true;
  const source = sourceFileAt(files[endFile.get(transaction)]!, end.get(transaction) - 1);
  const nextSource = sourceFileAt(files[file.get(transaction + 1)]!, start.get(transaction + 1));
  const isSame = source?.name === nextSource?.name || (source === undefined && nextSource!.isMiddle);
  // Positions are known mod 2^32.
  if (isSame) return ((next - come) | 0) <= 0;
  const [now, later] = [splitName(source?.name ?? ''), splitName(nextSource?.name ?? '')];
  return now !== undefined && later?.stem === now.stem && later.number < now.number;
}

/** What there is to say of files of which nothing tells that they are complete; `stopped`: the user said where to stop. */
export function unclosedWarnings(index: BinlogIndex, stopped: boolean): string[] {
  if (stopped) return [];
  const open = index.files.filter((file) => !lastLog(file).endsClosed);
  return open.map((file) =>
    file.tornBytes > 0
      ? tornWarning(file)
      : isRelayLog(file)
        ? `${file.path} does not end with ROTATE or STOP: its replica was still writing it, or was killed, or it is cut`
        : maybeServersOwn(file)
          ? `${file.path} does not end with ROTATE or STOP: still written, or cut, or not a server's own file`
          : `${file.path} is not a server's own file (an undo, perhaps): without ROTATE or STOP nothing tells whether it is complete`,
  );
}

/** What there is to say of files of which the beginning or the end is left out, to those who only look. */
export function tornWarnings(index: BinlogIndex): string[] {
  const { files } = index;
  return [...restWarnings(index), ...files.filter(({ tornBytes }) => tornBytes > 0).map(tornWarning)];
}

/** Rows of which only an earlier relay log tells the table. */
function restWarnings({ files, obstacles }: BinlogIndex): string[] {
  const counts = new Map<number, number>();
  const isRelay = files.some(isRelayLog);
  for (let i = 0; i < obstacles.length && isRelay; i++) {
    if (!obstacles.is(i, 'rest')) continue;
    const file = obstacles.file.get(i);
    counts.set(file, (counts.get(file) ?? 0) + 1);
  }
  return Array.from(
    counts,
    ([file, count]) =>
      `${files[file]!.path} begins in the middle of a statement: ${count === 1 ? 'a rows event' : `${count} rows events`} of it cannot be read without the relay log before it`,
  );
}

function tornWarning({ path, scannedTo, tornBytes }: FileSummary): string {
  return `${path} ends inside the event at ${scannedTo}: these last ${tornBytes} bytes are left out (its server was writing, or has crashed)`;
}

/** Tools do not write the GTIDs before a file, this one neither. */
function maybeServersOwn({ events, format }: FileSummary): boolean {
  const begins = format.flavour === 'mariadb' ? EventCode.MARIADB_GTID_LIST : EventCode.PREVIOUS_GTIDS;
  return events[begins]! > 0 || !beginsWithGtids(format);
}
