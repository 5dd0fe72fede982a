import { compileLayout, type RowLayout } from '../binlog/columns/layout.ts';
import type { Flavour } from '../binlog/event-types.ts';
import { emptyRowsEvent, parseRows } from '../binlog/rows.ts';
import { statementTextStart } from '../binlog/statement-text.ts';
import { tableName } from '../binlog/table-map.ts';
import { BinflashError } from '../errors.ts';
import type { LoadedEvents } from '../read/loaded-events.ts';
import { RowPair } from '../read/row-pair.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import type { Shape } from '../scan/shapes.ts';
import type { TableDescription, TableDescriptions } from '../tables/description.ts';
import type { RowFilter, RowMatcher } from '../where/row-filter.ts';
import { allocate } from '../wire/allocate.ts';
import type { ChangeFormatter, ShownEvent } from './change-formatter.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What is made once for all events of a shape. */
interface PreparedShape {
  readonly event: Mutable<ShownEvent>;
  readonly change: RowPair;
  /** The row filters of the selection, where there are any for this table. */
  readonly matcher: RowMatcher | undefined;
}

/** Why rows cannot be read whose length the log does not tell, see `TableDefinition.lengthsKnown`. */
const OLD_TEMPORALS =
  'its TIME, DATETIME or TIMESTAMP columns have the format of MariaDB before 10.1, whose precision the log does not tell';

/** Why rows cannot be read that contradict what is told of that, see `ToldDigits`. */
const CONTRADICTED =
  'its TIME, DATETIME or TIMESTAMP columns have another precision here than --temporal-precision or --schema tells';

/**
 * Walks the rows of events and hands them to a formatter, with the transaction, statement and event that they are
 * of before the first of each.
 */
export class ChangeFeed {
  /** Row changes handed on, and the transactions that they are of. */
  rows = 0;
  transactions = 0;
  /** Rows events that cannot be read, and the tables that they are of. */
  unreadable = 0;
  readonly unreadableTables: Set<string> = new Set();
  /** The first of these events. */
  firstUnreadable = -1;
  readonly #index: BinlogIndex;
  readonly #tables: TableDescriptions;
  readonly #filter: RowFilter;
  readonly #formatter: ChangeFormatter;
  readonly #limit: number;
  readonly #shapes: PreparedShape[] = [];
  /** The transaction whose changes are shown, or -1. */
  #transaction = -1;
  /** The text that is to be told before the next row of {@link #textOf}, copied: what was read may be gone by then. */
  #text: Uint8Array = new Uint8Array(0);
  #textLength = 0;
  #textOf = -1;
  #event: Mutable<ShownEvent> | undefined;
  #isEventTold = false;
  /** Where the next row of the event in hand begins, and its number. */
  #at = 0;
  #row = 0;

  constructor(
    index: BinlogIndex,
    tables: TableDescriptions,
    filter: RowFilter,
    formatter: ChangeFormatter,
    limit: number,
  ) {
    this.#index = index;
    this.#tables = tables;
    this.#filter = filter;
    this.#formatter = formatter;
    this.#limit = limit;
  }

  /** Have as many rows been shown as are wanted? */
  get isDone(): boolean {
    return this.rows >= this.#limit;
  }

