import { readU24 } from '../../../wire/integers.ts';
import type { TimeZone } from './time-zone.ts';
import type { ColumnDecoder } from './value.ts';

/** `n` in at least `width` digits. */
export function padded(n: number, width: number): string {
  return String(n).padStart(width, '0');
}

/** Numbers of two digits; what is in a field is always found here, unless it is damaged. */
const TWO: readonly string[] = Array.from({ length: 100 }, (_, n) => padded(n, 2));

const two = (n: number): string => TWO[n] ?? padded(n, 2);

export function dateText(year: number, month: number, day: number): string {
  return `${year > 999 ? year : padded(year, 4)}-${two(month)}-${two(day)}`;
}

/** `hh:mm:ss`, and the fraction in `fsp` digits. Hours of TIME go up to 838. */
export function timeText(hour: number, minute: number, second: number, micros: number, fsp: number): string {
  const time = `${two(hour)}:${two(minute)}:${two(second)}`;
  return fsp === 0 ? time : `${time}.${padded(micros, 6).slice(0, fsp)}`;
}

function readBE(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let i = 0; i < length; i++) value = value * 256 + bytes[at + i]!;
  return value;
}

/** Microseconds that one unit of a fraction stands for, by its bytes. */
const UNIT = [0, 10_000, 100, 1];

/** DATE: 24 bits, little-endian: 15 of year, 4 of month, 5 of day. */
export const decodeDate: ColumnDecoder = (bytes, start) => {
  const packed = readU24(bytes, start);
  return { kind: 'date', text: dateText(packed >> 9, (packed >> 5) & 15, packed & 31) };
};

/** DATETIME without fraction begins here: the sign bit is always set. */
const DATETIME_OFFSET = 0x80_0000_0000;

/**
 * DATETIME(`fsp`): five bytes, big-endian, then the fraction in up to three bytes.
 *
 * | bits | field |
 * |---|---|
 * | 1 | always 1 |
 * | 17 | year * 13 + month |
 * | 5, 5, 6, 6 | day, hour, minute, second |
 *
 * Source: MySQL, sql-common/my_time.cc, my_datetime_packed_from_binary.
 */
export function datetimeDecoder(fsp: number): ColumnDecoder {
  const fraction = (fsp + 1) >> 1;
  let lastPacked = 0;
  let lastMicros = 0;
  let last = datetimeText(0, 0, fsp);
  return (bytes, start) => {
    const packed = readBE(bytes, start, 5) - DATETIME_OFFSET;
    const micros = readBE(bytes, start + 5, fraction) * UNIT[fraction]!;
    // As with TIMESTAMP below.
    if (packed !== lastPacked || micros !== lastMicros) {
      last = datetimeText(packed, micros, fsp);
      lastPacked = packed;
      lastMicros = micros;
    }
    return { kind: 'datetime', text: last };
  };
}

/** The text of a date and time as {@link datetimeDecoder} packs them, without sign bit and fraction. */
export function datetimeText(packed: number, micros: number, fsp: number): string {
  const yearMonth = Math.floor(packed / 2 ** 22);
  const date = dateText(Math.floor(yearMonth / 13), yearMonth % 13, Math.floor(packed / 2 ** 17) & 31);
  return `${date} ${clockText(packed % 2 ** 17, micros, fsp)}`;
}

/** The text of a time packed in 10 bits of hour, 6 of minute, 6 of second. */
export function clockText(packed: number, micros: number, fsp: number): string {
  return timeText(packed >> 12, (packed >> 6) & 63, packed & 63, micros, fsp);
}

/**
 * TIME(`fsp`): three bytes of 1 bit that is always 1, 1 unused, 10 of hours, 6 of minutes, 6 of seconds, then
 * the fraction, all as one big-endian number, from which the first bit is subtracted: negative times come out
 * negative as a whole, fraction included. Source: MySQL, sql-common/my_time.cc, my_time_packed_from_binary.
 */
export function timeDecoder(fsp: number): ColumnDecoder {
  const fraction = (fsp + 1) >> 1;
  const scale = 256 ** fraction;
  const offset = 0x80_0000 * scale;
  return (bytes, start) => {
    const packed = readBE(bytes, start, 3 + fraction) - offset;
    const size = Math.abs(packed);
    const micros = (size % scale) * UNIT[fraction]!;
    return { kind: 'time', text: signed(packed < 0, clockText(Math.floor(size / scale), micros, fsp)) };
  };
}

export function signed(negative: boolean, text: string): string {
  return negative ? `-${text}` : text;
}

/** TIMESTAMP(`fsp`): seconds since 1970 in four bytes, then the fraction, both big-endian. */
export function timestampDecoder(fsp: number, zone: TimeZone): ColumnDecoder {
  const fraction = (fsp + 1) >> 1;
  let lastSeconds = 0;
  let lastMicros = 0;
  let last = timestampText(0, 0, fsp, zone);
  return (bytes, start) => {
    const seconds = readBE(bytes, start, 4);
    const micros = readBE(bytes, start + 4, fraction) * UNIT[fraction]!;
    // One statement stamps all of its rows alike.
    if (seconds !== lastSeconds || micros !== lastMicros) {
      last = timestampText(seconds, micros, fsp, zone);
      lastSeconds = seconds;
      lastMicros = micros;
    }
    return { kind: 'timestamp', text: last };
  };
}

/** A moment on the clock of a time zone; 0 stands for the zero date. */
export function timestampText(seconds: number, micros: number, fsp: number, zone: TimeZone): string {
  if (seconds === 0 && micros === 0) return `${dateText(0, 0, 0)} ${timeText(0, 0, 0, 0, fsp)}`;
  const local = new Date((seconds + zone(seconds)) * 1000);
  const date = dateText(local.getUTCFullYear(), local.getUTCMonth() + 1, local.getUTCDate());
  const time = timeText(local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds(), micros, fsp);
  return `${date} ${time}`;
}
