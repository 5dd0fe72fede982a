import { describe, expect, it } from 'vitest';
import type { ColumnSchema, TableSchema } from '../../src/tables/table-schema.ts';
import { tablesOf } from './schema-text.ts';

const only = (text: string): TableSchema => {
  const tables = tablesOf(text);
  expect(tables).toHaveLength(1);
  return tables[0]!;
};

/** One column's definition in a table of a character set. */
const column = (definition: string, options = 'DEFAULT CHARSET=utf8mb4'): ColumnSchema => {
  const { columns, problem } = only(`CREATE TABLE t (${definition}, last int) ${options};`);
  expect(problem).toBe(undefined);
  expect(columns.map(({ name }) => name)).toEqual([columns[0]!.name, 'last']);
  return columns[0]!;
};

describe('columns', () => {
  it.each<[string, Partial<ColumnSchema>]>([
    ['a INT(10) UNSIGNED ZEROFILL NOT NULL AUTO_INCREMENT', { type: 'int', unsigned: true, nullable: false }],
    ['a INT ZEROFILL', { type: 'int', unsigned: true, zerofill: true }],
    ['a SERIAL', { type: 'bigint', unsigned: true, nullable: false }],
    ['a BIGINT SERIAL DEFAULT VALUE', { type: 'bigint', unsigned: false, nullable: false }],
    ['a BOOLEAN DEFAULT TRUE', { type: 'tinyint' }],
    ['a DECIMAL(12,4) UNSIGNED', { type: 'decimal', length: 12, scale: 4, unsigned: true }],
    ['a NUMERIC', { type: 'decimal', length: 10, scale: 0 }],
    ['a FLOAT(7,3)', { type: 'float' }],
    ['a FLOAT(53)', { type: 'double' }],
    ['a DOUBLE PRECISION UNSIGNED', { type: 'double', unsigned: true }],
    ['a BIT', { type: 'bit', length: 1 }],
    [
      'a TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)',
      { type: 'timestamp', length: 3, onUpdateNow: true },
    ],
    ['a DATETIME ON UPDATE NOW()', { onUpdateNow: true, generated: false }],
    ['a DATETIME DEFAULT NOW() ON UPDATE LOCALTIMESTAMP(0) NOT NULL', { onUpdateNow: true, nullable: false }],
    ["a TIMESTAMP DEFAULT 'ON UPDATE NOW()' COMMENT 'AS (1)'", { onUpdateNow: false, generated: false }],
    ['a INT REFERENCES t (a) ON UPDATE CASCADE ON DELETE SET NULL', { onUpdateNow: false }],
    ['a INT DEFAULT (CAST(1 AS SIGNED)) CHECK (a <> CAST(2 AS SIGNED))', { generated: false }],
    ['a INT AS (b + 1) PERSISTENT', { generated: true }],
    ['a INT GENERATED ALWAYS AS (1 + (2)) VIRTUAL NOT NULL', { generated: true, nullable: false }],
    ['a VARCHAR(9) CHARSET latin1 AS (b) STORED UNIQUE', { generated: true, charset: 'latin1' }],
    ['a TIMESTAMP(6) GENERATED ALWAYS AS ROW START INVISIBLE', { generated: true, nullable: false }],
    ['a timestamp /* mariadb-5.3 */ NULL', { type: 'timestamp', length: 0 }],
    ['a mariadb_schema.date', { type: 'date' }],
    ['a CHAR', { type: 'char', length: 1, charset: 'utf8mb4' }],
    [
      "a VARCHAR(20) DEFAULT 'x) NOT NULL' COMMENT ',`b` int'",
      { type: 'varchar', length: 20, nullable: true },
    ],
    ['a CHARACTER VARYING (20) CHARACTER SET latin1', { type: 'varchar', length: 20, charset: 'latin1' }],
    ['a NATIONAL VARCHAR(5)', { type: 'varchar', charset: 'utf8mb3' }],
    ['a NATIONAL CHARACTER VARYING(5)', { type: 'varchar', charset: 'utf8mb3' }],
    ['a NCHAR VARCHAR(5)', { type: 'varchar', charset: 'utf8mb3' }],
    [
      'a VARCHAR(5) CHARSET utf8 COLLATE utf8_bin',
      { type: 'varchar', charset: 'utf8mb3', collation: 'utf8_bin' },
    ],
    ['a VARCHAR(5) COLLATE cp1251_bin', { charset: 'cp1251', collation: 'cp1251_bin' }],
    ['a VARCHAR(5) COLLATE uca1400_ai_ci', { charset: 'utf8mb4', collation: 'uca1400_ai_ci' }],
    ['a VARCHAR(5) CHARACTER SET binary', { type: 'varbinary', length: 5, charset: undefined }],
    ['a CHAR(5) BYTE', { type: 'binary', length: 5 }],
    ['a TEXT CHARACTER SET binary', { type: 'blob' }],
    ['a VARCHAR(5) BINARY', { collation: 'utf8mb4_bin' }],
    ['a TEXT(64)', { type: 'text' }],
    ['a TEXT(63)', { type: 'tinytext' }],
    ['a BLOB(70000)', { type: 'mediumblob' }],
    ['a LONG VARBINARY', { type: 'mediumblob' }],
    ['a LONG', { type: 'mediumtext' }],
    ["a ENUM ('it''s', 'a,b)', \"x\\\\y\", '')", { type: 'enum', labels: ["it's", 'a,b)', 'x\\y', ''] }],
    ["a SET('a','b') CHARACTER SET latin1 NOT NULL", { type: 'set', labels: ['a', 'b'], charset: 'latin1' }],
    ['a blob /*M!100301 COMPRESSED*/ DEFAULT NULL', { type: 'blob', compressed: true }],
    ['a varchar(200) COMPRESSED CHARACTER SET utf8mb4', { compressed: true, length: 200 }],
    ['a point /*!80003 SRID 4326 */ NOT NULL', { type: 'geometry', nullable: false }],
    ['a geomcollection', { type: 'geometry' }],
    ['a VECTOR', { type: 'vector', length: 2048 }],
    ['a VECTOR(3) NOT NULL', { type: 'vector', length: 3 }],
    ['a uuid DEFAULT uuid()', { type: 'uuid' }],
    ["a int GENERATED ALWAYS AS ((`b` + char_length(_utf8mb4'('))) VIRTUAL NOT NULL", { nullable: false }],
    ['a int AS (id * 2) PERSISTENT', { type: 'int' }],
    ['a int DEFAULT (nextval(`d`.`s`)) CHECK (a > 0 AND b IN (1, 2)) INVISIBLE', { type: 'int' }],
    ['a int REFERENCES parent (id) ON DELETE SET NULL', { type: 'int', nullable: true }],
    ['`a``b,(` int', { name: 'a`b,(' }],
    ['"a ""b""" int', { name: 'a "b"' }],
    ['`key` int', { name: 'key' }],
    ['period int', { name: 'period' }],
    ['`größe 漢` int', { name: 'größe 漢' }],
    ['a int COLUMN_FORMAT COMPRESSED STORAGE DISK', { compressed: false }],
    ['a varchar2(10)', { type: 'varchar', length: 10 }],
    ['a INET6 NULL', { type: 'inet6' }],
  ])('%s', (definition, expected) => {
    expect(column(definition)).toMatchObject(expected);
  });

  it("take the table's character set, and a collation only with it", () => {
    const options = 'ENGINE=InnoDB COLLATE=latin1_bin COMMENT="DEFAULT CHARSET=cp1251"';
    expect(column('a CHAR(3)', options)).toMatchObject({ charset: 'latin1', collation: 'latin1_bin' });
    expect(column('a CHAR(3) CHARACTER SET utf8', options)).toMatchObject({
      charset: 'utf8mb3',
      collation: undefined,
    });
    expect(column('a CHAR(3)', '')).toMatchObject({ charset: undefined, collation: undefined });
    expect(column('a INT', options)).toMatchObject({ charset: undefined, collation: undefined });
    expect(column('a CHAR(3)', 'CHARACTER SET = binary')).toMatchObject({ type: 'binary' });
  });
});

