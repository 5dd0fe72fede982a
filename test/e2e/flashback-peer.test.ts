/**
 * Beside `mariadb-binlog --flashback`, which prints the undo of a MariaDB log as SQL. Where it is right, its undo
 * and ours end in the same data; where it is not, ours is right or refuses.
 */
import { expect } from 'vitest';
import { type RefusedError, rewrite, type Selection, type Skippable } from '../../src/index.ts';
import type { ServerId } from '../servers/index.ts';
import { eachServer, type Fingerprint, fingerprint, logged, type Scene, undo } from './support.ts';

const servers: ServerId[] = ['mariadb-10.5', 'mariadb-10.11', 'mariadb-11.8'];

const tables = `
  SET sql_mode = '';
  CREATE TABLE t (id INT PRIMARY KEY, n INT, v VARCHAR(300), b LONGBLOB);
  CREATE TABLE u LIKE t; CREATE TABLE bag (n INT, v VARCHAR(20));
  CREATE TABLE m (id INT PRIMARY KEY, v VARCHAR(20)) ENGINE=MyISAM;
  CREATE TABLE journal (id INT AUTO_INCREMENT PRIMARY KEY, what VARCHAR(300));
  CREATE TABLE watched LIKE t;
  CREATE TRIGGER watch AFTER UPDATE ON watched FOR EACH ROW INSERT INTO journal (what) VALUES (OLD.v);
  CREATE TABLE versioned (id INT PRIMARY KEY, v VARCHAR(20)) WITH SYSTEM VERSIONING;
  CREATE TABLE parent (id INT PRIMARY KEY);
  CREATE TABLE child (id INT PRIMARY KEY, pid INT, FOREIGN KEY (pid) REFERENCES parent (id));
  INSERT INTO t VALUES (1, 1, 'a', 'x'), (2, 2, 'b', NULL), (3, 3, 'c', 'z');
  INSERT INTO u SELECT * FROM t; INSERT INTO watched SELECT * FROM t;
  INSERT INTO bag VALUES (1, 'a'), (1, 'a'), (2, NULL); INSERT INTO m VALUES (1, 'a'), (2, 'b');
  INSERT INTO versioned VALUES (1, 'a'), (2, 'b'); INSERT INTO parent VALUES (1), (2)`;

/** What both undo. */
const agreed: Record<string, string> = {
  'changes of every kind': `
    INSERT INTO t VALUES (4, 4, 'd', NULL), (5, 5, 'e', ''); UPDATE t SET v = 'q', b = NULL; DELETE FROM t WHERE id < 3;
    REPLACE INTO t VALUES (4, 7, 'x', ''), (8, 8, 'y', ''); INSERT INTO t VALUES (8, 1, '', '') ON DUPLICATE KEY UPDATE v = 'both'`,
  'one transaction over several tables': `
    BEGIN; UPDATE t SET n = 9; DELETE FROM u WHERE id = 1; INSERT INTO u VALUES (9, 9, 'n', 'n'); UPDATE u SET n = n + 1;
    UPDATE t SET id = 50 WHERE id = 1; DELETE FROM t WHERE id = 50; INSERT INTO t VALUES (50, 1, '', NULL); COMMIT`,
  'keys moved along a chain':
    'UPDATE t SET id = id + 1 ORDER BY id DESC; UPDATE u SET id = id - 1 ORDER BY id',
  'a table without a key':
    'UPDATE bag SET n = n + 1; DELETE FROM bag LIMIT 1; INSERT INTO bag SELECT * FROM bag',
  'statements that change several tables': `
    UPDATE t JOIN u USING (id) SET t.v = 'both', u.v = t.v, u.n = 7; DELETE t, u FROM t JOIN u USING (id) WHERE t.id < 3`,
  'a trigger': "UPDATE watched SET v = 'q'; UPDATE watched SET id = id + 10 ORDER BY id DESC",
  'two engines': "BEGIN; UPDATE t SET n = 9; UPDATE m SET v = 'q'; DELETE FROM t WHERE id = 2; COMMIT",
  'compressed events': `
    SET GLOBAL log_bin_compress = ON, log_bin_compress_min_len = 10; UPDATE t SET v = REPEAT('q', 250); DELETE FROM u;
    INSERT INTO t VALUES (9, 9, REPEAT('w', 250), '9'); SET GLOBAL log_bin_compress = OFF`,
  'a versioned table': "UPDATE versioned SET v = 'x'; DELETE FROM versioned WHERE id = 1",
  'foreign keys': `
    INSERT INTO child VALUES (1, 1), (2, 2); UPDATE child SET pid = 1; DELETE FROM parent WHERE id = 2`,
  'a statement of many events': `
    INSERT INTO t SELECT seq + 1000, seq, REPEAT('x', 200), '' FROM seq_1_to_3000; UPDATE t SET id = id + 1 ORDER BY id DESC`,
  'an UPDATE without its blobs': 'SET binlog_row_image = NOBLOB; UPDATE t SET n = 7 WHERE id = 1',
};

/** The data after the peer's undo, or undefined when it stopped. */
async function peer({ server, database }: Scene, args: readonly string[]): Promise<Fingerprint | undefined> {
  const done = await server.replay(['--flashback', ...args]).then(
    () => true,
    () => false,
  );
  return done ? fingerprint(server, database) : undefined;
}

