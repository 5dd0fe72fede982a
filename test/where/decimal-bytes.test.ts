import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decimalText } from '../../src/binlog/columns/values/decimal.ts';
import { exactText } from '../../src/where/column-reader.ts';
import { compareBytes, decimalBytes } from '../../src/where/decimal-bytes.ts';

const type = fc
  .integer({ min: 1, max: 65 })
  .chain((precision) =>
    fc.tuple(fc.constant(precision), fc.integer({ min: 0, max: Math.min(30, precision) })),
  );

it('a number in the bytes of its column is decoded as itself, and compares as it does', () => {
  fc.assert(
    fc.property(
      type.chain(([precision, scale]) => {
        const most = 10n ** BigInt(precision) - 1n;
        const units = fc.oneof(
          fc.bigInt({ min: -most, max: most }),
          fc.constantFrom(0n, 1n, most, -most).filter((n) => n <= most),
        );
        return fc.tuple(fc.constant(precision), fc.constant(scale), units, units);
      }),
      ([precision, scale, a, b]) => {
        const [one, other] = [decimalBytes(a, precision, scale)!, decimalBytes(b, precision, scale)!];
        expect(decimalText(one, 0, precision, scale)).toBe(exactText(a, scale));
        expect(Math.sign(compareBytes(one, 0, other))).toBe(a < b ? -1 : a > b ? 1 : 0);
        expect(decimalBytes(a + 10n ** BigInt(precision), precision, scale) === undefined).toBe(a >= 0n);
      },
    ),
    { numRuns: 1000 },
  );
});
