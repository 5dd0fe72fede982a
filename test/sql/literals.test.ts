import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Flavour } from '../../src/binlog/event-types.ts';
import { BinflashError } from '../../src/errors.ts';
import { TableDescriptions } from '../../src/index.ts';
import type { ColumnSql, LiteralWriter, TextLiterals } from '../../src/sql/column-sql.ts';
import { compileColumns } from '../../src/sql/literals/compile.ts';
import { isSafe } from '../../src/sql/literals/safe-characters.ts';
import { collationId } from '../../src/tables/collation-names.ts';
import { encodeText } from '../../src/tables/encode-text.ts';
import { ByteText } from '../../src/wire/byte-text.ts';
import * as c from '../builder/columns.ts';
import { columnNames, type Table, table } from '../builder/rows.ts';
import { definition, schemaOf } from '../tables/schema-text.ts';

interface Asked {
  readonly mode?: TextLiterals;
  readonly flavour?: Flavour;
}

/** A column `v` of a type. */
function columnOf(
  type: string,
  column: c.Column,
  { mode = 'readable', flavour = 'mysql' }: Asked = {},
): ColumnSql {
  const descriptions = new TableDescriptions({}, schemaOf(`CREATE TABLE t (v ${type})`));
  const description = descriptions.of(definition(table('shop.t', [column]), flavour), flavour);
  return compileColumns(description, { textLiterals: mode })[0]!;
}

function put(write: LiteralWriter, value: Uint8Array): string {
  // In the midst of other bytes, as values stand in a window.
  const bytes = Buffer.concat([Buffer.from('\x80'), value, Buffer.from("'\x80", 'latin1')]);
  const pieces: Uint8Array[] = [];
  const out = new ByteText((piece) => pieces.push(piece));
  write(out, Uint8Array.from(bytes), 2, 2 + value.length);
  out.flush();
  return Buffer.concat(pieces).toString();
}

const hexadecimal: Asked = { mode: 'hex' };
const mariadb: Asked = { flavour: 'mariadb' };

const UTF8MB4 = 45;
const MOST_FLOAT = 3.4028234663852886e38;

/** An empty label, so that numbers are needed. */
const wideSet = `set(${Array.from({ length: 63 }, (_, i) => `'m${i}'`)},'')`;

const charsets =
  'utf8mb4 utf8mb3 latin1 latin2 cp1251 koi8r greek hebrew tis620 swe7 armscii8 ucs2 utf16 utf16le utf32 sjis cp932 ujis gbk gb18030 big5 euckr'.split(
    ' ',
  );

/** Where a type names no set, utf8mb4. */
function withCharset(type: string): string {
  return /^(varchar|enum|set)/.test(type) && !type.includes('charset') ? `${type} charset utf8mb4` : type;
}

const u64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
};

const clock = (seconds: number): string =>
  `'${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')}'`;

const hex = (digits: string): Uint8Array => Buffer.from(digits, 'hex');
const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1');

