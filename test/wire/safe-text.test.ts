import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeJson, safeText } from '../../src/wire/safe-text.ts';

/** What terminals obey, and what makes two texts look alike. */
const UNSAFE = /[\p{Cc}\p{Cf}\u2028\u2029]/u;

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('a', '\n', '\u001b', '\u009b', '\u202e', '\u2028', '\u{e0001}', '\\', '"'),
  }),
);

describe('text for a terminal', () => {
  it('holds nothing that a terminal obeys, line ends included', () => {
    fc.assert(fc.property(text, (any) => !UNSAFE.test(safeText(any))));
    expect(safeText('x\nReplay with:\u009b31m')).toBe('x\\u{a}Replay with:\\u{9b}31m');
  });

  it('keeps what can be printed', () => {
    expect(safeText('käse, チーズ, 🧀 \\n')).toBe('käse, チーズ, 🧀 \\n');
  });

  it('as JSON means the same as before', () => {
    fc.assert(
      fc.property(fc.dictionary(text, fc.oneof(text, fc.integer(), fc.constant(null))), (any) => {
        const json = safeJson(any);
        expect(UNSAFE.test(json)).toBe(false);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(any)));
        expect(JSON.parse(safeJson(any, undefined, 2))).toEqual(JSON.parse(JSON.stringify(any)));
      }),
    );
  });
});
