import type { RowImage } from '../read/row-image.ts';
import type { Shape } from '../scan/shapes.ts';
import type { TableDescription } from '../tables/description.ts';

/**
 * How row changes are written: as SQL that makes them or takes them back, as rows of audit tables, for a spreadsheet.
 * The calls come in this order, for selected changes alone, be it from the first on or from the last:
 *
 *     begin (event row+)+ end
 *
 * again and again, each output between {@link open} and {@link close}. What is in hand is reused from call to call and
 * must not be kept. A writer puts its text into the `ByteText` that it was made with, and never waits.
 */
export interface ChangeWriter {
  /** What has been written so far, if it is SQL. */
  readonly tally?: StatementTally;
  /** A new output begins, with whatever stands at the head of each. */
  open(): void;
  /** A transaction that has selected changes, by its number in the index. */
  begin(transaction: number): void;
  /** The rows event that the next rows are of. */
  event(event: ChangedEvent): void;
  /** @throws BinflashError `UNSUPPORTED` for a value that cannot be written; the caller knows where it stands */
  row(event: ChangedEvent, change: RowChange): void;
  /** The transaction is over. */
  end(transaction: number): void;
  /** The output is complete. */
  close(): void;
}

/** A rows event in hand. */
export interface ChangedEvent {
  /** Its number in the index. */
  readonly number: number;
  readonly shape: Shape;
  readonly table: TableDescription;
  /** Flags of the rows event, see `RowsFlag`; with what its transaction says of foreign keys. */
  readonly flags: number;
}

/** One row, as the source changed it. */
export interface RowChange {
  /** The row before a DELETE or UPDATE. */
  readonly before: RowImage | undefined;
  /** The row after an INSERT or UPDATE; documents of partial updates are made whole. */
  readonly after: RowImage | undefined;
}

/** Statements that change rows. */
export interface StatementTally {
  statements: number;
  /** Bytes of the longest: a server's `max_allowed_packet` must have room for it. */
  longest: number;
}
