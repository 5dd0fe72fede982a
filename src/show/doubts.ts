import type { BinlogIndex } from '../scan/binlog-index.ts';

/** What is said of transactions in doubt. */
export const DOUBT =
  'a ROLLBACK TO SAVEPOINT took some of these changes back, and the log does not tell which ones';

/** Knows the transactions of a growing index some of whose changes never took effect, without a word which. */
export class Doubts {
  readonly #index: BinlogIndex;
  readonly #transactions = new Set<number>();
  #next = 0;

  constructor(index: BinlogIndex) {
    this.#index = index;
  }

  has(transaction: number): boolean {
    const { obstacles } = this.#index;
    for (; this.#next < obstacles.length; this.#next++) {
      const obstacle = obstacles.get(this.#next);
      if (obstacle.kind === 'rollback-to-savepoint') this.#transactions.add(obstacle.transaction);
    }
    return this.#transactions.has(transaction);
  }
}
