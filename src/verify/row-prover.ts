import type { RowsEvent } from '../binlog/rows.ts';
import { changedError } from '../io/source.ts';
import { ChainCheck } from './chain-check.ts';
import { LargeRow, type Range } from './large-row.ts';
import { afterOptions, MergedRow } from './merged-row.ts';
import { ByteComparer } from './same-bytes.ts';
import { columnName, type ShapeForm } from './shape-form.ts';

/**
 * Holds the rows of source events, from the last to the first, against the rows of undo events, from the first to the
 * last: each source row says, to the byte, what must stand next in the undo.
 */
export class RowProver {
  /** Where in the undo event's bytes the next row begins, and where its rows end; equal when none is in hand. */
  undoAt = 0;
  undoEnd = 0;
  /** Rows of the undo event in hand that are proved. */
  eventRows = 0;
  /** Number of the source row, counted from 0, that is to be found next. */
  row = -1;
  #undo: Uint8Array = new Uint8Array(0);
  #source: Uint8Array = new Uint8Array(0);
  #form: ShapeForm | undefined;
  #start = 0;
  #isSelected: ((row: number) => boolean) | undefined;
  /** Where the images of the source event end, relative to its first row. */
  #ends: Uint32Array = new Uint32Array(1024);
  #chained = false;
  readonly #chains = new ChainCheck();
  readonly #comparer = new ByteComparer();
  /** A row in hand of which the undo's side is not in memory whole, and what must stand there. */
  #large: LargeRow | undefined;
  #ranges: readonly Range[] = [];
  readonly #merged = new MergedRow(this.#comparer);

  /** Takes a source event in hand, of `count` rows. `chained`: no chain of UPDATEs may stand in one undo event. */
  useSource(
    bytes: Uint8Array,
    rows: RowsEvent,
    form: ShapeForm,
    count: number,
    chained: boolean,
    isSelected: ((row: number) => boolean) | undefined,
  ): void {
    this.#source = bytes;
    this.#form = form;
    this.#start = rows.rowsStart;
    this.#chained = chained && form.kind === 'update';
    this.#isSelected = isSelected;
    this.row = count - 1;
    this.#findEnds(bytes, rows, form, count);
    this.#comparer.use(bytes, this.#undo);
  }

  /** Takes the rows `bytes[start, end)` of an undo event in hand. */
  useUndo(bytes: Uint8Array, start: number, end: number): void {
    this.#undo = bytes;
    this.undoAt = start;
    this.undoEnd = end;
    this.eventRows = 0;
    this.#comparer.use(this.#source, bytes);
    this.#chains.forget();
  }

  /**
   * Goes on until the source event or the undo event is used up. Answers what is wrong with the row in hand, or
   * undefined where none is.
   */
  prove(): string | undefined {
    const form = this.#form!;
    const isSelected = this.#isSelected;
    for (; this.row >= 0; this.row--) {
      if (isSelected !== undefined && !isSelected(this.row)) continue;
      if (this.undoAt === this.undoEnd) return undefined;
      const wrong =
        form.rows === 'same'
          ? this.#proveSame()
          : form.rows === 'swapped'
            ? this.#proveSwapped()
            : this.#proveMerged();
      if (wrong !== undefined) return wrong;
      this.eventRows++;
    }
    return undefined;
  }

  /**
   * The source's row that is due as it must stand in the undo, where that can be said without looking at the undo:
   * neither where images are merged, nor where chains are forbidden. Undefined too when no row is left.
   */
  due(): readonly Range[] | undefined {
    const isSelected = this.#isSelected;
    while (isSelected !== undefined && this.row >= 0 && !isSelected(this.row)) this.row--;
    const form = this.#form!;
    if (this.row < 0 || form.rows === 'merged' || this.#chained) return undefined;
    const end = (image: number): number => this.#start + (image < 0 ? 0 : this.#ends[image]!);
    const { row } = this;
    if (form.rows === 'same') return [[end(row - 1), end(row)]];
    const middle = end(2 * row);
    return [
      [middle, end(2 * row + 1)],
      [end(2 * row - 1), middle],
    ];
  }

  /** Begins the row that is {@link due}, alone in its event. */
  beginLarge(): void {
    this.#ranges = this.due()!;
    this.#large = new LargeRow(this.#source, this.#ranges, this.#comparer);
    this.eventRows = 0;
  }

  /** Holds the next piece of that row against the source; answers what is wrong. */
  proveLarge(bytes: Uint8Array, start: number, end: number): string | undefined {
    const wrong = this.#large!.take(bytes, start, end);
    if (wrong === undefined) return undefined;
    const { first, second } = this.#form!;
    const isFirst = wrong.range === 0;
    const walk = isFirst && second !== undefined ? second : first;
    return this.#inImage(walk.columnAt(this.#source, this.#ranges[wrong.range]![0], wrong.at), isFirst);
  }

  /** All of that row is proved. */
  endLarge(): void {
    this.#large = undefined;
    this.row--;
    this.eventRows = 1;
  }

  #proveSame(): string | undefined {
    const { row, undoAt } = this;
    const ends = this.#ends;
    const start = row === 0 ? 0 : ends[row - 1]!;
    const length = ends[row]! - start;
    if (length > this.undoEnd - undoAt || !this.#comparer.same(this.#start + start, undoAt, length)) {
      return this.#difference(this.#start + start, this.#start + ends[row]!, undoAt, true);
    }
    this.undoAt = undoAt + length;
    return undefined;
  }

