import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/flashback/plan.ts';
import { type RunSources, type UndoRun, undoRuns, unpackRoom } from '../../src/flashback/runs.ts';
import { PLAIN } from '../../src/scan/event-table.ts';

/** What the runs are cut by: each event by where it stands, neighbours in one file. */
interface Place {
  readonly size: number;
  /** Events of one number stand in one packed event of this size, each after the other. */
  readonly packed: { readonly number: number; readonly size: number; readonly unpacked: number } | undefined;
}

const MIB = 1024 * 1024;

/** As much of a plan as runs are cut by: all events are selected, in one transaction of one file. */
function planOf(places: readonly Place[]): Plan {
  let at = 4;
  const offsets: number[] = [];
  const containers = { offset: [] as number[], size: [] as number[], unpacked: [] as number[] };
  let inner = 0;
  for (const [i, { size, packed }] of places.entries()) {
    if (packed === undefined) {
      offsets.push(at);
      at += size;
    } else {
      if (packed.number !== places[i - 1]?.packed?.number) {
        containers.offset[packed.number] = at;
        containers.size[packed.number] = packed.size;
        containers.unpacked[packed.number] = packed.unpacked;
        at += packed.size;
        inner = 0;
      }
      offsets.push(inner);
      inner += size;
    }
  }
  const packed = places.map((place) => place.packed?.number ?? PLAIN);
  const start = (i: number): number => (packed[i] === PLAIN ? offsets[i]! : containers.offset[packed[i]!]!);
  const length = (i: number): number =>
    packed[i] === PLAIN ? places[i]!.size : containers.size[packed[i]!]!;
  return {
    events: Uint32Array.from(places.keys()),
    index: {
      transactions: { file: [0] },
      events: {
        transaction: places.map(() => 0),
        offset: offsets,
        size: places.map(({ size }) => size),
        packed,
        containers,
        fileOffset: start,
        fileEnd: (i: number) => start(i) + length(i),
      },
    },
  } as unknown as Plan;
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

describe('runs of events', () => {
  it('hold each event once, from the last to the first, and no more than a window, one event or one packed event', () => {
    fc.assert(
      fc.property(places, fc.constantFrom(64, 500, 2000, 1e6), (all, window) => {
        const plan = planOf(all);
        const { events } = plan.index;
        const runs = [...undoRuns(plan, sources, window)];
        const order = runs.flatMap(({ first, last }) =>
          Array.from({ length: last - first + 1 }, (_, i) => last - i),
        );
        expect(order).toEqual([...all.keys()].reverse());
        for (const run of runs) expectRun(run, plan, window);
        // What is unpacked in memory is unpacked once: no packed event is in two runs.
        const inMemory = runs
          .filter(({ spooled }) => !spooled)
          .flatMap(({ first, last }) => [...new Set(events.packed.slice(first, last + 1))])
          .filter((packed) => packed !== PLAIN);
        expect(new Set(inMemory).size).toBe(inMemory.length);
      }),
      { numRuns: 500 },
    );
  });
});

function expectRun(run: UndoRun, plan: Plan, window: number): void {
  const { events } = plan.index;
  const { first, last, position, length, spooled, unpacked, source } = run;
  const within = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const packed = [...new Set(within.map((i) => events.packed[i]!))];
  if (spooled) {
    expect([source, packed.length]).toEqual([`packed ${packed[0]}`, 1]);
    expect(events.containers.unpacked[packed[0]!]).toBeGreaterThan(8 * MIB);
    expect(position).toBe(events.offset[first]);
    expect(position + length).toBe(events.offset[last]! + events.size[last]!);
    expect(within.length === 1 || length <= window).toBe(true);
    return;
  }
  expect(source).toBe('file');
  expect(position).toBe(events.fileOffset(first));
  expect(position + length).toBe(events.fileEnd(last));
  const all = packed.filter((one) => one !== PLAIN).map((one) => events.containers.unpacked[one]!);
  const sum = all.reduce((total, size) => total + size, 0);
  expect(unpacked).toBe(sum);
  expect(sum).toBeLessThanOrEqual(unpackRoom(plan, window));
  const alone = packed.length === 1 && (packed[0] !== PLAIN || within.length === 1);
  expect(alone || (length <= window && (sum <= window || all.length === 1))).toBe(true);
}
