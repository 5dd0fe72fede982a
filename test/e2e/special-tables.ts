/** Tables whose definitions are hard to read, or show less than the log has. */
import type { RunningServer } from '../servers/index.ts';

/** What stands in parentheses in CREATE TABLE, and what behind them; by table name. */
export type TableBodies = Readonly<Record<string, string>>;

const everywhere: TableBodies = {
  labels: `(e ENUM('it''s', 'back\\\\slash', 'new\\nline', 'žßя漢', 'com,ma', '"dq"', 'tab\\tx', ''),
     s SET('a', 'é') CHARACTER SET latin1 NOT NULL COMMENT 'CREATE TABLE x (a int); -- \\\\', PRIMARY KEY (s))`,
  far_labels: `(id INT PRIMARY KEY, ${Object.entries({
    sjis: 'ソ表十日本',
    cp932: '①ソ',
    ujis: '日本語',
    eucjpms: '日本語',
    gbk: '中文誠',
    gb2312: '中文',
    big5: '功許蓋',
    euckr: '한국어',
    ucs2: 'žßя漢',
    utf16: 'žßя漢',
    utf16le: 'žßя漢',
    utf32: 'žßя漢',
    cp1251: 'Привет',
    koi8r: 'привет',
    greek: 'αβγ',
    hebrew: 'שלום',
    tis620: 'ไทย',
    latin2: 'žluťoučký',
    latin5: 'ĞİŞğış',
    swe7: 'ÅÄÖ',
    binary: 'é',
  })
    .map(([charset, label]) => `${charset}_ ENUM('${label}', 'x') CHARACTER SET ${charset}`)
    .join(', ')})`,
  first_unique:
    '(a INT NOT NULL, b VARCHAR(30) NOT NULL, c INT, UNIQUE x (c), UNIQUE y (b), UNIQUE z (a, b))',
  prefix_unique: '(a INT NOT NULL, b VARCHAR(30) NOT NULL, UNIQUE y (b(5)))',
  prefix_key: '(a INT NOT NULL, b VARCHAR(30), t TEXT, PRIMARY KEY (t(7), a, b(5)))',
  latin: `(a CHAR(10), b VARCHAR(20) COLLATE latin1_bin, c TEXT CHARACTER SET utf8, d ENUM('x', 'ÿ'),
     f CHAR(5) CHARACTER SET binary, g VARCHAR(9) CHARACTER SET cp1251, h TINYTEXT) DEFAULT CHARSET=latin1`,
  synonyms: `(a INT1, b INT2, c INT3, d INT4, e INT8, f MIDDLEINT, g DEC(5), h FIXED(6,2), i NUMERIC, j DOUBLE PRECISION,
     k REAL, l FLOAT4, m FLOAT8, n CHARACTER VARYING(20), o LONG VARBINARY, p LONG VARCHAR, q LONG, r NCHAR(5),
     s NVARCHAR(6), t NATIONAL CHAR VARYING(7), u NATIONAL VARCHAR(8), v CHAR BYTE, w CHAR(3) BYTE, x INTEGER UNSIGNED,
     y BOOLEAN, z FLOAT(24), aa FLOAT(25), ab FLOAT(53), ac BIT, ad CHAR, ae BINARY, af YEAR(4), ag BLOB(200),
     ah BLOB(300), ai BLOB(70000), aj BLOB(20000000), ak TEXT(63) CHARACTER SET utf8mb4,
     al TEXT(64) CHARACTER SET utf8mb4, am TEXT(16384) CHARACTER SET utf8mb4, an TEXT(5000000) CHARACTER SET utf8mb4,
     ao VARCHAR(10) CHARACTER SET utf8mb4 BINARY, ap CHAR(4) ASCII, aq CHAR(5) UNICODE, ar NCHAR VARCHAR(4),
     asx TEXT CHARACTER SET latin1 BINARY, id SERIAL) DEFAULT CHARSET=utf8mb4`,
  '`odd ``na"me`':
    '(`a``b` INT, `c "d"` INT, `select` INT, `it\'s` INT, `x,y)` INT, PRIMARY KEY (`x,y)`, `a``b`))',
};