describe('a value is stored by', () => {
  it.each<[type: string, column: c.Column, value: Uint8Array, literal: string, asked?: Asked]>([
    ['tinyint', c.tinyint, hex('80'), '-128'],
    ['tinyint unsigned', c.tinyint, hex('80'), '128'],
    ['smallint', c.smallint, hex('ffff'), '-1'],
    ['mediumint', c.mediumint, hex('000080'), '-8388608'],
    ['int unsigned', c.int, hex('ffffffff'), '4294967295'],
    ['bigint', c.bigint, hex('0000000000000080'), '-9223372036854775808'],
    ['bigint', c.bigint, hex('00000000ffffffff'), '-4294967296'],
    ['bigint unsigned', c.bigint, hex('ffffffffffffffff'), '18446744073709551615'],
    ['decimal(10,2)', c.decimal(10, 2, 5), hex('7ffffffffd'), '-0.02'],
    ['float', c.float, hex('cdcccc3d'), '0.1e0'],
    ['float', c.float, hex('ffff7f7f'), '3.4028234663852886e38'],
    ['float', c.float, hex('ffff7fff'), '-3.4028234663852886e38'],
    ['float', c.float, hex('feff7f7f'), '3.4028233e38'],
    ['float', c.float, hex('01000000'), '1e-45'],
    ['double', c.double, hex('0000000000000080'), '-0e0'],
    ['double', c.double, hex('0100000000000000'), '5e-324'],
    ['double', c.double, hex('000000000000f83f'), '1.5e0'],
    ['bit(11)', c.bit(11), hex('0501'), "b'10100000001'"],
    ['year', c.year, hex('00'), '0000'],
    ['year', c.year, hex('7e'), '2026'],
    ['date', c.date, hex('000000'), "'0000-00-00'"],
    ['date', c.date, hex('5fd40f'), "'2026-02-31'"],
    ['timestamp', c.timestamp(0), hex('00000000'), "'0000-00-00 00:00:00'"],
    ['timestamp(2)', c.timestamp(2), hex('0000000032'), "'1970-01-01 00:00:00.50'"],
    ['timestamp', c.timestamp(0), hex('ffffffff'), "'2106-02-07 06:28:15'"],
    ['timestamp', c.oldTimestamp, hex('01000000'), "'1970-01-01 00:00:01'"],
    ['time', c.oldTime, hex('ffffff'), "'-00:00:01'"],
    ['datetime', c.oldDatetime, u64(20_261_121_030_405n), "'2026-11-21 03:04:05'"],
    ['varchar(20)', c.varchar(80), latin1(''), "''"],
    ['varchar(20)', c.varchar(80), latin1("it's"), "'it''s'"],
    ['varchar(20)', c.varchar(80), latin1("it's"), '_utf8mb4 0x69742773', hexadecimal],
    ['varchar(20)', c.varchar(80), latin1(''), "''", hexadecimal],
    ['varchar(20)', c.varchar(80), latin1('a\nb\tc "d" `e`'), '\'a\nb\tc "d" `e`\''],
    ['varchar(20)', c.varchar(80), latin1('a\\b'), '_utf8mb4 0x615C62'],
    ['varchar(20)', c.varchar(80), latin1('a\r\n'), '_utf8mb4 0x610D0A'],
    ['varchar(20)', c.varchar(80), latin1('\0'), '_utf8mb4 0x00'],
    ['varchar(20)', c.varchar(80), Buffer.from('žß漢😀'), "_utf8mb4'žß漢😀'"],
    ['varchar(20)', c.varchar(80), Buffer.from('a\u200db'), '_utf8mb4 0x61E2808D62'],
    ['varchar(20)', c.varchar(80), Buffer.from('\u0085'), '_utf8mb4 0xC285'],
    ['varchar(20)', c.varchar(80), hex('c0a7'), '_utf8mb4 0xC0A7'],
    ['varchar(20)', c.varchar(80), hex('eda080'), '_utf8mb4 0xEDA080'],
    ['varchar(20)', c.varchar(80), hex('f4908080'), '_utf8mb4 0xF4908080'],
    ['varchar(20)', c.varchar(80), hex('e6bc'), '_utf8mb4 0xE6BC'],
    ['varchar(20) charset utf8mb3', c.varchar(60), Buffer.from('漢'), "_utf8mb4'漢'"],
    ['varchar(20) charset utf8mb3', c.varchar(60), latin1('\\'), '_utf8mb4 0x5C'],
    ['varchar(20) charset latin1', c.varchar(20), latin1("é'\x80"), "_utf8mb4'é''€'"],
    ['varchar(20) charset latin1', c.varchar(20), latin1('\xad'), '_latin1 0xAD'],
    ['varchar(20) charset swe7', c.varchar(20), latin1('a'), "'a'"],
    ['varchar(20) charset swe7', c.varchar(20), latin1('[\\'), "_utf8mb4'ÄÖ'"],
    ['varchar(20) charset armscii8', c.varchar(20), latin1("'"), '_armscii8 0x27'],
    ['varchar(20) charset sjis', c.varchar(40), latin1('a~'), "'a~'"],
    ['varchar(20) charset sjis', c.varchar(40), hex('835c'), '_sjis 0x835C'],
    ['varchar(20) charset utf16', c.varchar(80), hex('d83dde000027'), "_utf8mb4'😀'''"],
    ['varchar(20) charset utf16', c.varchar(80), hex('d83d'), '_utf16 0xD83D'],
    ['varchar(20) charset utf16', c.varchar(80), hex('006100'), '_utf16 0x006100'],
    ['varchar(20) charset utf16le', c.varchar(80), hex('61007e01'), "_utf8mb4'až'"],
    ['varchar(20) charset ucs2', c.varchar(40), hex('d83dde00'), '_ucs2 0xD83DDE00'],
    ['varchar(20) charset utf32', c.varchar(80), hex('0001f600'), "_utf8mb4'😀'"],
    ['varchar(20) charset utf32', c.varchar(80), hex('00110000'), '_utf32 0x00110000'],
    ['binary(4)', c.char(4), hex('61'), '0x61000000'],
    ['binary(4)', c.char(4), hex(''), '0x00000000'],
    ['varbinary(4)', c.varchar(4), hex('61'), '0x61'],
    ['varbinary(4)', c.varchar(4), hex(''), "''"],
    ['blob', c.blob(2), hex('00ff'), '0x00FF'],
    ['geometry', c.geometry, hex('e61000000101'), '0xE61000000101'],
    ['vector(1)', c.vector, hex('0000803f'), '0x0000803F'],
    ["enum('a','b')", c.enumeration(1), hex('02'), "'b'"],
    ["enum('a','b')", c.enumeration(1), hex('00'), '0'],
    ["enum('a','b')", c.enumeration(1), hex('02'), '_utf8mb4 0x62', hexadecimal],
    ["enum('','b')", c.enumeration(1), hex('01'), '1'],
    ["enum('e','É','f')", c.enumeration(1), hex('02'), '2'],
    ["enum('e','É','f')", c.enumeration(1), hex('03'), "'f'"],
    ["enum('a','?')", c.enumeration(1), hex('02'), '2'],
    ["set('a','b','c')", c.set(1), hex('05'), "'a,c'"],
    ["set('a','b','c')", c.set(1), hex('00'), "''"],
    ["set('a','','c')", c.set(1), hex('05'), "'a,c'"],
    ["set('a','','c')", c.set(1), hex('06'), '6'],
    ["set('é','c') charset utf16", c.set(1), hex('03'), "_utf8mb4'é,c'"],
    ["set('é','c') charset utf16", c.set(1), hex('03'), '_utf16 0x00E9002C0063', hexadecimal],
    ['inet6', c.char(16), hex('20010db8'), "'2001:db8::'", mariadb],
    ['inet4', c.char(4), hex('c0'), "'192.0.0.0'", mariadb],
    ['uuid', c.char(16), hex('ff'.repeat(15)), "'ffffffff-ffff-ffff-ffff-ffffffffff00'", mariadb],
    ['vector(1)', c.varchar(4), hex('0000803f'), '0x0000803F', mariadb],
    [
      'blob compressed',
      c.compressedBlob,
      Buffer.concat([hex('8103'), deflateSync('abc')]),
      '0x616263',
      mariadb,
    ],
    ['varchar(1000) compressed charset latin1', c.compressedVarchar, hex('00e9'), "_utf8mb4'é'", mariadb],
    ['varchar(1000) compressed charset latin1', c.compressedVarchar, hex(''), "''", mariadb],
  ])('%s: %#', (type, column, value, literal, asked) => {
    expect(put(columnOf(withCharset(type), column, asked).store, value)).toBe(literal);
  });
});

