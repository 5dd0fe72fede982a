import { grown } from './growable.ts';
import { PackedTable } from './packed-table.ts';

/** In {@link EventTable.packed}: the event stands in the file itself. */
export const PLAIN = 0xffff_ffff;

/**
 * The rows events of all files in order, as numbers in typed arrays: 45 bytes an event, no bodies.
 * Row `i` of every array belongs to event `i`; only the first {@link length} rows count.
 */
export class EventTable {
  length = 0;
  readonly containers: PackedTable = new PackedTable();
  /** Index in {@link containers} of the event that holds it, or {@link PLAIN}. */
  packed: Uint32Array = new Uint32Array(64);
  /** Where the event begins in its file; of one in a container, among the plain events of that. */
  offset: Float64Array = new Float64Array(64);
  size: Uint32Array = new Uint32Array(64);
  timestamp: Uint32Array = new Uint32Array(64);
  /** Index in {@link BinlogIndex.shapes}. */
  shape: Uint32Array = new Uint32Array(64);
  /** Index in {@link BinlogIndex.transactions}. */
  transaction: Uint32Array = new Uint32Array(64);
  /** Number of the source statement; it ends with STMT_END_F. */
  statement: Uint32Array = new Uint32Array(64);
  rows: Uint32Array = new Uint32Array(64);
  /** Bytes of its largest row: of both images, in an UPDATE. */
  largestRow: Uint32Array = new Uint32Array(64);
  /** Rows flags, see {@link RowsFlag}. */
  flags: Uint16Array = new Uint16Array(64);
  /** 1 where the event may be a REPLACE that hides old values, see {@link ReplaceDoubt}. */
  maybeReplace: Uint8Array = new Uint8Array(64);

  /** Appends an event and answers its number. */
  add(
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
    if (at === this.size.length) this.#grow();
    this.packed[at] = packed;
    this.offset[at] = offset;
    this.size[at] = size;
    this.timestamp[at] = timestamp;
    this.shape[at] = shape;
    this.transaction[at] = transaction;
    this.statement[at] = statement;
    this.rows[at] = rows;
    this.largestRow[at] = largestRow;
    this.flags[at] = flags;
    this.maybeReplace[at] = maybeReplace ? 1 : 0;
    return at;
  }

  /** Where the event, or the one that holds it, begins in its file. */
  fileOffset(event: number): number {
    const packed = this.packed[event]!;
    return packed === PLAIN ? this.offset[event]! : this.containers.offset[packed]!;
  }

  /** Where the event, or the one that holds it, ends in its file. */
  fileEnd(event: number): number {
    const packed = this.packed[event]!;
    if (packed === PLAIN) return this.offset[event]! + this.size[event]!;
    return this.containers.offset[packed]! + this.containers.size[packed]!;
  }

  /** Takes the events from number `length` on out again; answers how many rows they had. */
  truncate(length: number): number {
    let rows = 0;
    for (let event = length; event < this.length; event++) rows += this.rows[event]!;
    this.length = length;
    return rows;
  }

  #grow(): void {
    this.packed = grown(this.packed);
    this.offset = grown(this.offset);
    this.size = grown(this.size);
    this.timestamp = grown(this.timestamp);
    this.shape = grown(this.shape);
    this.transaction = grown(this.transaction);
    this.statement = grown(this.statement);
    this.rows = grown(this.rows);
    this.largestRow = grown(this.largestRow);
    this.flags = grown(this.flags);
    this.maybeReplace = grown(this.maybeReplace);
  }
}
