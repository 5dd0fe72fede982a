import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Best } from '../../src/transactions/best.ts';

describe('the best of many', () => {
  it('are those that sorting all of them puts first, equal ones in their order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), fc.nat(30), (keys, most) => {
        const best = new Best(most);
        for (const [place, key] of keys.entries()) best.offer(key, place);
        const sorted = [...keys.keys()].sort((a, b) => keys[b]! - keys[a]! || a - b);
        expect([...best.places()]).toEqual(sorted.slice(0, most));
      }),
    );
  });
});
