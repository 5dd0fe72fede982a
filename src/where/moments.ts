import type { TimeZone } from '../binlog/columns/values/time-zone.ts';
import { readU24 } from '../wire/integers.ts';

/**
 * A date and time as two numbers that compare as it does, without making an object for every row: `high` is packed
 * like the five bytes of DATETIME (`(year * 13 + month) << 22 | day << 17 | hour << 12 | minute << 6 | second`),
 * `low` are microseconds. A TIME is its microseconds in `high`, negative ones too.
 */
export interface Moment {
  high: number;
  low: number;
}

/** Reads a value into a moment that is used again for every row. */
export type MomentReader = (bytes: Uint8Array, start: number, end: number, into: Moment) => void;

export function compareMoments(a: Moment, b: Moment): number {
  return a.high - b.high || a.low - b.low;
}

export function packMoment(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number {
  return ((year * 13 + month) * 32 + day) * 2 ** 17 + hour * 4096 + minute * 64 + second;
}

/** TIME as microseconds. */
export function packTime(hour: number, minute: number, second: number, micros: number): number {
  return ((hour * 60 + minute) * 60 + second) * 1_000_000 + micros;
}

/** Microseconds that one unit of a fraction stands for, by its bytes. */
const UNIT = [0, 10_000, 100, 1];

function readBE(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let i = 0; i < length; i++) value = value * 256 + bytes[at + i]!;
  return value;
}

/** DATE, see `decodeDate` for the bits. */
export const readDate: MomentReader = (bytes, start, _end, into) => {
  const packed = readU24(bytes, start);
  into.high = packMoment(packed >> 9, (packed >> 5) & 15, packed & 31, 0, 0, 0);
  into.low = 0;
};

/** DATETIME(`fsp`), see `datetimeDecoder`. */
export function datetimeReader(fsp: number): MomentReader {
  const fraction = (fsp + 1) >> 1;
  return (bytes, start, _end, into) => {
    into.high = readBE(bytes, start, 5) - 0x80_0000_0000;
    into.low = readBE(bytes, start + 5, fraction) * UNIT[fraction]!;
  };
}

/** TIME(`fsp`), see `timeDecoder`. */
export function timeReader(fsp: number): MomentReader {
  const fraction = (fsp + 1) >> 1;
  const scale = 256 ** fraction;
  const offset = 0x80_0000 * scale;
  return (bytes, start, _end, into) => {
    const packed = readBE(bytes, start, 3 + fraction) - offset;
    const size = Math.abs(packed);
    const clock = Math.floor(size / scale);
    const micros = packTime(clock >> 12, (clock >> 6) & 63, clock & 63, (size % scale) * UNIT[fraction]!);
    into.high = packed < 0 ? -micros : micros;
    into.low = 0;
  };
}

/** TIMESTAMP(`fsp`) on the clock of a time zone, see `timestampDecoder`. */
export function timestampReader(fsp: number, zone: TimeZone): MomentReader {
  const fraction = (fsp + 1) >> 1;
  return (bytes, start, _end, into) => {
    const seconds = readBE(bytes, start, 4);
    into.low = readBE(bytes, start + 4, fraction) * UNIT[fraction]!;
    // The zero date is not a moment.
    into.high = seconds === 0 && into.low === 0 ? 0 : packSeconds(seconds + zone(seconds));
  };
}

/** Packs seconds since 1970. Days to dates by counting from a March 1st: Howard Hinnant, chrono-compatible algorithms. */
export function packSeconds(seconds: number): number {
  const days = Math.floor(seconds / 86_400);
  const clock = seconds - days * 86_400;
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + (yearOfEra >> 2) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const hour = Math.floor(clock / 3600);
  return packMoment(year, month, day, hour, Math.floor(clock / 60) % 60, clock % 60);
}
