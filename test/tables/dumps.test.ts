/** What is read of dumps of servers' own programs, besides what the same servers log. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ColumnSchema, TableSchema } from '../../src/tables/table-schema.ts';
import { build, tablesOf } from './schema-text.ts';

const dumpOf = (id: string): Buffer => readFileSync(new URL(`golden/${id}.dump.sql`, import.meta.url));

const those = (table: TableSchema, test: (column: ColumnSchema) => boolean): string[] =>
  table.columns.filter(test).map(({ name }) => name);

/** What matters, by table; what is left out is empty. */
interface Facts {
  readonly generated?: readonly string[];
  readonly followed?: readonly string[];
  readonly zerofill?: readonly string[];
  readonly versioned?: true;
  readonly triggers?: readonly string[];
}

const facts = (table: TableSchema): Facts => {
  const generated = those(table, (column) => column.generated);
  const followed = those(table, (column) => column.onUpdateNow);
  const zerofill = those(table, (column) => column.zerofill);
  return {
    ...(generated.length > 0 ? { generated } : {}),
    ...(followed.length > 0 ? { followed } : {}),
    ...(zerofill.length > 0 ? { zerofill } : {}),
    ...(table.versioned ? { versioned: true } : {}),
    ...(table.triggers.length > 0 ? { triggers: table.triggers } : {}),
  };
};

/** Where `explicit_defaults_for_timestamp` is off by default, a table's first TIMESTAMP follows updates. */
const everywhere = (implied: boolean): Record<string, Facts> => ({
  followed: { followed: ['a', 'b', 'd'] },
  implied: { zerofill: ['id'], ...(implied ? { followed: ['ts'] } : {}) },
  child: {},
  journal: { triggers: ['quoted'] },
  fired: { triggers: ['plain', 'odd `name'] },
});

const generated: Record<string, Facts> = { computed: { generated: ['v', 's'] } };

const mariadb: Record<string, Facts> = {
  versioned: { versioned: true, triggers: ['IF_'] },
  period: { versioned: true, generated: ['begins', 'ends'] },
  valid: {},
  persistent: { generated: ['p'] },
};

describe.each<[string, Record<string, Facts>]>([
  ['mysql-5.6', everywhere(true)],
  ['mysql-9.7', { ...everywhere(false), ...generated }],
  ['mariadb-10.5', { ...everywhere(true), ...generated, ...mariadb }],
  ['mariadb-10.11', { ...everywhere(false), ...generated, ...mariadb }],
  ['mariadb-11.8', { ...everywhere(false), ...generated, ...mariadb }],
])('the dump of %s', (id, wanted) => {
  it.each([1, 7, 4096, undefined])('in pieces of %s bytes', (size) => {
    const { tables } = build(dumpOf(id), size);
    expect(tables.filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(Object.fromEntries(tables.map((table) => [table.name, facts(table)]))).toEqual(wanted);
  });
});

describe('triggers', () => {
  const table = 'CREATE TABLE t (id int);';
  const named = (text: string): readonly string[][] => tablesOf(text).map(({ triggers }) => [...triggers]);

  it.each([
    ['behind their table', `${table} CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW SET @x = 1;`],
    ['before it', `CREATE TRIGGER a BEFORE INSERT ON t FOR EACH ROW SET @x = 1; ${table}`],
    ['of whole names', `${table} CREATE TRIGGER shop.a BEFORE INSERT ON shop.t FOR EACH ROW SET @x = 1;`],
    [
      'with a definer',
      `${table} CREATE DEFINER=\`a\`@\`%\` TRIGGER a AFTER DELETE ON T FOR EACH ROW SET @x = 1;`,
    ],
    [
      'of MariaDB',
      `${table} CREATE OR REPLACE TRIGGER IF NOT EXISTS a AFTER UPDATE ON t FOR EACH ROW FOLLOWS b SET @x = 1;`,
    ],
    [
      'of several events',
      `${table} CREATE TRIGGER a AFTER UPDATE OF x, y OR DELETE ON t FOR EACH ROW SET @x = 1;`,
    ],
    [
      'with quotes that are read otherwise',
      `${table} SET sql_mode = 'NO_BACKSLASH_ESCAPES'; CREATE TRIGGER a AFTER DELETE ON t FOR EACH ROW SET @x = '\\'; SET sql_mode = '';`,
    ],
    [
      'with tables in it',
      `${table} DELIMITER $$\nCREATE TRIGGER a AFTER DELETE ON t FOR EACH ROW BEGIN CREATE TEMPORARY TABLE u (a int); END$$`,
    ],
  ])('%s', (_, text) => {
    expect(named(text)).toEqual([['a']]);
  });

  it('are those of their table and database', () => {
    const text = `USE x; ${table} CREATE TABLE u (id int); CREATE TRIGGER a AFTER DELETE ON t FOR EACH ROW SET @x = 1;
      USE y; ${table} CREATE TRIGGER b AFTER DELETE ON t FOR EACH ROW SET @x = 1;`;
    expect(named(text)).toEqual([['a'], [], ['b']]);
  });

  it('are not taken over by LIKE, nor by words in names and bodies', () => {
    const text = `${table} CREATE TRIGGER a AFTER DELETE ON t FOR EACH ROW INSERT INTO u VALUES ('TRIGGER b ON u');
      CREATE TABLE u LIKE t; CREATE TABLE \`trigger\` (c int COMMENT 'BEFORE INSERT ON t FOR EACH ROW', d int);
      CREATE PROCEDURE p() SELECT 'CREATE TRIGGER c AFTER INSERT ON u FOR EACH ROW';`;
    expect(named(text)).toEqual([['a'], [], []]);
    expect(tablesOf(text)[2]).toMatchObject({ columns: [{ name: 'c' }, { name: 'd' }], problem: undefined });
  });

  it('cut off are passed over', () => {
    expect(named(`${table} CREATE TRIGGER; CREATE TRIGGER a AFTER INSERT; CREATE TRIGGER b`)).toEqual([[]]);
  });
});
