import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatValue, jsonValue } from '../../../../src/binlog/columns/values/format.ts';
import { hex } from '../../../builder/bytes.ts';
import * as c from '../../../builder/columns.ts';
import { collation, decoded, shown } from './one-column.ts';

/** Default collations. */
const ids = {
  big5: 1,
  dec8: 3,
  latin1: 8,
  swe7: 10,
  ascii: 11,
  ujis: 12,
  sjis: 13,
  euckr: 19,
  gb2312: 24,
  greek: 25,
  gbk: 28,
  utf8mb3: 33,
  ucs2: 35,
  cp1251: 51,
  utf16: 54,
  utf16le: 56,
  utf32: 60,
  binary: 63,
  cp932: 95,
  eucjpms: 97,
  gb18030: 248,
  utf8mb4: 255,
};

const knowing = (charset: keyof typeof ids): { metadata: Buffer[] } => ({
  metadata: [collation(ids[charset])],
});

describe('text', () => {
  // As MySQL 9.7 and MariaDB 11.8 convert them; where other programs differ, for that.
  it.each([
    ['latin1', '636166e9 20 80 81', 'café €\u0081'],
    ['cp1251', 'cff0e8e2e5f2', 'Привет'],
    ['greek', 'a1e1', 'ʽα'],
    ['swe7', '4b5d', 'KÅ'],
    ['dec8', 'd7', 'Œ'],
    ['big5', 'a145 c6a1 c7b3', '•ヾЁ'],
    ['gb2312', 'a1a4 a1aa', '・―'],
    ['gbk', 'd6d0 cec4', '中文'],
    ['gb18030', 'd6d0 94 39 fc 36 a3a0', '中😀\ue5e5'],
    ['euckr', 'c7d1 b1b9 8141', '한국갂'],
    ['sjis', '835c 955c 815f 8160 817c', 'ソ表\\〜−'],
    ['cp932', '835c 8160 f040 fa40 f941', 'ソ～\ue000ⅰ\ue69d'],
    ['ujis', 'c6fc a1c0 8fb0a1 f5a1 8ff5a1', '日\\丂\ue000\ue3ac'],
    ['eucjpms', 'c6fc a1c0 8ff3f3 8ff4fe 61', '日＼ⅰ黑a'],
    ['utf8mb3', 'c5be c39f e6bca2', 'žß漢'],
    ['utf8mb4', 'f09f9880 efbfbd 61', '😀\ufffda'],
    ['ucs2', '0041 6f22', 'A漢'],
    ['utf16', '0041 d83dde00', 'A😀'],
    ['utf16le', '4100 3dd800de', 'A😀'],
    ['utf32', '00000041 0001f600', 'A😀'],
  ] as const)('decodes %s', (charset, stored, text) => {
    expect(decoded(c.varchar(100), stored, knowing(charset))).toMatchObject({ kind: 'text', text });
  });

  it.each([
    ['ascii', '6180'],
    ['swe7', '61ff'],
    ['greek', '61ff'],
    ['utf8mb4', '61c3'],
    ['utf8mb4', 'eda080'],
    ['utf8mb4', 'efbfbd 80'],
    ['utf16', '0041 d83d'],
    ['utf16', '0041 00'],
    ['utf16le', '4100 41'],
    ['utf32', '00000041 00'],
    ['utf32', '00110000'],
    ['utf32', '0000d800'],
    ['sjis', '6183'],
    ['sjis', '815f 83'],
    ['gbk', '61d6'],
    ['ujis', 'a1c08f'],
  ] as const)('shows as bytes what is not %s', (charset, stored) => {
    expect(shown(c.blob(2), stored, knowing(charset))).toBe(`0x${hex(stored).toString('hex').toUpperCase()}`);
  });

  it('is taken for UTF-8 where the log does not tell, and shown as bytes if it is not', () => {
    expect(shown(c.varchar(100), 'c5bec39f')).toBe('žß');
    expect(shown(c.char(10), 'e9')).toBe('0xE9');
    expect(shown(c.char(10), '', {})).toBe('');
    // A collation of a server to come.
    expect(shown(c.varchar(100), 'c5be', { metadata: [collation(60_000)] })).toBe('ž');
  });

  it('knows the collations that MariaDB numbers by rule', () => {
    for (const [id, stored] of [
      [1071, 'e9'],
      [2304, 'c3a9'],
      [2559, 'c3a9'],
      [2560, '00e9'],
      [3072, '000000e9'],
    ] as const) {
      expect(shown(c.varchar(100), stored, { metadata: [collation(id)], flavour: 'mariadb' })).toBe('é');
    }
  });
});

