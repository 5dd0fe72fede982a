import type { PageStore } from '../io/page-store.ts';
import { PackedTable } from './packed-table.ts';
import { F64Column, U32Column } from './paged-column.ts';

/** In {@link EventTable.packed}: the event stands in the file itself. */
export const PLAIN = 0xffff_ffff;

/**
 * The rows events of all files in order, as columns of numbers, no bodies. Number `i` of every column belongs to event
 * `i`; only the first {@link length} count.
 */
export class EventTable {
  length = 0;
  readonly containers: PackedTable;
  /** Index in {@link containers} of the event that holds it, or {@link PLAIN}. */
  readonly packed: U32Column;
  /** Number of the file in which the event, or the one that holds it, stands: a relay log may end inside a transaction. */
  readonly file: U32Column;
  /** Where the event begins in its file; of one in a container, among the plain events of that. */
  readonly offset: F64Column;
  readonly size: U32Column;
  readonly timestamp: U32Column;
  /** Index in {@link BinlogIndex.shapes}. */
  readonly shape: U32Column;
  /** Index in {@link BinlogIndex.transactions}. */
  readonly transaction: U32Column;
  /** Number of the source statement; it ends with STMT_END_F. */
  readonly statement: U32Column;
  readonly rows: U32Column;
  /** Bytes of its largest row: of both images, in an UPDATE. */
  readonly largestRow: U32Column;
  /** Rows flags, see {@link RowsFlag}. */
  readonly flags: U32Column;
  /** 1 where the event may be a REPLACE that hides old values, see {@link ReplaceDoubt}. */
  readonly maybeReplace: U32Column;

  constructor(store: PageStore) {
    this.containers = new PackedTable(store);
    this.packed = new U32Column(store, PLAIN);
    this.file = new U32Column(store);
    this.offset = new F64Column(store);
    this.size = new U32Column(store);
    this.timestamp = new U32Column(store);
    this.shape = new U32Column(store);
    this.transaction = new U32Column(store);
    this.statement = new U32Column(store);
    this.rows = new U32Column(store);
    this.largestRow = new U32Column(store);
    this.flags = new U32Column(store);
    this.maybeReplace = new U32Column(store);
  }

  /** Appends an event and answers its number. */
  add(
    file: number,
    packed: number,
    offset: number,
    size: number,
    timestamp: number,
    shape: number,
    transaction: number,
    statement: number,
    rows: number,
    largestRow: number,
    flags: number,
    maybeReplace: boolean,
  ): number {
    const at = this.length++;
    if (packed !== PLAIN) this.packed.set(at, packed);
    this.file.set(at, file);
    this.offset.set(at, offset);
    this.size.set(at, size);
    this.timestamp.set(at, timestamp);
    this.shape.set(at, shape);
    this.transaction.set(at, transaction);
    this.statement.set(at, statement);
    this.rows.set(at, rows);
    this.largestRow.set(at, largestRow);
    this.flags.set(at, flags);
    if (maybeReplace) this.maybeReplace.set(at, 1);
    return at;
  }

  /** Where the event, or the one that holds it, begins in its file. */
  fileOffset(event: number): number {
    const packed = this.packed.get(event);
    return packed === PLAIN ? this.offset.get(event) : this.containers.offset.get(packed);
  }

  /** Where the event, or the one that holds it, ends in its file. */
  fileEnd(event: number): number {
    const packed = this.packed.get(event);
    if (packed === PLAIN) return this.offset.get(event) + this.size.get(event);
    return this.containers.offset.get(packed) + this.containers.size.get(packed);
  }

  /** Takes the events from number `length` on out again; answers how many rows they had. */
  truncate(length: number): number {
    let rows = 0;
    for (let event = length; event < this.length; event++) rows += this.rows.get(event);
    // The others are set again by whatever takes their place.
    this.packed.clear(length, this.length);
    this.maybeReplace.clear(length, this.length);
    this.length = length;
    return rows;
  }
}