describe('a value is found by', () => {
  it.each<[type: string, column: c.Column, value: Uint8Array, condition: string, key: string, asked?: Asked]>(
    [
      ['int', c.int, hex('05000000'), '`v` <=> 5', '5'],
      ['float', c.float, hex('cdcccc3d'), '`v` <=> 0.10000000149011612e0', '0.10000000149011612e0'],
      ['float', c.float, hex('00000000'), "`v` <=> IF(CONCAT(`v`) LIKE '-%', NULL, 0e0)", '0e0'],
      [
        'double',
        c.double,
        hex('0000000000000080'),
        "`v` <=> IF(CONCAT(`v`) NOT LIKE '-%', NULL, -0e0)",
        '-0e0',
      ],
      ['bit(64)', c.bit(64), hex('ff'.repeat(8)), '`v` <=> 18446744073709551615', '18446744073709551615'],
      ['varchar(20)', c.varchar(80), Buffer.from('ž'), "CAST(`v` AS BINARY) <=> _utf8mb4'ž'", "_utf8mb4'ž'"],
      [
        'varchar(20)',
        c.varchar(80),
        latin1('a'),
        'CAST(`v` AS BINARY) <=> 0x61',
        '_utf8mb4 0x61',
        hexadecimal,
      ],
      [
        'varchar(20) charset latin1',
        c.varchar(20),
        latin1('é'),
        'CAST(`v` AS BINARY) <=> 0xE9',
        "_utf8mb4'é'",
      ],
      ['varchar(20) charset latin1', c.varchar(20), latin1('e'), "CAST(`v` AS BINARY) <=> 'e'", "'e'"],
      ['varchar(20) charset utf16', c.varchar(80), hex('0061'), 'CAST(`v` AS BINARY) <=> 0x0061', "'a'"],
      ['binary(4)', c.char(4), hex('61'), '`v` <=> 0x61000000', '0x61000000'],
      ['geometry', c.geometry, hex('e610'), '`v` <=> 0xE610', '0xE610'],
      ['vector(1)', c.vector, hex('0000803f'), 'CAST(`v` AS BINARY) <=> 0x0000803F', '0x0000803F'],
      ["enum('a','b')", c.enumeration(1), hex('02'), "CAST(`v` AS BINARY) <=> 'b'", "'b'"],
      ["enum('a','b')", c.enumeration(1), hex('00'), "CAST(`v` AS BINARY) <=> ''", '0'],
      ["enum('','b')", c.enumeration(1), hex('02'), 'CAST(`v` AS UNSIGNED) <=> 2', "'b'"],
      ["set('a','b')", c.set(1), hex('03'), "CAST(`v` AS BINARY) <=> 'a,b'", "'a,b'"],
      ["set('a','')", c.set(1), hex('03'), 'CAST(`v` AS UNSIGNED) <=> 3', '3'],
      [wideSet, c.set(8), hex('ff'.repeat(8)), 'CAST(`v` AS UNSIGNED) <=> 18446744073709551615', '-1'],
      ['inet4', c.char(4), hex('c0'), "`v` <=> '192.0.0.0'", "'192.0.0.0'", mariadb],
    ],
  )('%s: %#', (type, column, value, condition, key, asked) => {
    const { exactLeft, exact, key: asKey } = columnOf(withCharset(type), column, asked);
    expect(`${exactLeft} <=> ${put(exact, value)}`).toBe(condition);
    expect(put(asKey, value)).toBe(key);
  });
});

