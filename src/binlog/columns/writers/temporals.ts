import type { ByteText } from '../../../wire/byte-text.ts';
import { readU24, readU32, readU64 } from '../../../wire/integers.ts';
import type { PutValue } from './put-value.ts';

const QUOTE = 0x27;
const COLON = 0x3a;
const DASH = 0x2d;
const POINT = 0x2e;
const SPACE = 0x20;

/** Microseconds that one unit of a fraction stands for, by its bytes. */
export const MICROS_OF_UNIT: readonly number[] = [0, 10_000, 100, 1];

/** A big-endian number of up to six bytes. */
export function readBE(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) value = value * 256 + bytes[at]!;
  return value;
}

/** DATE in quotes, `separator` between its parts. */
export function datePutter(separator: string): PutValue {
  const code = separator.charCodeAt(0);
  return (source, start, _end, out) => {
    const packed = readU24(source, start);
    out.byte(QUOTE);
    putParts(packed >> 9, (packed >> 5) & 15, packed & 31, code, 4, out);
    out.byte(QUOTE);
  };
}

function putParts(
  first: number,
  second: number,
  third: number,
  separator: number,
  width: number,
  out: ByteText,
): void {
  out.padded(first, width);
  out.byte(separator);
  out.padded(second, 2);
  out.byte(separator);
  out.padded(third, 2);
}

/** Microseconds of the last digit of a fraction. */
const DIGIT = [1_000_000, 100_000, 10_000, 1000, 100, 10, 1];

/** Puts a fraction in `fsp` digits. */
export function putFraction(micros: number, fsp: number, out: ByteText): void {
  if (fsp === 0) return;
  out.byte(POINT);
  out.padded(Math.floor(micros / DIGIT[fsp]!), fsp);
}

/** 10 bits of hour, 6 of minute, 6 of second. */
function putClock(packed: number, micros: number, fsp: number, out: ByteText): void {
  const hour = packed >> 12;
  putParts(hour, (packed >> 6) & 63, packed & 63, COLON, hour < 100 ? 2 : 3, out);
  putFraction(micros, fsp, out);
}

/** DATETIME(`fsp`) in quotes, stored as told at `datetimeDecoder`. */
export function datetimePutter(fsp: number): PutValue {
  return (source, start, end, out) => {
    // The first bit, which is always set, is not read: 40 bits, of which the lower 22 are day and clock.
    const high = (source[start]! & 0x7f) * 0x1_0000 + source[start + 1]! * 0x100 + source[start + 2]!;
    const yearMonth = high >> 6;
    const rest = ((high & 63) << 16) | (source[start + 3]! << 8) | source[start + 4]!;
    const year = Math.floor(yearMonth / 13);
    out.byte(QUOTE);
    putParts(year, yearMonth - 13 * year, rest >> 17, DASH, 4, out);
    out.byte(SPACE);
    putClock(rest & 0x1_ffff, readBE(source, start + 5, end) * MICROS_OF_UNIT[end - start - 5]!, fsp, out);
    out.byte(QUOTE);
  };
}

/** TIME(`fsp`) in quotes, stored as told at `timeDecoder`. */
export function timePutter(fsp: number): PutValue {
  const fraction = (fsp + 1) >> 1;
  const scale = 256 ** fraction;
  const zero = 0x80_0000 * scale;
  return (source, start, end, out) => {
    const packed = readBE(source, start, end) - zero;
    const size = Math.abs(packed);
    out.byte(QUOTE);
    if (packed < 0) out.byte(DASH);
    putClock(Math.floor(size / scale), (size % scale) * MICROS_OF_UNIT[fraction]!, fsp, out);
    out.byte(QUOTE);
  };
}

/** 20261121 is 2026, 11, 21. */
function putPairs(number: number, separator: number, width: number, out: ByteText): void {
  const first = Math.floor(number / 10_000);
  putParts(first, Math.floor(number / 100) % 100, number % 100, separator, width, out);
}

/** DATETIME before MySQL 5.6: the number YYYYMMDDhhmmss. */
export const putOldDatetime: PutValue = (source, start, _end, out) => {
  const value = Number(readU64(source, start));
  out.byte(QUOTE);
  putPairs(Math.floor(value / 1_000_000), DASH, 4, out);
  out.byte(SPACE);
  putPairs(value % 1_000_000, COLON, 2, out);
  out.byte(QUOTE);
};

/** TIME before MySQL 5.6: the number hhmmss in two's complement, whose sign MySQL's mysqlbinlog overlooks. */
export const putOldTime: PutValue = (source, start, _end, out) => {
  const value = (readU24(source, start) << 8) >> 8;
  out.byte(QUOTE);
  if (value < 0) out.byte(DASH);
  const size = Math.abs(value);
  putPairs(size, COLON, size < 1_000_000 ? 2 : 3, out);
  out.byte(QUOTE);
};

const DAY = 86_400;

/** TIMESTAMP(`fsp`) in quotes, as a clock in UTC shows it; 0 is the zero date. */
export function utcPutter(fsp: number): PutValue {
  return (source, start, end, out) => {
    const seconds = readBE(source, start, start + 4);
    putUtc(seconds, readBE(source, start + 4, end) * MICROS_OF_UNIT[end - start - 4]!, fsp, out);
  };
}

/** TIMESTAMP before MySQL 5.6, the same. */
export const putOldUtc: PutValue = (source, start, _end, out) => putUtc(readU32(source, start), 0, 0, out);

function putUtc(seconds: number, micros: number, fsp: number, out: ByteText): void {
  out.byte(QUOTE);
  if (seconds === 0 && micros === 0) putParts(0, 0, 0, DASH, 4, out);
  else putDay(Math.floor(seconds / DAY), out);
  out.byte(SPACE);
  const clock = seconds % DAY;
  putParts(Math.floor(clock / 3600), Math.floor(clock / 60) % 60, clock % 60, COLON, 2, out);
  putFraction(micros, fsp, out);
  out.byte(QUOTE);
}

/** Days from 1968-03-01, when a leap year's February was over, to 1970-01-01. */
const SINCE_MARCH = 671;
/** Days of four years. */
const FOUR_YEARS = 1461;
/** 2100-03-01, counted from 1968-03-01: 2100 is no leap year. */
const MARCH_2100 = 48_212;

/** Puts the date of a day counted from 1970 on, up to 2106. Years are counted from March on, so that leap days end them. */
function putDay(sinceEpoch: number, out: ByteText): void {
  let days = sinceEpoch + SINCE_MARCH;
  if (days >= MARCH_2100) days++;
  const ofFour = days % FOUR_YEARS;
  const year = Math.min(3, Math.floor(ofFour / 365));
  const ofYear = ofFour - 365 * year;
  // Months from March on have 31, 30, 31, 30, 31 days, and again: 153 in five.
  const month = Math.floor((5 * ofYear + 2) / 153);
  const day = ofYear - Math.floor((153 * month + 2) / 5) + 1;
  const isNextYear = month >= 10;
  const fullYear = 1968 + 4 * Math.floor(days / FOUR_YEARS) + year + (isNextYear ? 1 : 0);
  putParts(fullYear, isNextYear ? month - 9 : month + 3, day, DASH, 4, out);
}
