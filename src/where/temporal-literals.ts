import { type Moment, packMoment, packTime } from './moments.ts';

/** `2026-11-21`, `2026-11-21 3:4:5.678901`, `2026-11-21T03:04`, with any punctuation as servers take it. */
const DELIMITED =
  /^(\d{2}|\d{4})[-/.:^@](\d{1,2})[-/.:^@](\d{1,2})(?:(?:\s+|T)(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.(\d{0,6}))?)?)?)?$/i;
/** `20261121`, `20261121030405.678901`, and with two digits of year. */
const COMPACT = /^(\d{4}|\d{2})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})(?:\.(\d{0,6}))?)?$/i;

/** Two digits of year mean 1970 to 2069. */
function fullYear(text: string): number {
  const year = Number(text);
  return text.length > 2 ? year : year + (year < 70 ? 2000 : 1900);
}

function microseconds(fraction: string | undefined): number {
  return Number((fraction ?? '').padEnd(6, '0'));
}

const DAYS = [31, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isDate(year: number, month: number, day: number): boolean {
  if (month > 12 || day > DAYS[month]!) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  return month !== 2 || day < 29 || leap;
}

/**
 * A DATE or DATETIME by its text, as a server reads it in a comparison; undefined for what is none. The zero date
 * and dates with zeros in them are, as in tables.
 */
export function parseMoment(text: string): Moment | undefined {
  const trimmed = text.trim();
  // Servers take eight digits for YYYYMMDD and six for YYMMDD; 12 begin with two digits of year.
  const match = DELIMITED.exec(trimmed) ?? compact(trimmed);
  if (match === null) return undefined;
  const [, years, months, days, hours = '0', minutes = '0', seconds = '0', fraction] = match;
  const [year, month, day] = [fullYear(years!), Number(months), Number(days)];
  const [hour, minute, second] = [Number(hours), Number(minutes), Number(seconds)];
  if (!isDate(year, month, day) || hour > 23 || minute > 59 || second > 59) return undefined;
  return { high: packMoment(year, month, day, hour, minute, second), low: microseconds(fraction) };
}

function compact(text: string): RegExpExecArray | null {
  const digits = /^\d*/.exec(text)![0].length;
  return digits === 8 || digits === 14 || digits === 6 || digits === 12 ? COMPACT.exec(text) : null;
}

/** The same of a number: `20261121` and the like; short ones get zeros before them. */
export function momentOfNumber(text: string): Moment | undefined {
  if (!/^\d{1,14}$/.test(text)) return undefined;
  const number = Number(text);
  if (number === 0) return { high: 0, low: 0 };
  const width =
    number < 101 ? 0 : number < 1_000_000 ? 6 : number < 100_000_000 ? 8 : number < 1e12 ? 12 : 14;
  return parseMoment(String(number).padStart(width, '0'));
}

const CLOCK = /^(-?)(?:(\d{1,2})\s+)?(\d{1,3})(?::(\d{1,2})(?::(\d{1,2})(?:\.(\d{0,6}))?)?)?$/;
const CLOCK_DIGITS = /^(-?)(\d{1,7})(?:\.(\d{0,6}))?$/;

/** A TIME by its text: `[-][days ]hhh:mm:ss.ffffff`, or digits as `[hhh]mmss`; undefined for what is none. */
export function parseTime(text: string): Moment | undefined {
  const trimmed = text.trim();
  const digits = CLOCK_DIGITS.exec(trimmed);
  if (digits !== null) {
    const number = Number(digits[2]);
    const hour = Math.floor(number / 10_000);
    return moment(digits[1] === '-', hour, Math.floor(number / 100) % 100, number % 100, digits[3]);
  }
  const match = CLOCK.exec(trimmed);
  if (match === null) return undefined;
  const [, sign, days = '0', hours, minutes = '0', seconds = '0', fraction] = match;
  return moment(sign === '-', Number(days) * 24 + Number(hours), Number(minutes), Number(seconds), fraction);
}

function moment(
  negative: boolean,
  hour: number,
  minute: number,
  second: number,
  fraction: string | undefined,
): Moment | undefined {
  if (hour > 838 || minute > 59 || second > 59) return undefined;
  const micros = packTime(hour, minute, second, microseconds(fraction));
  return { high: negative ? -micros : micros, low: 0 };
}