describe('cutting text', () => {
  it('counts characters', () => {
    const cut = { ...knowing('utf8mb4'), maxCharacters: 3 };
    expect(decoded(c.blob(2), Buffer.from('a😀ž'), cut)).toMatchObject({ text: 'a😀ž', cut: false });
    expect(decoded(c.blob(2), Buffer.from('a😀žx'), cut)).toMatchObject({
      text: 'a😀ž',
      length: 8,
      cut: true,
    });
    expect(decoded(c.blob(2), Buffer.from('漢'.repeat(100)), cut)).toMatchObject({
      text: '漢漢漢',
      length: 300,
    });
    const value = decoded(c.blob(2), Buffer.from('abcd'), cut);
    expect(formatValue(value)).toBe("'abc'… (4 bytes)");
    expect(jsonValue(value)).toEqual({ beginning: 'abc', length: 4 });
  });

  it('does not look behind what is shown', () => {
    const cut = { ...knowing('utf8mb4'), maxCharacters: 3 };
    expect(decoded(c.blob(2), `616263${'ff'.repeat(20)}`, cut)).toMatchObject({ text: 'abc', length: 23 });
  });

  it('gives the beginning of the whole text, in every character set', () => {
    const charset = fc.constantFrom('utf8mb4', 'utf16', 'utf16le', 'utf32' as const);
    fc.assert(
      fc.property(charset, fc.string({ unit: 'binary', maxLength: 30 }), fc.nat(20), (name, text, most) => {
        const bytes = { utf8mb4: utf8, utf16, utf16le, utf32 }[name]!(text);
        const value = decoded(c.blob(2), bytes, { ...knowing(name), maxCharacters: most });
        const expected = [...text].slice(0, most).join('');
        expect(value).toMatchObject({ kind: 'text', text: expected, cut: expected !== text });
      }),
    );
  });
});

const utf8 = (text: string): Buffer => Buffer.from(text);
const utf16le = (text: string): Buffer => Buffer.from(text, 'utf16le');
const utf16 = (text: string): Buffer => utf16le(text).swap16();
const utf32 = (text: string): Buffer => {
  const bytes = Buffer.alloc(4 * [...text].length);
  [...text].forEach((character, i) => void bytes.writeUInt32BE(character.codePointAt(0)!, 4 * i));
  return bytes;
};

describe('binary strings', () => {
  it('are hexadecimal', () => {
    const value = decoded(c.blob(2), '000aff', knowing('binary'));
    expect(formatValue(value)).toBe('0x000AFF');
    expect(jsonValue(value)).toEqual({ hex: '000AFF', length: 3 });
    expect(formatValue(decoded(c.blob(2), '', knowing('binary')))).toBe('0x');
  });

  it('have the zeros of BINARY, which are not stored', () => {
    expect(shown(c.char(4), '0102', knowing('binary'))).toBe('0x01020000');
    expect(shown(c.char(4), '', knowing('binary'))).toBe('0x00000000');
    expect(shown(c.varchar(4), '0102', knowing('binary'))).toBe('0x0102');
  });

  it('are cut, with their length', () => {
    const cut = { ...knowing('binary'), maxCharacters: 6 };
    expect(formatValue(decoded(c.blob(2), '010203', cut))).toBe('0x010203');
    expect(formatValue(decoded(c.blob(2), '01020304', cut))).toBe('0x010203… (4 bytes)');
    expect(formatValue(decoded(c.char(4), '01', cut))).toBe('0x010000… (4 bytes)');
    expect(jsonValue(decoded(c.blob(2), '01020304', cut))).toEqual({ hex: '010203', length: 4 });
  });
});
