/**
 * MariaDB's system-versioned tables. By time, DELETE is logged as an UPDATE of the row's end, and UPDATE as an
 * UPDATE of its start with an INSERT of the history row: undone, both the data and the history are as before.
 */
import { expect } from 'vitest';
import { type RefusedError, rewrite } from '../../src/index.ts';
import type { ServerId } from '../servers/index.ts';
import type { BySql } from './by-sql.ts';
import { eachServer, expectUndone, fingerprint, logged, undo } from './support.ts';

// MySQL has no versioned tables.
const servers: ServerId[] = ['mariadb-10.5', 'mariadb-10.11', 'mariadb-11.8'];

const period = `from_ TIMESTAMP(6) GENERATED ALWAYS AS ROW START INVISIBLE,
  until_ TIMESTAMP(6) GENERATED ALWAYS AS ROW END INVISIBLE, PERIOD FOR SYSTEM_TIME (from_, until_)`;

const bySql: BySql = { refused: ['UNSUPPORTED', 'the table is system-versioned'] };

const damages = [
  "INSERT INTO t (id, v) VALUES (10, 'ten'), (11, NULL)",
  "UPDATE t SET v = 'changed'",
  'DELETE FROM t WHERE id = 1',
  `BEGIN; UPDATE t SET v = 'once' WHERE id = 2; UPDATE t SET v = 'twice' WHERE id = 2; DELETE FROM t WHERE id = 2;
   INSERT INTO t (id, v) VALUES (2, 'again'); UPDATE t SET v = 'thrice' WHERE id = 2; COMMIT`,
  'UPDATE t SET id = id + 100 ORDER BY id DESC; DELETE FROM t WHERE id > 102; UPDATE t SET id = id - 100 ORDER BY id',
  'DELETE FROM t; INSERT INTO t (id, v) SELECT id, v FROM t FOR SYSTEM_TIME ALL WHERE id = 3 LIMIT 1; DELETE FROM t',
];

const withKey = [
  "REPLACE INTO t (id, v) VALUES (1, 'replaced'), (20, 'new')",
  "INSERT INTO t (id, v) VALUES (1, 'x'), (21, 'new') ON DUPLICATE KEY UPDATE v = VALUES(v)",
];

/** Some rows, and some history. */
const rows = `INSERT INTO t (id, v) VALUES (1, 'a'), (2, 'b'), (3, 'c');
  UPDATE t SET v = CONCAT(v, v); INSERT INTO t (id, v) VALUES (4, 'd'); DELETE FROM t WHERE id = 4`;

const kinds: Record<string, readonly [definition: string, damages: readonly string[]]> = {
  'with a primary key': [
    `(id INT PRIMARY KEY, v VARCHAR(20), ${period}) WITH SYSTEM VERSIONING`,
    [...damages, ...withKey],
  ],
  'without a key': [`(id INT, v VARCHAR(20), ${period}) WITH SYSTEM VERSIONING`, damages],
  'with history in partitions by time': [
    `(id INT PRIMARY KEY, v VARCHAR(20), ${period}) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME INTERVAL 1 DAY
     (PARTITION p0 HISTORY, PARTITION p1 HISTORY, PARTITION now CURRENT)`,
    [...damages, ...withKey],
  ],
  'with history in partitions by number': [
    `(id INT PRIMARY KEY, v VARCHAR(20), ${period}) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME LIMIT 1000
     (PARTITION p0 HISTORY, PARTITION p1 HISTORY, PARTITION now CURRENT)`,
    [...damages, ...withKey],
  ],
  'with current rows in partitions': [
    `(id INT PRIMARY KEY, v VARCHAR(20), ${period}) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME
     SUBPARTITION BY HASH (id) SUBPARTITIONS 2 (PARTITION old HISTORY, PARTITION now CURRENT)`,
    [...damages, ...withKey],
  ],
  'of MyISAM': [
    `(id INT PRIMARY KEY, v VARCHAR(20), ${period}) ENGINE=MyISAM WITH SYSTEM VERSIONING`,
    [...damages, ...withKey],
  ],
};

for (const [kind, [definition, each]] of Object.entries(kinds)) {
  eachServer(
    `versioned tables ${kind}`,
    async (scene) => {
      await scene.server.sql(`CREATE TABLE t ${definition}; ${rows}`, scene.database);
      await expectUndone(scene, each[0]!, { bySql });
      await expectUndone(scene, each.join(';'), { bySql });
    },
    { servers },
  );
}

// The server looks for a history row in the partition that new ones go to; a replica has the same trouble.
eachServer(
  'history in a partition that is full is not found by the server, and nothing changes',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(
      `CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20), ${period}) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME
         LIMIT 2 (PARTITION p0 HISTORY, PARTITION p1 HISTORY, PARTITION p2 HISTORY, PARTITION now CURRENT); ${rows}`,
      database,
    );
    const file = await logged(server, "UPDATE t SET v = 'changed'", database);
    const damaged = await fingerprint(server, database);
    await expect(undo(server, [file])).rejects.toThrow('ERROR 1032 (HY000)');
    expect(await fingerprint(server, database)).toEqual(damaged);
  },
  // MariaDB 10.5 finds it.
  { servers: ['mariadb-10.11', 'mariadb-11.8'] },
);

