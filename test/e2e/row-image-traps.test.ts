/**
 * Partial row images where they meet something else: images and metadata that change in the middle of a file,
 * chains of updates, keys of several columns, columns that the server fills in, partitions, foreign keys.
 */
import { expect } from 'vitest';
import { type RewriteOptions, rewrite } from '../../src/index.ts';
import { type RunningServer, serverIds } from '../servers/index.ts';
import { eachServer, expectUndone, fingerprint, logged, type Scene, undo } from './support.ts';

/** MySQL 5.6 logs no metadata and has no generated columns. */
const newer = serverIds.filter((id) => id !== 'mysql-5.6');

/** The partial images of a server. */
const imagesOf = (server: RunningServer): string[] => [
  'MINIMAL',
  'NOBLOB',
  ...(server.id === 'mariadb-11.8' ? ['FULL_NODUP'] : []),
];
const under = (image: string, sql: string): string => `SET SESSION binlog_row_image = '${image}'; ${sql};`;

/** Logs the damage and expects it to be refused for the columns that are missing in the table's rows. */
async function expectRefused(
  { server, database }: Scene,
  damage: string,
  table: string,
  says: string,
): Promise<void> {
  const file = await logged(server, damage, database);
  const refused = rewrite({ inputs: [file], output: `${file}.undo` });
  await expect(refused, damage).rejects.toMatchObject({
    code: 'ROW_IMAGE',
    file,
    table: `${database}.${table}`,
  });
  await expect(refused, damage).rejects.toThrow(says);
}

eachServer('a row image that changes in the middle of a file', async (scene) => {
  const { server, database } = scene;
  await server.sql(
    `CREATE TABLE t (id INT PRIMARY KEY, n INT, b BLOB); CREATE TABLE bag (n INT, b BLOB);
     INSERT INTO t VALUES (1, 1, 'one'), (2, 2, 'two'); INSERT INTO bag VALUES (1, 'x'), (1, 'x')`,
    database,
  );
  const before = await fingerprint(server, database);
  const ends: number[] = [];
  const states = [before];
  await server.closeBinlog();
  for (const damage of [
    'UPDATE t SET n = 10 WHERE id = 1; DELETE FROM bag LIMIT 1',
    under('MINIMAL', "UPDATE bag SET n = 5; UPDATE t SET n = 20, b = 'lost'"),
    under('NOBLOB', 'UPDATE t SET n = 30; UPDATE bag SET b = NULL'),
    under('MINIMAL', 'UPDATE bag SET n = 6') + under('FULL', 'DELETE FROM t'),
  ]) {
    await server.sql(damage, database);
    ends.push((await server.position()).position);
    states.push(await fingerprint(server, database));
  }
  const file = await server.closeBinlog();
  await expect(rewrite({ inputs: [file] })).resolves.toMatchObject({
    plan: { refusals: [{ code: 'ROW_IMAGE', table: `${database}.t`, file }] },
  });
  // The other table is not touched by that, nor what stands before and behind it.
  await undo(server, [file], { tables: [`${database}.bag`] });
  expect((await fingerprint(server, database))[`${database}.bag`]).toEqual(before[`${database}.bag`]);
  await undo(server, [file], { tables: [`${database}.t`], startPosition: ends[1] });
  expect((await fingerprint(server, database))[`${database}.t`]).toEqual(states[2]![`${database}.t`]);
  const later = 'later changes of the same row are not selected';
  await undo(
    server,
    [file],
    { tables: [`${database}.t`], stopPosition: ends[0] },
    { bySql: { noRedo: later, noGuard: later } },
  );
  const [t] = (await fingerprint(server, database))[`${database}.t`]!.rows;
  expect(t).toMatch(/^1\t1\t/);
});

eachServer('chains of updates in tables without a key', async (scene) => {
  const { server, database } = scene;
  for (const image of imagesOf(server)) {
    const tables = `
      DROP TABLE IF EXISTS bag, pairs;
      CREATE TABLE bag (n INT, v VARCHAR(20), b BLOB, KEY (n));
      CREATE TABLE pairs (u INT NULL, n INT, b BLOB, UNIQUE (u));
      INSERT INTO bag VALUES (1, 'a', 'x'), (2, 'a', 'x'), (3, 'a', 'x'), (2, 'a', 'x'), (NULL, 'a', 'x');
      INSERT INTO pairs VALUES (1, 0, 'x'), (2, 0, 'x'), (NULL, 5, NULL)`;
    await server.sql(tables, database);
    await expectUndone(scene, under(image, 'UPDATE bag SET n = n + 1 ORDER BY n DESC'));
    await expectUndone(scene, under(image, 'UPDATE bag SET n = IF(n = 2, 3, 2) WHERE n IN (2, 3)'));
    await expectUndone(
      scene,
      under(
        image,
        'INSERT INTO pairs VALUES (1, 5, 1), (1, 6, 1), (1, 5, 1) ON DUPLICATE KEY UPDATE n = VALUES(n)',
      ),
    );
    await expectUndone(
      scene,
      under(image, 'BEGIN; UPDATE bag SET v = n, b = n; UPDATE bag SET n = v + 1; COMMIT'),
    );
  }
});