eachServer(
  'what both undo',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(tables, database);
    const before = await fingerprint(server, database);
    for (const [what, damage] of Object.entries(agreed)) {
      const file = await logged(server, damage, database);
      await undo(server, [file], {}, { bySql });
      expect(await fingerprint(server, database), what).toEqual(before);
      // Forwards again, by the undo of the undo, so that the peer finds the same rows.
      await undo(server, [await server.closeBinlog()], {}, { bySql });
      expect(await fingerprint(server, database), what).not.toEqual(before);
      expect(await peer(scene, [file]), what).toEqual(before);
    }
  },
  { servers },
);

/** Only binary logs are compared here. */
const bySql = { left: 'stories of their own tell what SQL does of such damages' };

interface Difference {
  readonly damage: string;
  /** How ours refuses; it is right where this is left out. */
  readonly refused?: RefusedError['code'];
  readonly select?: (database: string) => Selection;
  readonly skip?: readonly Skippable[];
  /** Options of the peer, by database. */
  readonly options?: (database: string) => string[];
}

/** What the peer does not undo: it stops with an error, leaves the data changed, or makes it worse. */
const differences: Record<string, Difference> = {
  // Rows without their old values: it writes NULLs, or nothing, and ends with success (11.8) or in the middle (10.x).
  'an UPDATE of a minimal row image': {
    damage: "SET binlog_row_image = MINIMAL; UPDATE t SET v = 'q' WHERE id = 2",
    refused: 'ROW_IMAGE',
  },
  'a DELETE of a minimal row image': {
    damage: 'SET binlog_row_image = MINIMAL; DELETE FROM t WHERE id = 2',
    refused: 'ROW_IMAGE',
  },
  'a DELETE without its blobs': {
    damage: 'SET binlog_row_image = NOBLOB; DELETE FROM t WHERE id = 1',
    refused: 'ROW_IMAGE',
  },
  // What no rows event holds: it drops the statement without a word.
  TRUNCATE: { damage: 'UPDATE t SET n = 7; TRUNCATE TABLE u', refused: 'DDL' },
  'DROP TABLE': { damage: 'UPDATE t SET n = 7; DROP TABLE u', refused: 'DDL' },
  'ALTER TABLE': { damage: 'UPDATE t SET n = 7; ALTER TABLE u ADD COLUMN c INT', refused: 'DDL' },
  'a change logged as a statement': {
    damage: "SET SESSION binlog_format = STATEMENT; UPDATE t SET v = 'q'",
    refused: 'STATEMENT',
  },
  // Rows that never took effect: it undoes them all the same.
  'ROLLBACK TO SAVEPOINT': {
    damage: `BEGIN; UPDATE t SET n = 9 WHERE id = 1; CREATE TEMPORARY TABLE tmp (i INT) ENGINE=InnoDB; SAVEPOINT a;
      INSERT INTO t VALUES (9, 9, '9', '9'); UPDATE t SET n = 10 WHERE id = 2; ROLLBACK TO a; UPDATE t SET n = 11 WHERE id = 3; COMMIT`,
  },
  'a transaction that was rolled back': {
    damage: `BEGIN; CREATE TEMPORARY TABLE tmp (i INT) ENGINE=InnoDB; INSERT INTO t VALUES (9, 9, '9', '9');
      DELETE FROM t WHERE id = 1; ROLLBACK; UPDATE t SET n = 8`,
    skip: ['rolled-back'],
  },
  // XA statements are printed back to front.
  'an XA transaction': {
    damage: "XA START 'x'; UPDATE t SET n = 9; DELETE FROM u; XA END 'x'; XA PREPARE 'x'; XA COMMIT 'x'",
  },
  'an XA transaction that was rolled back': {
    damage:
      "XA START 'x'; INSERT INTO t VALUES (9, 9, '9', '9'); XA END 'x'; XA PREPARE 'x'; XA ROLLBACK 'x'; UPDATE u SET n = 9",
  },
  // MDEV-23077: the rest of the statement is printed without its beginning.
  'one of several tables that a statement changed': {
    damage:
      'UPDATE t JOIN u USING (id) SET t.n = 5, u.n = 6; UPDATE u SET n = 2 WHERE id = 2; UPDATE u SET n = id',
    select: (database) => ({ tables: [`${database}.t`] }),
    options: (database) => [`--database=${database}`, '--table=t'],
  },
  // One BINLOG statement, beyond max_allowed_packet.
  'a statement of 24 MB': {
    damage: "INSERT INTO t SELECT seq + 10, seq, '', REPEAT('x', 600000) FROM seq_1_to_40",
  },
};

eachServer(
  'what the peer does not undo',
  async (scene) => {
    const { server, database } = scene;
    for (const [what, { damage, refused, select, skip, options }] of Object.entries(differences)) {
      await server.sql(`DROP DATABASE ${database}; CREATE DATABASE ${database}; USE ${database}; ${tables}`);
      const before = await fingerprint(server, database);
      const file = await logged(server, damage, database);
      const selection = select?.(database) ?? {};
      if (refused === undefined) {
        await undo(server, [file], selection, { skip: skip ?? [], bySql });
        expect(await fingerprint(server, database), what).toEqual(before);
        await undo(server, [await server.closeBinlog()], {}, { bySql });
        expect(await fingerprint(server, database), what).not.toEqual(before);
      } else {
        const made = rewrite({ inputs: [file], output: `${file}.undo`, select: selection });
        await expect(made, what).rejects.toMatchObject({ code: refused, file });
      }
      expect(await peer(scene, [...(options?.(database) ?? []), file]), what).not.toEqual(before);
    }
  },
  { servers },
);
