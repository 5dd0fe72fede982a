import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collationOf } from '../../src/where/collation.ts';
import { collationTraits } from '../../src/where/collation-traits.ts';
import { compileLike, compileUnsureLike } from '../../src/where/like.ts';

const ids = {
  binary: 46,
  binary0900: 309,
  general: 45,
  swedish: 8,
  unicode: 224,
  modern: 255,
  strict: 278,
  uca1400: 2304,
  uca1400NoPadCase: 2311,
  czech: 266,
  japanese: 304,
} as const;

describe('traits by number', () => {
  it.each([
    ['binary', { kind: 'binary', padded: true }],
    ['binary0900', { kind: 'binary', padded: false }],
    ['general', { kind: 'general', caseless: true, accentless: true, padded: true }],
    ['unicode', { kind: 'unicode', caseless: true, accentless: true, padded: true, modern: false }],
    ['modern', { kind: 'unicode', caseless: true, accentless: true, padded: false, modern: true }],
    ['strict', { kind: 'unicode', caseless: false, accentless: false, padded: false }],
    ['uca1400', { kind: 'unicode', caseless: true, accentless: true, padded: true }],
    ['uca1400NoPadCase', { kind: 'unicode', caseless: false, accentless: false, padded: false }],
    ['czech', { kind: 'unicode', caseless: true, accentless: true, padded: false, language: 'cs' }],
    ['japanese', { kind: 'unicode', caseless: false, accentless: false, language: 'ja' }],
  ] as const)('%s', (name, traits) => expect(collationTraits(ids[name])).toMatchObject(traits));
});