it('asks for a lenient session for the number 0 of an ENUM alone', () => {
  const { needsLenient } = columnOf("enum('a') charset latin1", c.enumeration(1));
  expect([hex('00'), hex('01')].map((value) => needsLenient!(value, 0, 1))).toEqual([true, false]);
});

describe('by the log alone', () => {
  const bare = (column: c.Column, flavour: Flavour = 'mysql'): ColumnSql => {
    const of: Table = { ...table('shop.t', [column]), optional: columnNames('v`v') };
    const description = new TableDescriptions().of(definition(of, flavour), flavour);
    return compileColumns(description, { textLiterals: 'readable' })[0]!;
  };

  it('quotes the name', () => {
    expect(bare(c.date).name).toBe('`v``v`');
  });

  it('writes integers that either sign means alike, and no others', () => {
    const { store, mayThrow } = bare(c.int);
    expect(mayThrow).toBe(true);
    expect(put(store, hex('ffffff7f'))).toBe('2147483647');
    expect(() => put(store, hex('00000080'))).toThrow(BinflashError);
  });

  it('writes text of an unknown set by its bytes', () => {
    const { store, exact } = bare(c.varchar(20));
    expect(put(store, latin1('a'))).toBe('0x61');
    expect(put(exact, latin1('a'))).toBe("'a'");
    expect(put(exact, latin1('é'))).toBe('0xE9');
  });

  it('writes ENUM and SET by their numbers', () => {
    expect(put(bare(c.enumeration(2)).store, hex('0201'))).toBe('258');
    const { store, exactLeft } = bare(c.set(3));
    expect(put(store, hex('010203'))).toBe('197121');
    expect(exactLeft).toBe('CAST(`v``v` AS UNSIGNED)');
  });

  it('refuses a compressed value that cannot be unpacked', () => {
    expect(() => put(bare(c.compressedBlob, 'mariadb').store, hex('8103ffff'))).toThrow(BinflashError);
  });
});

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
  expect(literal).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  return encodeText(quoted![1]!.replaceAll("''", "'"), collation)!;
}

it('knows all characters that are not to be seen', () => {
  for (let code = 0; code < 0x11_0000; code++) {
    const character = String.fromCodePoint(code);
    const isHidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\\]/u.test(character) && !/[\n\t]/.test(character);
    // What has not been given yet may be given to such a character.
    if (isSafe(code) === isHidden && !/\p{Cn}/u.test(character)) expect.fail(`U+${code.toString(16)}`);
  }
});
