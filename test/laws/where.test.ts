/** Row filters cut events: what they select is undone, and nothing else. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { source } from '../builder/arbitrary.ts';
import { mariadb118, mysql80, mysql97 } from '../builder/format.ts';
import { type Effect, effects, undoOf } from '../builder/oracle.ts';
import { readBinlog } from '../builder/reader.ts';
import { compressEvents, packing, packTransactions } from '../builder/repack.ts';
import { attempt } from '../helpers.ts';

/** True, false or unknown, of one image side at a time. */
type Truth = boolean | undefined;
type Side = 'before' | 'after';

/** A condition as text, and what it is of a change. */
interface Model {
  readonly text: string;
  readonly of: (change: Effect, side: Side) => Truth;
}

const COLUMN = 0;

/** The image of a side, an after image completed by what it leaves out. */
function imageOf({ before, after }: Effect, side: Side): Effect['before'] {
  if (side === 'before' || after === undefined) return side === 'before' ? before : undefined;
  return { ...before, ...after };
}

function isNull(side: Side | undefined): Model {
  return {
    text: `${side === undefined ? '' : `${side}.`}@1 is null`,
    of: (change, turn) => {
      const image = imageOf(change, side ?? turn);
      return image === undefined ? undefined : image[COLUMN] === null;
    },
  };
}

const changed: Model = {
  text: 'changed(@1)',
  of: ({ kind, before, after }) =>
    kind === 'update' && COLUMN in after! && before![COLUMN] !== after![COLUMN],
};

const not = (truth: Truth): Truth => (truth === undefined ? undefined : !truth);
const and = (a: Truth, b: Truth): Truth =>
  a === false || b === false ? false : a === undefined || b === undefined ? undefined : true;
const or = (a: Truth, b: Truth): Truth => not(and(not(a), not(b)));

const { model } = fc.letrec<{ model: Model }>((tie) => ({
  model: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(isNull(undefined), isNull('before'), isNull('after'), changed),
    tie('model').map(({ text, of }) => ({
      text: `not (${text})`,
      of: (change: Effect, side: Side): Truth => not(of(change, side)),
    })),
    tie('model').map(({ text, of }) => ({
      text: `(${text}) is not unknown`,
      of: (change: Effect, side: Side): Truth => of(change, side) !== undefined,
    })),
    fc.tuple(tie('model'), tie('model')).map(([a, b]) => ({
      text: `(${a.text}) and (${b.text})`,
      of: (change: Effect, side: Side): Truth => and(a.of(change, side), b.of(change, side)),
    })),
    fc.tuple(tie('model'), tie('model')).map(([a, b]) => ({
      text: `(${a.text}) or (${b.text})`,
      of: (change: Effect, side: Side): Truth => or(a.of(change, side), b.of(change, side)),
    })),
  ),
}));

/** Is a change selected: by one of the images that it has? */
function selects({ of }: Model, change: Effect): boolean {
  const sides: Side[] = [];
  if (change.before !== undefined) sides.push('before');
  if (change.after !== undefined) sides.push('after');
  return sides.some((side) => of(change, side) === true);
}

const windows = fc.constantFrom(64, 700, 4096, 64 * 1024 * 1024);

async function undoneWhere(
  files: readonly Buffer[],
  where: readonly string[],
  options: object = {},
): Promise<Effect[][]> {
  const undone = await attempt(files, { select: { where }, ...options });
  if (undone === 'NO_MATCH') return [];
  if (typeof undone === 'string') throw new Error(undone);
  const { rows, tables, leftOut } = undone.result.plan;
  const found = effects([undone.log]);
  const total = effects(files.map(readBinlog)).flat().length;
  expect(rows).toBe(found.flat().length);
  expect(rows).toBe(tables.reduce((sum, table) => sum + table.insert + table.update + table.delete, 0));
  expect(leftOut.rows).toBe(total - rows);
  return found;
}

const sorted = (changes: readonly (readonly Effect[])[]): string[] =>
  changes
    .flat()
    .map((change) => JSON.stringify(change))
    .sort();

describe('rewrite with row filters', () => {
  it('undoes the rows of which the condition is true, in the order and the transactions that they have', {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        source(),
        model,
        windows,
        fc.constantFrom(1024, 1024 * 1024),
        async ({ files }, filter, window, maxEventSize) => {
          const chosen = effects(files.map(readBinlog))
            .map((changes) => changes.filter((change) => selects(filter, change)))
            .filter((changes) => changes.length > 0);
          expect(await undoneWhere(files, [filter.text], { window, maxEventSize })).toEqual(undoOf(chosen));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('De Morgan', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(source({ maxFiles: 1 }), model, model, async ({ files }, a, b) => {
        const one = await undoneWhere(files, [`not ((${a.text}) and (${b.text}))`]);
        expect(await undoneWhere(files, [`not (${a.text}) or not (${b.text})`])).toEqual(one);
        const other = await undoneWhere(files, [`not ((${a.text}) or (${b.text}))`]);
        expect(await undoneWhere(files, [`not (${a.text}) and not (${b.text})`])).toEqual(other);
      }),
      { numRuns: 40 },
    );
  });

  it('a condition that names its images, its negation and its unknowns are everything, each row once', {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(source({ maxFiles: 2 }), model, async ({ files }, filter) => {
        const text = filter.text.replace(/(?<!before\.|after\.|changed\()@1/g, 'after.@1');
        const parts = [text, `not (${text})`, `(${text}) is unknown`];
        const undone: Effect[][] = [];
        for (const part of parts) undone.push(...(await undoneWhere(files, [part])));
        expect(sorted(undone)).toEqual(sorted(undoOf(effects(files.map(readBinlog)))));
        // Several filters select what one of them does.
        expect(await undoneWhere(files, parts)).toEqual(undoOf(effects(files.map(readBinlog))));
      }),
      { numRuns: 60 },
    );
  });

  it('selects the same from packed logs, to the last byte', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        source({ servers: [mysql80, mysql97] }),
        packing,
        model,
        windows,
        async ({ files }, how, filter, window) => {
          await expectSame(
            files,
            files.map((file) => packTransactions(file, () => how)),
            filter,
            window,
          );
        },
      ),
      { numRuns: 40 },
    );
    await fc.assert(
      fc.asyncProperty(
        source({ servers: [mariadb118] }),
        model,
        windows,
        async ({ files }, filter, window) => {
          await expectSame(
            files,
            files.map((file) => compressEvents(file, (number) => number % 3)),
            filter,
            window,
          );
        },
      ),
      { numRuns: 40 },
    );
  });
});

async function expectSame(
  plain: readonly Buffer[],
  packed: readonly Buffer[],
  { text }: Model,
  window: number,
): Promise<void> {
  const options = { select: { where: [text] }, maxEventSize: 4096 };
  const expected = await attempt(plain, options);
  const found = await attempt(packed, { ...options, window });
  if (typeof expected === 'string' || typeof found === 'string') expect(found).toBe(expected);
  else expect(found.bytes.equals(expected.bytes)).toBe(true);
}
