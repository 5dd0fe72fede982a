import { BinflashError } from '../errors.ts';
import { splitName } from '../io/log-name.ts';
import { type FileSummary, type SourceFile, sourceFileAt } from './binlog-index.ts';
import { GtidRanges } from './gtid-ranges.ts';
import { Ending, type TransactionTable } from './transaction-table.ts';

/** A transaction that has ended, and where it did on the source. */
interface Ended {
  readonly transaction: number;
  readonly source: SourceFile | undefined;
  readonly end: number;
}

/**
 * Follows relay logs along their source's binary logs. A replica that is started anew with relay_log_recovery fetches once
 * more what it had not applied, and the relay logs before may still be there: then the same transactions stand there twice.
 * Where a replica went on instead, its source's positions do not go back, and no GTID comes again.
 */
export class RelayTrail {
  readonly #transactions: TransactionTable;
  /** Those so far. */
  readonly #files: readonly FileSummary[];
  readonly #gtids = new GtidRanges();
  /** Has the replica connected since the last transaction, as it does before it may go back? */
  #isFresh = false;
  #last: Ended | undefined;

  constructor(transactions: TransactionTable, files: readonly FileSummary[]) {
    this.#transactions = transactions;
    this.#files = files;
  }

  /** The replica has connected, or begun a file. */
  connected(): void {
    this.#isFresh = true;
  }

  /**
   * Takes a transaction that has ended.
   *
   * @throws BinflashError `GAP` where it was there before, or may have been
   */
  ended(transaction: number): void {
    const { gtidSource, gtidSequence, sourceBegin, sourceEnd, endFile, end } = this.#transactions;
    const gtids = gtidSource.get(transaction);
    const one = {
      transaction,
      source: sourceFileAt(this.#files[endFile.get(transaction)]!, end.get(transaction) - 1),
      end: sourceEnd.get(transaction),
    };
    const begun = sourceBegin.get(transaction);
    const isAgain = gtids > 0 && this.#gtids.add(gtids, gtidSequence.get(transaction));
    if (isAgain || (this.#isFresh && begun > 0 && this.#goesBackTo(one.source, begun))) {
      throw this.#repeated(one);
    }
    if (one.end === 0) return;
    this.#isFresh = false;
    this.#last = one;
  }

  #goesBackTo(source: SourceFile | undefined, begun: number): boolean {
    const last = this.#last;
    if (last === undefined) return false;
    // Positions are known mod 2^32.
    const isBehind = ((begun - last.end) | 0) <= 0;
    if (source?.name === last.source?.name) return isBehind;
    // Where the replica goes on in the middle of a file, that is the one it was in, though nothing had named it.
    if (last.source === undefined) return isBehind && source!.isMiddle;
    // Behind a binary log, which is refused.
    if (source === undefined) return false;
    const [now, before] = [splitName(source.name), splitName(last.source.name)];
    return now !== undefined && now.stem === before?.stem && now.number < before.number;
  }

  #repeated(one: Ended): BinflashError {
    const { transaction } = one;
    const path = this.#pathOf(transaction);
    const gtid = this.#transactions.gtid(transaction);
    const earlier = this.#earlierOne(one, gtid);
    if (earlier !== undefined) {
      const last = this.#pathOf(earlier);
      const start = this.#transactions.start.get(earlier);
      // Of another source, what follows may be in another order.
      const isOrdered = last !== path && this.#isSamePlace(one, earlier);
      const what = gtid === undefined ? '' : ` with GTID ${gtid}`;
      return new BinflashError(
        'GAP',
        `holds a transaction${what} once more, which ends at ${placeOnSource(one)} and stands at ${last}:${start} already: it would be undone twice`,
        {
          hint: isOrdered
            ? `The replica has fetched it again. Undo ${path} and what follows it on its own first; then what stands before it, with ${last} as the last file and --stop-position ${start}.`
            : this.#isSamePlace(one, earlier)
              ? `The replica has fetched it again. ${TAKE_SOURCE}`
              : `${FETCHED_OR_RESET} ${TAKE_SOURCE} ${LOOK}`,
        },
      );
    }
    const before = this.#last!;
    const last = this.#pathOf(before.transaction);
    return new BinflashError(
      'GAP',
      `goes back to ${placeOnSource(one)}, behind ${placeOnSource(before)}, up to where ${last}:${this.#transactions.start.get(before.transaction)} had come: what stands there twice would be undone twice`,
      {
        hint: `${FETCHED_OR_RESET} ${TAKE_SOURCE} ${LOOK}`,
      },
    );
  }

  #pathOf(transaction: number): string {
    return this.#files[this.#transactions.file.get(transaction)]!.path;
  }

  /** The same transaction, where it was complete before. */
  #earlierOne(one: Ended, gtid: string | undefined): number | undefined {
    for (let earlier = 0; earlier < one.transaction; earlier++) {
      if (this.#transactions.ending.get(earlier) === Ending.OPEN) continue;
      if (this.#transactions.gtid(earlier) !== gtid) continue;
      if (gtid !== undefined || this.#isSamePlace(one, earlier)) return earlier;
    }
    return undefined;
  }

  #isSamePlace({ transaction, end }: Ended, earlier: number): boolean {
    const { sourceEnd, endTime } = this.#transactions;
    return sourceEnd.get(earlier) === end && endTime.get(earlier) === endTime.get(transaction);
  }
}

const FETCHED_OR_RESET = "The replica has fetched it again, or the source's logs were reset.";
const LOOK =
  'Or look with `binflash transactions` at what stands before it and what follows, each on its own: nothing else tells which of them stand twice.';
export const TAKE_SOURCE = "Take the source's own binary logs, which have each transaction once.";

function placeOnSource({ source, end }: Ended): string {
  return `${source === undefined ? '' : `${source.name}:`}${end} of the source`;
}
