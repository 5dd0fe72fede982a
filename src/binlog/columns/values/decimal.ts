import type { PutValue } from '../writers/put-value.ts';
import type { ColumnDecoder } from './value.ts';

/** Bytes of 0 to 9 digits. */
const DIGIT_BYTES = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];

/** Digits in a full group of four bytes. */
const GROUP = 9;

const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;

/** Reads `digits` digits at `at`; `flip` is turned over in each byte, `first` in the first one. */
function readGroup(bytes: Uint8Array, at: number, digits: number, flip: number, first: number): number {
  let value = bytes[at]! ^ flip ^ first;
  const end = at + DIGIT_BYTES[digits]!;
  for (let i = at + 1; i < end; i++) value = value * 256 + (bytes[i]! ^ flip);
  return value;
}

/**
 * The text of a DECIMAL(`precision`, `scale`) at `start`, all digits of the scale written out.
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
export function decimalText(bytes: Uint8Array, start: number, precision: number, scale: number): string {
  const flip = bytes[start]! < 0x80 ? 0xff : 0;
  let first = 0x80;
  let at = start;
  const group = (digits: number): number => {
    const value = readGroup(bytes, at, digits, flip, first);
    first = 0;
    at += DIGIT_BYTES[digits]!;
    return value;
  };
  let text = '';
  for (let left = precision - scale; left > 0; ) {
    const digits = left % GROUP || GROUP;
    const value = group(digits);
    if (text !== '') text += String(value).padStart(digits, '0');
    else if (value > 0) text = String(value);
    left -= digits;
  }
  text = `${flip === 0 ? '' : '-'}${text || '0'}`;
  if (scale > 0) text += '.';
  for (let left = scale; left > 0; left -= GROUP) {
    const digits = Math.min(left, GROUP);
    text += String(group(digits)).padStart(digits, '0');
  }
  return text;
}

/** The same without a string; `meta` is precision << 8 | scale. */
export function decimalPutter(meta: number): PutValue {
  const scale = meta & 0xff;
  const whole = (meta >> 8) - scale;
  return (source, start, _end, out) => {
    const flip = source[start]! < 0x80 ? 0xff : 0;
    let first = 0x80;
    let at = start;
    if (flip !== 0) out.byte(MINUS);
    let isZero = true;
    for (let left = whole; left > 0; ) {
      const digits = left % GROUP || GROUP;
      const value = readGroup(source, at, digits, flip, first);
      if (!isZero) out.padded(value, digits);
      else if (value > 0) out.digits(value);
      isZero &&= value === 0;
      first = 0;
      at += DIGIT_BYTES[digits]!;
      left -= digits;
    }
    if (isZero) out.byte(ZERO);
    if (scale > 0) out.byte(POINT);
    for (let left = scale; left > 0; left -= GROUP) {
      const digits = Math.min(left, GROUP);
      out.padded(readGroup(source, at, digits, flip, first), digits);
      first = 0;
      at += DIGIT_BYTES[digits]!;
    }
  };
}

/** DECIMAL; `meta` is precision << 8 | scale. */
export function decimalDecoder(meta: number): ColumnDecoder {
  const precision = meta >> 8;
  const scale = meta & 0xff;
  return (bytes, start) => ({ kind: 'decimal', text: decimalText(bytes, start, precision, scale) });
}
