import { readU24, readU32 } from '../../wire/integers.ts';
import { ColumnType } from './types.ts';
import { hiresLength } from './values/old-temporals.ts';

/**
 * MariaDB logs TIME, DATETIME and TIMESTAMP columns made before 10.1.2, or with mysql56_temporal_format=OFF, under their old
 * type codes without their digits of fraction, on which the length of values depends. What is known of these is a mask:
 * bit n says that there may be n digits.
 */
export const ANY_DIGITS = 0x7f;

const { TIME, DATETIME, TIMESTAMP } = ColumnType;

export function isOldTemporal(type: number): boolean {
  return type === TIMESTAMP || type === TIME || type === DATETIME;
}

/** The number of digits where the mask leaves but one, else undefined. */
export function digitsIn(mask: number): number | undefined {
  const digits = 31 - Math.clz32(mask);
  return mask === 1 << digits ? digits : undefined;
}

/** All digits by the length of values that they lead to, as masks. */
export function digitsByLength(type: number, mask: number): number[] {
  const masks = new Map<number, number>();
  for (let digits = 0; digits <= 6; digits++) {
    if ((mask & (1 << digits)) === 0) continue;
    const length = hiresLength(type, digits);
    masks.set(length, (masks.get(length) ?? 0) | (1 << digits));
  }
  return [...masks.values()];
}

/** Bytes of a value, undefined where the mask leaves several lengths. */
export function lengthOfDigits(type: number, mask: number): number | undefined {
  const lengths = digitsByLength(type, mask);
  return lengths.length === 1 ? hiresLength(type, 31 - Math.clz32(lengths[0]!)) : undefined;
}

/** What remains of the mask once the value at `at` is known to have been stored: no server stores what is no time. */
export function possibleDigits(type: number, mask: number, bytes: Uint8Array, at: number): number {
  let possible = 0;
  for (let digits = 0; digits <= 6; digits++) {
    const bit = 1 << digits;
    if ((mask & bit) !== 0 && isPossible(type, digits, bytes, at)) possible |= bit;
  }
  return possible;
}

/** TIME runs from -838:59:59 to 838:59:59. */
const MOST_SECONDS = 3_020_400;
/** Seconds of 10000 years of 13 months (0 is one) of 32 days. */
const MOST_DATETIME = 10_000 * 13 * 32 * 86_400;
const LAST_DATETIME = 99_991_231_235_959;

function isPossible(type: number, digits: number, bytes: Uint8Array, at: number): boolean {
  const length = hiresLength(type, digits);
  const unit = 10 ** digits;
  if (type === TIMESTAMP) return digits === 0 || bigEndian(bytes, at + 4, at + length) < unit;
  if (type === TIME) {
    if (digits > 0) return bigEndian(bytes, at, at + length) <= 2 * MOST_SECONDS * unit;
    return isClock(Math.abs((readU24(bytes, at) << 8) >> 8), 838);
  }
  if (digits > 0) return wholeSeconds(bytes, at, at + length, unit) < MOST_DATETIME;
  const value = readU32(bytes, at) + readU32(bytes, at + 4) * 2 ** 32;
  if (value > LAST_DATETIME) return false;
  const date = Math.floor(value / 1_000_000);
  return Math.floor(date / 100) % 100 <= 12 && date % 100 <= 31 && isClock(value % 1_000_000, 23);
}

function isClock(number: number, mostHours: number): boolean {
  return number % 100 < 60 && Math.floor(number / 100) % 100 < 60 && Math.floor(number / 10_000) <= mostHours;
}

/**
 * The big-endian number in units of a second's fraction, as whole seconds: of more than 53 bits, as the last moments of the
 * year 9999 have with six digits, which many write for "forever", a double would hold less.
 */
function wholeSeconds(bytes: Uint8Array, start: number, end: number, unit: number): number {
  const high = bigEndian(bytes, start, end - 3);
  const rest = (high % unit) * 2 ** 24 + bigEndian(bytes, end - 3, end);
  return Math.floor(high / unit) * 2 ** 24 + Math.floor(rest / unit);
}

/** Of up to 6 bytes. */
function bigEndian(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) value = value * 256 + bytes[at]!;
  return value;
}
