import { readU24, readU32, readU64 } from '../../../wire/integers.ts';
import { ColumnType } from '../types.ts';
import { dateText, signed, timestampText, timeText } from './temporals.ts';
import type { TimeZone } from './time-zone.ts';
import type { ColumnDecoder } from './value.ts';

/** TIMESTAMP before MySQL 5.6: seconds since 1970, four bytes, little-endian. */
export function oldTimestampDecoder(zone: TimeZone): ColumnDecoder {
  return (bytes, start) => ({
    kind: 'timestamp',
    text: timestampText(readU32(bytes, start), 0, 0, zone),
  });
}

/** DATETIME before MySQL 5.6: the number YYYYMMDDhhmmss in eight bytes, little-endian. */
export const decodeOldDatetime: ColumnDecoder = (bytes, start) => {
  const digits = String(readU64(bytes, start)).padStart(14, '0');
  const [, date, time] = /^(.+)(.{6})$/.exec(digits)!;
  const [year, month, day] = inPairs(Number(date));
  return {
    kind: 'datetime',
    text: `${dateText(year, month, day)} ${timeText(...inPairs(Number(time)), 0, 0)}`,
  };
};

/** TIME before MySQL 5.6: the number hhmmss in three bytes, little-endian, two's complement. */
export const decodeOldTime: ColumnDecoder = (bytes, start) => {
  const value = (readU24(bytes, start) << 8) >> 8;
  return { kind: 'time', text: signed(value < 0, timeText(...inPairs(Math.abs(value)), 0, 0)) };
};

/** 20261121 is 2026, 11, 21. */
function inPairs(number: number): [number, number, number] {
  return [Math.floor(number / 10_000), Math.floor(number / 100) % 100, number % 100];
}

/** Bytes by type and digits of fraction. Source: MariaDB, sql/field.cc, hires_bytes. */
const HIRES_BYTES: Readonly<Record<number, readonly number[]>> = {
  [ColumnType.TIME]: [3, 4, 4, 5, 5, 5, 6],
  [ColumnType.DATETIME]: [8, 6, 6, 7, 7, 7, 8],
  [ColumnType.TIMESTAMP]: [4, 5, 5, 6, 6, 7, 7],
};

/**
 * Bytes of a MariaDB TIME, DATETIME or TIMESTAMP column that was made before 10.1.2 or under
 * mysql56_temporal_format=OFF. TABLE_MAP has the old type code for it and not the number of fraction digits.
 */
export function hiresLength(type: number, fsp: number): number {
  return HIRES_BYTES[type]![fsp]!;
}

/** Seconds from the smallest TIME (-838:59:59) to 0, and one: no value is stored as 0. */
const TIME_ZERO = 3_020_400n;

/**
 * Such a column with `fsp` digits of fraction (1 to 6): big-endian numbers whose unit is one of the last digit.
 *
 * | type | number |
 * |---|---|
 * | TIME | time + 838:59:60 |
 * | DATETIME | ((((year * 13 + month) * 32 + day) * 24 + hour) * 60 + minute) * 60 + second, and the fraction |
 * | TIMESTAMP | seconds since 1970 in four bytes, then the fraction as a number of its own |
 *
 * Source: MariaDB, sql/compat56.cc and sql/field.cc, Field_time_hires, Field_datetime_hires,
 * Field_timestamp_hires.
 */
export function hiresDecoder(type: number, fsp: number, zone: TimeZone): ColumnDecoder {
  const unit = 10n ** BigInt(fsp);
  const toMicros = 10 ** (6 - fsp);
  const microsOf = (value: bigint): number => Number(value % unit) * toMicros;
  if (type === ColumnType.TIMESTAMP) {
    return (bytes, start, end) => {
      const seconds = Number(readBE(bytes, start, start + 4));
      const micros = Number(readBE(bytes, start + 4, end)) * toMicros;
      return { kind: 'timestamp', text: timestampText(seconds, micros, fsp, zone) };
    };
  }
  if (type === ColumnType.TIME) {
    return (bytes, start, end) => {
      const value = readBE(bytes, start, end) - TIME_ZERO * unit;
      const size = value < 0n ? -value : value;
      return { kind: 'time', text: signed(value < 0n, clock(Number(size / unit), microsOf(size), fsp)) };
    };
  }
  return (bytes, start, end) => {
    const value = readBE(bytes, start, end);
    const seconds = Number(value / unit);
    const days = Math.floor(seconds / 86_400);
    const months = days >> 5;
    const date = dateText(Math.floor(months / 13), months % 13, days & 31);
    return { kind: 'datetime', text: `${date} ${clock(seconds % 86_400, microsOf(value), fsp)}` };
  };
}

function clock(seconds: number, micros: number, fsp: number): string {
  const minutes = Math.floor(seconds / 60);
  return timeText(Math.floor(minutes / 60), minutes % 60, seconds % 60, micros, fsp);
}

function readBE(bytes: Uint8Array, start: number, end: number): bigint {
  let value = 0n;
  for (let at = start; at < end; at++) value = (value << 8n) | BigInt(bytes[at]!);
  return value;
}
