import { describe, expect, it } from 'vitest';
import type { Flavour } from '../../src/binlog/event-types.ts';
import { BinflashError } from '../../src/errors.ts';
import { columnType } from '../../src/sql/audit/column-type.ts';
import { TableDescriptions } from '../../src/tables/description.ts';
import * as c from '../builder/columns.ts';
import { columnNames, type Table, table } from '../builder/rows.ts';
import { definition, schemaOf } from '../tables/schema-text.ts';

/** The types of the columns of a schema's one table `t`, as the log has them. */
const typesOf = (of: Table, flavour: Flavour, schema?: string): string[] => {
  const descriptions = new TableDescriptions({}, schema === undefined ? undefined : schemaOf(schema));
  const description = descriptions.of(definition(of, flavour), flavour);
  return description.columns.map((_, i) => columnType(description, i, flavour));
};

const one = (column: c.Column, type: string, flavour: Flavour = 'mysql'): string =>
  typesOf(table('shop.t', [column]), flavour, `CREATE TABLE t (a ${type}) DEFAULT CHARSET=utf8mb4`)[0]!;

describe('the type of a column, by a schema file', () => {
  it.each<[c.Column, string, string]>([
    [c.int, 'int(7) unsigned zerofill NOT NULL AUTO_INCREMENT PRIMARY KEY', 'int(7) unsigned zerofill'],
    [c.tinyint, 'tinyint(1)', 'tinyint(1)'],
    [c.float, 'float(7,3)', 'float(7,3)'],
    [c.float, 'float(7)', 'float'],
    [c.float, 'real', 'float'],
    [c.double, 'double precision unsigned', 'double unsigned'],
    [c.oldTimestamp, 'timestamp /* mariadb-5.3 */ NOT NULL', 'timestamp NULL'],
    [c.timestamp(3), 'timestamp(3) NOT NULL ON UPDATE NOW(3)', 'timestamp(3) NULL'],
    [c.datetime(0), 'datetime GENERATED ALWAYS AS (NOW()) STORED', 'datetime'],
    [c.varchar(80), 'varchar(20)', 'varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci'],
    [c.varchar(20), 'varchar(20) COLLATE latin1_bin', 'varchar(20) CHARACTER SET latin1 COLLATE latin1_bin'],
    [c.varchar(20), 'varchar(20) CHARACTER SET binary', 'varbinary(20)'],
    [c.blob(1), 'tinytext COLLATE utf8_bin', 'tinytext CHARACTER SET utf8mb3 COLLATE utf8mb3_bin'],
    [c.blob(4), 'longblob', 'longblob'],
  ])('$0.sql as $1 is $2', (column, type, wanted) => {
    expect(one(column, type)).toBe(wanted);
  });

  it('has labels as text only where no client and no mode changes them', () => {
    const labels = (charset: string, ...all: string[]): string =>
      one(c.enumeration(1), `enum(${all.join(',')}) CHARACTER SET ${charset}`);
    expect(labels('latin1', "'it''s [a] {b}'", "''", "'\\\\'", "'a\\nb'", "'é'", "'~'")).toBe(
      "enum('it''s [a] {b}','',0x5c,0x610a62,0xe9,0x7e) CHARACTER SET latin1 COLLATE latin1_swedish_ci",
    );
    expect(labels('ucs2', "'?'", "'?'")).toBe(
      'enum(0x003f,0x003f0020002800320029) CHARACTER SET ucs2 COLLATE ucs2_general_ci',
    );
    expect(labels('ucs2', "'a'")).toBe('enum(0x0061) CHARACTER SET ucs2 COLLATE ucs2_general_ci');
    expect(labels('swe7', "'Ä'", "'a'")).toBe('enum(0x5b,0x61) CHARACTER SET swe7 COLLATE swe7_swedish_ci');
  });

  it('is what MariaDB does not log', () => {
    expect(one(c.char(16), 'uuid', 'mariadb')).toBe('uuid');
    expect(one(c.varchar(8), 'vector(2)', 'mariadb')).toBe('vector(2)');
  });
});

describe('the type of a column, by the log alone', () => {
  it('is refused for labels that nobody tells', () => {
    const of = { ...table('shop.t', [c.enumeration(1)]), optional: columnNames('a') };
    expect(() => typesOf(of, 'mysql')).toThrow(BinflashError);
    expect(() => typesOf(of, 'mysql')).toThrow('the labels of column a are not known');
  });
});