eachServer(
  'versioned tables whose period is not seen',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(
      `CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20)) WITH SYSTEM VERSIONING; ${rows}`,
      database,
    );
    const history =
      'SELECT id, v, row_start, row_end FROM t FOR SYSTEM_TIME ALL ORDER BY id, row_start, row_end';
    const before = await server.sql(history, database);
    await expectUndone(scene, [...damages, ...withKey].join(';'), { bySql });
    expect(await server.sql(history, database)).toBe(before);
  },
  { servers },
);

eachServer(
  'columns without system versioning, history deleted, history inserted',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(
      `CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20), n INT DEFAULT 0 WITHOUT SYSTEM VERSIONING, ${period}) WITH SYSTEM VERSIONING; ${rows}`,
      database,
    );
    await expectUndone(scene, 'UPDATE t SET n = n + 1', { bySql });
    await expectUndone(
      scene,
      "UPDATE t SET n = 5, v = 'n' WHERE id = 1; DELETE FROM t; INSERT INTO t (id, n) VALUES (1, 1)",
      { bySql },
    );
    await expectUndone(scene, 'DELETE HISTORY FROM t', { bySql });
    await expectUndone(scene, 'DELETE HISTORY FROM t BEFORE SYSTEM_TIME NOW(6); DELETE FROM t', { bySql });
    if (server.id !== 'mariadb-10.5')
      await expectUndone(
        scene,
        "SET system_versioning_insert_history = ON; INSERT INTO t (id, v, from_, until_) VALUES (77, 'old', '2001-01-01', '2002-01-01'); UPDATE t SET v = 'x'",
        { bySql },
      );
  },
  { servers },
);

eachServer(
  'versioned tables under partial row images',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(
      `CREATE TABLE t (id INT, v VARCHAR(20), b TEXT, ${period}) WITH SYSTEM VERSIONING; ${rows}; UPDATE t SET b = v`,
      database,
    );
    const blob = "UPDATE t SET b = 'changed'";
    for (const image of ['NOBLOB', 'MINIMAL'])
      await expectUndone(scene, `SET binlog_row_image = '${image}'; ${[...damages, blob].join(';')}`, {
        bySql,
      });
    // With a key, a DELETE sets the end of the row only, but history rows lack what the image leaves out.
    await server.sql(
      'SET system_versioning_alter_history = KEEP; DELETE HISTORY FROM t; ALTER TABLE t ADD PRIMARY KEY (id)',
      database,
    );
    await expectUndone(scene, `SET binlog_row_image = 'NOBLOB'; DELETE FROM t`, { bySql });
    for (const [image, damage, says] of [
      ['NOBLOB', "UPDATE t SET v = 'x'", 'column @3 and a key that would do instead are not in the log'],
      ['MINIMAL', "UPDATE t SET v = 'y'", 'the old value of column @2, @3, @4 is not in the log'],
      ['MINIMAL', 'DELETE FROM t', 'the old value of column @2, @3, @4 is not in the log'],
    ] as const) {
      const file = await logged(server, `SET binlog_row_image = '${image}'; ${damage}`, database);
      await expect(rewrite({ inputs: [file], output: `${file}.undo` }), damage).rejects.toMatchObject({
        code: 'ROW_IMAGE',
        message: expect.stringContaining(says),
      });
    }
  },
  { servers },
);

eachServer(
  'versioned tables under binlog_row_image=FULL_NODUP',
  async (scene) => {
    await scene.server.sql(
      `CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20), b TEXT, ${period}) WITH SYSTEM VERSIONING; ${rows}; UPDATE t SET b = v`,
      scene.database,
    );
    const blob = "UPDATE t SET b = 'changed'";
    await expectUndone(
      scene,
      `SET binlog_row_image = 'FULL_NODUP'; ${[...damages, ...withKey, blob].join(';')}`,
      { bySql },
    );
  },
  { servers: ['mariadb-11.8'] }, // the others have no such image
);

eachServer(
  'tables versioned by transaction are refused by name',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(
      `CREATE TABLE by_id (id INT PRIMARY KEY, v VARCHAR(20), from_ BIGINT UNSIGNED GENERATED ALWAYS AS ROW START,
         until_ BIGINT UNSIGNED GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (from_, until_)) WITH SYSTEM VERSIONING ENGINE=InnoDB;
       CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20)); INSERT INTO t VALUES (1, 'a'); INSERT INTO by_id (id, v) VALUES (1, 'a')`,
      database,
    );
    for (const damage of [
      "UPDATE by_id SET v = 'x'",
      'DELETE FROM by_id',
      "INSERT INTO by_id (id, v) VALUES (2, 'b')",
    ]) {
      const file = await logged(server, `UPDATE t SET v = 'q'; ${damage}`, database);
      const error = await rewrite({ inputs: [file], output: `${file}.undo` }).catch(
        (reason: RefusedError) => reason,
      );
      expect(error, damage).toMatchObject({ code: 'STATEMENT', file });
      expect((error as RefusedError).message).toContain(damage);
    }
  },
  { servers },
);
