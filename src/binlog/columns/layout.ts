import { bitmapBytes, hasBit, lastByteMask } from '../../wire/bitmap.ts';
import { readU16, readU24, readU32 } from '../../wire/integers.ts';

/**
 * How to find the end of one row image: the lengths of the columns that the image holds, compiled once
 * per table and bitmap, walked by a plain loop for every row.
 *
 * A row image is a null bitmap with one bit for each present column, then the values of those that are
 * not NULL, without padding.
 */
export interface RowLayout {
  /** The columns the image holds, as numbers in the table, ascending. */
  readonly columns: Int32Array;
  /** {@link valueLength} of each of them. */
  readonly lengths: Int32Array;
  readonly nullBytes: number;
  /** Bits of the last null byte that stand for columns; the rest is padding (1 in MySQL, 0 in MariaDB). */
  readonly lastNullMask: number;
  /**
   * For rows without NULL: `fixed bytes << 3 | length-of-length`, neighbouring fixed columns merged into
   * the variable column after them; a last entry with length-of-length 0 ends the row.
   */
  readonly steps: Int32Array;
}

/** Compiles the layout of an image that holds `columns`, with all the table's value lengths at hand. */
export function compileLayout(columns: readonly number[], tableLengths: Int32Array): RowLayout {
  const lengths = Int32Array.from(columns, (column) => tableLengths[column]!);
  const steps: number[] = [];
  let fixed = 0;
  for (const length of lengths) {
    if (length >= 0) fixed += length;
    else {
      steps.push((fixed << 3) | -length);
      fixed = 0;
    }
  }
  steps.push(fixed << 3);
  return {
    columns: Int32Array.from(columns),
    lengths,
    nullBytes: bitmapBytes(columns.length),
    lastNullMask: lastByteMask(columns.length),
    steps: Int32Array.from(steps),
  };
}

function prefixedLength(bytes: Uint8Array, at: number, prefix: number): number {
  if (prefix === 1) return bytes[at]!;
  if (prefix === 2) return readU16(bytes, at);
  if (prefix === 4) return readU32(bytes, at);
  return readU24(bytes, at);
}

/** Where the value at `at` ends; `length` is its {@link valueLength}. May answer more than the event's end. */
export function valueEnd(bytes: Uint8Array, at: number, length: number): number {
  return length >= 0 ? at + length : at - length + prefixedLength(bytes, at, -length);
}

/**
 * Where the row image at `at` ends, or -1 when it would run over `end`.
 *
 * Reads may look past `end` by a length prefix before the answer is -1, never past the array by more than
 * that: a typed array answers undefined there, which counts as 0.
 */
export function imageEnd(bytes: Uint8Array, at: number, end: number, layout: RowLayout): number {
  const values = at + layout.nullBytes;
  if (values > end) return -1;
  if (layout.nullBytes === 0) return at;
  let nulls = bytes[values - 1]! & layout.lastNullMask;
  for (let i = at; i < values - 1; i++) nulls |= bytes[i]!;
  return nulls === 0 ? fullEnd(bytes, values, end, layout.steps) : sparseEnd(bytes, at, end, layout);
}

function fullEnd(bytes: Uint8Array, values: number, end: number, steps: Int32Array): number {
  let at = values;
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i]!;
    at += step >> 3;
    const prefix = step & 7;
    if (at + prefix > end) return -1;
    if (prefix !== 0) at += prefix + prefixedLength(bytes, at, prefix);
  }
  return at > end ? -1 : at;
}

function sparseEnd(bytes: Uint8Array, start: number, end: number, layout: RowLayout): number {
  const lengths = layout.lengths;
  let at = start + layout.nullBytes;
  for (let i = 0; i < lengths.length; i++) {
    if (hasBit(bytes, start, i)) continue;
    const length = lengths[i]!;
    if (length >= 0) at += length;
    else {
      if (at - length > end) return -1;
      at += prefixedLength(bytes, at, -length) - length;
    }
  }
  return at > end ? -1 : at;
}
