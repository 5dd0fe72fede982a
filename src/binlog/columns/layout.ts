import { bitmapBytes, lastByteMask } from '../../wire/bitmap.ts';
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
   * How to pass the values of eight columns, by null byte and its value; compiled when it is met first. Each step is
   * `fixed bytes << 3 | length-of-length`, neighbouring fixed columns merged into the variable column after them;
   * without a length-of-length a step has fixed bytes only.
   */
  readonly steps: readonly Int32Array[][];
}

/** Compiles the layout of an image that holds `columns`, with all the table's value lengths at hand. */
export function compileLayout(columns: readonly number[], tableLengths: Int32Array): RowLayout {
  const nullBytes = bitmapBytes(columns.length);
  return {
    columns: Int32Array.from(columns),
    lengths: Int32Array.from(columns, (column) => tableLengths[column]!),
    nullBytes,
    lastNullMask: lastByteMask(columns.length),
    steps: Array.from({ length: nullBytes }, () => []),
  };
}

/** The steps of the eight columns of null byte number `byte` that are not NULL in `nulls`. */
function compileSteps({ lengths, steps }: RowLayout, byte: number, nulls: number): Int32Array {
  const compiled: number[] = [];
  let fixed = 0;
  for (const [bit, length] of lengths.subarray(byte * 8, byte * 8 + 8).entries()) {
    if ((nulls & (1 << bit)) !== 0) continue;
    if (length >= 0) fixed += length;
    else {
      compiled.push((fixed << 3) | -length);
      fixed = 0;
    }
  }
  if (fixed > 0) compiled.push(fixed << 3);
  const result = Int32Array.from(compiled);
  steps[byte]![nulls] = result;
  return result;
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
 * Where the row image at `start` ends, or -1 when it would run over `end`.
 *
 * Reads may look past `end` by a length prefix before the answer is -1, never past the array by more than
 * that: a typed array answers undefined there, which counts as 0.
 */
export function imageEnd(bytes: Uint8Array, start: number, end: number, layout: RowLayout): number {
  const { nullBytes, steps } = layout;
  let at = start + nullBytes;
  if (at > end) return -1;
  for (let byte = 0; byte < nullBytes; byte++) {
    let nulls = bytes[start + byte]!;
    if (byte === nullBytes - 1) nulls &= layout.lastNullMask;
    const group = steps[byte]![nulls] ?? compileSteps(layout, byte, nulls);
    for (let i = 0; i < group.length; i++) {
      const step = group[i]!;
      at += step >> 3;
      const prefix = step & 7;
      if (at + prefix > end) return -1;
      if (prefix !== 0) at += prefix + prefixedLength(bytes, at, prefix);
    }
  }
  return at > end ? -1 : at;
}
