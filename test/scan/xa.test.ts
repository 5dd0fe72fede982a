import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mariadb118, mysql97 } from '../builder/format.ts';
import { boundaries, packing, packTransactions } from '../builder/repack.ts';
import { attempt, insertedIds } from '../helpers.ts';
import { build, type Model, run, step } from './xa-model.ts';

type Options = NonNullable<Parameters<typeof attempt>[1]>;

async function outcome(files: readonly Buffer[], options: Options): Promise<unknown> {
  const undone = await attempt(files, options);
  if (typeof undone === 'string') return undone;
  return { rows: insertedIds(undone.log), takenBack: undone.result.plan.takenBack };
}

function expected({ committed, rolledBack, unfinished }: Model, skip: boolean): unknown {
  if (unfinished && !skip) return 'UNFINISHED';
  return committed.length === 0 ? 'NO_MATCH' : { rows: committed, takenBack: rolledBack };
}

const steps = fc.array(step, { minLength: 1, maxLength: 16 });
const WHOLE = { start: 0, stop: Number.POSITIVE_INFINITY };

describe.each([mysql97, mariadb118])('XA transactions of $version', (server) => {
  it('are undone if committed, at the place where they were prepared, whatever stands between', {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        const files = build(server, plan);
        const model = run(plan, WHOLE);
        expect(await outcome(files, {})).toEqual(expected(model, false));
        expect(await outcome(files, { skip: ['prepared'], window: 64 })).toEqual(expected(model, true));
      }),
      { numRuns: 50 },
    );
  });

  it('are selected by where they took effect', { timeout: 300_000 }, async () => {
    const place = fc.nat({ max: 6 });
    await fc.assert(
      fc.asyncProperty(steps, place, place, async (plan, start, stop) => {
        const files = build(server, plan);
        const startPosition = boundaries(files[0]!)[start];
        const stopPosition = boundaries(files.at(-1)!)[stop];
        fc.pre(startPosition !== undefined && stopPosition !== undefined);
        fc.pre(files.length > 1 || startPosition < stopPosition);
        const model = run(plan, { start, stop });
        const select = { startPosition, stopPosition };
        expect(await outcome(files, { select })).toEqual(expected(model, false));
        expect(await outcome(files, { select, skip: ['prepared'] })).toEqual(expected(model, true));
      }),
      { numRuns: 50 },
    );
  });
});

it('XA transactions in payloads are what they are outside of them', { timeout: 300_000 }, async () => {
  const packings = fc.array(fc.option(packing, { nil: undefined }), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(steps, packings, async (plan, how) => {
      const files = build(mysql97, plan).map((file) => packTransactions(file, (n) => how[n % how.length]));
      expect(await outcome(files, { skip: ['prepared'] })).toEqual(expected(run(plan, WHOLE), true));
    }),
    { numRuns: 50 },
  );
});
