import type { PageStore } from '../io/page-store.ts';
import { PLAIN } from './event-table.ts';
import { F64Column, U32Column } from './paged-column.ts';

/**
 * Where the texts of statements stand that made rows events (ROWS_QUERY of MySQL, ANNOTATE_ROWS of MariaDB), as
 * columns of numbers, see `EventTable`.
 */
export class TextTable {
  length = 0;
  readonly transaction: U32Column;
  /** Number of the source statement, as in `EventTable.statement`. */
  readonly statement: U32Column;
  /** The first rows event that may be the statement's. */
  readonly firstEvent: U32Column;
  /** As in `EventTable`. */
  readonly file: U32Column;
  readonly packed: U32Column;
  readonly offset: F64Column;
  readonly size: U32Column;

  constructor(store: PageStore) {
    this.transaction = new U32Column(store);
    this.statement = new U32Column(store);
    this.firstEvent = new U32Column(store);
    this.packed = new U32Column(store, PLAIN);
    this.file = new U32Column(store);
    this.offset = new F64Column(store);
    this.size = new U32Column(store);
  }

  add(
    transaction: number,
    statement: number,
    firstEvent: number,
    file: number,
    packed: number,
    offset: number,
    size: number,
  ): void {
    const at = this.length++;
    this.transaction.set(at, transaction);
    this.statement.set(at, statement);
    this.firstEvent.set(at, firstEvent);
    this.packed.set(at, packed);
    this.file.set(at, file);
    this.offset.set(at, offset);
    this.size.set(at, size);
  }

  /** Forgets the texts of rows events from number `length` on, which are taken out of the index. */
  truncate(length: number): void {
    while (this.length > 0 && this.firstEvent.get(this.length - 1) >= length) this.length--;
  }

  /** The first text of `transaction` or a later one; the texts are in the order of transactions. */
  firstOf(transaction: number): number {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.transaction.get(middle) < transaction) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
