import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Selection } from '../../src/index.ts';
import { source } from '../builder/arbitrary.ts';
import { mariadb118, mysql80, mysql97 } from '../builder/format.ts';
import { boundaries, compressEvents, type Packing, packing, packTransactions } from '../builder/repack.ts';
import { attempt } from '../helpers.ts';

/** A selection, with positions as numbers of transactions, for packing moves the bytes. */
interface Choice {
  readonly types: readonly ('insert' | 'update' | 'delete')[] | undefined;
  readonly tables: readonly string[] | undefined;
  readonly start: number | undefined;
  readonly stop: number | undefined;
}

const choice: fc.Arbitrary<Choice> = fc.record({
  types: fc.constantFrom(undefined, undefined, ['insert'] as const, ['update', 'delete'] as const),
  tables: fc.constantFrom(undefined, undefined, ['db0.t'], ['db1.*,db2.t']),
  start: fc.option(fc.nat({ max: 3 }), { nil: undefined }),
  stop: fc.option(fc.nat({ max: 3 }), { nil: undefined }),
});

function selectionOf({ types, tables, start, stop }: Choice, files: readonly Buffer[]): Selection {
  const at = (file: Buffer, number: number): number => boundaries(file)[number] ?? file.length;
  const first = start === undefined ? undefined : at(files[0]!, start);
  const last = stop === undefined ? undefined : at(files.at(-1)!, stop);
  // In one file, a range that is none is not worth a run.
  const wrong = files.length === 1 && first !== undefined && last !== undefined && first >= last;
  return { types, tables, startPosition: first, stopPosition: wrong ? undefined : last };
}

/** The undo and what was said of it, or why there is none. */
async function outcome(
  files: readonly Buffer[],
  options: NonNullable<Parameters<typeof attempt>[1]>,
): Promise<unknown> {
  const undone = await attempt(files, options);
  if (typeof undone === 'string') return undone;
  const { rows, transactions, leftOut, tables } = undone.result.plan;
  return { bytes: undone.bytes.toString('hex'), rows, transactions, leftOut, tables };
}

const windows = fc.constantFrom(64, 700, 4096, 64 * 1024 * 1024);
/** How to pack one transaction after the other, over and over; undefined leaves it plain. */
const packings = fc.array(fc.option(packing, { nil: undefined }), { minLength: 1, maxLength: 4 });

/** The undo is the same to the last byte, whatever the selection and the windows. */
async function expectSame(
  plain: readonly Buffer[],
  other: readonly Buffer[],
  selected: Choice,
  window: number,
): Promise<void> {
  const maxEventSize = 4096;
  const expected = await outcome(plain, { select: selectionOf(selected, plain), maxEventSize });
  const found = await outcome(other, { select: selectionOf(selected, other), maxEventSize, window });
  expect(found).toEqual(expected);
}

describe('a log with packed transactions has the undo of the plain log', () => {
  it('TRANSACTION_PAYLOAD around some or all transactions', { timeout: 300_000 }, async () => {
    const servers = [mysql80, mysql97];
    await fc.assert(
      fc.asyncProperty(source({ servers }), packings, choice, windows, async ({ files }, how, ...rest) => {
        const pack = (number: number): Packing | undefined => how[number % how.length];
        await expectSame(
          files,
          files.map((file) => packTransactions(file, pack)),
          ...rest,
        );
      }),
      { numRuns: 80 },
    );
  });

  it("MariaDB's compressed rows events and QUERYs", { timeout: 300_000 }, async () => {
    const widths = fc.array(fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }), {
      minLength: 1,
      maxLength: 5,
    });
    const servers = [mariadb118];
    await fc.assert(
      fc.asyncProperty(source({ servers }), widths, choice, windows, async ({ files }, how, ...rest) => {
        const pack = (number: number): number | undefined => how[number % how.length];
        await expectSame(
          files,
          files.map((file) => compressEvents(file, pack)),
          ...rest,
        );
      }),
      { numRuns: 80 },
    );
  });
});
