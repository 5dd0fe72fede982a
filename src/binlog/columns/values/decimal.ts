import type { PutValue } from '../writers/put-value.ts';
import type { ColumnDecoder } from './value.ts';

/** Bytes of 0 to 9 digits. */
const DIGIT_BYTES = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];

/** Digits in a full group of four bytes. */
const GROUP = 9;

/** Sign, 81 digits, which a number in JSON may have, point, and a zero before it. */
const MOST_CHARACTERS = 84;

const scratch = Buffer.alloc(MOST_CHARACTERS);

const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;

/**
 * Finds the text of a DECIMAL(`precision`, `scale`) at `start`, all digits of the scale written out, and answers how
 * many characters of it stand in the scratch.
 *
 * | part | bytes, big-endian |
 * |---|---|
 * | integer digits that fill no group of 9 | 0 to 4 |
 * | integer digits in groups of 9 | 4 each |
 * | fraction digits in groups of 9 | 4 each |
 * | fraction digits that fill no group | 0 to 4 |
 *
 * The highest bit of all is set; then, in a negative number, every bit is turned over.
 * Source: MySQL, strings/decimal.cc, bin2decimal.
 */
function writeDecimal(bytes: Uint8Array, start: number, precision: number, scale: number): number {
  const negative = bytes[start]! < 0x80;
  const flip = negative ? 0xff : 0;
  let at = start;
  let length = 0;
  const digits = (count: number): void => {
    let value = 0;
    for (let left = DIGIT_BYTES[count]!; left > 0; left--) {
      value = value * 256 + (bytes[at]! ^ flip ^ (at === start ? 0x80 : 0));
      at++;
    }
    for (let place = length + count - 1; place >= length; place--) {
      scratch[place] = ZERO + (value % 10);
      value = Math.floor(value / 10);
    }
    length += count;
  };
  if (negative) scratch[length++] = MINUS;
  const first = length;
  for (let left = precision - scale; left > 0; left -= left % GROUP || GROUP) digits(left % GROUP || GROUP);
  let zeros = first;
  while (zeros < length && scratch[zeros] === ZERO) zeros++;
  scratch.copyWithin(first, zeros, length);
  length -= zeros - first;
  if (length === first) scratch[length++] = ZERO;
  if (scale > 0) scratch[length++] = POINT;
  for (let left = scale; left > 0; left -= GROUP) digits(Math.min(left, GROUP));
  return length;
}

/** The text of a DECIMAL(`precision`, `scale`) at `at`. */
export function decimalText(bytes: Uint8Array, at: number, precision: number, scale: number): string {
  return scratch.toString('latin1', 0, writeDecimal(bytes, at, precision, scale));
}

/** DECIMAL; `meta` is precision << 8 | scale. */
export function decimalPutter(meta: number): PutValue {
  const precision = meta >> 8;
  const scale = meta & 0xff;
  return (source, start, _end, out) => out.copy(scratch, 0, writeDecimal(source, start, precision, scale));
}

/** DECIMAL; `meta` is precision << 8 | scale. */
export function decimalDecoder(meta: number): ColumnDecoder {
  const precision = meta >> 8;
  const scale = meta & 0xff;
  return (bytes, start) => ({ kind: 'decimal', text: decimalText(bytes, start, precision, scale) });
}
