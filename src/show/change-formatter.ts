import type { RowsEvent } from '../binlog/rows.ts';
import type { RowImage } from '../read/row-image.ts';
import type { Shape } from '../scan/shapes.ts';
import type { TableDescription } from '../tables/description.ts';

/**
 * How row changes are written for somebody: people, programs, mysqlbinlog's readers. The calls come in this order,
 * for selected changes alone:
 *
 *     transaction (statement? event (row+ | unreadable))+ end
 *
 * again and again, then {@link finish}. What is in hand is reused from call to call and must not be kept. A formatter puts
 * its text into the {@link TextSink} that it was made with, and never waits.
 */
export interface ChangeFormatter {
  /** A transaction that has selected changes, by its number in the index. */
  transaction(transaction: number): void;
  /** The statement that made the rows events which follow, where the log holds its text (ROWS_QUERY, ANNOTATE_ROWS). */
  statement(statement: ShownStatement): void;
  event(event: ShownEvent): void;
  row(event: ShownEvent, change: RowChange): void;
  /** Instead of rows: those of the event in hand cannot be read, and why. */
  unreadable(event: ShownEvent, why: string): void;
  /** The transaction is over; with `--limit`, maybe in the midst of it. */
  end(transaction: number): void;
  finish(): void;
  /** Puts what it holds back into the sink: all that is there is to be written. */
  flush?(): void;
}

/**
 * Takes text, or the bytes of text in other character sets, which are its own from then on; whoever drives the
 * formatter sees to it that it gets where it should.
 */
export interface TextSink {
  put(text: string | Uint8Array): void;
}

/** The text stands in `bytes[start, end)`, in the character set of the connection that sent it. */
export interface ShownStatement {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** A rows event in plain form: `bytes[start, end)`, without checksum. */
export interface ShownEvent {
  /** Its number in the index. */
  readonly number: number;
  readonly shape: Shape;
  readonly table: TableDescription;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** Where its parts stand in {@link bytes}. */
  readonly rows: RowsEvent;
}

/** One row. */
export interface RowChange {
  /** The row before a DELETE or UPDATE. */
  readonly before: RowImage | undefined;
  /** The row after an INSERT or UPDATE; documents of partial updates are made whole. */
  readonly after: RowImage | undefined;
  /** As logged, in the event's bytes: the first image from `start` to `middle`, what else there is up to `end`. */
  readonly start: number;
  readonly middle: number;
  readonly end: number;
}
