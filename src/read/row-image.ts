import { type RowLayout, valueEnd } from '../binlog/columns/layout.ts';
import type { ColumnDecoder, Value } from '../binlog/columns/values/value.ts';
import { hasBit } from '../wire/bitmap.ts';

/** In {@link RowImage.starts}: the column is NULL. */
export const NULL_VALUE = -1;
/** In {@link RowImage.starts}: the image does not hold the column. */
export const ABSENT = -2;
/** In {@link RowImage.starts}: the log holds only how the column's document differs from one that it does not hold. */
export const DIFFERENCES = -3;

/**
 * Where the values of a row image stand, by column number; one object is reused for all images of a layout. Nothing
 * is decoded that nobody asks for.
 */
export class RowImage {
  bytes: Uint8Array = new Uint8Array(0);
  /** Where a value begins in {@link bytes}, its length prefix left out; or {@link NULL_VALUE}, {@link ABSENT}, {@link DIFFERENCES}. */
  readonly starts: Int32Array;
  /** Where a value ends; what stands here of NULL and absent columns means nothing. */
  readonly ends: Int32Array;

  constructor(columns: number) {
    this.starts = new Int32Array(columns).fill(ABSENT);
    this.ends = new Int32Array(columns);
  }

  /**
   * Takes in hand the image at `bytes[start]`, which has been found to end within its event; answers where it ends.
   * Unlike `imageEnd` it does not check anything.
   */
  locate(bytes: Uint8Array, start: number, layout: RowLayout): number {
    const { columns, lengths, nullBytes } = layout;
    const { starts, ends } = this;
    this.bytes = bytes;
    let at = start + nullBytes;
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!;
      if (hasBit(bytes, start, i)) {
        starts[column] = NULL_VALUE;
        continue;
      }
      const length = lengths[i]!;
      starts[column] = length < 0 ? at - length : at;
      at = valueEnd(bytes, at, length);
      ends[column] = at;
    }
    return at;
  }

  /** Decodes a column: null is NULL, undefined a column that the image does not hold. */
  value(column: number, decoders: readonly ColumnDecoder[]): Value | null | undefined {
    const start = this.starts[column]!;
    if (start >= 0) return decoders[column]!(this.bytes, start, this.ends[column]!);
    return start === NULL_VALUE ? null : undefined;
  }

  /** Is a column, held by both images, the same in both, to the byte? */
  equals(other: RowImage, column: number): boolean {
    let at = this.starts[column]!;
    let otherAt = other.starts[column]!;
    if (at < 0 || otherAt < 0) return at === otherAt;
    const end = this.ends[column]!;
    if (end - at !== other.ends[column]! - otherAt) return false;
    const { bytes } = this;
    const others = other.bytes;
    while (at < end) if (bytes[at++] !== others[otherAt++]) return false;
    return true;
  }
}
