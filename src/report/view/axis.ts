import type { ReportData } from './data.ts';
import { offsetAt, wallTime } from './time.ts';

/** A mark on the time axis. */
export interface Tick {
  readonly time: number;
  readonly label: string;
  /** The day, where it is another one than at the tick before. */
  readonly day: string | undefined;
}

const STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30],
  ...[60, 120, 300, 600, 900, 1800],
  ...[3600, 7200, 10800, 21600, 43200],
  ...[1, 2, 7, 14, 28, 91, 182, 364, 728, 1820, 3640, 7280, 14560, 29120].map((days) => days * 86400),
];
const DAY = 86400;

/** Ticks at round times of the zone's clock, at most `most` of them. */
export function timeTicks({ origin, width, count, zone }: ReportData, most: number): Tick[] {
  const end = origin + width * count;
  const step = STEPS.find((seconds) => (end - origin) / seconds <= most) ?? STEPS.at(-1)!;
  const ticks: Tick[] = [];
  let before = '';
  // Wall clock time, so that ticks stay round when clocks are put forward or back.
  for (let wall = Math.ceil((origin + offsetAt(zone, origin)) / step) * step; ; wall += step) {
    const time = wall - offsetAt(zone, wall - offsetAt(zone, wall));
    if (time >= end) break;
    if (time < origin || time <= (ticks.at(-1)?.time ?? -1)) continue;
    const { date, clock } = wallTime(zone, time);
    const label = step >= DAY ? date.slice(5) : step >= 60 ? clock.slice(0, 5) : clock;
    const day = step >= DAY ? date.slice(0, 4) : date;
    ticks.push({ time, label, day: day === before ? undefined : day });
    before = day;
  }
  return ticks;
}

/** The smallest round number that is not less: a digit or 1.5 or 2.5, and noughts. */
export function roundUp(value: number): number {
  if (value <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((factor) => factor * power).find((round) => round >= value)!;
}
