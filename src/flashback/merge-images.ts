import { type RowLayout, valueEnd } from '../binlog/columns/layout.ts';
import { bitmapBytes, hasBit } from '../wire/bitmap.ts';

/** Takes images one after the other, in their parts. */
interface ImageTarget {
  /** Another image, of so many columns. */
  begin(columns: number): void;
  /** Column number `index` of the image is NULL. */
  setNull(index: number): void;
  /** The next value is `source[start, end)`. */
  value(source: Uint8Array, start: number, end: number): void;
}

/** Copies images to where there is room for them. */
export class CopiedImages implements ImageTarget {
  readonly bytes: Uint8Array;
  /** Where the next byte goes. */
  at = 0;
  #nulls = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  begin(columns: number): void {
    this.#nulls = this.at;
    this.at += bitmapBytes(columns);
    this.bytes.fill(0, this.#nulls, this.at);
  }

  setNull(index: number): void {
    this.bytes[this.#nulls + (index >> 3)]! |= 1 << (index & 7);
  }

  value(source: Uint8Array, start: number, end: number): void {
    this.bytes.set(source.subarray(start, end), this.at);
    this.at += end - start;
  }
}

/** Images as pieces of what they are made of: a value of a GiB is not copied. */
export class BorrowedImages implements ImageTarget {
  readonly #pieces: Uint8Array[] = [];
  #nulls: Uint8Array = new Uint8Array(0);
  /** Values that stand one after the other are one piece. */
  #source: Uint8Array = this.#nulls;
  #start = 0;
  #end = 0;

  begin(columns: number): void {
    this.#endPiece();
    this.#nulls = new Uint8Array(bitmapBytes(columns));
    this.#pieces.push(this.#nulls);
  }

  setNull(index: number): void {
    this.#nulls[index >> 3]! |= 1 << (index & 7);
  }

  value(source: Uint8Array, start: number, end: number): void {
    if (source !== this.#source || start !== this.#end) {
      this.#endPiece();
      this.#source = source;
      this.#start = start;
    }
    this.#end = end;
  }

  #endPiece(): void {
    if (this.#end > this.#start) this.#pieces.push(this.#source.subarray(this.#start, this.#end));
    this.#start = this.#end;
  }

  /** The pieces in their order. */
  finish(): readonly Uint8Array[] {
    this.#endPiece();
    return this.#pieces;
  }
}

const NO_COLUMNS: RowLayout = {
  columns: new Int32Array(0),
  lengths: new Int32Array(0),
  nullBytes: 0,
  lastNullMask: 0xff,
  steps: [],
};

/**
 * Makes an image of `columns` (ascending, all of them in `base`): each value from the image at `overBytes[overStart]`
 * where that has the column, else from the one at `bytes[baseStart]`.
 */
export function mergeImages(
  target: ImageTarget,
  bytes: Uint8Array,
  base: RowLayout,
  baseStart: number,
  columns: Int32Array,
  over: RowLayout = NO_COLUMNS,
  overBytes: Uint8Array = bytes,
  overStart: number = baseStart,
): void {
  target.begin(columns.length);
  let basePosition = baseStart + base.nullBytes;
  let overPosition = overStart + over.nullBytes;
  let overIndex = 0;
  let index = 0;
  for (let i = 0; i < base.columns.length && index < columns.length; i++) {
    const column = base.columns[i]!;
    let isNull = hasBit(bytes, baseStart, i);
    let from = basePosition;
    if (!isNull) basePosition = valueEnd(bytes, basePosition, base.lengths[i]!);
    let to = basePosition;
    let source = bytes;
    if (over.columns[overIndex] === column) {
      isNull = hasBit(overBytes, overStart, overIndex);
      from = overPosition;
      if (!isNull) overPosition = valueEnd(overBytes, overPosition, over.lengths[overIndex]!);
      to = overPosition;
      source = overBytes;
      overIndex++;
    }
    if (columns[index] !== column) continue;
    if (isNull) target.setNull(index);
    else target.value(source, from, to);
    index++;
  }
}
