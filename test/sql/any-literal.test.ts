import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSafe } from '../../src/sql/literals/safe-characters.ts';
import { collationId } from '../../src/tables/collation-names.ts';
import { encodeText } from '../../src/tables/encode-text.ts';
import * as c from '../builder/columns.ts';
import { columnOf, hex, put, u64 } from './one-column.ts';

const UTF8MB4 = 45;

const MOST_FLOAT = 3.4028234663852886e38;

const charsets =
  'utf8mb4 utf8mb3 latin1 latin2 cp1251 koi8r greek hebrew tis620 swe7 armscii8 ucs2 utf16 utf16le utf32 sjis cp932 ujis gbk gb18030 big5 euckr'.split(
    ' ',
  );

const clock = (seconds: number): string =>
  `'${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')}'`;

describe('any', () => {
  it('integer', () => {
    const columns = [c.tinyint, c.smallint, c.mediumint, c.int, c.bigint];
    const types = ['tinyint', 'smallint', 'mediumint', 'int', 'bigint'];
    fc.assert(
      fc.property(fc.nat(4), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.nat(63), (i, value, shift) => {
        const width = columns[i]!.width!;
        const stored = u64(value >> BigInt(shift)).subarray(0, width);
        const unsigned = BigInt.asUintN(8 * width, value >> BigInt(shift));
        expect(put(columnOf(`${types[i]} unsigned`, columns[i]!).store, stored)).toBe(String(unsigned));
        const signed = BigInt.asIntN(8 * width, unsigned);
        expect(put(columnOf(types[i]!, columns[i]!).store, stored)).toBe(String(signed));
      }),
    );
  });

  it('real', () => {
    const [float, double] = [columnOf('float', c.float), columnOf('double', c.double)];
    const finite = { noNaN: true, noDefaultInfinity: true };
    fc.assert(
      fc.property(fc.float(finite), fc.double(finite), (single, wide) => {
        const [stored, wideStored] = [Buffer.alloc(4), Buffer.alloc(8)];
        stored.writeFloatLE(single);
        wideStored.writeDoubleLE(wide);
        expect(Math.fround(Number(put(float.store, stored)))).toBe(single);
        expect(Math.abs(Number(put(float.store, stored)))).toBeLessThanOrEqual(MOST_FLOAT);
        expect(put(double.store, wideStored)).toMatch(/^-?\d+(\.\d+)?e-?\d+$/);
        expect(Number(put(double.store, wideStored))).toBe(wide);
        expect(Number(put(float.key, stored))).toBe(single);
      }),
    );
  });

  it('moment', () => {
    const { store } = columnOf('timestamp', c.timestamp(0));
    const any = fc.sample(fc.integer({ min: 1, max: 2 ** 32 - 1 }), 1000);
    const days = Array.from({ length: 49_711 }, (_, day) => 86_400 * day + 1);
    const moments = [...days, ...days.map((second) => second - 2).slice(1), ...any];
    const stored = Buffer.alloc(4 * moments.length);
    for (const [i, seconds] of moments.entries()) stored.writeUInt32BE(seconds, 4 * i);
    const all = put((out, bytes, start) => {
      for (const i of moments.keys()) store(out, bytes, start + 4 * i, start + 4 * i + 4);
    }, stored);
    const wrong = moments.findIndex((seconds, i) => all.slice(21 * i, 21 * i + 21) !== clock(seconds));
    expect(wrong < 0 ? undefined : moments[wrong]).toBeUndefined();
  });

  it('text of any character set', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'ab\'"\\`\n\t\r\0éžя漢😀ß€\u200d') }),
    );
    const bytes = fc.uint8Array({ maxLength: 12 });
    const columns = charsets.map((charset) => ({
      charset,
      ...columnOf(`mediumtext charset ${charset}`, c.blob(3)),
    }));
    fc.assert(
      fc.property(fc.constantFrom(...columns), text, bytes, ({ charset, store, exact }, written, other) => {
        const collation = collationId(charset, undefined, 'mysql')!;
        for (const value of [encodeText(written, collation), other]) {
          if (value === undefined) continue;
          expect(Buffer.from(bytesOf(put(store, value), collation)).equals(value)).toBe(true);
          expect(Buffer.from(bytesOf(put(exact, value), UTF8MB4)).equals(value)).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

/** What a server makes of a literal of text. */
function bytesOf(literal: string, collation: number): Uint8Array {
  const digits = /^(?:_\w+ )?0x((?:[0-9A-F]{2})+)$/.exec(literal);
  if (digits) return hex(digits[1]!);
  const quoted = /^(?:_utf8mb4)?'((?:[^'\\]|'')*)'$/u.exec(literal);
  expect(quoted, literal).not.toBeNull();
  expect(literal).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  return encodeText(quoted![1]!.replaceAll("''", "'"), collation)!;
}

it('knows all characters that are not to be seen', () => {
  for (let code = 0; code < 0x11_0000; code++) {
    const character = String.fromCodePoint(code);
    const isHidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\\]/u.test(character) && character !== '\n';
    // What has not been given yet may be given to such a character.
    if (isSafe(code) === isHidden && !/\p{Cn}/u.test(character)) expect.fail(`U+${code.toString(16)}`);
  }
});