  /** The text of the statement that made the rows events which follow. */
  statement({ bytes, start, end }: LoadedEvents): void {
    const from = statementTextStart(bytes, start, end);
    this.#textLength = end - from;
    if (this.#text.length < this.#textLength) this.#text = allocate(2 * this.#textLength);
    this.#text.set(bytes.subarray(from, end));
    this.#textOf = -1;
  }

  /** Takes the rows event `number` in hand; {@link some} hands its rows on. */
  open(number: number, { bytes, start, end }: LoadedEvents): void {
    const { events } = this.#index;
    const shape = this.#shapeOf(number);
    const { event } = shape;
    if (this.#textOf < 0 && this.#textLength > 0) this.#textOf = events.statement.get(number);
    event.number = number;
    event.bytes = bytes;
    event.start = start;
    event.end = end;
    parseRows(bytes, start, end, event.rows);
    this.#event = event;
    this.#isEventTold = false;
    this.#at = event.rows.rowsStart;
    this.#row = 0;
    if (events.rows.get(number) > 0) {
      if (shape.matcher !== undefined && this.#matches(shape.matcher, event) === 0) this.#event = undefined;
      return;
    }
    this.#tell();
    this.#formatter.unreadable(event, event.table.table.lengthsKnown ? CONTRADICTED : OLD_TEMPORALS);
    if (this.unreadable++ === 0) this.firstUnreadable = number;
    this.unreadableTables.add(event.table.name);
    this.#event = undefined;
  }

  #matches(matcher: RowMatcher, event: ShownEvent): number {
    try {
      return matcher.test(event.bytes, event.rows);
    } catch (error) {
      throw error instanceof BinflashError ? this.#locate(error, event.number, event.table.name) : error;
    }
  }

  /**
   * Hands on rows of the event in hand until there are no more, or `isFull`; false when there are no more.
   *
   * @throws BinflashError `DAMAGED` for a partial update that does not fit its document
   */
  some(isFull: () => boolean): boolean {
    const event = this.#event;
    if (event === undefined) return false;
    const { rowsEnd } = event.rows;
    const prepared = this.#shapes[event.shape.number]!;
    // An image without columns takes no bytes: one row.
    let more = this.#at < rowsEnd || this.#row === 0;
    while (more && !this.isDone) {
      if (isFull()) return true;
      this.#next(event, prepared);
      more = this.#at < rowsEnd;
    }
    this.#event = undefined;
    return false;
  }

  #next(event: ShownEvent, { change, matcher }: PreparedShape): void {
    const { bytes, rows } = event;
    try {
      this.#at = change.locate(bytes, this.#at, rows.rowsEnd);
    } catch (error) {
      throw error instanceof BinflashError ? this.#locate(error, event.number, event.table.name) : error;
    }
    if (this.#at > rows.rowsEnd) throw this.#damaged(event);
    if (matcher?.has(this.#row++) === false) return;
    this.#tell();
    this.#formatter.row(event, change);
    this.rows++;
  }

  /** Hands on what is not known yet of the row that comes: transaction, statement, event. */
  #tell(): void {
    if (this.#isEventTold) return;
    this.#isEventTold = true;
    const { events } = this.#index;
    const event = this.#event!;
    const transaction = events.transaction.get(event.number);
    if (transaction !== this.#transaction) {
      this.end();
      this.#transaction = transaction;
      this.transactions++;
      this.#formatter.transaction(transaction);
    }
    if (this.#textOf === events.statement.get(event.number)) {
      this.#formatter.statement({ bytes: this.#text, start: 0, end: this.#textLength });
    }
    // Told once, or of a statement whose rows are not shown.
    this.#textLength = 0;
    this.#textOf = -1;
    this.#formatter.event(event);
  }

  /** Ends the transaction in hand, if there is one. */
  end(): void {
    if (this.#transaction < 0) return;
    this.#formatter.end(this.#transaction);
    this.#transaction = -1;
  }

  #shapeOf(number: number): PreparedShape {
    const { events, shapes } = this.#index;
    const shape = shapes[events.shape.get(number)]!;
    let prepared = this.#shapes[shape.number];
    if (prepared === undefined) {
      prepared = this.#prepare(shape, number);
      this.#shapes[shape.number] = prepared;
    }
    return prepared;
  }

  #prepare(shape: Shape, number: number): PreparedShape {
    const { files, events } = this.#index;
    const { flavour } = files[events.file.get(number)]!.format;
    const [table, matcher] = this.#knownOf(shape, flavour, number);
    return {
      event: {
        number,
        shape,
        table,
        bytes: new Uint8Array(0),
        start: 0,
        end: 0,
        rows: emptyRowsEvent(),
      },
      change: new RowPair(
        shape,
        layoutOf(shape.first, shape, table),
        shape.second && layoutOf(shape.second, shape, table),
      ),
      matcher,
    };
  }

  #knownOf(shape: Shape, flavour: Flavour, number: number): [TableDescription, RowMatcher | undefined] {
    try {
      return [this.#tables.of(shape.table, flavour), this.#filter.of(shape, flavour)];
    } catch (error) {
      throw error instanceof BinflashError ? this.#locate(error, number, tableName(shape.table)) : error;
    }
  }

  /** The scan has walked all rows but those whose lengths it did not know; what is told of these may be wrong. */
  #damaged(event: ShownEvent): BinflashError {
    const message = `row lengths do not fit the event: the table is not what it is said to be`;
    return this.#locate(new BinflashError('USAGE', message), event.number, event.table.name);
  }

  #locate(error: BinflashError, number: number, table: string): BinflashError {
    const { files, events } = this.#index;
    return error.locate({
      file: files[events.file.get(number)]!.path,
      offset: events.fileOffset(number),
      table,
    });
  }
}

/** Lengths that the log does not tell may have become known. */
function layoutOf(layout: RowLayout, shape: Shape, { table }: TableDescription): RowLayout {
  return table.lengths === shape.table.lengths ? layout : compileLayout([...layout.columns], table.lengths);
}
