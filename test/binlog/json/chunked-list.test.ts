import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChunkedList } from '../../../src/binlog/json/chunked-list.ts';

describe('a list in chunks', () => {
  it('holds what an array would', () => {
    const step = fc.record({
      op: fc.constantFrom('insert', 'insert', 'remove', 'set'),
      at: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })),
      times: fc.constantFrom(1, 1, 700),
    });
    fc.assert(
      fc.property(fc.constantFrom(0, 1, 512, 1500), fc.array(step), (length, steps) => {
        const expected = Array.from({ length }, (_, i) => i);
        const list = new ChunkedList(expected);
        let next = length;
        for (const { op, at, times } of steps) {
          for (let i = 0; i < times; i++) {
            const places = expected.length + (op === 'insert' ? 1 : 0);
            const place = Math.min(places - 1, Math.floor(at * places));
            if (place < 0) continue;
            if (op === 'remove') list.remove(place);
            else list[op](place, next);
            expected.splice(place, op === 'insert' ? 0 : 1, ...(op === 'remove' ? [] : [next++]));
          }
          expect(list.length).toBe(expected.length);
          for (const i of [0, expected.length >> 1, expected.length - 1]) {
            if (i >= 0 && i < expected.length) expect(list.get(i)).toBe(expected[i]);
          }
        }
        expect(list.items()).toEqual(expected);
      }),
    );
  });
});
