import { readU32 } from '../../../wire/integers.ts';
import type { ColumnDecoder } from './value.ts';

const scratch = new DataView(new ArrayBuffer(8));

export function readFloat(bytes: Uint8Array, at: number): number {
  scratch.setUint32(0, readU32(bytes, at));
  return scratch.getFloat32(0);
}

export function readDouble(bytes: Uint8Array, at: number): number {
  scratch.setUint32(4, readU32(bytes, at));
  scratch.setUint32(0, readU32(bytes, at + 4));
  return scratch.getFloat64(0);
}

/** FLOAT: IEEE 754, four bytes, little-endian. */
export const decodeFloat: ColumnDecoder = (bytes, start) => ({
  kind: 'float',
  value: readFloat(bytes, start),
});

/** DOUBLE: IEEE 754, eight bytes, little-endian. */
export const decodeDouble: ColumnDecoder = (bytes, start) => ({
  kind: 'double',
  value: readDouble(bytes, start),
});

/** The shortest decimal that reads back as the same double, written as the servers write it. */
export function doubleText(value: number): string {
  const size = Math.abs(value);
  // Here JavaScript writes like the servers.
  if (size >= 1e-6 && size < 1e15) return String(value);
  return Number.isFinite(value) ? notation(value.toExponential(), isNegative(value)) : String(value);
}

/**
 * The shortest decimal that reads back as the same float. In SELECT and in mysqlbinlog the servers round to
 * six digits, which may be another number.
 */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return notation(shortestFloat(value), isNegative(value));
}

/** Nine digits tell any two floats apart. */
const MOST_FLOAT_DIGITS = 9;

/** The same with an exponent, as JavaScript writes it. */
export function shortestFloat(value: number): string {
  for (let digits = 1; digits < MOST_FLOAT_DIGITS; digits++) {
    const text = value.toExponential(digits - 1);
    if (Math.fround(Number(text)) === value) return text;
  }
  return value.toExponential(MOST_FLOAT_DIGITS - 1);
}

function isNegative(value: number): boolean {
  return value < 0 || Object.is(value, -0);
}

/** The decimal point may stand so far before or behind the first digit without an exponent. */
const MOST_PLACES = 15;

/**
 * Writes `d.ddde+x` as the servers do: without an exponent from 1e-15 up to 15 integer digits (more, if a
 * fraction follows), else with one that has no plus sign. Source: MySQL, strings/dtoa.cc, my_gcvt.
 */
function notation(exponential: string, negative: boolean): string {
  const [mantissa, exponent] = exponential.split('e');
  const digits = mantissa!.replace(/[-.]/g, '').replace(/0+$/, '') || '0';
  const sign = negative ? '-' : '';
  if (digits === '0') return `${sign}0`;
  /** How many digits stand before the decimal point. */
  const point = Number(exponent) + 1;
  if (point <= -MOST_PLACES || (point > MOST_PLACES && digits.length <= point)) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    return `${sign}${digits[0]}${fraction}e${point - 1}`;
  }
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (digits.length <= point) return sign + digits.padEnd(point, '0');
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