  #proveSwapped(): string | undefined {
    const { row, undoAt } = this;
    const ends = this.#ends;
    const start = this.#start + (row === 0 ? 0 : ends[2 * row - 1]!);
    const middle = this.#start + ends[2 * row]!;
    const end = this.#start + ends[2 * row + 1]!;
    const undoMiddle = undoAt + end - middle;
    if (undoMiddle > this.undoEnd || !this.#comparer.same(middle, undoAt, end - middle)) {
      return this.#difference(middle, end, undoAt, true);
    }
    const undoEnd = undoMiddle + middle - start;
    if (undoEnd > this.undoEnd || !this.#comparer.same(start, undoMiddle, middle - start)) {
      return this.#difference(start, middle, undoMiddle, false);
    }
    if (this.#chained) {
      const columns = this.#form!.first.columns.length;
      if (this.#chains.hasSet(this.#undo, undoAt, undoMiddle, columns)) return CHAIN;
      this.#chains.sets(this.#undo, undoMiddle, undoEnd, columns);
    }
    this.undoAt = undoEnd;
    return undefined;
  }

  #proveMerged(): string | undefined {
    const { row, undoAt } = this;
    const form = this.#form!;
    const merged = this.#merged;
    const ends = this.#ends;
    const start = this.#start + (row === 0 ? 0 : ends[2 * row - 1]!);
    const middle = this.#start + ends[2 * row]!;
    merged.use(form, this.#source, start, middle);
    const undoMiddle = merged.proveBefore(this.#undo, undoAt, this.undoEnd);
    if (undoMiddle < 0) return this.#inImage(merged.column, true);
    const undoEnd = merged.proveAfter(this.#undo, undoMiddle, this.undoEnd);
    if (undoEnd < 0) return this.#inImage(merged.column, false);
    if (this.#chained) {
      const columns = form.first.columns.length;
      if (this.#chains.hasSet(this.#undo, undoAt, undoMiddle, columns)) return CHAIN;
      // The undo sets the row to what the whole before image of the source says.
      this.#chains.sets(this.#source, start, middle, columns);
    }
    this.undoAt = undoEnd;
    return undefined;
  }

  /** In which column the image in the undo at `undoAt` differs from `source[start, end)`. */
  #difference(start: number, end: number, undoAt: number, isFirst: boolean): string {
    const { first, second } = this.#form!;
    const walk = isFirst && second !== undefined ? second : first;
    const length = Math.min(end - start, this.undoEnd - undoAt);
    let same = 0;
    while (same < length && this.#source[start + same] === this.#undo[undoAt + same]) same++;
    return this.#inImage(walk.columnAt(this.#source, start, start + same), isFirst);
  }

  #inImage(column: number | undefined, isFirst: boolean): string {
    const { kind, shape } = this.#form!;
    const image = kind === 'update' ? (isFirst ? 'before image' : 'after image') : 'image';
    if (column === undefined) return `a row that differs in the null bits of its ${image}`;
    return `a row that differs in column ${columnName(shape.table, column)} of its ${image}`;
  }

  #findEnds(bytes: Uint8Array, rows: RowsEvent, { first, second, shape }: ShapeForm, count: number): void {
    const images = second === undefined ? count : 2 * count;
    if (this.#ends.length < images) this.#ends = new Uint32Array(2 * images);
    const ends = this.#ends;
    const { rowsStart, rowsEnd } = rows;
    let at = rowsStart;
    for (let i = 0; i < images && at <= rowsEnd; ) {
      at = first.end(bytes, at);
      ends[i++] = at - rowsStart;
      if (second === undefined) continue;
      if (shape.partial) at = afterOptions(bytes, at, shape.table.jsonColumns.length);
      at = second.end(bytes, at);
      ends[i++] = at - rowsStart;
    }
    if (at === rowsEnd) return;
    throw changedError('its rows are not what they were');
  }
}

const CHAIN = 'a row that looks for what an earlier row of the same event sets';
