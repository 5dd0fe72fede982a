import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PageStore } from '../../src/io/page-store.ts';
import { fileEnd, fileOffset, type Places } from '../../src/read/places.ts';
import {
  backwardRuns,
  type EventRun,
  forwardRuns,
  type RunSources,
  unpackRoom,
} from '../../src/read/runs.ts';
import { PLAIN } from '../../src/scan/event-table.ts';
import { PackedTable } from '../../src/scan/packed-table.ts';

/** What the runs are cut by: each event by where it stands, neighbours in one file. */
interface Place {
  readonly size: number;
  /** Events of one number stand in one packed event of this size, each after the other. */
  readonly packed: { readonly number: number; readonly size: number; readonly unpacked: number } | undefined;
}

const MIB = 1024 * 1024;

/** All events are in one file. */
function placesOf(places: readonly Place[]): Places {
  let at = 4;
  const offsets: number[] = [];
  const containers = new PackedTable(new PageStore());
  let inner = 0;
  for (const [i, { size, packed }] of places.entries()) {
    if (packed === undefined) {
      offsets.push(at);
      at += size;
    } else {
      if (packed.number !== places[i - 1]?.packed?.number) {
        containers.offset.set(packed.number, at);
        containers.size.set(packed.number, packed.size);
        containers.unpacked.set(packed.number, packed.unpacked);
        at += packed.size;
        inner = 0;
      }
      offsets.push(inner);
      inner += size;
    }
  }
  return {
    length: places.length,
    containers,
    file: () => 0,
    packed: (i) => places[i]!.packed?.number ?? PLAIN,
    offset: (i) => offsets[i]!,
    size: (i) => places[i]!.size,
  };
}

const sources = {
  file: () => 'file',
  unpacked: (_: number, packed: number) => `packed ${packed}`,
} as unknown as RunSources;

/** Single events, and packed ones with up to five events, small, or too large for memory. */
const places: fc.Arbitrary<Place[]> = fc
  .array(
    fc.oneof(
      fc.integer({ min: 30, max: 400 }).map((size) => ({ size, inner: [] as number[], unpacked: 0 })),
      fc
        .tuple(
          fc.integer({ min: 60, max: 900 }),
          fc.array(fc.integer({ min: 30, max: 700 }), { minLength: 1, maxLength: 5 }),
          fc.constantFrom(0, 0, 0, 9 * MIB),
        )
        .map(([size, inner, more]) => ({ size, inner, unpacked: more })),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((all) =>
    all.flatMap(({ size, inner, unpacked }, number): Place[] => {
      if (inner.length === 0) return [{ size, packed: undefined }];
      const whole = inner.reduce((sum, one) => sum + one, unpacked);
      return inner.map((one) => ({ size: one, packed: { number, size, unpacked: whole } }));
    }),
  );

describe.each([
  ['backwards', backwardRuns],
  ['forwards', forwardRuns],
] as const)('runs of events %s', (way, cutRuns) => {
  it('hold each event once, in order, and no more than a window, one event or one packed event', () => {
    fc.assert(
      fc.property(places, fc.constantFrom(64, 500, 2000, 1e6), (all, window) => {
        const where = placesOf(all);
        const runs = [...cutRuns(where, sources, window)];
        const order = runs.flatMap(({ first, last }) => {
          const within = Array.from({ length: last - first + 1 }, (_, i) => first + i);
          return way === 'forwards' ? within : within.reverse();
        });
        const expected = [...all.keys()];
        expect(order).toEqual(way === 'forwards' ? expected : expected.reverse());
        for (const run of runs) expectRun(run, where, window);
        // What is unpacked in memory is unpacked once: no packed event is in two runs.
        const inMemory = runs
          .filter(({ spooled }) => !spooled)
          .flatMap((run) => holders(run, where))
          .filter((packed) => packed !== PLAIN);
        expect(new Set(inMemory).size).toBe(inMemory.length);
      }),
      { numRuns: 300 },
    );
  });
});

/** The packed events that hold a run's events, each once. */
function holders({ first, last }: EventRun, where: Places): number[] {
  return [...new Set(Array.from({ length: last - first + 1 }, (_, i) => where.packed(first + i)))];
}

function expectRun(run: EventRun, where: Places, window: number): void {
  const { containers } = where;
  const { first, last, position, length, spooled, unpacked, source } = run;
  const packed = holders(run, where);
  if (spooled) {
    expect([source, packed.length]).toEqual([`packed ${packed[0]}`, 1]);
    expect(containers.unpacked.get(packed[0]!)).toBeGreaterThan(8 * MIB);
    expect(position).toBe(where.offset(first));
    expect(position + length).toBe(where.offset(last) + where.size(last));
    expect(first === last || length <= window).toBe(true);
    return;
  }
  expect(source).toBe('file');
  expect(position).toBe(fileOffset(where, first));
  expect(position + length).toBe(fileEnd(where, last));
  const all = packed.filter((one) => one !== PLAIN).map((one) => containers.unpacked.get(one));
  const sum = all.reduce((total, size) => total + size, 0);
  expect(unpacked).toBe(sum);
  expect(sum).toBeLessThanOrEqual(unpackRoom(where, window));
  const alone = packed.length === 1 && (packed[0] !== PLAIN || first === last);
  expect(alone || (length <= window && (sum <= window || all.length === 1))).toBe(true);
}
