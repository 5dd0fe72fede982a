import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../src/binlog/json/binary.ts';
import { encodeJson } from '../../../src/binlog/json/encode.ts';
import { MAX_JSON_DEPTH } from '../../../src/binlog/json/types.ts';
import { hex } from '../../builder/bytes.ts';
import { anyJson, encode, int, type Json, object } from '../../builder/json.ts';
import { thrownBy } from '../../helpers.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
/** Written anew, from the tree. */
const rewritten = (bytes: Uint8Array): Buffer => Buffer.from(encodeJson(parseJson(bytes)));

/** One of everything, scalars in and out of entries. */
const everything = object({
  a: [null, true, false, 'text', 'x'.repeat(200)],
  b: object({ '': int(-1), c: int(70_000), d: int(-5_000_000_000), 漢: [] }),
  numbers: [{ uint: 1n }, { uint: 2n ** 32n - 1n }, { uint: 2n ** 64n - 1n }, { double: -0 }],
  opaque: { opaque: 246, bytes: '0201890a' },
});

describe('binary JSON', () => {
  it('reads the specimen of MySQL 9.7 with values of most kinds', () => {
    // JSON_OBJECT('a', JSON_ARRAY(1, -1, 70000, 'x'), 'bc', 1.5e0, 'd', NULL, 'e', CAST(1.5 AS DECIMAL(3,1)))
    const bytes = hex(
      `00 0400 4c00 | 20000100 21000100 22000100 23000200 | 022500 040000 0f3b00 0b4400 | 61 64 65 6263
       | 0400 1600 050100 05ffff 071000 0c1400 70110100 0178 | f6 07 0a01 80000001 05 | 000000000000f83f`,
    );
    const json = parseJson(bytes);
    if (json.kind !== 'object') throw new Error('not an object');
    expect(json.members.map(({ key }) => text(key))).toEqual(['a', 'd', 'e', 'bc']);
    expect(json.members.map(({ value }) => value)).toEqual([
      {
        kind: 'array',
        elements: [
          { kind: 'int', value: 1 },
          { kind: 'int', value: -1 },
          { kind: 'int', value: 70_000 },
          { kind: 'string', bytes: Buffer.from('x') },
        ],
      },
      { kind: 'literal', value: null },
      { kind: 'opaque', fieldType: 246, bytes: hex('0a01 80000001 05') },
      { kind: 'double', value: 1.5 },
    ]);
    expect(rewritten(bytes)).toEqual(bytes);
  });

  it('reads an empty column as the null literal', () => {
    expect(parseJson(new Uint8Array(0))).toEqual({ kind: 'literal', value: null });
  });

  it('writes what it has read', () => {
    fc.assert(
      fc.property(anyJson(), (json) => {
        const bytes = encode(json);
        expect(rewritten(bytes)).toEqual(bytes);
      }),
    );
  });

  it.each<[string, Json]>([
    ['an array of exactly 65535 bytes', ['x'.repeat(65_535 - 4 - 3 - 3)]],
    ['an array of one byte more', ['x'.repeat(65_536 - 4 - 3 - 3)]],
    ['an object of exactly 65535 bytes', object({ key: 'x'.repeat(65_535 - 4 - 7 - 3 - 3) })],
    ['an object of one byte more', object({ key: 'x'.repeat(65_536 - 4 - 7 - 3 - 3) })],
    ['a small array beside a large one', [[int(-1), int(70_000)], ['x'.repeat(70_000)]]],
    [
      'integers inside the entries of a large array',
      [int(-1), int(-70_000), int(70_000), 'x'.repeat(70_000), null],
    ],
    ['70000 elements', Array.from({ length: 70_000 }, (_, i) => int(i - 35_000))],
    [
      'a large array, and all around it, that is shorter than small',
      object({ a: [Array(10_000).fill(int(70_000))] }),
    ],
    ['a key of 65535 bytes', object({ ['k'.repeat(65_535)]: true })],
    ['a large object in small ones, which grow with it', object({ a: object({ b: ['x'.repeat(66_000)] }) })],
    [
      'strings at the borders of their length',
      ['x'.repeat(127), 'x'.repeat(128), 'x'.repeat(16_383), 'x'.repeat(16_384)],
    ],
  ])('writes %s as the server does', (_, json) => {
    const bytes = encode(json);
    expect(rewritten(bytes).equals(bytes)).toBe(true);
  });

  it('writes integers shorter than it has read them', () => {
    expect(rewritten(hex('09 ffffffffffffffff'))).toEqual(hex('05 ffff'));
    expect(rewritten(hex('0a ffff000000000000'))).toEqual(hex('06 ffff'));
    expect(rewritten(hex('07 00800000'))).toEqual(hex('07 00800000'));
  });

  it('leaves gaps out', () => {
    // ["XY", "def"] with a free byte between the strings
    const gapped = hex('02 0200 1200 0c0a00 0c0e00 02585963 03646566');
    expect(rewritten(gapped)).toEqual(encode(['XY', 'def']));
  });

  it('refuses a document that is cut at any byte, or has bytes behind it', () => {
    const bytes = encode(everything);
    for (let length = 1; length < bytes.length; length++) {
      expect(thrownBy(() => parseJson(bytes.subarray(0, length))).code).toBe('DAMAGED');
    }
    expect(thrownBy(() => parseJson(Buffer.concat([bytes, Buffer.of(0)]))).code).toBe('DAMAGED');
  });

  it.each([
    ['an unknown type', '0d 00'],
    ['an unknown literal', '04 03'],
    ['an unknown literal in an entry', '02 0100 0700 040300'],
    ['a length that does not end', '0c ffffffffffff'],
    ['a length beyond the document', '0c 05 78'],
    ['an opaque value without a length', '0f f6'],
    ['a container smaller than its entries', '02 0200 0900 040000 0400'],
    ['a container larger than the document', '02 0100 0800 040000'],
    ['a value in front of the values', '02 0100 0900 0c0400 0178'],
    ['a value beyond its container', '02 0100 0900 0c0900 0178'],
    ['two values in one place', '02 0200 0c00 0c0a00 0c0a00 0178'],
    ['values in the wrong order', '02 0200 0e00 0c0c00 0c0a00 0178 0179'],
    ['a value inside a key', '00 0100 0e00 0b000300 0c0c00 610161'],
    ['a key in front of the keys', '00 0100 0c00 04000100 040000 61'],
    ['a key beyond its container', '00 0100 0c00 0b000200 040000 61'],
    ['the same key twice', '00 0200 1400 12000100 13000100 040000 040000 6161'],
    ['keys in the wrong order', '00 0200 1400 12000100 13000100 040000 040000 6261'],
    ['a longer key before a shorter one', '00 0200 1500 12000200 14000100 040000 040000 616161'],
    ['keys that overlap', '00 0200 1400 12000100 12000200 040000 040000 6162'],
  ])('refuses %s', (_, bytes) => {
    expect(thrownBy(() => parseJson(hex(bytes))).code).toBe('DAMAGED');
  });

  it('goes as deep as the server and no deeper', () => {
    const nested = (depth: number): Json => (depth === 1 ? [] : [nested(depth - 1)]);
    const deepest = parseJson(encode(nested(MAX_JSON_DEPTH)));
    expect(thrownBy(() => parseJson(encode(nested(MAX_JSON_DEPTH + 1)))).message).toContain('100 levels');
    expect(thrownBy(() => encodeJson({ kind: 'array', elements: [deepest] })).code).toBe('DAMAGED');
  });

  it('refuses to write a key that no server could have stored', () => {
    const member = { key: Buffer.alloc(65_536), value: { kind: 'literal', value: null } as const };
    expect(thrownBy(() => encodeJson({ kind: 'object', members: [member] })).code).toBe('DAMAGED');
  });

  it('answers every change of a byte with a document or with DAMAGED', () => {
    const bytes = encode(everything);
    for (let at = 0; at < bytes.length; at++) {
      for (const flip of [0x01, 0x80, 0xff]) {
        const changed = Buffer.from(bytes);
        changed[at]! ^= flip;
        try {
          encodeJson(parseJson(changed));
        } catch (error) {
          expect(error).toMatchObject({ name: 'BinflashError', code: 'DAMAGED' });
        }
      }
    }
  });
});
