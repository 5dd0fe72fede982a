import { grown } from './growable.ts';

/**
 * The rows events of all files in order, as numbers in typed arrays: 35 bytes an event, no bodies.
 * Row `i` of every array belongs to event `i`; only the first {@link length} rows count.
 */
export class EventTable {
  length = 0;
  /** Where the event begins in its file. */
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
  /** Rows flags, see {@link RowsFlag}. */
  flags: Uint16Array = new Uint16Array(64);

  /** Appends an event and answers its number. */
  add(
    offset: number,
    size: number,
    timestamp: number,
    shape: number,
    transaction: number,
    statement: number,
    rows: number,
    flags: number,
  ): number {
    const at = this.length++;
    if (at === this.size.length) this.#grow();
    this.offset[at] = offset;
    this.size[at] = size;
    this.timestamp[at] = timestamp;
    this.shape[at] = shape;
    this.transaction[at] = transaction;
    this.statement[at] = statement;
    this.rows[at] = rows;
    this.flags[at] = flags;
    return at;
  }

  /** The event ends here in its file. */
  end(event: number): number {
    return this.offset[event]! + this.size[event]!;
  }

  #grow(): void {
    this.offset = grown(this.offset);
    this.size = grown(this.size);
    this.timestamp = grown(this.timestamp);
    this.shape = grown(this.shape);
    this.transaction = grown(this.transaction);
    this.statement = grown(this.statement);
    this.rows = grown(this.rows);
    this.flags = grown(this.flags);
  }
}