describe('keys', () => {
  const keysOf = (elements: string): Pick<TableSchema, 'primaryKey' | 'uniqueKeys'> => {
    const { primaryKey, uniqueKeys, problem } = only(
      `CREATE TABLE t (a int, b text, c int, ${elements}) ENGINE=InnoDB;`,
    );
    expect(problem).toBe(undefined);
    return { primaryKey, uniqueKeys };
  };

  it.each<[string, unknown]>([
    ['PRIMARY KEY (`a`,`c`)', ['a', 'c']],
    ['PRIMARY KEY USING BTREE (a DESC, b(10) ASC) USING BTREE COMMENT "x"', ['a', 'b(10)']],
    ['CONSTRAINT `pk` PRIMARY KEY (a)', ['a']],
    ['CONSTRAINT PRIMARY KEY (a)', ['a']],
    [
      'KEY (a), INDEX x (c), FULLTEXT KEY y (b), CONSTRAINT f FOREIGN KEY (a) REFERENCES d.e (`PRIMARY`) ON DELETE CASCADE',
      undefined,
    ],
    ['CHECK (a > 0), CONSTRAINT c CHECK (c < 5), VECTOR KEY v (b) M=3, SPATIAL INDEX (b)', undefined],
    ['d int PRIMARY KEY, e int UNIQUE KEY', ['d']],
    ['d int KEY', ['d']],
    ["d int COMMENT 'PRIMARY KEY'", undefined],
    ['d int DEFAULT (1) UNIQUE', undefined],
    ['PERIOD FOR p (a, c), PRIMARY KEY (b(3), p WITHOUT OVERLAPS)', ['b(3)', 'c', 'a']],
  ])('%s', (elements, key) => {
    const found = keysOf(elements).primaryKey;
    expect(
      found?.map(({ name, prefixLength }) => (prefixLength > 0 ? `${name}(${prefixLength})` : name)),
    ).toEqual(key);
  });

  it('unique ones, and for which MariaDB keeps a hash', () => {
    const { uniqueKeys } = keysOf(
      'UNIQUE KEY x (a), UNIQUE (b), UNIQUE INDEX (b(9)), UNIQUE USING HASH (c), UNIQUE y ((a + 1), c), UNIQUE (c) USING HASH',
    );
    expect(uniqueKeys.map(({ columns, hashed }) => [columns.map(({ name }) => name).join(), hashed])).toEqual(
      [
        ['a', false],
        ['b', true],
        ['b', false],
        ['c', true],
        ['c', true],
      ],
    );
    expect(only('CREATE TABLE t (a int, UNIQUE (a) USING HASH) ENGINE = MEMORY').uniqueKeys[0]!.hashed).toBe(
      false,
    );
  });

  it('added afterwards, as phpMyAdmin and mysqlpump write them', () => {
    const table = only(`CREATE TABLE \`t\` (\`id\` int(11) NOT NULL, \`n\` varchar(5)) DEFAULT CHARSET=latin1;
      ALTER TABLE \`t\`
        ADD PRIMARY KEY (\`id\`), ADD UNIQUE KEY \`u\` (\`n\`), ADD KEY \`n\` (\`n\`), ADD FULLTEXT KEY (n);
      ALTER TABLE \`t\` MODIFY \`id\` int(11) unsigned NOT NULL AUTO_INCREMENT, AUTO_INCREMENT=5;
      ALTER TABLE t ADD CONSTRAINT \`f\` FOREIGN KEY (n) REFERENCES x (y), MODIFY COLUMN n varchar(9);
      /*!40000 ALTER TABLE \`t\` DISABLE KEYS */; ALTER TABLE other DROP COLUMN x;`);
    expect(table).toMatchObject({
      primaryKey: [{ name: 'id' }],
      uniqueKeys: [{ columns: [{ name: 'n' }] }],
      columns: [
        { name: 'id', unsigned: true },
        { name: 'n', length: 9, charset: 'latin1' },
      ],
      problem: undefined,
    });
  });
});