describe('equality and order', () => {
  it.each<[keyof typeof ids, a: string, b: string, sign: number]>([
    ['binary', 'paid', 'paid  ', 0],
    ['binary', 'Paid', 'paid', -1],
    ['binary', 'a\t', 'a', -1],
    ['binary', '\uffee', '😀', -1],
    ['binary0900', 'paid', 'paid ', -1],
    ['general', 'PÀID ', 'paid', 0],
    ['general', 'ß', 's', 0],
    ['general', '😀', '😁', 0],
    ['general', 'a_b', 'aZb', 1],
    ['swedish', 'ü', 'Y', 0],
    ['swedish', 'ÅSE', 'åse', 0],
    ['swedish', 'ase', 'åse', -1],
    ['unicode', 'straße', 'STRASSE ', 0],
    ['unicode', 'a_b', 'aZb', -1],
    ['modern', 'é', 'E', 0],
    ['modern', 'a', 'a ', -1],
    ['strict', 'a', 'A', -1],
  ])('%s: %s, %s', (name, a, b, sign) => {
    const collation = collationOf(ids[name]);
    expect(Math.sign(collation.order(a, b)!)).toBe(sign);
    expect(Math.sign(collation.order(b, a)!)).toBe(0 - sign);
    expect(collation.equal(a, b)).toBe(sign === 0);
  });

  it('equal is what has no order, whatever the texts', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.string({ unit: fc.constantFrom('a', 'A', 'ä', ' ', '_', 'ß', 's'), maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...Object.values(ids)), text, text, (id, a, b) => {
        const collation = collationOf(id);
        const [equal, order] = [collation.equal(a, b), collation.order(a, b)];
        if (equal !== undefined && order !== undefined) expect(equal).toBe(order === 0);
        expect(collation.equal(b, a)).toBe(equal);
        expect(collation.order(b, a)).toBe(order === undefined || order === 0 ? order : 0 - order);
      }),
      { numRuns: 3000 },
    );
  });

  const swedish = 264;
  const czech = 266;
  const turkish = 265;
  const danish = 267;
  const lithuanian = 268;
  it.each<[bug: string, id: number, a: string, b: string]>([
    ['ø is no o before version 5.2', ids.unicode, 'ø', 'o'],
    ['emoji are one in version 4.0', ids.unicode, '😀', '😁'],
    ['å is no a in Swedish', swedish, 'å', 'a'],
    ['nor with the ring behind it', swedish, 'a\u030a', 'a'],
    ['I is no i in Turkish', turkish, 'PAID', 'paid'],
    ['y is i in Lithuanian', lithuanian, 'y', 'i'],
    ['aa is å in Danish', danish, 'aa', 'AA'],
    ['cH is not ch in Czech', czech, 'cH', 'ch'],
    ['a mark after a letter', ids.modern, 'e\u0301', 'é'],
    ['what is no text', ids.modern, '\ud800', '\ud800'],
  ])('left to the server: %s', (_bug, id, a, b) => {
    const collation = collationOf(id);
    expect(collation.equal(a, b)).toBeUndefined();
    expect(collation.order(a, b)).toBeUndefined();
  });

  it.each([ids.unicode, ids.modern, ids.uca1400, ids.general, swedish, danish, turkish])(
    'what other letters stand beside paid does not matter (%s)',
    (id) => {
      const collation = collationOf(id);
      for (const text of ['Müller', 'привет', '東京', 'ποτέ', 'void', '😀 hello', 'हिन्दी', 'zażółć', '']) {
        expect(collation.equal(text, 'paid'), text).toBe(false);
      }
    },
  );

  it('accents do not count, and count where they should', () => {
    expect(collationOf(ids.unicode).equal('ÀÉÎÕÜ', 'aeiou')).toBe(true);
    expect(collationOf(ids.strict).equal('é', 'e')).toBe(false);
    expect(collationOf(ids.strict).order('é', 'e')).toBeUndefined();
    expect(collationOf(ids.modern).equal('ø', 'O')).toBe(true);
  });

  it('LIKE decides as = does', () => {
    const like = (text: string, pattern: string): boolean | undefined =>
      compileUnsureLike(pattern, '|', collationOf(ids.modern))(text);
    expect(like('øre', 'o%')).toBe(true);
    expect(like('ς', 'σ')).toBeUndefined();
    expect(like('①', '1%')).toBeUndefined();
    expect(like('Øre', '%x%')).toBe(false);
    expect(like('あ', 'a%')).toBe(false);
  });

  it('of an unknown collation only what all agree about is told', () => {
    const unknown = collationOf(undefined);
    expect(unknown.equal('paid', 'paid')).toBe(true);
    expect(unknown.equal('paid', 'Paid')).toBeUndefined();
    expect(unknown.equal('paid', 'paid ')).toBeUndefined();
    expect(unknown.equal('paid', 'void')).toBe(false);
    expect(unknown.order('a', 'b')).toBe(-1);
    expect(unknown.order('B', 'a')).toBeUndefined();
  });
});

describe('LIKE', () => {
  const same = (character: string): string => character;
  it.each<[text: string, pattern: string, found: boolean]>([
    ['', '', true],
    ['', '%', true],
    ['', '_', false],
    ['abc', 'a%', true],
    ['abc', '%c', true],
    ['abc', '%b%', true],
    ['abc', 'a_c', true],
    ['abc', 'a__c', false],
    ['abc ', 'abc', false],
    ['a%c', 'a|%c', true],
    ['abc', 'a|%c', false],
    ['a|', 'a|', true],
    ['a😀c', 'a_c', true],
    ['mississippi', '%iss%ip%', true],
    ['mississippi', '%iss%iss%iss%', false],
  ])('%s like %s', (text, pattern, found) => expect(compileLike(pattern, '|', same)(text)).toBe(found));

  it('is what a regular expression finds', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '%', '_', 'ä'), maxLength: 8 });
    fc.assert(
      fc.property(word, word, (text, pattern) => {
        const expression = new RegExp(`^${pattern.replaceAll('%', '.*').replaceAll('_', '.')}$`, 'su');
        expect(compileLike(pattern, '|', same)(text)).toBe(expression.test(text));
      }),
      { numRuns: 3000 },
    );
  });

  it('patterns that are hostile take no time', () => {
    const like = compileLike(`${'%a'.repeat(500)}%b`, '\\', same);
    expect(like('a'.repeat(20_000))).toBe(false);
  });
});
