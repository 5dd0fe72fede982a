/** Audit tables of tables without a key, of odd names, altered midway, logged in part; and outputs that stand for themselves. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { type SqlOptions, sql } from '../../src/sql/sql.ts';
import { TableDescriptions } from '../../src/tables/description.ts';
import { readSchema } from '../../src/tables/read-schema.ts';
import { eachServer, logged, quote, type Scene } from './support.ts';

const settings = [
  { servers: ['mysql-5.6'] },
  {
    servers: ['mysql-9.7', 'mariadb-10.5', 'mariadb-10.11', 'mariadb-11.8'],
    args: ['--binlog-row-metadata=FULL'],
  },
] as const;

function everyServer(name: string, story: (scene: Scene) => Promise<void>): void {
  for (const options of settings) eachServer(name, story, options);
}

async function folderOf({ server }: Scene): Promise<string> {
  return mkdtemp(join(dirname(server.binlogFolder), 'audit-'));
}

/** Tables as they are now, and with `more` as they were: MySQL 5.6 logs no names. */
async function described(scene: Scene, more = ''): Promise<[TableDescriptions, string]> {
  const { server, database } = scene;
  if (server.id !== 'mysql-5.6') return [new TableDescriptions({ timeZone: 'UTC' }), ''];
  const path = join(await folderOf(scene), 'schema.sql');
  const text = more + (await server.dump(['--no-data', '--databases', database])).toString();
  await writeFile(path, text);
  return [new TableDescriptions({ timeZone: 'UTC' }, await readSchema(path)), text];
}

async function audit(
  scene: Scene,
  file: string,
  descriptions: TableDescriptions,
  options: Partial<SqlOptions> = {},
): Promise<{ texts: Buffer[]; warnings: readonly string[]; skipped: readonly string[] }> {
  const output = join(await folderOf(scene), 'audit.sql');
  const { outputs, plan } = await sql({ inputs: [file], output, audit: true, descriptions, ...options });
  const texts = await Promise.all(outputs.map((path) => readFile(path)));
  return { texts, warnings: plan.warnings, skipped: plan.skipped };
}

async function rowsOf({ server, database }: Scene, statement: string): Promise<string[]> {
  const answer = await server.sql(`SET time_zone = '+00:00'; ${statement}`, database);
  return answer.split('\n').slice(0, -1);
}

everyServer('an audit of a table without a key, with documents and bytes, altered midway', async (scene) => {
  const { server, database } = scene;
  const json = server.id === 'mysql-5.6' ? 'LONGTEXT' : 'JSON';
  await server.sql(`CREATE TABLE bag (v VARCHAR(20), doc ${json}, b BLOB, at TIMESTAMP NULL)`, database);
  const [, before] = await described(scene);
  const file = await logged(
    server,
    `SET time_zone = '+00:00', timestamp = 1795230000;
     INSERT INTO bag VALUES ('one', '{"a": [1, "x"]}', 0x00FF27, '2026-11-21 03:00:00'), (NULL, NULL, NULL, NULL), ('', '[]', '', NULL);
     UPDATE bag SET doc = '{"b": null}', b = 0x5C WHERE v = 'one';
     DELETE FROM bag WHERE v IS NULL;
     ALTER TABLE bag ADD COLUMN more INT UNSIGNED, MODIFY v VARCHAR(30);
     INSERT INTO bag VALUES ('two', NULL, NULL, NULL, 4294967295);
     UPDATE bag SET more = 7 WHERE v = 'two';`,
    database,
  );
  const [descriptions] = await described(scene, before);
  const { texts, skipped } = await audit(scene, file, descriptions);
  expect(skipped).toEqual([expect.stringMatching(/ALTER TABLE/)]);
  for (const text of texts) await server.sql(text);
  const columns = (prefix: string): string =>
    ['v', 'doc', 'HEX(b)', 'at'].map((name) => name.replace(/(\w+)(\)?)$/, `${prefix}$1$2`)).join(', ');
  expect(
    await rowsOf(
      scene,
      `SELECT op, op_datetime, ${columns('bfr_')}, ${columns('aft_')} FROM _bag_keep_data_`,
    ),
  ).toEqual(
    [
      ['insert', 'NULL', 'NULL', 'NULL', 'NULL', 'one', '{"a": [1, "x"]}', '00FF27', '2026-11-21 03:00:00'],
      ['insert', 'NULL', 'NULL', 'NULL', 'NULL', 'NULL', 'NULL', 'NULL', 'NULL'],
      ['insert', 'NULL', 'NULL', 'NULL', 'NULL', '', '[]', '', 'NULL'],
      [
        'update',
        ...['one', '{"a": [1, "x"]}', '00FF27', '2026-11-21 03:00:00'],
        ...['one', '{"b": null}', '5C', '2026-11-21 03:00:00'],
      ],
      ['delete', 'NULL', 'NULL', 'NULL', 'NULL', 'NULL', 'NULL', 'NULL', 'NULL'],
    ].map(([op, ...values]) => [op, '2026-11-21 03:00:00', ...values].join('\t')),
  );
  expect(await rowsOf(scene, 'SELECT op, bfr_v, aft_v, bfr_more, aft_more FROM _bag_keep_data_2')).toEqual([
    'insert\tNULL\ttwo\tNULL\t4294967295',
    'update\ttwo\ttwo\t4294967295\t7',
  ]);
});