describe('definitions that cannot be used say why', () => {
  it.each([
    ['CREATE TABLE t (a wibble)', 'type "wibble" is not known'],
    ['CREATE TABLE t (a int', '")" is missing at the end'],
    ['CREATE TABLE t (', 'ends too early'],
    ["CREATE TABLE t (a int DEFAULT 'x", 'quote is not closed'],
    ['CREATE TABLE t SELECT 1', '"(" is missing'],
    ['CREATE TABLE t LIKE nowhere', 'LIKE "nowhere"'],
    ['CREATE TABLE t (a CHAR(3) CHARACTER SET klingon)', '"klingon" is not known'],
    ['CREATE TABLE t (a ENUM(0x41))', 'not written as a string'],
    ['CREATE TABLE t (a int); ALTER TABLE t ADD COLUMN b int', 'ALTER TABLE'],
    ['CREATE TABLE t (a int); ALTER TABLE t DROP a, ADD KEY (a)', 'ALTER TABLE'],
    ['CREATE TABLE t (a int); ALTER TABLE t MODIFY b int', 'modifies "b"'],
    ['SET NAMES gbk; CREATE TABLE t (a int)', 'the file is in gbk'],
    [`CREATE TABLE t (${Array.from({ length: 4097 }, (_, i) => `c${i} int`).join()})`, '4097 columns'],
  ])('%#', (text, problem) => {
    expect(only(text).problem).toContain(problem);
  });

  it('text that is not UTF-8, where the file names no other set', () => {
    const text = Buffer.from("CREATE TABLE t (a ENUM('\xe9'))", 'latin1');
    expect(tablesOf(text)[0]!.problem).toContain('not UTF-8');
    const named = Buffer.concat([Buffer.from('/*!40101 SET NAMES latin1 */;'), text]);
    expect(tablesOf(named)[0]!.columns[0]!.labels).toEqual(['é']);
  });
});

it('LIKE takes what stands above', () => {
  const [, copy] = tablesOf(
    'CREATE TABLE d.a (x int PRIMARY KEY); CREATE TABLE d.b LIKE d.a; CREATE TABLE d.a (y int)',
  );
  expect(copy).toMatchObject({
    database: 'd',
    name: 'b',
    columns: [{ name: 'x' }],
    primaryKey: [{ name: 'x' }],
  });
});

it('versioning shows in the table or in one column', () => {
  expect(
    only('CREATE TABLE t (a int) ENGINE=InnoDB WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME').versioned,
  ).toBe(true);
  expect(only('CREATE TABLE t (a int WITH SYSTEM VERSIONING, b int)').versioned).toBe(true);
  expect(only('CREATE TABLE t (a int WITHOUT SYSTEM VERSIONING)').versioned).toBe(false);
  expect(
    only(
      'CREATE TABLE t (s timestamp(6) GENERATED ALWAYS AS ROW START, `e` timestamp(6) GENERATED ALWAYS AS ROW END)',
    ).rowEnd,
  ).toBe('e');
});
