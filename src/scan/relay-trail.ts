import { BinflashError } from '../errors.ts';
import { type FileSummary, sourceFileAt } from './binlog-index.ts';
import { splitName } from './log-name.ts';
import { Ending, type TransactionTable } from './transaction-table.ts';

/** So often it is looked whether a transaction was there where that is not plain; only who builds logs needs more. */
const MOST_SEARCHES = 100;

/**
 * Follows relay logs along their source's binary logs. A replica that is started anew with relay_log_recovery fetches once
 * more what it had not applied, and the relay logs before may still be there; others' relay logs may stand among them: then
 * the same transactions stand there twice. Where a replica went on instead, its source's positions do not go back.
 */
export class RelayTrail {
  /** Has the replica connected since the last transaction, as it does before it may go back? */
  #isFresh = false;
  /** Where the last transaction ends on the source, and the latest time of all. */
  #file: string | undefined;
  #end = 0;
  #time = 0;
  #searches = 0;

  /** The replica has connected, or begun a file. */
  connected(): void {
    this.#isFresh = true;
  }

  /**
   * Takes a transaction that has ended; `files` are those so far.
   *
   * @throws BinflashError `GAP` where it was there before
   */
  ended(transactions: TransactionTable, transaction: number, files: readonly FileSummary[]): void {
    const end = transactions.sourceEnd.get(transaction);
    if (end === 0) return;
    const source = sourceOf(transactions, transaction, files);
    const time = transactions.endTime.get(transaction);
    // A source whose logs were reset begins anew, later.
    if (this.#isFresh && time <= this.#time) this.#check(transactions, transaction, files, source);
    this.#isFresh = false;
    this.#file = source;
    this.#end = end;
    this.#time = Math.max(this.#time, time);
  }

  #check(
    transactions: TransactionTable,
    transaction: number,
    files: readonly FileSummary[],
    source: string | undefined,
  ): void {
    const end = transactions.sourceEnd.get(transaction);
    // Positions are known mod 2^32.
    const isBehind = ((end - this.#end) | 0) <= 0;
    if (source === undefined || this.#file === undefined) {
      // A relay log that was begun without a new connection does not tell whose file it goes on with.
      if (!isBehind || this.#searches++ > MOST_SEARCHES) return;
      const earlier = earlierOne(transactions, transaction, files, source);
      if (earlier !== undefined) throw repeated(transactions, transaction, files, source, earlier);
      return;
    }
    if (source === this.#file ? !isBehind : !isEarlier(source, this.#file)) return;
    const earlier = earlierOne(transactions, transaction, files, source);
    throw repeated(transactions, transaction, files, source, earlier);
  }
}

function isEarlier(file: string, before: string): boolean {
  const [a, b] = [splitName(file), splitName(before)];
  return a !== undefined && a.stem === b?.stem && a.number < b.number;
}

function sourceOf(
  { file, start }: TransactionTable,
  transaction: number,
  files: readonly FileSummary[],
): string | undefined {
  return sourceFileAt(files[file.get(transaction)]!, start.get(transaction));
}

function repeated(
  transactions: TransactionTable,
  transaction: number,
  files: readonly FileSummary[],
  source: string | undefined,
  earlier: number | undefined,
): BinflashError {
  const end = transactions.sourceEnd.get(transaction);
  const gtid = transactions.gtid(transaction);
  const place = source === undefined ? `${end}` : `${source}:${end}`;
  const path = files[transactions.file.get(transaction)]!.path;
  const what = gtid === undefined ? '' : ` with GTID ${gtid}`;
  if (earlier === undefined) {
    return new BinflashError(
      'GAP',
      `goes back to ${place} of the source, behind which the relay logs before it had been`,
      { hint: 'Undo it, and what follows it, on its own first, and then what stands before it.' },
    );
  }
  const last = files[transactions.file.get(earlier)]!.path;
  const start = transactions.start.get(earlier);
  return new BinflashError(
    'GAP',
    `holds a transaction${what} once more, which ends at ${place} of the source and stands at ${last}:${start} already: it would be undone twice`,
    {
      hint: `The replica has fetched it again, or these are relay logs of two replicas. Undo ${path} and what follows it on its own first; then what stands before it, with ${last} as the last file and --stop-position ${start}.`,
    },
  );
}

/** The same transaction, where it was complete before. */
function earlierOne(
  transactions: TransactionTable,
  transaction: number,
  files: readonly FileSummary[],
  source: string | undefined,
): number | undefined {
  const { sourceEnd, endTime, xid, gtidSource, gtidSequence } = transactions;
  const same = [sourceEnd, endTime, xid, gtidSource, gtidSequence];
  for (let one = 0; one < transaction; one++) {
    if (sourceEnd.get(one) !== sourceEnd.get(transaction) || transactions.ending.get(one) === Ending.OPEN)
      continue;
    const other = sourceOf(transactions, one, files);
    if (source !== undefined && other !== undefined && other !== source) continue;
    if (same.every((column) => column.get(one) === column.get(transaction))) return one;
  }
  return undefined;
}