eachServer('keys of several columns, in another order, or of prefixes', async (scene) => {
  const { server, database } = scene;
  await server.sql(
    `CREATE TABLE pair (v VARCHAR(20), b INT, note TEXT, a INT, PRIMARY KEY (a, b));
     CREATE TABLE prefix (n INT, v VARCHAR(200), note TEXT, PRIMARY KEY (v(3)));
     INSERT INTO pair VALUES ('x', 1, 'note', 1), ('y', 2, NULL, 1), ('z', 1, 'n', 2);
     INSERT INTO prefix VALUES (1, 'abc one', 'note'), (2, 'def two', NULL)`,
    database,
  );
  await expectUndone(
    scene,
    under(
      'MINIMAL',
      "UPDATE pair SET b = b + 10; UPDATE pair SET a = 7 WHERE b = 12; UPDATE prefix SET v = 'xyz' WHERE v LIKE 'a%'",
    ),
  );
  await expectRefused(
    scene,
    under('MINIMAL', "UPDATE pair SET a = 9, v = 'new' WHERE a = 1 AND b = 1"),
    'pair',
    'column',
  );
});

eachServer(
  'rows inserted without their key are found again by it where the log names it',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(
      `CREATE TABLE auto (v VARCHAR(20) DEFAULT 'def', id INT AUTO_INCREMENT PRIMARY KEY, b BLOB);
       INSERT INTO auto VALUES ('a', 1, 'x')`,
      database,
    );
    const insert = under('MINIMAL', "INSERT INTO auto () VALUES (), (); INSERT INTO auto (v) VALUES ('n')");
    await server.sql("SET GLOBAL binlog_row_metadata = 'FULL'");
    await expectUndone(scene, insert);
    await server.sql("SET GLOBAL binlog_row_metadata = 'MINIMAL'");
    await expectRefused(
      scene,
      insert,
      'auto',
      'column @1, @3 and a key that would do instead are not in the log',
    );
  },
  { servers: newer },
);

eachServer('columns that the server fills in', async (scene) => {
  const { server, database } = scene;
  const generated =
    server.id === 'mysql-5.6' ? '' : ', g INT AS (n * 2) STORED, w VARCHAR(30) AS (CONCAT(v, n)) VIRTUAL';
  await server.sql(
    `SET time_zone = '+00:00';
     CREATE TABLE t (id INT PRIMARY KEY, n INT, v VARCHAR(20), at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
       ON UPDATE CURRENT_TIMESTAMP(6)${generated});
     CREATE TABLE bag (n INT, v VARCHAR(20), at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
       ON UPDATE CURRENT_TIMESTAMP(6)${generated});
     INSERT INTO t (id, n, v) VALUES (1, 1, 'a'), (2, NULL, 'b'); INSERT INTO bag (n, v) VALUES (1, 'a'), (1, 'a'), (2, NULL)`,
    database,
  );
  for (const image of imagesOf(server)) {
    await expectUndone(
      scene,
      under(image, "UPDATE bag SET n = 7, v = 'seven' WHERE n = 1 LIMIT 1; DELETE FROM bag WHERE n = 1"),
    );
    if (image !== 'MINIMAL')
      await expectUndone(scene, under(image, "UPDATE t SET n = n + 1, v = 'x'; DELETE FROM t WHERE id = 1"));
  }
  await expectRefused(
    scene,
    under('MINIMAL', 'UPDATE t SET n = 9 WHERE id = 1'),
    't',
    'the old value of column @2, @4',
  );
});

eachServer('rows that move between partitions', async (scene) => {
  const { server, database } = scene;
  const parts =
    'PARTITION BY RANGE (k) (PARTITION p0 VALUES LESS THAN (100), PARTITION p1 VALUES LESS THAN MAXVALUE)';
  await server.sql(
    `CREATE TABLE t (k INT PRIMARY KEY, v VARCHAR(20), b BLOB) ${parts};
     CREATE TABLE bag (k INT, v VARCHAR(20), b BLOB) ${parts};
     INSERT INTO t VALUES (1, 'a', 'x'), (50, 'b', NULL), (150, 'c', 'y'); INSERT INTO bag SELECT * FROM t`,
    database,
  );
  for (const image of imagesOf(server)) {
    await expectUndone(
      scene,
      under(image, 'UPDATE t SET k = 300 - k; UPDATE bag SET k = 301 - k, v = k; UPDATE bag SET b = k'),
    );
    await expectUndone(
      scene,
      under(image, 'UPDATE t SET k = k + 75 ORDER BY k DESC; DELETE FROM bag WHERE k > 60'),
    );
  }
});

