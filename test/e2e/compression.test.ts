/** Logs that servers compress: transactions of MySQL (TRANSACTION_PAYLOAD), events and columns of MariaDB. */
import { expect } from 'vitest';
import { inspect, type RewriteResult, rewrite, type Selection } from '../../src/index.ts';
import type { RunningServer } from '../servers/index.ts';
import type { BySql } from './by-sql.ts';
import { chapters } from './chapters.ts';
import { eachServer, expectUndone, fingerprint, logged, type Scene, undo } from './support.ts';

const mysql = { servers: ['mysql-9.7'] } as const;
const mariadb = { servers: ['mariadb-10.5', 'mariadb-10.11', 'mariadb-11.8'] } as const;

const compressed = (level = 3): string =>
  `SET SESSION binlog_transaction_compression = ON; SET SESSION binlog_transaction_compression_level_zstd = ${level};`;

const numbers = (count: number): string =>
  `WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < ${count}) SELECT`;

/** How often each type of event stands in a file. */
async function eventTypes(file: string): Promise<Readonly<Record<string, number>>> {
  return (await inspect([file])).files[0]!.events;
}

/** Undoes a damage that the server has logged in packed events of this type. */
async function expectUnpacked(
  scene: Scene,
  type: string,
  damage: string,
  select: Selection = {},
  bySql?: BySql,
): Promise<RewriteResult> {
  const result = await expectUndone(scene, damage, { select, bySql });
  expect((await eventTypes(result.plan.index.files[0]!.path))[type], type).toBeGreaterThan(0);
  return result;
}

const tables = `
  CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(300), b LONGBLOB) ENGINE=InnoDB;
  CREATE TABLE bag (n INT, v VARCHAR(100)) ENGINE=InnoDB;
  INSERT INTO t (v, b) VALUES ('one', NULL), (REPEAT('two', 90), 'b'), (NULL, REPEAT('c', 5000));
  INSERT INTO bag VALUES (1, 'x'), (1, 'x'), (2, NULL)`;

const damage = `
  UPDATE t SET v = CONCAT(IFNULL(v, ''), '!'); INSERT INTO bag SELECT n + 10, v FROM bag;
  BEGIN; DELETE FROM t WHERE id = 1; SAVEPOINT a; UPDATE bag SET v = 'y'; ROLLBACK TO a; DELETE FROM bag LIMIT 1; COMMIT;
  UPDATE t SET b = REPEAT('blob', 60000) WHERE id = 3;`;

for (const level of [1, 3, 22]) {
  eachServer(
    `binlog_transaction_compression at level ${level}`,
    async (scene) => {
      await scene.server.sql(tables, scene.database);
      await expectUnpacked(scene, 'TRANSACTION_PAYLOAD', `${compressed(level)} ${damage}`);
    },
    mysql,
  );
}

eachServer(
  'compressed transactions among plain ones, XA, CREATE TABLE ... SELECT and statements that touch no rows',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(tables, database);
    await expectUnpacked(
      scene,
      'TRANSACTION_PAYLOAD',
      `${compressed()} ${damage} SET SESSION binlog_transaction_compression = OFF; DELETE FROM bag;
       SET SESSION binlog_transaction_compression = ON; INSERT INTO bag VALUES (5, 'e');
       XA START 'x'; UPDATE bag SET v = 'xa'; XA END 'x'; XA PREPARE 'x'; XA COMMIT 'x';
       XA START 'x'; DELETE FROM t; XA END 'x'; XA PREPARE 'x'; XA ROLLBACK 'x'`,
    );
    const file = await logged(server, `${compressed()} CREATE TABLE made AS SELECT * FROM t`, database);
    await undo(server, [file]);
    expect(await server.sql('SELECT COUNT(*) FROM made', database)).toBe('0\n');
  },
  mysql,
);

eachServer(
  'selections inside compressed transactions',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(tables, database);
    const before = await fingerprint(server, database);
    const { files, chapters: parts } = await chapters(
      scene,
      `${compressed()} BEGIN; DELETE FROM t WHERE id = 1; UPDATE bag SET v = 'z'; COMMIT`,
      `${compressed()} UPDATE t SET v = 'last'`,
    );
    const [bag, t] = [`${database}.bag`, `${database}.t`];
    const { plan } = await undo(server, files, { tables: [bag] });
    expect(plan.warnings.join()).toContain('only a part of this transaction');
    expect((await fingerprint(server, database))[bag]).toEqual(before[bag]);
    await undo(server, files, { startPosition: parts[1]!.start });
    await undo(server, files, { includeGtids: [parts[0]!.gtids[0]!], tables: [t] });
    expect(await fingerprint(server, database)).toEqual(before);
    // A position inside the event that holds a transaction is none.
    await expect(
      rewrite({ inputs: files, select: { startPosition: parts[1]!.end - 10 } }),
    ).rejects.toMatchObject({ code: 'USAGE' });
  },
  mysql,
);

