import { Ending, type TransactionTable } from '../scan/transaction-table.ts';

/**
 * Tells which transactions of a growing index can be shown, in the order in which they took effect: a prepared
 * one is there with its XA COMMIT or XA ROLLBACK, which may stand many files later.
 */
export class Decided {
  readonly #transactions: TransactionTable;
  #next = 0;
  /** Prepared and not decided so far. */
  #open: number[] = [];
  /** Decided, by the place of the decision. */
  readonly #waiting: number[] = [];

  constructor(transactions: TransactionTable) {
    this.#transactions = transactions;
  }

  /** Those that have become ready, now that transactions before `complete` do not change any more. */
  *upTo(complete: number): Generator<number> {
    const { ending, decidedOffset } = this.#transactions;
    const open = this.#open;
    this.#open = open.filter((one) => decidedOffset.get(one) === 0);
    if (this.#open.length < open.length) {
      for (const one of open) if (decidedOffset.get(one) > 0) this.#wait(one);
    }
    for (; this.#next < complete; this.#next++) {
      const one = this.#next;
      while (this.#waiting.length > 0 && this.#isDecidedBefore(this.#waiting[0]!, one)) {
        yield this.#waiting.shift()!;
      }
      if (ending.get(one) === Ending.PREPARED) this.#open.push(one);
      else if (decidedOffset.get(one) > 0) this.#wait(one);
      else yield one;
    }
    yield* this.#waiting.splice(0);
  }

  /** Those that nothing decides, once there is no more to come. */
  undecided(): readonly number[] {
    return this.#open;
  }

  #wait(one: number): void {
    const { decidedFile, decidedOffset } = this.#transactions;
    const isLater = (other: number): boolean =>
      decidedFile.get(other) - decidedFile.get(one) > 0 ||
      (decidedFile.get(other) === decidedFile.get(one) && decidedOffset.get(other) > decidedOffset.get(one));
    const at = this.#waiting.findIndex(isLater);
    this.#waiting.splice(at < 0 ? this.#waiting.length : at, 0, one);
  }

  /** Does the decision about `one` stand before the transaction `other`? */
  #isDecidedBefore(one: number, other: number): boolean {
    const { decidedFile, decidedOffset, file, start } = this.#transactions;
    if (decidedFile.get(one) !== file.get(other)) return decidedFile.get(one) < file.get(other);
    return decidedOffset.get(one) < start.get(other);
  }
}
