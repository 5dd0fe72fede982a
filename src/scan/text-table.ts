import { grown } from './growable.ts';

/**
 * Where the texts of statements stand that made rows events (ROWS_QUERY of MySQL, ANNOTATE_ROWS of MariaDB), as
 * numbers in typed arrays, see `EventTable`.
 */
export class TextTable {
  length = 0;
  transaction: Uint32Array = new Uint32Array(16);
  /** Number of the source statement, as in `EventTable.statement`. */
  statement: Uint32Array = new Uint32Array(16);
  /** The first rows event that may be the statement's. */
  firstEvent: Uint32Array = new Uint32Array(16);
  /** As in `EventTable`. */
  packed: Uint32Array = new Uint32Array(16);
  offset: Float64Array = new Float64Array(16);
  size: Uint32Array = new Uint32Array(16);

  add(
    transaction: number,
    statement: number,
    firstEvent: number,
    packed: number,
    offset: number,
    size: number,
  ): void {
    const at = this.length++;
    if (at === this.size.length) this.#grow();
    this.transaction[at] = transaction;
    this.statement[at] = statement;
    this.firstEvent[at] = firstEvent;
    this.packed[at] = packed;
    this.offset[at] = offset;
    this.size[at] = size;
  }

  /** Forgets the texts of rows events from number `length` on, which are taken out of the index. */
  truncate(length: number): void {
    while (this.length > 0 && this.firstEvent[this.length - 1]! >= length) this.length--;
  }

  /** The first text of `transaction` or a later one; the texts are in the order of transactions. */
  firstOf(transaction: number): number {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.transaction[middle]! < transaction) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #grow(): void {
    this.transaction = grown(this.transaction);
    this.statement = grown(this.statement);
    this.firstEvent = grown(this.firstEvent);
    this.packed = grown(this.packed);
    this.offset = grown(this.offset);
    this.size = grown(this.size);
  }
}
