import { BinflashError } from '../../../errors.ts';

/** Seconds to add to UTC at a moment, given in seconds since 1970. */
export type TimeZone = (seconds: number) => number;

const DAY = 86_400;

/**
 * A time zone by its IANA name or its offset (`+02:00`); the machine's if left out.
 *
 * @throws BinflashError `USAGE` for a name that is none
 */
export function timeZone(name?: string): TimeZone {
  const offset = /^([+-])(\d{1,2}):([0-5]\d)$/.exec(name ?? '');
  if (offset) {
    const [, sign, hours, minutes] = offset;
    const seconds = (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
    if (seconds < LEAST_OFFSET || seconds > MOST_OFFSET) throw unknownZone(name!);
    return () => seconds;
  }
  // The machine's may be set anew while the process runs.
  const key = name ?? `TZ=${process.env.TZ}`;
  let zone = zones.get(key);
  if (zone === undefined) {
    zone = cached(namedZone(name));
    zones.set(key, zone);
  }
  return zone;
}

/** Each table asks for its zone, and to make one takes a millisecond. */
const zones = new Map<string, TimeZone>();

/** Servers know offsets from -13:59 to +14:00. */
const LEAST_OFFSET = -(13 * 60 + 59) * 60;
const MOST_OFFSET = 14 * 3600;

function unknownZone(name: string, cause?: unknown): BinflashError {
  const hint = 'Give an IANA name such as Europe/Berlin, or an offset from -13:59 to +14:00.';
  return new BinflashError('USAGE', `time zone '${name}' is not known`, { hint }, cause);
}

function namedZone(name: string | undefined): TimeZone {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (error) {
    throw unknownZone(String(name), error);
  }
  return (seconds) => {
    const parts: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(seconds * 1000)) parts[type] = Number(value);
    const { year, month, day, hour, minute, second } = parts;
    return Date.UTC(year!, month! - 1, day!, hour!, minute!, second!) / 1000 - seconds;
  };
}

/**
 * Asks a zone twice a day, and again only on days on which the clock is changed: a formatter is a hundred
 * times slower than a look into a map.
 */
function cached(zone: TimeZone): TimeZone {
  const days = new Map<number, number | undefined>();
  return (seconds) => {
    const day = Math.floor(seconds / DAY);
    if (!days.has(day)) {
      const first = zone(day * DAY);
      days.set(day, zone((day + 1) * DAY - 1) === first ? first : undefined);
    }
    return days.get(day) ?? zone(seconds);
  };
}
