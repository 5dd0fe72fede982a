import type { ColumnDecoder } from './value.ts';

/** Bytes of 0 to 9 digits. */
const DIGIT_BYTES = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];

/** Digits in a full group of four bytes. */
const GROUP = 9;

/**
 * The text of a DECIMAL(`precision`, `scale`) at `at`, all digits of the scale written out.
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
export function decimalText(bytes: Uint8Array, at: number, precision: number, scale: number): string {
  const negative = bytes[at]! < 0x80;
  const flip = negative ? 0xff : 0;
  const start = at;
  const group = (digits: number): number => {
    let value = 0;
    for (let left = DIGIT_BYTES[digits]!; left > 0; left--) {
      value = value * 256 + (bytes[at]! ^ flip ^ (at === start ? 0x80 : 0));
      at++;
    }
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
  text = `${negative ? '-' : ''}${text || '0'}`;
  if (scale > 0) text += '.';
  for (let left = scale; left > 0; ) {
    const digits = Math.min(left, GROUP);
    text += String(group(digits)).padStart(digits, '0');
    left -= digits;
  }
  return text;
}

/** DECIMAL; `meta` is precision << 8 | scale. */
export function decimalDecoder(meta: number): ColumnDecoder {
  const precision = meta >> 8;
  const scale = meta & 0xff;
  return (bytes, start) => ({ kind: 'decimal', text: decimalText(bytes, start, precision, scale) });
}
