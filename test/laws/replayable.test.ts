import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { source } from '../builder/arbitrary.ts';
import { expectWellFormed } from '../builder/well-formed.ts';
import { undo } from '../helpers.ts';

const KIB = 1024;

describe('law 8, replayable with defaults', () => {
  it('every output is a well-formed binlog of whole transactions, whatever the sizes and checksums', {
    timeout: 300_000,
  }, async () => {
    const options = fc.record({
      maxEventSize: fc.constantFrom(KIB, 4 * KIB, 64 * KIB, KIB * KIB),
      checksum: fc.constantFrom('crc32' as const, 'none' as const, undefined),
      rowsVersion: fc.constantFrom(2 as const, undefined),
    });
    await fc.assert(
      fc.asyncProperty(source(), options, async ({ files, checksum }, choice) => {
        const { bytes, result } = await undo(files, choice);
        const log = expectWellFormed(bytes);
        expect(log.checksum).toBe((choice.checksum ?? checksum) === 'crc32');
        expect(result.written?.bytes).toBe(bytes.length);
        expect(result.plan.transactions).toBe(log.transactions.length);
      }),
      { numRuns: 50 },
    );
  });

  it('no event is larger than the limit, unless one row alone is', {
    timeout: 300_000,
  }, async () => {
    const sizes = fc.record({ maxEventSize: fc.constantFrom(KIB, 2 * KIB, 3000, 16 * KIB) });
    await fc.assert(
      fc.asyncProperty(source({ longest: 600, maxRows: 12 }), sizes, async ({ files }, limits) => {
        const { log, result } = await undo(files, limits);
        let largest = 0;
        for (const event of log.transactions.flatMap(({ statements }) => statements.flat())) {
          if (event.changes.length > 1) expect(event.size).toBeLessThanOrEqual(limits.maxEventSize);
          // What mysqlbinlog prints: each event in base64, 76 characters a line, after the word BINLOG.
          const text = [event.statementSize - event.size, event.size].map((size) => {
            const characters = Math.ceil(size / 3) * 4;
            return characters + Math.ceil(characters / 76);
          });
          largest = Math.max(largest, "BINLOG '\n'".length + text[0]! + text[1]!);
        }
        expect(result.written!.largestStatement).toBe(largest);
      }),
      { numRuns: 80 },
    );
  });
});
