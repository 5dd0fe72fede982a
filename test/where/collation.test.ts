import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collationOf } from '../../src/where/collation.ts';
import { collationTraits } from '../../src/where/collation-traits.ts';
import { compileLike } from '../../src/where/like.ts';

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
} as const;

describe('traits by number', () => {
  it.each([
    ['binary', { binary: true, padded: true }],
    ['binary0900', { binary: true, padded: false }],
    ['general', { binary: false, caseless: true, accentless: true, padded: true, unicode: false }],
    ['unicode', { caseless: true, accentless: true, padded: true, unicode: true }],
    ['modern', { caseless: true, accentless: true, padded: false, unicode: true }],
    ['strict', { caseless: false, accentless: false, padded: false, unicode: true }],
    ['uca1400', { caseless: true, accentless: true, padded: true, unicode: true }],
    ['uca1400NoPadCase', { caseless: false, accentless: false, padded: false, unicode: true }],
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
    ['strict', 'é', 'e', 1],
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
        expect(collation.equal(a, b)).toBe(collation.order(a, b) === 0);
      }),
      { numRuns: 3000 },
    );
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
