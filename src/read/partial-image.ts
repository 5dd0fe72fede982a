import { type RowLayout, valueEnd } from '../binlog/columns/layout.ts';
import { applyJsonDiffs } from '../binlog/json/apply.ts';
import { partialImageStart } from '../binlog/rows.ts';
import { BinflashError } from '../errors.ts';
import type { Shape } from '../scan/shapes.ts';
import { allocate } from '../wire/allocate.ts';
import { hasBit } from '../wire/bitmap.ts';
import { writeU32 } from '../wire/integers.ts';

/** A JSON value begins with its length, a u32. */
const JSON_PREFIX = 4;

const NO_DOCUMENT = new Uint8Array(0);

/**
 * Makes whole after images of those in PARTIAL_UPDATE_ROWS, whose documents may be differences to the document
 * in the before image. The undo needs the whole document to find the row where a table has no key.
 */
export class PartialImages {
  /** Holds the image that was made last, from index 0 on. */
  bytes: Uint8Array = new Uint8Array(0);
  /** Columns of it whose documents cannot be made, for the before image does not hold them; their values are empty. */
  readonly lost: number[] = [];
  #at = 0;

  /**
   * Makes the whole image of the row whose before image is `source[before, middle)`; value options and after
   * image follow it and end at `end`. Answers the image's length.
   *
   * @throws BinflashError `DAMAGED` for differences that do not fit their document
   */
  make(source: Uint8Array, before: number, middle: number, end: number, shape: Shape): number {
    const { table, first } = shape;
    const after = shape.second!;
    const start = partialImageStart(source, middle, end, table.jsonColumns.length);
    // Without options there is no bitmap of differences.
    const bits = source[middle] === 0 ? -1 : middle + 1;
    this.#at = 0;
    this.lost.length = 0;
    this.#put(source, start, start + after.nullBytes);
    let at = start + after.nullBytes;
    for (let i = 0; i < after.columns.length; i++) {
      if (hasBit(source, start, i)) continue;
      const valueStart = at;
      at = valueEnd(source, at, after.lengths[i]!);
      const json = table.jsonColumns.indexOf(after.columns[i]!);
      if (bits < 0 || json < 0 || !hasBit(source, bits, json)) this.#put(source, valueStart, at);
      else {
        const document = documentOf(source, before, first, after.columns[i]!);
        if (document === undefined) this.lost.push(after.columns[i]!);
        this.#putDocument(
          document === undefined
            ? NO_DOCUMENT
            : applyJsonDiffs(document, source.subarray(valueStart + JSON_PREFIX, at)),
        );
      }
    }
    return this.#at;
  }

  #putDocument(document: Uint8Array): void {
    this.#reserve(JSON_PREFIX);
    writeU32(this.bytes, this.#at, document.length);
    this.#at += JSON_PREFIX;
    this.#put(document, 0, document.length);
  }

  #put(source: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    this.bytes.set(source.subarray(start, end), this.#at);
    this.#at += end - start;
  }

  #reserve(length: number): void {
    if (this.#at + length <= this.bytes.length) return;
    const larger = allocate(2 * (this.#at + length));
    larger.set(this.bytes.subarray(0, this.#at));
    this.bytes = larger;
  }
}

/** The document of a column in a before image, without its length; undefined when the image does not hold it. */
function documentOf(
  source: Uint8Array,
  start: number,
  layout: RowLayout,
  column: number,
): Uint8Array | undefined {
  let at = start + layout.nullBytes;
  for (let i = 0; i < layout.columns.length; i++) {
    const isNull = hasBit(source, start, i);
    const valueStart = at;
    if (!isNull) at = valueEnd(source, at, layout.lengths[i]!);
    if (layout.columns[i] !== column) continue;
    if (isNull) throw new BinflashError('DAMAGED', 'a document that was NULL is changed by differences');
    return source.subarray(valueStart + JSON_PREFIX, at);
  }
  return undefined;
}
