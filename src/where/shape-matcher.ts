import { imageEnd, type RowLayout, valueEnd } from '../binlog/columns/layout.ts';
import { partialImageStart, type RowsEvent } from '../binlog/rows.ts';
import { BinflashError } from '../errors.ts';
import { PartialImages } from '../read/partial-image.ts';
import type { Shape } from '../scan/shapes.ts';
import { hasBit } from '../wire/bitmap.ts';
import type { Slots } from './condition.ts';
import type { RowMatcher } from './row-filter.ts';
import { RowContext, type Test, TRUE } from './truth.ts';

/** Walks the rows of an event and notes where the columns stand that the tests ask for; nothing else is decoded. */
export class ShapeMatcher implements RowMatcher {
  readonly #shape: Shape;
  readonly #tests: readonly Test[];
  readonly #context: RowContext;
  readonly #first: Int32Array | undefined;
  readonly #second: Int32Array | undefined;
  readonly #partial: PartialImages | undefined;
  /** One for each row of the event in hand that is selected. */
  #selected: Uint8Array = new Uint8Array(256);

  /** A row is selected when one of the tests is true. */
  constructor(shape: Shape, tests: readonly Test[], slots: Slots) {
    this.#shape = shape;
    this.#tests = tests;
    this.#context = new RowContext(slots.count);
    this.#first = slotsOf(shape.first, slots.byColumn[0]);
    this.#second = shape.second && slotsOf(shape.second, slots.byColumn[1]);
    this.#partial = shape.partial && this.#second !== undefined ? new PartialImages() : undefined;
  }

  test(bytes: Uint8Array, event: RowsEvent): number {
    const { first, second, partial, table } = this.#shape;
    const { rowsEnd } = event;
    const context = this.#context;
    context.first = bytes;
    context.second = bytes;
    let count = 0;
    let row = 0;
    let at = event.rowsStart;
    // The scan has made sure that there is a row, if only one without bytes, and that all end where they should.
    do {
      const begin = at;
      at =
        this.#first === undefined
          ? imageEnd(bytes, at, rowsEnd, first)
          : locate(bytes, at, first, this.#first, context);
      if (second !== undefined) {
        const middle = at;
        if (partial) at = partialImageStart(bytes, at, rowsEnd, table.jsonColumns.length);
        const after = at;
        if (this.#second === undefined || partial) at = imageEnd(bytes, at, rowsEnd, second);
        if (this.#partial !== undefined) {
          this.#partial.make(bytes, begin, middle, at, this.#shape);
          context.second = this.#partial.bytes;
          locate(context.second, 0, second, this.#second!, context);
          this.#checkLost(this.#partial.lost);
        } else if (this.#second !== undefined) at = locate(bytes, after, second, this.#second, context);
      }
      const selected = this.#testRow() ? 1 : 0;
      if (row === this.#selected.length) this.#grow();
      this.#selected[row++] = selected;
      count += selected;
    } while (at < rowsEnd);
    return count;
  }

  has(row: number): boolean {
    return this.#selected[row] === 1;
  }

  #testRow(): boolean {
    const tests = this.#tests;
    for (let i = 0; i < tests.length; i++) if (tests[i]!(this.#context) === TRUE) return true;
    return false;
  }

  /** @throws BinflashError `ROW_IMAGE` when a test asks for a document that the log does not hold */
  #checkLost(lost: readonly number[]): void {
    const { second, table } = this.#shape;
    for (const column of lost) {
      if (this.#second![second!.columns.indexOf(column)]! < 0) continue;
      const name = table.optional.names?.[column] ?? `@${column + 1}`;
      throw new BinflashError(
        'ROW_IMAGE',
        `--where asks for column ${name}, of which the log holds only differences to a document that it does not hold`,
        { hint: 'Ask for other columns, or leave the event out by position.' },
      );
    }
  }

  #grow(): void {
    const larger = new Uint8Array(this.#selected.length * 4);
    larger.set(this.#selected);
    this.#selected = larger;
  }
}

/** By place in the image the slot of the column or -1; undefined for an image that nobody asks for. */
function slotsOf(layout: RowLayout, byColumn: ReadonlyMap<number, number>): Int32Array | undefined {
  if (byColumn.size === 0) return undefined;
  return Int32Array.from(layout.columns, (column) => byColumn.get(column) ?? -1);
}

/** Notes where the values stand that have a slot, and answers where the image ends. */
function locate(
  bytes: Uint8Array,
  start: number,
  layout: RowLayout,
  slots: Int32Array,
  { starts, ends }: RowContext,
): number {
  const { lengths } = layout;
  let at = start + layout.nullBytes;
  for (let i = 0; i < lengths.length; i++) {
    const slot = slots[i]!;
    if (hasBit(bytes, start, i)) {
      if (slot >= 0) starts[slot] = -1;
      continue;
    }
    const length = lengths[i]!;
    const value = length < 0 ? at - length : at;
    at = length < 0 ? valueEnd(bytes, at, length) : at + length;
    if (slot < 0) continue;
    starts[slot] = value;
    ends[slot] = at;
  }
  return at;
}