const mariadb: TableBodies = {
  versioned: '(id INT PRIMARY KEY, v VARCHAR(20)) WITH SYSTEM VERSIONING',
  versioned_shown: `(id INT PRIMARY KEY, v VARCHAR(20), n INT WITHOUT SYSTEM VERSIONING,
     f TIMESTAMP(6) GENERATED ALWAYS AS ROW START INVISIBLE, u TIMESTAMP(6) GENERATED ALWAYS AS ROW END INVISIBLE,
     PERIOD FOR SYSTEM_TIME (f, u)) WITH SYSTEM VERSIONING`,
  versioned_column: '(v VARCHAR(20) WITH SYSTEM VERSIONING, w INT)',
  versioned_unique: '(a INT NOT NULL, UNIQUE (a)) WITH SYSTEM VERSIONING',
  versioned_hash: '(b BLOB, n INT, UNIQUE (b), UNIQUE (b, n)) WITH SYSTEM VERSIONING',
  period: '(id INT, f DATE, u DATE, PERIOD FOR validity (f, u), PRIMARY KEY (id, validity WITHOUT OVERLAPS))',
  period_unique: `(id INT, f DATE, u DATE, n INT NOT NULL, PERIOD FOR validity (f, u),
     UNIQUE (n, validity WITHOUT OVERLAPS))`,
  hash: '(b BLOB NOT NULL, n INT NOT NULL, UNIQUE (b))',
  hash_and_key: '(b BLOB NOT NULL, n INT NOT NULL, UNIQUE (b), UNIQUE (n))',
  hash_named: '(id INT PRIMARY KEY, db_row_hash_1 BIGINT UNSIGNED, b BLOB, UNIQUE (b))',
  hash_long: '(id INT PRIMARY KEY, v VARCHAR(5000), w VARCHAR(700), UNIQUE (v), UNIQUE (w))',
  hash_asked: '(id INT PRIMARY KEY, n INT, UNIQUE USING HASH (n))',
  hash_in_memory: '(id INT PRIMARY KEY, n INT, UNIQUE USING HASH (n)) ENGINE=MEMORY',
  expressions: `(id INT PRIMARY KEY, v INT AS (id + 1) VIRTUAL, p INT AS (id + 2) PERSISTENT,
     d VARCHAR(20) DEFAULT concat('a', 'b,)'), e INT DEFAULT (1 + 2) CHECK (e > 0), CONSTRAINT cc CHECK (id < 100))
     PARTITION BY HASH (id) PARTITIONS 2`,
  collations: `(a VARCHAR(9) COLLATE utf8mb4_croatian_ci, b VARCHAR(9) COLLATE utf8mb4_thai_520_w2,
     c VARCHAR(9) COLLATE utf8mb4_unicode_520_nopad_ci, d VARCHAR(9) COLLATE latin1_nopad_bin)`,
};

const uca1400: TableBodies = {
  collations_1400: `(a VARCHAR(9) COLLATE utf8mb4_uca1400_ai_ci, b VARCHAR(9) COLLATE utf8mb4_uca1400_croatian_nopad_as_cs,
     c VARCHAR(9) CHARACTER SET utf16 COLLATE uca1400_spanish2_as_ci, d VARCHAR(9) COLLATE utf8mb3_uca1400_nopad_ai_cs)`,
};

const mysql97: TableBodies = {
  functional: `(id INT NOT NULL, v VARCHAR(30) NOT NULL, doc JSON, UNIQUE f ((UPPER(v))),
     KEY m ((CAST(doc->'$.tags' AS CHAR(20) ARRAY))), UNIQUE w (v))`,
  expressions: `(id INT PRIMARY KEY, v INT AS (id + 1) VIRTUAL, p INT AS (id + 2) STORED,
     d VARCHAR(20) DEFAULT (concat('a', 'b,)')), e INT DEFAULT ((1 + 2)) CHECK (e > 0), CONSTRAINT cc CHECK (id < 100))
     PARTITION BY HASH (id) PARTITIONS 2`,
  collations: `(a VARCHAR(9) COLLATE utf8mb4_croatian_ci, b VARCHAR(9) COLLATE utf8mb4_ja_0900_as_cs_ks,
     c VARCHAR(9) COLLATE utf8mb4_0900_bin, d VARCHAR(9) COLLATE gb18030_unicode_520_ci)`,
  geography: '(id INT PRIMARY KEY, p POINT NOT NULL SRID 4326, SPATIAL KEY (p))',
};

/** Of a server, its InnoDB tables for the most. */
export function specialTables({ id, flavour }: Pick<RunningServer, 'id' | 'flavour'>): TableBodies {
  return {
    ...everywhere,
    ...(flavour === 'mariadb' ? mariadb : {}),
    ...(id === 'mariadb-10.11' || id === 'mariadb-11.8' ? uca1400 : {}),
    ...(id === 'mysql-9.7' ? mysql97 : {}),
  };
}

const needed: Readonly<Record<string, string>> = {
  period: "(id, f, u) VALUES (1, '2020-01-01', '2021-01-01')",
  period_unique: "(n, f, u) VALUES (1, '2020-01-01', '2021-01-01')",
  geography: "(id, p) VALUES (1, ST_GeomFromText('POINT(1 2)', 4326))",
  prefix_key: "(a, b, t) VALUES (1, 'b', 't')",
  hash: "(b, n) VALUES ('b', 1)",
  hash_and_key: "(b, n) VALUES ('b', 1)",
};

/** What stands behind the table's name in an INSERT: a row of defaults or, if there can be none, of values. */
export const aRow = (table: string): string => needed[table] ?? '() VALUES ()';
