import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InnerEvents } from '../../src/scan/inner-events.ts';
import { encodeEvent } from '../builder/binlog.ts';
import { hex, u32 } from '../builder/bytes.ts';
import { thrownBy } from '../helpers.ts';

/** Feeds bytes in pieces of these sizes, over and over; answers the events and where each begins. */
function cut(bytes: Uint8Array, sizes: readonly number[]): [offset: number, hex: string][] {
  const found: [number, string][] = [];
  const inner = new InnerEvents((piece, start, end, offset) => {
    found.push([offset, Buffer.from(piece.subarray(start, end)).toString('hex')]);
  });
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const piece = Buffer.from(bytes.subarray(at, at + sizes[i % sizes.length]!));
    at += piece.length;
    inner.push(piece);
    // The decoder may use the piece's memory again.
    piece.fill(0xee);
  }
  inner.finish();
  expect(inner.offset).toBe(bytes.length);
  return found;
}

const sizes = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 6 });

describe('events inside a payload', () => {
  it('come out one by one, however the pieces are cut', () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 12 });
    fc.assert(
      fc.property(bodies, sizes, (all, pieces) => {
        const events = all.map((body, i) => encodeEvent({ type: i, body }, undefined, 1, 5, false));
        let offset = 0;
        const expected = events.map((event): [number, string] => {
          offset += event.length;
          return [offset - event.length, event.toString('hex')];
        });
        expect(cut(Buffer.concat(events), pieces)).toEqual(expected);
      }),
    );
  });

  const event = encodeEvent({ type: 2, body: hex('0102030405') }, undefined, 1, 5, false);

  it('that are cut off at the end are damage, header or body', () => {
    for (let length = 1; length < event.length; length++) {
      for (const size of [1, 7, 100]) {
        const error = thrownBy(() => cut(Buffer.concat([event, event.subarray(0, length)]), [size]));
        expect(error).toMatchObject({ code: 'DAMAGED', message: expect.stringContaining('ends inside') });
      }
    }
  });

  it('that say they are shorter than a header, or larger than servers take, are damage at once', () => {
    for (const size of [0, 18, 2 ** 30 + 1, 0xffff_ffff]) {
      const lying = Buffer.from(event);
      u32(size).copy(lying, 9);
      for (const piece of [1, 19, 100]) {
        const error = thrownBy(() => cut(Buffer.concat([event, lying]), [piece]));
        expect(error).toMatchObject({ code: 'DAMAGED', message: expect.stringContaining(String(size)) });
      }
    }
  });

  it('that promise a GiB and do not have it take no memory', () => {
    const lying = Buffer.from(event);
    u32(2 ** 30).copy(lying, 9);
    const before = process.memoryUsage().arrayBuffers;
    expect(thrownBy(() => cut(lying, [3])).code).toBe('DAMAGED');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  });
});
