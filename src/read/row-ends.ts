import { imageEnd } from '../binlog/columns/layout.ts';
import { partialImageStart, type RowsEvent } from '../binlog/rows.ts';
import type { Shape } from '../scan/shapes.ts';

/** Most images whose ends are known at a time: an event may have a row in every byte. Even, so that rows stay whole. */
const SECTION = 2 ** 16;

/**
 * Where the images of an event's rows end: what it takes to walk them from the last to the first, section by section. One
 * object is reused for all events.
 */
export class RowEnds {
  /**
   * Of the section in hand, one number an image, two a row of an UPDATE, relative to the event's first row; before the
   * first of them stands where the section begins.
   */
  readonly ends: Uint32Array = new Uint32Array(SECTION + 1);
  /** Number of the section's first image, and how many images it has. */
  first = 0;
  count = 0;
  /** Where sections begin. */
  readonly #begins: number[] = [];

  /**
   * Takes the last section of an event's `rows` rows in hand; the scan has counted them, so it is known that every image
   * ends where it should.
   */
  find(bytes: Uint8Array, event: RowsEvent, shape: Shape, rows: number): void {
    const images = shape.second === undefined ? rows : 2 * rows;
    this.#begins.length = 0;
    let begin = 0;
    for (this.first = 0; ; this.first += SECTION) {
      this.#begins.push(begin);
      this.count = Math.min(SECTION, images - this.first);
      begin = this.#walk(bytes, event, shape, begin);
      if (this.first + this.count === images) return;
    }
  }

  /** Takes the section before that in hand; false when there is none. */
  back(bytes: Uint8Array, event: RowsEvent, shape: Shape): boolean {
    this.#begins.pop();
    const begin = this.#begins.at(-1);
    if (begin === undefined) return false;
    this.first -= SECTION;
    this.count = SECTION;
    this.#walk(bytes, event, shape, begin);
    return true;
  }

  /** Fills {@link ends} for the section in hand, and answers where it ends. */
  #walk(bytes: Uint8Array, { rowsStart, rowsEnd }: RowsEvent, shape: Shape, begin: number): number {
    const { first, second } = shape;
    const { ends, count } = this;
    let at = rowsStart + begin;
    ends[0] = begin;
    if (second === undefined) {
      for (let i = 1; i <= count; i++) {
        at = imageEnd(bytes, at, rowsEnd, first);
        ends[i] = at - rowsStart;
      }
      return at - rowsStart;
    }
    for (let i = 1; i <= count; i += 2) {
      at = imageEnd(bytes, at, rowsEnd, first);
      ends[i] = at - rowsStart;
      if (shape.partial) at = partialImageStart(bytes, at, rowsEnd, shape.table.jsonColumns.length);
      at = imageEnd(bytes, at, rowsEnd, second);
      ends[i + 1] = at - rowsStart;
    }
    return at - rowsStart;
  }
}
