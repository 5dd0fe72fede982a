import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { source } from '../builder/arbitrary.ts';
import { effects, undoOf } from '../builder/oracle.ts';
import { changesOf, readBinlog } from '../builder/reader.ts';
import { undo } from '../helpers.ts';

const eventSize = fc.constantFrom(1024, 4096, 64 * 1024, 1024 * 1024);

describe('law 2, involution', () => {
  it('the undo of the undo carries the original changes in the original order, transaction by transaction', {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(source(), eventSize, async ({ files }, maxEventSize) => {
        const first = await undo(files, { maxEventSize });
        const second = await undo([first.bytes], { maxEventSize });
        expect(effects([second.log])).toEqual(effects(files.map(readBinlog)));
      }),
      { numRuns: 60 },
    );
  });
});

describe('laws 3, 4 and 9: conservation, total order, whole transactions', () => {
  it('every change is there once, inverted, in exactly reverse order, in the transactions it came in', {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(source(), eventSize, async ({ files }, maxEventSize) => {
        const { log } = await undo(files, { maxEventSize });
        expect(effects([log])).toEqual(undoOf(effects(files.map(readBinlog))));
        for (const transaction of log.transactions) expect(transaction.end).toBe('XID');
      }),
      { numRuns: 120 },
    );
  });

  it('with full images, the very bytes of the images are kept, null bits included', {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(source({ partial: false }), async ({ files }) => {
        const { log } = await undo(files);
        const images = (transactions: typeof log.transactions): string[][] =>
          transactions.flatMap(changesOf).map(({ raw }) => [...raw]);
        const original = files.flatMap((file) => images(readBinlog(file).transactions));
        // An update's two images change places, so the reverse of everything matches.
        expect(images(log.transactions).flat().reverse()).toEqual(original.flat());
      }),
      { numRuns: 60 },
    );
  });

  it('never packs rows of two source statements into one event', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(source({ maxFiles: 1 }), async ({ files }) => {
        const { log } = await undo(files);
        const sizes = (transactions: typeof log.transactions, whole: boolean): number[] =>
          transactions
            .flatMap(({ statements }) => statements)
            .flatMap((statement) => (whole ? [statement.flat()] : statement.map((event) => [event])))
            .map((events) => events.reduce((sum, event) => sum + event.changes.length, 0));
        const ends = (lengths: number[]): Set<number> => {
          let sum = 0;
          return new Set(lengths.map((length) => (sum += length)));
        };
        const [original] = files.map(readBinlog);
        // Counted in rows from the end, each source statement must end where some output event ends.
        const output = ends(sizes(log.transactions, false));
        for (const end of ends(sizes(original!.transactions, true).reverse())) expect(output).toContain(end);
      }),
      { numRuns: 60 },
    );
  });
});
