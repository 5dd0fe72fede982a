import { emptyRowsEvent, parseRows, RowsFlag } from '../binlog/rows.ts';
import { tableName } from '../binlog/table-map.ts';
import { BinflashError } from '../errors.ts';
import type { Plan } from '../flashback/plan.ts';
import type { Direction } from '../read/batch-reader.ts';
import type { LoadedEvents } from '../read/loaded-events.ts';
import { RowEnds } from '../read/row-ends.ts';
import { RowPair } from '../read/row-pair.ts';
import type { TableDescription } from '../tables/description.ts';
import type { ChangedEvent, ChangeWriter } from './change-writer.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What is made once for all events of a shape. */
interface PreparedShape {
  readonly event: Mutable<ChangedEvent>;
  readonly pair: RowPair;
}

/** Hands the selected rows of a plan's events to writers, an event at a time, from the first row or from the last. */
export class ChangeReader {
  /** Rows handed on. */
  rows = 0;
  readonly #plan: Plan;
  readonly #direction: Direction;
  readonly #describe: (shape: number) => TableDescription;
  readonly #shapes: PreparedShape[] = [];
  readonly #rows = emptyRowsEvent();
  readonly #ends = new RowEnds();

  constructor(plan: Plan, direction: Direction, describe: (shape: number) => TableDescription) {
    this.#plan = plan;
    this.#direction = direction;
    this.#describe = describe;
  }

  /**
   * Hands on the rows of event `number` of the index.
   *
   * @throws BinflashError what the writer throws, with the place
   */
  read(number: number, { bytes, start, end }: LoadedEvents, writer: ChangeWriter): void {
    const { index, mask } = this.#plan;
    const { event, pair } = this.#shapeOf(number);
    const rows = this.#rows;
    parseRows(bytes, start, end, rows);
    event.number = number;
    const ofTransaction = index.transactions.rowsFlags.get(index.events.transaction.get(number));
    event.flags = rows.flags | (ofTransaction & RowsFlag.USE_SQL_FOREIGN_KEY);
    try {
      writer.event(event);
      const count = index.events.rows.get(number);
      if (this.#direction === 'forward') {
        let at = rows.rowsStart;
        for (let row = 0; row < count; row++) {
          at = pair.locate(bytes, at, rows.rowsEnd);
          if (mask?.has(number, row) !== false) this.#hand(event, pair, writer);
        }
        return;
      }
      this.#ends.find(bytes, rows, event.shape, count);
      const { ends } = this.#ends;
      const images = event.shape.second === undefined ? 1 : 2;
      do {
        const first = this.#ends.first / images;
        for (let row = this.#ends.count / images - 1; row >= 0; row--) {
          if (mask?.has(number, first + row) === false) continue;
          pair.locate(bytes, rows.rowsStart + ends[images * row]!, rows.rowsEnd);
          this.#hand(event, pair, writer);
        }
      } while (this.#ends.back(bytes, rows, event.shape));
    } catch (error) {
      throw error instanceof BinflashError ? this.#locate(error, event) : error;
    }
  }

  #hand(event: ChangedEvent, pair: RowPair, writer: ChangeWriter): void {
    writer.row(event, pair);
    this.rows++;
  }

  #shapeOf(number: number): PreparedShape {
    const { events, shapes } = this.#plan.index;
    const shape = shapes[events.shape.get(number)]!;
    let prepared = this.#shapes[shape.number];
    if (prepared === undefined) {
      const table = this.#describe(shape.number);
      prepared = { event: { number, shape, table, flags: 0 }, pair: new RowPair(shape) };
      this.#shapes[shape.number] = prepared;
    }
    return prepared;
  }

  #locate(error: BinflashError, { number, shape }: ChangedEvent): BinflashError {
    const { files, transactions, events } = this.#plan.index;
    return error.locate({
      file: files[transactions.file.get(events.transaction.get(number))]!.path,
      offset: events.fileOffset(number),
      table: tableName(shape.table),
    });
  }
}
