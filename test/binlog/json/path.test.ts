import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementPlace, type PathLeg, parsePath } from '../../../src/binlog/json/path.ts';
import { thrownBy } from '../../helpers.ts';

const key = (name: string): PathLeg => ({ key: Uint8Array.from(Buffer.from(name)) });
const parse = (path: string): PathLeg[] =>
  parsePath(Buffer.from(path)).map((leg) => ('key' in leg ? { key: Uint8Array.from(leg.key) } : leg));

describe('paths of JSON diffs', () => {
  it.each<[string, PathLeg[]]>([
    ['$', []],
    ['$.x', [key('x')]],
    ['$.größe.漢字[0]', [key('größe'), key('漢字'), { index: 0, fromEnd: false }]],
    ['$[12][last][last-3]', [12, -1, -4].map((n) => ({ index: n < 0 ? -1 - n : n, fromEnd: n < 0 }))],
    ['$[4294967295]', [{ index: 0xffff_ffff, fromEnd: false }]],
    ['$."a.b[0]"."with space"."*"', [key('a.b[0]'), key('with space'), key('*')]],
    ['$.""', [key('')]],
    [String.raw`$."q\"\t\\ü"`, [key('q"\t\\ü')]],
    [String.raw`$."\b\f\n\r\/\u0001\u00e9\u6f22\ud834\udd1e"`, [key('\b\f\n\r/\u0001é漢𝄞')]],
    ['$.last[last]', [key('last'), { index: 0, fromEnd: true }]],
    ['$.$._', [key('$'), key('_')]],
  ])('reads %s', (path, legs) => {
    expect(parse(path)).toEqual(legs);
  });

  it('reads any quoted name, escaped as JSON is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        expect(parse(`$.${JSON.stringify(name)}[1]`)).toEqual([key(name), { index: 1, fromEnd: false }]);
      }),
    );
  });

  it.each([
    '',
    'x',
    '.x',
    '$x',
    '$.',
    '$..x',
    '$.x.',
    '$[',
    '$[]',
    '$[1',
    '$[-1]',
    '$[ 1]',
    '$[1 to 2]',
    '$[last-]',
    '$[lastly]',
    '$[4294967296]',
    '$[99999999999999999999999999]',
    '$[*]',
    '$.*',
    '$**.x',
    '$ .x',
    '$.x y',
    '$.x"y',
    String.raw`$.x\y`,
    '$."x',
    '$."x\\',
    '$."x\\"',
    '$."x"y',
    '$."tab\t"',
    String.raw`$."\x"`,
    String.raw`$."\u12"`,
    String.raw`$."\u12g4"`,
    String.raw`$."\ud834"`,
    String.raw`$."\ud834\u0041"`,
    String.raw`$."\udd1e\ud834"`,
  ])('refuses %j', (path) => {
    expect(thrownBy(() => parse(path)).code).toBe('DAMAGED');
  });

  it('finds elements from both ends', () => {
    const places = (leg: { index: number; fromEnd: boolean }) =>
      [0, 1, 3].map((count) => elementPlace(leg, count));
    expect(places({ index: 0, fromEnd: false })).toEqual([-1, 0, 0]);
    expect(places({ index: 1, fromEnd: false })).toEqual([-1, -1, 1]);
    expect(places({ index: 0, fromEnd: true })).toEqual([-1, 0, 2]);
    expect(places({ index: 2, fromEnd: true })).toEqual([-1, -1, 0]);
  });
});
