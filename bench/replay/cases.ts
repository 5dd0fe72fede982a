import type { ServerId } from '../../test/servers/index.ts';

/** A table, and a change of all its rows that is undone. */
export interface ReplayCase {
  readonly name: string;
  readonly rows: number;
  /** SQL that defines `bench.t` and `bench.source`, which holds the rows. */
  readonly define: string;
  /** What fills `bench.t` before the change; nothing, where the change does. */
  readonly fill: string;
  /** The change that is logged and undone. */
  readonly change: string;
  /** A sooner way to make the change again, which is not logged. */
  readonly again?: string;
}

type Undoing = 'inserts' | 'updates' | 'deletes';

/** How a row is made of its number `n`, and what an UPDATE sets. */
const SHAPES = {
  '20 B rows': {
    columns: 'id INT NOT NULL, a INT NOT NULL, b VARCHAR(10) NOT NULL',
    row: "n, n * 7 % 1000, CONCAT('row', n % 1000)",
    set: 'a = a + 1',
  },
  '130 B rows': {
    columns: `id INT NOT NULL, customer BIGINT NOT NULL, status TINYINT NOT NULL, reference CHAR(12) NOT NULL,
      amount DECIMAL(12,2) NOT NULL, created DATETIME(3) NOT NULL, weight DOUBLE NOT NULL, note VARCHAR(100) NOT NULL`,
    row: `n, n * 7919, n % 5, CONCAT('ref', LPAD(n, 8, '0')), n / 100, '2026-11-21 03:00:00.123', n / 7,
      REPEAT('n', 60 + n % 32)`,
    set: 'amount = amount + 1, status = 9',
  },
  '4 KB rows': {
    columns: 'id INT NOT NULL, body VARBINARY(4096) NOT NULL, version INT NOT NULL',
    row: 'n, REPEAT(SHA2(n, 256), 64), 0',
    set: 'version = version + 1',
  },
  '1 MB blobs': {
    columns: 'id INT NOT NULL, body LONGBLOB NOT NULL, version INT NOT NULL',
    row: 'n, REPEAT(SHA2(n, 256), 16384), 0',
    set: 'version = version + 1',
  },
} as const;

const KEYS = { 'primary key': ', PRIMARY KEY (id)', 'index only': ', KEY (id)', 'no key': '' } as const;

export function replayCase(
  key: keyof typeof KEYS,
  shapeName: keyof typeof SHAPES,
  undoing: Undoing,
  rows: number,
): ReplayCase {
  const shape = SHAPES[shapeName];
  const fill = 'INSERT INTO bench.t SELECT * FROM bench.source ORDER BY id;';
  const changes = {
    inserts: 'DELETE FROM bench.t;',
    updates: `UPDATE bench.t SET ${shape.set};`,
    deletes: fill,
  };
  return {
    name: `${key}, ${shapeName}, undo ${undoing}`,
    rows,
    define: `
      DROP TABLE IF EXISTS bench.t, bench.source;
      CREATE TABLE bench.source (${shape.columns}, PRIMARY KEY (id)) ENGINE=InnoDB DEFAULT CHARSET=latin1;
      INSERT INTO bench.source SELECT ${shape.row} FROM bench.numbers WHERE n < ${rows};
      CREATE TABLE bench.t (${shape.columns}${KEYS[key]}) ENGINE=InnoDB DEFAULT CHARSET=latin1;`,
    fill: undoing === 'deletes' ? '' : fill,
    change: changes[undoing],
  };
}

/** Sizes with which a replay takes a second or less: without hashes every row of a table without a key is a scan. */
export function replayCases(id: ServerId): ReplayCase[] {
  const hashes = id === 'mysql-9.7';
  const scanned = hashes ? 15_000 : 1500;
  return [
    replayCase('primary key', '20 B rows', 'inserts', 30_000),
    replayCase('primary key', '20 B rows', 'deletes', 30_000),
    replayCase('primary key', '130 B rows', 'inserts', 60_000),
    replayCase('primary key', '130 B rows', 'updates', 30_000),
    replayCase('primary key', '130 B rows', 'deletes', 30_000),
    replayCase('primary key', '4 KB rows', 'inserts', 2000),
    replayCase('primary key', '4 KB rows', 'updates', 1000),
    replayCase('primary key', '1 MB blobs', 'inserts', 12),
    replayCase('index only', '20 B rows', 'deletes', 20_000),
    replayCase('no key', '20 B rows', 'updates', scanned),
    replayCase('no key', '20 B rows', 'deletes', scanned),
  ];
}

/** What all cases draw their row numbers from. */
export const NUMBERS = `
  CREATE DATABASE bench;
  CREATE TABLE bench.digits (n INT NOT NULL PRIMARY KEY) ENGINE=InnoDB;
  INSERT INTO bench.digits VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9);
  CREATE TABLE bench.numbers (n INT NOT NULL PRIMARY KEY) ENGINE=InnoDB;
  INSERT INTO bench.numbers SELECT a.n + 10 * b.n + 100 * c.n + 1000 * d.n + 10000 * e.n
    FROM bench.digits a, bench.digits b, bench.digits c, bench.digits d, bench.digits e;`;