eachServer(
  'what a cascade changed',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(
      `CREATE TABLE parent (id INT PRIMARY KEY, v VARCHAR(20));
       CREATE TABLE child (id INT PRIMARY KEY, pid INT, v VARCHAR(20), FOREIGN KEY (pid) REFERENCES parent (id) ON UPDATE CASCADE ON DELETE CASCADE);
       CREATE TABLE bag (pid INT, v TEXT, FOREIGN KEY (pid) REFERENCES parent (id) ON UPDATE CASCADE ON DELETE SET NULL);
       INSERT INTO parent VALUES (1, 'a'), (2, 'b'), (3, 'c');
       INSERT INTO child VALUES (1, 1, 'x'), (2, 2, 'y'), (3, NULL, 'z'); INSERT INTO bag VALUES (1, 'x'), (2, NULL), (2, NULL)`,
      database,
    );
    await expectUndone(
      scene,
      under('NOBLOB', 'UPDATE parent SET id = id + 10; UPDATE parent SET id = id + 1 ORDER BY id DESC'),
    );
    const bag: RewriteOptions['select'] = { tables: [`${database}.bag`] };
    const before = await fingerprint(server, database);
    const file = await logged(server, under('MINIMAL', 'DELETE FROM parent WHERE id = 2'), database);
    await undo(server, [file], bag);
    expect((await fingerprint(server, database))[`${database}.bag`]).toEqual(before[`${database}.bag`]);
    await expect(rewrite({ inputs: [file], output: `${file}.undo` })).rejects.toMatchObject({
      code: 'ROW_IMAGE',
      refusals: [{ table: `${database}.child` }, { table: `${database}.parent` }],
    });
  },
  { servers: ['mysql-9.7'] }, // the others do not log what a cascade does
);

eachServer(
  'metadata that changes in the middle of a file',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(
      `CREATE TABLE t (id INT UNSIGNED PRIMARY KEY, e ENUM('a', 'b') CHARACTER SET latin1, s SET('x', 'y'), c CHAR(9), p POINT, v VARCHAR(20) CHARACTER SET cp1251);
       CREATE TABLE bag LIKE t; ALTER TABLE bag DROP PRIMARY KEY;
       INSERT INTO t VALUES (1, 'a', 'x,y', 'c', ST_GeomFromText('POINT(1 2)'), 'Ж'), (4000000000, NULL, '', NULL, NULL, NULL);
       INSERT INTO bag SELECT * FROM t; INSERT INTO bag SELECT * FROM t`,
      database,
    );
    const settings = server.flavour === 'mariadb' ? ['NO_LOG', 'MINIMAL', 'FULL'] : ['MINIMAL', 'FULL'];
    const each = [...settings, ...settings].map(
      (setting, i) => `
        SET GLOBAL binlog_row_metadata = '${setting}';
        BEGIN; UPDATE t SET e = 'b', v = 'v${i}'; UPDATE bag SET c = '${i}' LIMIT 2; INSERT INTO t (id) VALUES (${i + 10}); COMMIT;`,
    );
    const { plan } = await expectUndone(
      scene,
      `${each.join('')} DELETE FROM t; SET GLOBAL binlog_row_metadata = '${settings[0]}'; DELETE FROM bag`,
    );
    expect(plan.tables.map(({ table }) => table)).toEqual([`${database}.t`, `${database}.bag`]);
  },
  { servers: newer },
);

eachServer(
  'REPLACE under a partial image, of which MariaDB does not log all that it changes',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(
      `SET sql_mode = ''; CREATE TABLE r (k INT PRIMARY KEY, n INT, v VARCHAR(30) DEFAULT 'def', b BLOB, note TEXT);
       INSERT INTO r VALUES (1, 1, 'a', 'blob1', 'note1')`,
      database,
    );
    for (const annotated of ['ON', 'OFF']) {
      const annotate = `SET SESSION binlog_annotate_row_events = ${annotated};`;
      for (const image of ['NOBLOB', 'MINIMAL']) {
        const replace = `SET sql_mode = ''; ${annotate} ${under(image, `/* app */ REPLACE INTO r (k, v) VALUES (1, '${image}${annotated}')`)}`;
        await expectRefused(scene, replace, 'r', image === 'NOBLOB' ? 'REPLACE' : '@3');
      }
    }
    // An UPDATE that leaves the same columns out is what it says, as long as the log shows that it was one.
    await expectUndone(scene, under('NOBLOB', "UPDATE r SET v = 'y'"));
    const hidden = `SET SESSION binlog_annotate_row_events = OFF; ${under('NOBLOB', "UPDATE r SET v = 'z'")}`;
    await expectRefused(scene, hidden, 'r', 'REPLACE');
  },
  { servers: serverIds.filter((id) => id.startsWith('mariadb')) },
);

eachServer('an INSERT of some columns is undone by the key that the user names', async (scene) => {
  const { server, database } = scene;
  await server.sql('CREATE TABLE k (a INT, id INT PRIMARY KEY, v VARCHAR(20))', database);
  const insert = under('MINIMAL', 'INSERT INTO k (id) VALUES (1), (2)');
  if (server.id !== 'mysql-5.6') {
    const metadata = server.flavour === 'mysql' ? 'MINIMAL' : 'NO_LOG';
    await server.sql(`SET GLOBAL binlog_row_metadata = ${metadata}`);
  }
  await expectRefused(scene, insert, 'k', '@1');
  await server.sql('DELETE FROM k', database);
  await expectUndone(scene, insert, { primaryKeys: [`${database}.k=@2`] });
});
