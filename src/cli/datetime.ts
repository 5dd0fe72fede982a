import { BinflashError } from '../errors.ts';

const PATTERN =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.\d+)?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * Reads a date and time as Unix seconds: local time as mysqlbinlog takes it (`2026-11-21 03:00:00`, the
 * time may be missing), or ISO 8601 with `Z` or an offset. Fractions of a second are cut off, for event
 * timestamps have none.
 *
 * @throws BinflashError `USAGE` when it does not parse or there is no such day
 */
export function parseDatetime(option: string, text: string): number {
  const match = PATTERN.exec(text.trim());
  if (!match) throw wrong(option, text);
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  const zone = match[7];
  const utc = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!);
  const check = new Date(utc);
  if (
    year! < 1970 ||
    check.getUTCMonth() !== month! - 1 ||
    check.getUTCDate() !== day ||
    hour! > 23 ||
    minute! > 59 ||
    second! > 59
  ) {
    throw wrong(option, text);
  }
  if (zone === undefined) return new Date(year!, month! - 1, day!, hour!, minute!, second!).getTime() / 1000;
  const offset = offsetSeconds(zone);
  if (offset === undefined) throw wrong(option, text);
  return utc / 1000 - offset;
}

/** Undefined where no place on earth has such an offset. */
function offsetSeconds(zone: string): number | undefined {
  if (zone === 'Z') return 0;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone)!;
  if (Number(hours) > 14 || Number(minutes) > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
}

function wrong(option: string, text: string): BinflashError {
  return new BinflashError('USAGE', `${option} "${text}" is not a date and time`, {
    hint: 'Examples: "2026-11-21 03:00:00" (local time), 2026-11-21T03:00:00Z, 2026-11-21T03:00:00+02:00.',
  });
}
