import { describe, expect, it } from 'vitest';
import { formatValue, jsonValue } from '../../../../src/binlog/columns/values/format.ts';
import { hex, join, u8, u32 } from '../../../builder/bytes.ts';
import * as c from '../../../builder/columns.ts';
import { decoded, geometryType, type Knowledge, shown } from './one-column.ts';

const double = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
};
const xy = (x: number, y: number): Buffer => join(double(x), double(y));
const head = (type: number): Buffer => join(u8(1), u32(type));
const list = (...parts: Uint8Array[]): Buffer => join(u32(parts.length), ...parts);
const point = (x: number, y: number): Buffer => join(head(1), xy(x, y));
const line = join(head(2), list(xy(0, 0), xy(1, -1.5)));
const polygon = join(
  head(3),
  list(list(xy(0, 0), xy(9, 0), xy(9, 9), xy(0, 0)), list(xy(1, 1), xy(1, 2), xy(2, 2), xy(1, 1))),
);
const stored = (wkb: Uint8Array, srid = 0): Buffer => join(u32(srid), wkb);

/** MySQL logs the types of geometries from 8.0 on. */
const mysql8: Knowledge = { metadata: [geometryType] };
const mariadb: Knowledge = { flavour: 'mariadb' };

describe('geometry', () => {
  it.each([
    ['POINT(1 2)', point(1, 2)],
    ['POINT(-1e300 1e-300)', point(-1e300, 1e-300)],
    ['LINESTRING(0 0,1 -1.5)', line],
    ['POLYGON((0 0,9 0,9 9,0 0),(1 1,1 2,2 2,1 1))', polygon],
    ['MULTILINESTRING((0 0,1 -1.5))', join(head(5), list(line))],
    ['MULTIPOLYGON(((0 0,9 0,9 9,0 0),(1 1,1 2,2 2,1 1)))', join(head(6), list(polygon))],
    ['GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(0 0,1 -1.5))', join(head(7), list(point(1, 2), line))],
    ['GEOMETRYCOLLECTION EMPTY', join(head(7), list())],
  ])('%s', (text, wkb) => {
    expect(shown(c.geometry, stored(wkb), mysql8)).toBe(text);
    expect(shown(c.geometry, stored(wkb), mariadb)).toBe(text);
  });

  it('puts the points of a MULTIPOINT in parentheses where the server does', () => {
    const wkb = join(head(4), list(point(0, 0), point(5, 5)));
    expect(shown(c.geometry, stored(wkb), mysql8)).toBe('MULTIPOINT((0 0),(5 5))');
    expect(shown(c.geometry, stored(wkb), mariadb)).toBe('MULTIPOINT(0 0,5 5)');
    expect(shown(c.geometry, stored(wkb))).toBe('MULTIPOINT(0 0,5 5)');
  });

  it('prints the latitude first where the reference system has it first', () => {
    const at = (srid: number, knowledge: Knowledge): string =>
      shown(c.geometry, stored(point(13.4, 52.5), srid), knowledge);
    expect(at(4326, mysql8)).toBe('SRID=4326;POINT(52.5 13.4)');
    expect(at(4326, mariadb)).toBe('SRID=4326;POINT(13.4 52.5)');
    // One that is geographic with the longitude first, one that is projected, one that there is not.
    for (const srid of [7035, 3857, 99_999]) expect(at(srid, mysql8)).toBe(`SRID=${srid};POINT(13.4 52.5)`);
  });

  it('is cut', () => {
    const value = decoded(c.geometry, stored(polygon, 3857), { maxCharacters: 12 });
    expect(formatValue(value)).toBe("'SRID=3857;POLYGON((0 0'…");
    expect(jsonValue(value)).toEqual({ beginning: 'SRID=3857;POLYGON((0 0' });
  });

  it('is shown as bytes where it is none', () => {
    const nested = Array.from({ length: 101 }).reduce<Buffer>((wkb) => join(head(7), list(wkb)), point(1, 1));
    for (const bytes of [
      hex('0000'),
      stored(point(1, 2)).subarray(0, -1),
      join(stored(point(1, 2)), hex('00')),
      stored(join(head(8), list())),
      stored(join(u8(0), u32(1), xy(1, 2))),
      stored(join(head(2), u32(0xffff_ffff))),
      stored(nested),
    ]) {
      expect(decoded(c.geometry, bytes, mysql8).kind).toBe('bytes');
    }
  });
});
