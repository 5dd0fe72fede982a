import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDatetime } from '../../src/cli/datetime.ts';
import { bucketOf, chooseBuckets, MOST_BUCKETS } from '../../src/report/buckets.ts';
import { timeTicks } from '../../src/report/view/axis.ts';
import { duration, isoTime, timeRange, wallTime } from '../../src/report/view/time.ts';
import { machineZone } from '../../src/report/zone.ts';
import { sampleData } from './sample.ts';
import { inZone } from './support.ts';

const BERLIN = 'Europe/Berlin';
/** 2026-10-25T01:00:00Z: clocks in Berlin go from 3:00 back to 2:00. */
const AUTUMN = 1_792_890_000;
/** 2026-03-29T01:00:00Z: from 2:00 forward to 3:00. */
const SPRING = 1_774_746_000;

const seconds = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const length = fc.oneof(fc.nat(10), fc.nat(100_000), fc.nat(40_000_000), fc.nat(2 ** 32));

describe('the buckets of time', () => {
  it('hold every second of the span, are not too many, and begin at round times', () => {
    const utc = { name: 'UTC', offsets: [[0, 0] as const] };
    fc.assert(
      fc.property(seconds, length, (first, longer) => {
        const last = Math.min(2 ** 32 - 1, first + longer);
        const buckets = chooseBuckets(first, last, utc);
        expect(buckets.count).toBeLessThanOrEqual(MOST_BUCKETS);
        expect(bucketOf(buckets, first)).toBe(0);
        expect(bucketOf(buckets, last)).toBe(buckets.count - 1);
        expect(buckets.origin % buckets.width === 0).toBe(true);
      }),
    );
  });

  it.each([
    [0, 1, 1],
    [60, 1, 61],
    [3600, 10, 361],
    [86_400, 300, 289],
    [365 * 86_400, 86_400, 366],
  ])('of %i seconds are %i seconds wide', (span, width, count) => {
    const zone = { name: 'UTC', offsets: [[0, 0] as const] };
    expect(chooseBuckets(1_767_225_600, 1_767_225_600 + span, zone)).toMatchObject({ width, count });
  });

  it('of days begin at midnight of the place', async () => {
    await inZone(BERLIN, () => {
      const zone = machineZone(1_767_225_600, 1_767_225_600 + 300 * 86_400);
      const { origin, width } = chooseBuckets(1_767_225_600, 1_767_225_600 + 300 * 86_400, zone);
      expect(width).toBe(86_400);
      expect(wallTime(zone, origin)).toEqual({ date: '2026-01-01', clock: '00:00:00', offset: '+01:00' });
    });
  });
});

describe('the times of the place', () => {
  it('know when clocks are put forward and back, to the second', async () => {
    await inZone(BERLIN, () => {
      const zone = machineZone(SPRING - 10_000_000, AUTUMN + 10_000_000);
      expect(zone).toEqual({
        name: BERLIN,
        offsets: [
          [SPRING - 10_000_000, 3600],
          [SPRING, 7200],
          [AUTUMN, 3600],
        ],
      });
    });
  });

  it('are read back by the options that take a time, in any hour that comes twice too', async () => {
    await inZone(BERLIN, () => {
      const zone = machineZone(SPRING, AUTUMN + 86_400);
      for (const time of [SPRING, AUTUMN - 1800, AUTUMN - 1, AUTUMN, AUTUMN + 1800, AUTUMN + 3600]) {
        expect(parseDatetime('--start-datetime', isoTime(zone, time))).toBe(time);
      }
      expect(isoTime(zone, AUTUMN - 1800)).toBe('2026-10-25T02:30:00+02:00');
      expect(isoTime(zone, AUTUMN + 1800)).toBe('2026-10-25T02:30:00+01:00');
      expect(timeRange(zone, AUTUMN - 60, AUTUMN + 60)).toBe(
        '2026-10-25 02:59:00 (+02:00) to 02:01:00 (+01:00)',
      );
    });
  });

  it('are told wherever the writer stands', () => {
    const zone = { name: 'Asia/Kolkata', offsets: [[0, 19_800] as const] };
    expect(isoTime(zone, 0)).toBe('1970-01-01T05:30:00+05:30');
    const west = { name: 'America/St_Johns', offsets: [[0, -12_600] as const] };
    expect(isoTime(west, 86_400)).toBe('1970-01-01T20:30:00-03:30');
  });

  it.each([
    [0, '0 seconds', '0 s'],
    [1, '1 second', '1 s'],
    [7500, '2 hours 5 minutes', '2 h 5 min'],
    [90_061, '1 day 1 hour', '1 d 1 h'],
  ])('%i seconds are %s', (span, long, brief) => {
    expect(duration(span)).toBe(long);
    expect(duration(span, true)).toBe(brief);
  });
});

describe('the ticks of the time axis', () => {
  it('stand at round times, in order, on both sides of a change of clocks', async () => {
    await inZone(BERLIN, () => {
      const zone = machineZone(AUTUMN - 6 * 3600, AUTUMN + 6 * 3600);
      const data = { ...sampleData(), origin: AUTUMN - 6 * 3600, width: 120, count: 360, zone };
      const ticks = timeTicks(data, 12);
      expect(ticks.map(({ label }) => label)).toEqual([
        '21:00',
        '22:00',
        '23:00',
        '00:00',
        '01:00',
        '02:00',
        '03:00',
        '04:00',
        '05:00',
        '06:00',
        '07:00',
      ]);
      for (const [i, { time }] of ticks.entries()) expect(time).toBeGreaterThan(ticks[i - 1]?.time ?? 0);
      expect(ticks.filter(({ day }) => day !== undefined).map(({ day }) => day)).toEqual([
        '2026-10-24',
        '2026-10-25',
      ]);
    });
  });

  it('are there, and not too many, for any span', () => {
    fc.assert(
      fc.property(seconds, length, fc.integer({ min: 2, max: 14 }), (first, longer, most) => {
        const zone = { name: 'UTC', offsets: [[0, 0] as const] };
        const buckets = chooseBuckets(first, Math.min(2 ** 32 - 1, first + longer), zone);
        const ticks = timeTicks({ ...sampleData(), ...buckets, zone }, most);
        expect(ticks.length).toBeLessThanOrEqual(most + 1);
        for (const { time } of ticks) {
          expect(time).toBeGreaterThanOrEqual(buckets.origin);
          expect(time).toBeLessThan(buckets.origin + buckets.count * buckets.width);
        }
      }),
    );
  });
});