everyServer('an audit of names that need care', async (scene) => {
  const { server, database } = scene;
  const name = 'a `long` table, of üter letters'.padEnd(64, '-x');
  const column = 'c `long`'.padEnd(64, 'y');
  await server.sql(
    `CREATE TABLE ${quote(name)} (op INT, op_datetime INT, gtid INT, bfr_op INT, binlog_file INT, ${quote(column)} INT, ${quote('a"b\'c')} INT);
     CREATE TABLE ${quote(`${name.slice(0, -1)}z`)} (op INT);`,
    database,
  );
  const file = await logged(
    server,
    `INSERT INTO ${quote(name)} VALUES (1, 2, 3, 4, 5, 6, 7); INSERT INTO ${quote(`${name.slice(0, -1)}z`)} VALUES (8);`,
    database,
  );
  const [descriptions] = await described(scene);
  const { texts } = await audit(scene, file, descriptions);
  // What the session of a client is like does not matter.
  const client = [
    '--default-character-set=latin1',
    "--init-command=SET SESSION sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES', time_zone = '+08:00'",
  ];
  for (const text of texts) await server.print(client, text.toString());
  const kept = (await rowsOf(scene, "SHOW TABLES LIKE '%keep\\_data\\_'")).filter((table) =>
    table.startsWith('_a'),
  );
  expect(kept).toHaveLength(2);
  const all = await Promise.all(kept.map((table) => rowsOf(scene, `SELECT * FROM ${quote(table)}`)));
  const values = all.map(([row]) => row!.split('\t')).sort((a, b) => b.length - a.length);
  expect(values[0]!.slice(9, 16)).toEqual(['1', '2', '3', '4', '5', '6', '7']);
  expect(values[1]!.slice(2, 4)).toEqual(['NULL', '8']);
});

everyServer('what the log does not hold is NULL in an audit, and said', async (scene) => {
  const { server, database } = scene;
  await server.sql(
    'CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT); INSERT INTO t VALUES (1, 2, 3)',
    database,
  );
  const file = await logged(
    server,
    "SET binlog_row_image = 'MINIMAL'; UPDATE t SET a = 5; DELETE FROM t; INSERT INTO t (id) VALUES (9);",
    database,
  );
  const [descriptions] = await described(scene);
  const { texts, warnings } = await audit(scene, file, descriptions);
  expect(warnings).toContainEqual(
    `the log does not hold all values of ${database}.t: where they are missing, a, b look like NULL`,
  );
  for (const text of texts) await server.sql(text);
  expect(
    await rowsOf(scene, 'SELECT op, bfr_id, bfr_a, bfr_b, aft_id, aft_a, aft_b FROM _t_keep_data_'),
  ).toEqual([
    'update\t1\tNULL\tNULL\t1\t5\tNULL',
    'delete\t1\tNULL\tNULL\tNULL\tNULL\tNULL',
    'insert\tNULL\tNULL\tNULL\t9\tNULL\tNULL',
  ]);
});

everyServer('every part of an audit stands for itself, and it can be run again', async (scene) => {
  const { server, database } = scene;
  await server.sql('CREATE TABLE t (id INT PRIMARY KEY); CREATE TABLE u (id INT PRIMARY KEY)', database);
  const file = await logged(
    server,
    'BEGIN; INSERT INTO t VALUES (1), (2); INSERT INTO u VALUES (1); COMMIT; DELETE FROM t; DELETE FROM u;',
    database,
  );
  const [descriptions] = await described(scene);
  const count = async (from: string): Promise<string[]> =>
    rowsOf(
      scene,
      `SELECT (SELECT COUNT(*) FROM ${from}._t_keep_data_), (SELECT COUNT(*) FROM ${from}._u_keep_data_)`,
    );
  const { texts } = await audit(scene, file, descriptions);
  for (const text of [...texts, ...texts]) await server.sql(text);
  expect(await count(database)).toEqual(['8\t4']);
  for (const splitBy of ['transaction', 'table'] as const) {
    const copy = `${database}_${splitBy}`;
    const parts = await audit(scene, file, descriptions, { splitBy, schemaName: false });
    expect(parts.texts).toHaveLength(splitBy === 'table' ? 2 : 3);
    await server.sql(`CREATE DATABASE ${copy}`);
    for (const text of parts.texts) await server.sql(text, copy);
    expect(await count(copy)).toEqual(['4\t2']);
  }
});

eachServer(
  'a virtual column that an after image leaves out is not taken for unchanged',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(
      'CREATE TABLE t (id INT PRIMARY KEY, a INT, s INT, v INT AS (a + 1) VIRTUAL); INSERT INTO t (id, a, s) VALUES (1, 2, 3)',
      database,
    );
    const file = await logged(server, "SET binlog_row_image = 'FULL_NODUP'; UPDATE t SET a = 5;", database);
    const path = join(await folderOf(scene), 'schema.sql');
    await writeFile(path, await server.dump(['--no-data', '--databases', database]));
    const { texts, warnings } = await audit(scene, file, new TableDescriptions({}, await readSchema(path)));
    for (const text of texts) await server.sql(text);
    const columns = ['id', 'a', 's', 'v'].flatMap((name) => [`bfr_${name}`, `aft_${name}`]).join(', ');
    expect(await rowsOf(scene, `SELECT ${columns} FROM _t_keep_data_`)).toEqual([
      '1\t1\t2\t5\t3\t3\t3\tNULL',
    ]);
    expect(warnings).toContainEqual(
      expect.stringMatching(/values of \S+\.t: where they are missing, v look/),
    );
  },
  // Others do not know the setting.
  { servers: ['mariadb-11.8'] },
);
