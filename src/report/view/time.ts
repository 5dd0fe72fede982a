/** What a wall clock shows, as far as the page needs it. */
export interface Zone {
  /** `Europe/Berlin` */
  readonly name: string;
  /** Seconds east of Greenwich, each from a Unix time on; the first entry counts for all earlier times too. */
  readonly offsets: readonly (readonly [from: number, seconds: number])[];
}

export function offsetAt(zone: Zone, time: number): number {
  let offset = zone.offsets[0]?.[1] ?? 0;
  for (const [from, seconds] of zone.offsets) if (time >= from) offset = seconds;
  return offset;
}

/** A moment as the zone's clocks show it. */
export interface WallTime {
  /** `2026-11-21` */
  readonly date: string;
  /** `03:12:05` */
  readonly clock: string;
  /** `+01:00` */
  readonly offset: string;
}

export function wallTime(zone: Zone, time: number): WallTime {
  const seconds = offsetAt(zone, time);
  const text = new Date((time + seconds) * 1000).toISOString();
  const minutes = Math.floor(Math.abs(seconds) / 60);
  const two = (n: number): string => String(n).padStart(2, '0');
  return {
    date: text.slice(0, 10),
    clock: text.slice(11, 19),
    offset: `${seconds < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`,
  };
}

/** `2026-11-21T03:12:05+01:00`, which options that take a time read in any zone. */
export function isoTime(zone: Zone, time: number): string {
  const { date, clock, offset } = wallTime(zone, time);
  return `${date}T${clock}${offset}`;
}

/** `2026-11-21 03:12:05` */
export function dateTime(zone: Zone, time: number): string {
  const { date, clock } = wallTime(zone, time);
  return `${date} ${clock}`;
}

/** Two moments, the date said twice only where it differs, the offset too. */
export function timeRange(zone: Zone, from: number, to: number): string {
  const [a, b] = [wallTime(zone, from), wallTime(zone, to)];
  const begin = a.offset === b.offset ? `${a.date} ${a.clock}` : `${a.date} ${a.clock} (${a.offset})`;
  const end = a.date === b.date ? b.clock : `${b.date} ${b.clock}`;
  return a.offset === b.offset ? `${begin} to ${end}` : `${begin} to ${end} (${b.offset})`;
}

const BRIEF: Readonly<Record<string, string>> = { day: 'd', hour: 'h', minute: 'min', second: 's' };

const UNITS: readonly (readonly [seconds: number, name: string])[] = [
  [86400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
];

/** A length of time in its two largest units: `2 hours 5 minutes`, or `2 h 5 min`. */
export function duration(seconds: number, brief = false): string {
  const parts: string[] = [];
  let rest = seconds;
  for (const [size, name] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count === 0) continue;
    parts.push(brief ? `${count} ${BRIEF[name]}` : `${count} ${name}${count === 1 ? '' : 's'}`);
  }
  return parts.slice(0, 2).join(' ') || (brief ? '0 s' : '0 seconds');
}
