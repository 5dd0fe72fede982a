import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasBit, hasBitMsbFirst, lastByteMask, setBits } from '../../src/wire/bitmap.ts';
import { crc32 } from '../../src/wire/crc32.ts';
import { Cursor } from '../../src/wire/cursor.ts';
import * as integers from '../../src/wire/integers.ts';
import { bitmap, bitmapFromTop, hex, lenenc, u48, u64 } from '../builder/bytes.ts';
import { thrownBy } from '../helpers.ts';

describe('integers', () => {
  it('reads little-endian numbers of every width, unsigned', () => {
    const bytes = hex('ff 01 02 83 04 85 06 87 f8');
    expect(integers.readU16(bytes, 1)).toBe(0x0201);
    expect(integers.readU24(bytes, 1)).toBe(0x830201);
    expect(integers.readU32(bytes, 0)).toBe(0x830201ff);
    expect(integers.readU48(bytes, 1)).toBe(0x068504830201);
    expect(integers.readU64(bytes, 1)).toBe(0xf887068504830201n);
  });

  it('writes what it reads', () => {
    const number = fc.nat({ max: 2 ** 32 - 1 });
    fc.assert(
      fc.property(
        number,
        fc.nat({ max: 0xffff }),
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        (low, high, long) => {
          const bytes = new Uint8Array(32);
          integers.writeU16(bytes, 0, high);
          integers.writeU32(bytes, 2, low);
          integers.writeU48(bytes, 6, high * 2 ** 32 + low);
          integers.writeU64(bytes, 12, long);
          expect(integers.readU16(bytes, 0)).toBe(high);
          expect(integers.readU32(bytes, 2)).toBe(low);
          expect(Buffer.from(bytes.subarray(6, 12))).toEqual(u48(high * 2 ** 32 + low));
          expect(Buffer.from(bytes.subarray(12, 20))).toEqual(u64(long));
        },
      ),
    );
  });

  it('stores positions above 4 GiB mod 2^32, as end_log_pos is', () => {
    const bytes = new Uint8Array(4);
    integers.writeU32(bytes, 0, 5 * 2 ** 32 + 0x89abcdef);
    expect(integers.readU32(bytes, 0)).toBe(0x89abcdef);
  });
});

describe('bitmaps', () => {
  it('counts only bits that stand for columns, whatever the padding', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }),
        fc.constantFrom(0 as const, 1 as const),
        (bits, padding) => {
          const expected = bits.flatMap((bit, i) => (bit ? [i] : []));
          const bytes = bitmap(bits, padding);
          expect(setBits(bytes, 0, bits.length)).toEqual(expected);
          const top = bitmapFromTop(bits);
          for (const [i, bit] of bits.entries()) {
            expect(hasBit(bytes, 0, i)).toBe(bit);
            expect(hasBitMsbFirst(top, i)).toBe(bit);
          }
          // Masked, the last byte is the same with either padding.
          expect(bytes.at(-1)! & lastByteMask(bits.length)).toBe(bitmap(bits, 0).at(-1));
        },
      ),
    );
  });
});

describe('crc32', () => {
  it('has the value that every description of CRC-32 gives, and goes on from a part', () => {
    const digits = Buffer.from('x123456789x');
    expect(crc32(digits, 1, 10)).toBe(0xcbf43926);
    expect(crc32(digits, 5, 10, crc32(digits, 1, 5))).toBe(zlibCrc32('123456789'));
  });
});

describe('Cursor', () => {
  it('reads packed integers of every width', () => {
    for (const value of [0, 250, 251, 252, 0xffff, 0x10000, 0xffffff, 0x1000000, Number.MAX_SAFE_INTEGER]) {
      const bytes = lenenc(value);
      const cursor = new Cursor(bytes, 0, bytes.length);
      expect(cursor.lenenc('n')).toBe(value);
      expect(cursor.left).toBe(0);
    }
  });

  it('refuses NULL, 255 and numbers no buffer could have as packed integers', () => {
    for (const text of ['fb', 'ff', 'fe 00 00 00 00 00 00 20 00']) {
      const bytes = hex(text);
      expect(thrownBy(() => new Cursor(bytes, 0, bytes.length).lenenc('length')).code).toBe('DAMAGED');
    }
  });

  it('never reads past its end, whatever is asked for, and names the field', () => {
    const bytes = Buffer.alloc(64, 0xfe);
    const asks: ((cursor: Cursor) => unknown)[] = [
      (cursor) => cursor.u8('f'),
      (cursor) => cursor.u16('f'),
      (cursor) => cursor.u32('f'),
      (cursor) => cursor.u48('f'),
      (cursor) => cursor.u64('f'),
      (cursor) => cursor.lenenc('f'),
      (cursor) => cursor.view(9, 'f'),
      (cursor) => cursor.text(9, 'f'),
    ];
    const widths = [1, 2, 4, 6, 8, 9, 9, 9];
    for (const [i, ask] of asks.entries()) {
      const error = thrownBy(() => ask(new Cursor(bytes, 10, 10 + widths[i]! - 1)));
      expect([error.code, error.message.startsWith('f ')]).toEqual(['DAMAGED', true]);
    }
  });

  it('moves on by what it reads', () => {
    const cursor = new Cursor(hex('01 0200 03000000 040000000000 0500000000000000 616263 77'), 0, 25);
    expect([cursor.u8('a'), cursor.u16('b'), cursor.u32('c'), cursor.u48('d'), cursor.u64('e')]).toEqual([
      1,
      2,
      3,
      4,
      5n,
    ]);
    expect([cursor.text(3, 'f'), cursor.u8('g'), cursor.left]).toEqual(['abc', 0x77, 0]);
  });
});
