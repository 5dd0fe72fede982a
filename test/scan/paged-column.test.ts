import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PageLimits, PageStore } from '../../src/io/page-store.ts';
import { F64Column, NumberList, U32Column, U64Column } from '../../src/scan/paged-column.ts';

const PAGE = 256;

const limits = (inMemory: number): PageLimits => ({
  inMemory,
  page: PAGE,
  firstPage: 2 * PAGE,
  buffer: 1000,
});

type Step =
  | { readonly what: 'set' | 'get'; readonly at: number; readonly value: number }
  | { readonly what: 'append'; readonly count: number; readonly value: number; readonly by: number }
  | { readonly what: 'clear'; readonly at: number };

const place = fc.oneof(fc.nat(6 * PAGE - 1), fc.constantFrom(0, 63, 64, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE));

const stepsOf = (value: fc.Arbitrary<number>): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      fc.record({ what: fc.constantFrom('set' as const, 'get' as const), at: place, value }),
      fc.record({
        what: fc.constant('append' as const),
        count: fc.constantFrom(1, 100, PAGE - 1, PAGE, 2 * PAGE + 7),
        value,
        by: fc.constantFrom(0, 1, 40, 300, 70_000),
      }),
      fc.record({ what: fc.constant('clear' as const), at: place }),
    ),
    { maxLength: 30 },
  );

/** Does to a column and to a plain array the same, and compares. */
function compare(column: U32Column | F64Column, blank: number, most: number, steps: readonly Step[]): void {
  const plain: number[] = [];
  const expected = (at: number): number => plain[at] ?? blank;
  for (const step of steps) {
    if (step.what === 'get') expect(column.get(step.at)).toBe(expected(step.at));
    else if (step.what === 'set') {
      while (plain.length < step.at) plain.push(blank);
      column.set(step.at, step.value);
      plain[step.at] = step.value;
    } else if (step.what === 'append') {
      for (let i = 0; i < step.count; i++) {
        const value = Math.min(most, step.value + i * step.by + (i % 3));
        column.set(plain.length, value);
        plain.push(value);
      }
    } else {
      column.clear(step.at, plain.length);
      plain.length = Math.min(plain.length, step.at);
    }
  }
  let differences = 0;
  for (let at = plain.length + PAGE; at >= 0; at--) if (column.get(at) !== expected(at)) differences++;
  for (let at = 0; at < plain.length; at++) if (column.get(at) !== expected(at)) differences++;
  expect(differences).toBe(0);
}

const BOUNDS = [0, 1000, 1_000_000_000];

describe('columns', () => {
  it.each(BOUNDS)('of 32 bits hold what an array holds, with %i bytes in memory', (bound) => {
    const value = fc.oneof(fc.nat(255), fc.nat(0xffff_ffff), fc.constantFrom(0, 0xffff_ffff));
    fc.assert(
      fc.property(stepsOf(value), fc.constantFrom(0, 0xffff_ffff), (steps, blank) => {
        const store = new PageStore(limits(bound));
        compare(new U32Column(store, blank), blank, 0xffff_ffff, steps);
        store.close();
      }),
      { numRuns: 30 },
    );
  });

  it.each(BOUNDS)('of 53 bits hold what an array holds, with %i bytes in memory', (bound) => {
    const value = fc.oneof(fc.nat(70_000), fc.nat(Number.MAX_SAFE_INTEGER), fc.constantFrom(-1, -70_000));
    fc.assert(
      fc.property(stepsOf(value), (steps) => {
        const store = new PageStore(limits(bound));
        compare(new F64Column(store, -1), -1, Number.MAX_SAFE_INTEGER, steps);
        store.close();
      }),
      { numRuns: 30 },
    );
  });

  it('of 64 bits keep both halves', () => {
    const column = new U64Column(new PageStore());
    const values = [0n, 2n ** 64n - 1n, 2n ** 32n, 5n, 2n ** 53n + 1n];
    for (const [i, value] of values.entries()) column.set(i, value);
    column.set(1, 7n);
    expect(values.map((_, i) => column.get(i))).toEqual([0n, 7n, 2n ** 32n, 5n, 2n ** 53n + 1n]);
  });

  it('take nothing for what is alike or rises by the same step, and as little as the rest needs', () => {
    const bytesOf = (numberAt: (i: number) => number): number => {
      const store = new PageStore(limits(0));
      const column = new F64Column(store);
      for (let i = 0; i <= 8 * PAGE; i++) column.set(i, numberAt(i));
      for (let i = 0; i <= 8 * PAGE; i++) if (column.get(i) !== numberAt(i)) throw new Error(`${i}`);
      store.close();
      return store.spilled / (8 * PAGE);
    };
    expect(bytesOf(() => 2 ** 40)).toBe(0);
    expect(bytesOf((i) => 2 ** 40 + 7 * i)).toBe(0);
    expect(bytesOf((i) => 2 ** 40 + 300 * i + (i % 200))).toBe(1);
    expect(bytesOf((i) => 2 ** 40 + 300 * i + (i % 2) * 500)).toBe(2);
    expect(bytesOf((i) => (i % 2) * 2 ** 31)).toBe(4);
    expect(bytesOf((i) => (i % 2) * 2 ** 52)).toBe(8);
  });

  it('make lists', () => {
    const list = NumberList.of(new PageStore(), [3, 1, 2]);
    list.push(9);
    expect(Array.from({ length: list.length }, (_, i) => list.get(i))).toEqual([3, 1, 2, 9]);
  });
});

describe('the temporary file', () => {
  it('cannot be read once it is closed, and tells of a folder that is not there', () => {
    const store = new PageStore(limits(0));
    const column = new U32Column(store);
    for (let i = 0; i < 3 * PAGE; i++) column.set(i, (i * 7919) % 1000);
    store.close();
    expect(() => column.get(0)).toThrow('the index was closed');
    const elsewhere = new PageStore(limits(0));
    elsewhere.folder = '/no/such/folder';
    const nowhere = new U32Column(elsewhere);
    const fill = (): void => {
      for (let i = 0; i < 3 * PAGE; i++) nowhere.set(i, i % 10);
    };
    expect(fill).toThrow(
      expect.objectContaining({
        code: 'IO',
        file: '/no/such/folder',
        hint: expect.stringContaining('TMPDIR'),
      }),
    );
  });
});
