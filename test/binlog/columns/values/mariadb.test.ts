/** MariaDB's own types: compressed columns, network addresses, UUIDs and vectors. */
import { deflateRawSync, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { hex, join } from '../../../builder/bytes.ts';
import * as c from '../../../builder/columns.ts';
import { collation, decoded, type Knowledge, shown } from './one-column.ts';

const utf8: Knowledge = { flavour: 'mariadb', metadata: [collation(45)] };
const binary: Knowledge = { flavour: 'mariadb', metadata: [collation(63)] };

describe('compressed columns', () => {
  it('reads the specimens of MariaDB 11.8', () => {
    expect(shown(c.compressedBlob, '89 c8 4b4a1a1e0000', utf8)).toBe('b'.repeat(200));
    expect(shown(c.compressedVarchar, '8a07d0 63601805a360148c8251300a46c1500700', binary)).toBe(
      `0x${'00'.repeat(2000)}`,
    );
  });

  it.each([
    ['nothing', '', ''],
    ['what was too short to compress', '00 616263', 'abc'],
    ['an empty text with a head', '00', ''],
    ['a stream with the head of zlib', join(hex('82 012c'), deflateSync('x'.repeat(300))), 'x'.repeat(300)],
    [
      'a length of three bytes',
      join(hex('8b 011170'), deflateRawSync('y'.repeat(70_000))),
      'y'.repeat(70_000),
    ],
  ])('reads %s', (_, stored, text) => {
    expect(shown(c.compressedBlob, stored, utf8)).toBe(text);
  });

  it.each([
    ['an unknown method', '10 616263'],
    ['a stream that is none', '89 c8 ffff'],
    ['a stream that is cut', '89 c8 4b4a1a1e'],
    ['a stream shorter than it says', '89 c9 4b4a1a1e0000'],
    ['a stream longer than it says', '89 c7 4b4a1a1e0000'],
    ['a head alone', '89'],
    ['no length', '88 4b4a1a1e0000'],
  ])('shows %s as bytes', (_, stored) => {
    expect(decoded(c.compressedBlob, stored, utf8)).toMatchObject({ kind: 'bytes', bytes: hex(stored) });
  });
});

describe('types that the log does not tell', () => {
  const as = (type: 'inet4' | 'inet6' | 'uuid' | 'vector'): Knowledge => ({ ...binary, hiddenTypes: [type] });

  // Zeros at the end are not stored.
  it.each([
    ['inet4', '', '0.0.0.0'],
    ['inet4', 'c0000201', '192.0.2.1'],
    ['inet4', '0a', '10.0.0.0'],
    ['inet6', '', '::'],
    ['inet6', '00000000000000000000000000000001', '::1'],
    ['inet6', '20010db8', '2001:db8::'],
    ['inet6', '00000000000000000000ffffc0000201', '::ffff:192.0.2.1'],
    ['inet6', '000000000000000000000000c0000201', '::192.0.2.1'],
    ['inet6', '00010000000300040005000600070008', '1::3:4:5:6:7:8'],
    ['inet6', '00010000000000040000000000070008', '1::4:0:0:7:8'],
    ['inet6', '00010002000300040005000600070008', '1:2:3:4:5:6:7:8'],
    ['uuid', '123e4567e89b12d3a45642665544', '123e4567-e89b-12d3-a456-426655440000'],
    ['uuid', '', '00000000-0000-0000-0000-000000000000'],
    ['vector', '0000803f 000000bf cdcccc3d', '[1,-0.5,0.1]'],
    ['vector', '', '[]'],
  ] as const)('%s of %s', (type, stored, text) => {
    const column = type === 'vector' ? c.varchar(100) : c.char(type === 'inet4' ? 4 : 16);
    expect(decoded(column, stored, as(type))).toMatchObject({ kind: type, text });
  });

  it('are bytes where they are too long, or no vector', () => {
    expect(decoded(c.char(20), 'ff'.repeat(17), as('uuid')).kind).toBe('bytes');
    expect(decoded(c.varchar(20), 'ffffff', as('vector')).kind).toBe('bytes');
  });

  it('are binary strings for who does not tell', () => {
    expect(shown(c.char(4), 'c000', binary)).toBe('0xC0000000');
  });
});

describe("MySQL's VECTOR", () => {
  it('is a list of floats, which may be cut', () => {
    expect(shown(c.vector, '0000803f 000000bf')).toBe('[1,-0.5]');
    expect(decoded(c.vector, '0000803f 000000bf', { maxCharacters: 4 })).toMatchObject({
      text: '[1,-',
      cut: true,
    });
  });
});