eachServer(
  'a transaction that unpacks to more than 64 MiB, through a temporary file',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(
      `CREATE TABLE big (id INT PRIMARY KEY, v VARCHAR(800)) ENGINE=InnoDB; SET SESSION cte_max_recursion_depth = 1000000;
       INSERT INTO big ${numbers(50_000)} i, REPEAT(CONCAT('row ', i, ' '), 50) FROM n`,
      database,
    );
    const file = (
      await expectUnpacked(
        scene,
        'TRANSACTION_PAYLOAD',
        `${compressed()} BEGIN; UPDATE big SET v = CONCAT('changed ', v); DELETE FROM big WHERE id > 10000; COMMIT`,
        {},
        { only: { where: ['@1 BETWEEN 9900 AND 10100'] }, once: 'sixty megabytes of text take a while' },
      )
    ).plan.index.files[0]!.path;
    const { plan } = await rewrite({ inputs: [file] });
    const { containers } = plan.index.events;
    const unpacked = Array.from({ length: containers.length }, (_, i) => containers.unpacked.get(i));
    expect(Math.max(...unpacked)).toBeGreaterThan(64 * 1024 * 1024);
    await expect(rewrite({ inputs: [file], maxUnpackedSize: 2 ** 20 })).rejects.toMatchObject({
      code: 'LIMIT',
      hint: expect.stringContaining('--max-unpacked-size'),
    });
  },
  mysql,
);

/** Runs a story while the server compresses events of this many bytes and more. */
async function whileCompressing(
  server: RunningServer,
  least: number,
  story: () => Promise<void>,
): Promise<void> {
  await server.sql(`SET GLOBAL log_bin_compress_min_len = ${least}; SET GLOBAL log_bin_compress = ON`);
  try {
    await story();
  } finally {
    await server.sql('SET GLOBAL log_bin_compress = OFF; SET GLOBAL log_bin_compress_min_len = 256');
  }
}

for (const least of [10, 256]) {
  eachServer(
    `log_bin_compress from ${least} bytes on`,
    async (scene) => {
      await scene.server.sql(tables, scene.database);
      await whileCompressing(scene.server, least, async () => {
        await expectUnpacked(scene, 'UPDATE_ROWS_COMPRESSED_V1', damage);
        const rows = `${damage} DELETE FROM t; INSERT INTO t (v) VALUES (REPEAT('new', 100))`;
        await expectUnpacked(scene, 'DELETE_ROWS_COMPRESSED_V1', rows);
        await expectUnpacked(scene, 'WRITE_ROWS_COMPRESSED_V1', rows, { databases: [scene.database] });
      });
    },
    mariadb,
  );
}

eachServer(
  'statements in QUERY_COMPRESSED are judged by their text',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(tables, database);
    await whileCompressing(server, 10, async () => {
      const harmless = "CREATE USER IF NOT EXISTS somebody_with_a_long_name@localhost IDENTIFIED BY 'secret'";
      await expectUnpacked(scene, 'QUERY_COMPRESSED', `DELETE FROM bag; ${harmless}; DELETE FROM t`);
      const refused = async (statement: string): Promise<unknown> => {
        const file = await logged(
          server,
          `UPDATE bag SET n = n + 1; ${statement}; UPDATE bag SET n = n + 1`,
          database,
        );
        expect((await eventTypes(file)).QUERY_COMPRESSED).toBeGreaterThan(0);
        return rewrite({ inputs: [file], output: `${file}.undo` }).catch((error: unknown) => error);
      };
      expect(await refused('ALTER TABLE bag ADD COLUMN another_column INT')).toMatchObject({ code: 'DDL' });
      expect(
        await refused(`SET SESSION binlog_format = STATEMENT; UPDATE bag SET v = '${'long '.repeat(15)}';
                       SET SESSION binlog_format = ROW`),
      ).toMatchObject({ code: 'STATEMENT' });
    });
  },
  mariadb,
);

eachServer(
  'compressed columns, in plain and in compressed events',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(
      `CREATE TABLE c (id INT PRIMARY KEY, v VARCHAR(2000) COMPRESSED, b BLOB COMPRESSED, x LONGTEXT COMPRESSED DEFAULT NULL);
       INSERT INTO c VALUES (1, REPEAT('abc', 300), REPEAT('d', 5000), REPEAT('ü', 99)), (2, '', '', ''), (3, NULL, NULL, NULL),
         (4, 'short', 'also', 'and this')`,
      database,
    );
    const changes = `UPDATE c SET v = REPEAT('new', 400), b = CONCAT(IFNULL(b, ''), '!') WHERE id <> 4;
      DELETE FROM c WHERE id IN (1, 4); UPDATE c SET id = id + 10, x = REPEAT('z', 70000);
      INSERT INTO c (id, v) VALUES (1, '')`;
    await expectUndone(scene, changes);
    await whileCompressing(server, 10, async () => {
      await expectUnpacked(scene, 'UPDATE_ROWS_COMPRESSED_V1', changes);
    });
  },
  mariadb,
);
