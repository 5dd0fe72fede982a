import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Flavour } from '../../src/binlog/event-types.ts';
import { BinflashError } from '../../src/errors.ts';
import { TableDescriptions } from '../../src/index.ts';
import type { ColumnSql } from '../../src/sql/column-sql.ts';
import { compileColumns } from '../../src/sql/literals/compile.ts';
import * as c from '../builder/columns.ts';
import { columnNames, type Table, table } from '../builder/rows.ts';
import { definition } from '../tables/schema-text.ts';
import { type Asked, columnOf, hex, put, u64 } from './one-column.ts';

const hexadecimal: Asked = { mode: 'hex' };

const mariadb: Asked = { flavour: 'mariadb' };

/** An empty label, so that numbers are needed. */
const wideSet = `set(${Array.from({ length: 63 }, (_, i) => `'m${i}'`)},'')`;

/** Where a type names no set, utf8mb4. */
function withCharset(type: string): string {
  return /^(varchar|enum|set)/.test(type) && !type.includes('charset') ? `${type} charset utf8mb4` : type;
}

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
    ['varchar(20)', c.varchar(80), latin1('a\nb c "d" `e`'), '\'a\nb c "d" `e`\''],
    ['varchar(20)', c.varchar(80), latin1('a\tb'), '_utf8mb4 0x610962'],
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
    ['varchar(20) charset sjis', c.varchar(40), hex('835c'), "_utf8mb4'ソ'"],
    ['varchar(20) charset sjis', c.varchar(40), hex('8782'), '_sjis 0x8782'],
    ['varchar(20) charset sjis', c.varchar(40), hex('815f'), '_sjis 0x815F'],
    ['varchar(20) charset cp932', c.varchar(40), hex('fa40'), '_cp932 0xFA40'],
    ['varchar(20) charset gbk', c.varchar(40), hex('d6d027'), "_utf8mb4'中'''"],
    ['varchar(20) charset big5', c.varchar(40), hex('a55c'), "_utf8mb4'功'"],
    ['varchar(20) charset big5', c.varchar(40), hex('a4'), '_big5 0xA4'],
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
