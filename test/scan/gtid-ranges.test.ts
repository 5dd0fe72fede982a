import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GtidRanges } from '../../src/scan/gtid-ranges.ts';

describe('GtidRanges', () => {
  it('knows what was there, in whatever order it came', () => {
    const gtid = fc.record({ source: fc.nat({ max: 2 }), sequence: fc.bigInt({ min: 1n, max: 40n }) });
    fc.assert(
      fc.property(fc.array(gtid, { maxLength: 120 }), (gtids) => {
        const ranges = new GtidRanges();
        const seen = new Set<string>();
        for (const { source, sequence } of gtids) {
          const key = `${source}:${sequence}`;
          expect(ranges.add(source, sequence)).toBe(seen.has(key));
          seen.add(key);
        }
      }),
    );
  });

  it('forgets the lowest where a source has more holes than any server leaves', () => {
    const ranges = new GtidRanges();
    for (let i = 1n; i <= 10_001n; i++) ranges.add(1, i * 2n);
    expect([ranges.add(1, 20_002n), ranges.add(1, 4n), ranges.add(1, 2n)]).toEqual([true, true, false]);
  });
});
