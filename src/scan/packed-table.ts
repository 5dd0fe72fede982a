import type { PageStore } from '../io/page-store.ts';
import { F64Column, U32Column } from './paged-column.ts';

/**
 * The events that hold rows events in compressed form (TRANSACTION_PAYLOAD, and MariaDB's compressed rows
 * events, which hold one each), see {@link EventTable}.
 */
export class PackedTable {
  length = 0;
  /** Where the event begins in its file. */
  readonly offset: F64Column;
  readonly size: U32Column;
  /** Bytes of the plain events in it. */
  readonly unpacked: F64Column;

  constructor(store: PageStore) {
    this.offset = new F64Column(store);
    this.size = new U32Column(store);
    this.unpacked = new F64Column(store);
  }

  /** Appends a packed event, whose `unpacked` is set once it is known, and answers its number. */
  add(offset: number, size: number): number {
    const at = this.length++;
    this.offset.set(at, offset);
    this.size.set(at, size);
    return at;
  }
}
