import { offsetAt, type Zone } from './view/time.ts';

/** More bars than this are not drawn. */
export const MOST_BUCKETS = 400;

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Widths whose bounds people recognise on a clock or calendar, in seconds. */
const WIDTHS: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 28, 91, 182, 364].map((n) => n * DAY),
];

/** Time cut into equal pieces. */
export interface Buckets {
  /** Unix seconds at which the first one begins. */
  readonly origin: number;
  /** Seconds of each. */
  readonly width: number;
  readonly count: number;
}

/**
 * Cuts the time from `first` to `last`, both included, into the smallest pieces of which there are not too many.
 * Their bounds are round on the zone's clock, as it goes at the beginning.
 */
export function chooseBuckets(first: number, last: number, zone: Zone): Buckets {
  const offset = offsetAt(zone, first);
  for (const width of WIDTHS) {
    const origin = Math.floor((first + offset) / width) * width - offset;
    const count = Math.floor((last - origin) / width) + 1;
    // Timestamps have 32 bits: the largest width is wide enough for all of them.
    if (count <= MOST_BUCKETS) return { origin, width, count };
  }
  throw new Error(`no buckets for ${first} to ${last}`);
}

export function bucketOf({ origin, width }: Buckets, time: number): number {
  return Math.floor((time - origin) / width);
}
