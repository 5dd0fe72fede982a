/** Undo as SQL of tables that hold more, or do more, than a statement names. */
import { expect } from 'vitest';
import type { RefusedError, SqlOptions, TableDescriptions } from '../../src/index.ts';
import type { RunningServer, ServerId } from '../servers/index.ts';
import { runText, schemaOf, textOf } from './sql-text.ts';
import { eachServer, fingerprint, logged, type Scene, showGeneratedKeys, undo } from './support.ts';

const mariadbs: ServerId[] = ['mariadb-10.5', 'mariadb-10.11', 'mariadb-11.8'];
// MySQL 5.6 has neither generated nor invisible columns, and logs no names.
const withNames: ServerId[] = ['mysql-9.7', ...mariadbs];

type Options = Omit<SqlOptions, 'inputs' | 'output'>;

const logNames = (server: RunningServer): Promise<string> =>
  server.sql("SET GLOBAL binlog_row_metadata = 'FULL'");

/** Tables with their triggers, as the server's own program dumps them. */
async function dumped(server: RunningServer, database: string): Promise<TableDescriptions> {
  // The dump program of MySQL 5.6 is a newer one.
  const options = server.id === 'mysql-5.6' ? ['--column-statistics=0', '--set-gtid-purged=OFF'] : [];
  const triggers = await server.dump([...options, '--no-data', '--no-create-info', database]);
  return schemaOf(server, database, [triggers.toString()]);
}

/** Runs the text of a log's changes; answers the text. */
async function runChanges({ server, database }: Scene, file: string, options: Options): Promise<string> {
  const { text } = await textOf(server, file, options);
  await runText(server, text, database);
  return text;
}

/**
 * Damages a database; by SQL takes the damage back, makes it again and takes it back again, and expects the states
 * before and after it. The options are tried one after the other.
 */
async function thereAndBack(scene: Scene, damage: string, tries: readonly Options[]): Promise<void> {
  const { server, database } = scene;
  const before = await fingerprint(server, database);
  const file = await logged(server, damage, database);
  const after = await fingerprint(server, database);
  expect(after, 'the damage changes something').not.toEqual(before);
  for (const options of tries) {
    const undo = { ...options, flashback: true };
    await runChanges(scene, file, undo);
    expect(await fingerprint(server, database), 'undone').toEqual(before);
    await runChanges(scene, file, options);
    expect(await fingerprint(server, database), 'made again').toEqual(after);
  }
}

/** Why a log cannot be written as SQL. */
async function refusalOf({ server }: Scene, file: string, options: Options): Promise<RefusedError> {
  const error = await textOf(server, file, { flashback: true, ...options }).catch(
    (reason: RefusedError) => reason,
  );
  expect(error).toBeInstanceOf(Error);
  return error as RefusedError;
}

const generated = (server: RunningServer): string => `
  CREATE TABLE t (id INT PRIMARY KEY, v INT AS (id * 2) VIRTUAL, n INT, s VARCHAR(40) AS (CONCAT('x', n)) STORED, UNIQUE (s));
  CREATE TABLE bag (n INT, v INT AS (n * 2) VIRTUAL, s INT AS (n + 1) STORED, b BLOB);
  CREATE TABLE keyed (n INT, s INT AS (n + 1) ${server.flavour === 'mysql' ? 'STORED' : 'PERSISTENT'} ${server.flavour === 'mysql' ? 'PRIMARY KEY' : 'UNIQUE'}, w INT);
  INSERT INTO t (id, n) VALUES (1, 1), (2, 2), (3, NULL);
  INSERT INTO bag (n, b) VALUES (1, 'a'), (1, 'a'), (2, NULL), (NULL, 'c');
  INSERT INTO keyed (n, w) VALUES (1, 1), (2, 2);`;

const generatedDamage = `UPDATE t SET n = n + 10; UPDATE t SET id = id + 100 WHERE id = 3; DELETE FROM t WHERE id = 2;
  INSERT INTO t (id, n) VALUES (4, 40); UPDATE bag SET n = n + 1; DELETE FROM bag LIMIT 1;
  INSERT INTO bag (n, b) VALUES (9, ''); UPDATE keyed SET n = n + 10; DELETE FROM keyed WHERE w = 1`;

eachServer(
  'generated columns, that the schema names',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(generated(server), database);
    const descriptions = await schemaOf(server, database);
    await thereAndBack(scene, generatedDamage, [
      { descriptions },
      { descriptions, changedOnly: true },
      { descriptions, guard: true },
    ]);
  },
  { servers: withNames },
);

eachServer(
  'generated columns, that the log does not tell: the server stops, and nothing changes',
  async (scene) => {
    const { server, database } = scene;
    await logNames(server);
    await server.sql(generated(server), database);
    const file = await logged(server, 'BEGIN; UPDATE t SET n = n + 10; DELETE FROM t; COMMIT', database);
    const damaged = await fingerprint(server, database);
    const { text } = await textOf(server, file, { flashback: true });
    const says = server.flavour === 'mysql' ? 'ERROR 3105' : 'ERROR 1906';
    await expect(runText(server, text, database)).rejects.toThrow(says);
    expect(await fingerprint(server, database)).toEqual(damaged);
  },
  { servers: withNames },
);

eachServer(
  'invisible columns',
  async (scene) => {
    const { server, database } = scene;
    await logNames(server);
    await server.sql(
      `CREATE TABLE t (id INT PRIMARY KEY, seen VARCHAR(20), hidden INT DEFAULT 5 INVISIBLE);
       CREATE TABLE bag (seen VARCHAR(20), hidden VARCHAR(20) DEFAULT 'x' INVISIBLE);
       INSERT INTO t VALUES (1, 'a'), (2, 'b'); INSERT INTO t (id, seen, hidden) VALUES (3, 'c', NULL), (4, 'd', 7);
       INSERT INTO bag (seen, hidden) VALUES ('a', 'y'), ('a', 'z'), ('a', NULL)`,
      database,
    );
    await thereAndBack(
      scene,
      `UPDATE t SET hidden = id WHERE id < 3; DELETE FROM t WHERE id > 2; INSERT INTO t VALUES (9, 'i');
       UPDATE bag SET hidden = 'q' WHERE hidden = 'z'; DELETE FROM bag WHERE hidden = 'y'; INSERT INTO bag VALUES ('n')`,
      [{}, { changedOnly: true }, { descriptions: await schemaOf(server, database), changedOnly: true }],
    );
  },
  { servers: withNames },
);

const followed = `
  CREATE TABLE t (id INT PRIMARY KEY, n INT, a TIMESTAMP NOT NULL DEFAULT '2020-01-01 00:00:00' ON UPDATE CURRENT_TIMESTAMP,
    b DATETIME(3) DEFAULT '2020-01-01 00:00:00.123' ON UPDATE CURRENT_TIMESTAMP(3), c DATETIME NULL);
  CREATE TABLE bag (n INT, a TIMESTAMP NOT NULL DEFAULT '2020-01-01 00:00:00' ON UPDATE CURRENT_TIMESTAMP);
  INSERT INTO t (id, n) VALUES (1, 1), (2, 2), (3, 3); INSERT INTO bag (n) VALUES (1), (1), (2);`;

const followedDamage = `UPDATE t SET n = n + 1; UPDATE t SET n = n + 1, a = a, b = b WHERE id = 2;
  UPDATE t SET n = n + 1, b = '2021-01-01 00:00:00.5', a = a WHERE id = 3; UPDATE bag SET n = 5 WHERE n = 1;
  UPDATE bag SET n = 6, a = a WHERE n = 5 LIMIT 1`;

eachServer('columns that follow updates, that the schema names', async (scene) => {
  const { server, database } = scene;
  await server.sql(followed, database);
  const descriptions = await schemaOf(server, database);
  await thereAndBack(scene, followedDamage, [{ descriptions }, { descriptions, changedOnly: true }]);
  const file = await logged(server, 'UPDATE t SET n = 100, a = a, b = b WHERE id = 1', database);
  const { text } = await textOf(server, file, { descriptions, changedOnly: true });
  expect(text).toContain('SET `n`=100,`a`=`a`,`b`=`b` WHERE `id`=1;');
});

eachServer(
  'columns that may follow updates, as far as the log tells',
  async (scene) => {
    const { server, database } = scene;
    await logNames(server);
    await server.sql(followed, database);
    await thereAndBack(scene, followedDamage, [{}, { changedOnly: true }]);
    const file = await logged(server, 'UPDATE t SET n = 100, a = a, b = b WHERE id = 1', database);
    const { text } = await textOf(server, file, { changedOnly: true });
    expect(text).toContain('SET `n`=100,`a`=`a`,`b`=`b`,`c`=`c` WHERE `id`=1;');
  },
  { servers: withNames },
);

// What the row image leaves out was not changed: SQL must not change it either.
eachServer('columns that follow updates, under minimal row images', async (scene) => {
  const { server, database } = scene;
  await server.sql(followed, database);
  const descriptions = await schemaOf(server, database);
  const before = await fingerprint(server, database);
  const file = await logged(
    server,
    `SET binlog_row_image = 'MINIMAL'; UPDATE t SET n = n + 10, a = a, b = b WHERE id < 3; UPDATE t SET n = 7 WHERE id = 3`,
    database,
  );
  const after = await fingerprint(server, database);
  await server.sql('DROP TABLE t; DROP TABLE bag', database);
  await server.sql(followed, database);
  expect(await fingerprint(server, database)).toEqual(before);
  await runChanges(scene, file, { descriptions });
  expect(await fingerprint(server, database)).toEqual(after);
});

eachServer(
  'unique keys over blobs, with hashes that SQL does not see',
  async (scene) => {
    const { server, database } = scene;
    await logNames(server);
    await server.sql(
      `CREATE TABLE t (id INT PRIMARY KEY, b BLOB, v VARCHAR(5000), UNIQUE (b), UNIQUE (v, b));
       CREATE TABLE bag (db_row_hash_1 INT, b BLOB NOT NULL, UNIQUE (b));
       INSERT INTO t VALUES (1, REPEAT('x', 5000), 'a'), (2, NULL, REPEAT('y', 4000)), (3, '', NULL);
       INSERT INTO bag VALUES (1, 'a'), (2, REPEAT('b', 9000))`,
      database,
    );
    const descriptions = await schemaOf(server, database);
    await thereAndBack(
      scene,
      `UPDATE t SET b = CONCAT(b, id), v = RIGHT(b, 4900); INSERT INTO t VALUES (4, 'q', 'w'); DELETE FROM t WHERE id < 3;
       UPDATE bag SET b = CONCAT(b, '!'); DELETE FROM bag WHERE db_row_hash_1 = 2; INSERT INTO bag VALUES (3, '')`,
      [{}, { changedOnly: true }, { descriptions }, { descriptions, guard: true }],
    );
  },
  { servers: mariadbs },
);

eachServer(
  'a generated invisible primary key that is not shown',
  async (scene) => {
    const { server, database } = scene;
    await logNames(server);
    await showGeneratedKeys(server, 'OFF');
    await server.sql(
      `SET sql_generate_invisible_primary_key = ON;
       CREATE TABLE t (name VARCHAR(20)); INSERT INTO t VALUES ('a'), ('a'), ('b'), (NULL)`,
      database,
    );
    const all = 'SELECT my_row_id, name FROM t ORDER BY my_row_id';
    const before = await server.sql(all, database);
    const file = await logged(
      server,
      "UPDATE t SET name = 'c' WHERE name = 'a'; DELETE FROM t LIMIT 1; INSERT INTO t VALUES ('n')",
      database,
    );
    const after = await server.sql(all, database);
    for (const options of [{}, { descriptions: await schemaOf(server, database), changedOnly: true }]) {
      await runChanges(scene, file, { ...options, flashback: true });
      expect(await server.sql(all, database)).toBe(before);
      await runChanges(scene, file, options);
      expect(await server.sql(all, database)).toBe(after);
    }
    await showGeneratedKeys(server, 'ON');
  },
  { servers: ['mysql-9.7'] },
);

eachServer(
  'system-versioned tables are refused by name, and audited',
  async (scene) => {
    const { server, database } = scene;
    await logNames(server);
    await server.sql(
      `CREATE TABLE hidden (id INT PRIMARY KEY, n INT) WITH SYSTEM VERSIONING;
       CREATE TABLE shown (id INT, n INT, f TIMESTAMP(6) GENERATED ALWAYS AS ROW START, u TIMESTAMP(6) GENERATED ALWAYS AS ROW END,
         PERIOD FOR SYSTEM_TIME (f, u)) WITH SYSTEM VERSIONING;
       CREATE TABLE plain (id INT PRIMARY KEY, f TIMESTAMP(6) NOT NULL DEFAULT NOW(6), u TIMESTAMP(6) NOT NULL DEFAULT NOW(6));
       CREATE TABLE heap (id INT, f TIMESTAMP(6) NOT NULL DEFAULT NOW(6), u TIMESTAMP(6) NOT NULL DEFAULT NOW(6))`,
      database,
    );
    const file = await logged(
      server,
      ['hidden', 'shown', 'plain', 'heap'].map((name) => `INSERT INTO ${name} (id) VALUES (1);`).join(''),
      database,
    );
    const tables = (error: RefusedError): (string | undefined)[] =>
      error.refusals.map(({ table }) => table?.slice(database.length + 1));
    const descriptions = await schemaOf(server, database);
    const bySchema = await refusalOf(scene, file, { descriptions });
    expect(tables(bySchema)).toEqual(['hidden', 'shown']);
    expect(bySchema).toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('system-versioned'),
    });
    expect(tables(await refusalOf(scene, file, { descriptions, ignoreTriggers: true }))).toEqual(
      tables(bySchema),
    );
    // Without it, a table that looks like one is refused as well: the hint asks for a schema.
    const byLog = await refusalOf(scene, file, {});
    expect(tables(byLog)).toEqual(['hidden', 'shown', 'heap']);
    expect(byLog.refusals[2]?.hint).toContain('--schema');
    const { text } = await textOf(server, file, { format: 'ndjson', descriptions });
    expect(text.trimEnd().split('\n')).toHaveLength(4);
    const audit = await textOf(server, file, { audit: true, descriptions });
    await runText(server, audit.text, database);
    expect(await server.sql('SELECT op, aft_id FROM _shown_keep_data_', database)).toMatch(/^INSERT\t1\n$/i);
    const select = { excludeTables: [`${database}.hidden`, `${database}.shown`] };
    await runChanges(scene, file, { descriptions, select, flashback: true });
    expect(await server.sql('SELECT COUNT(*) FROM plain; SELECT COUNT(*) FROM heap', database)).toBe(
      '0\n0\n',
    );
  },
  { servers: mariadbs },
);

const fired = `
  CREATE TABLE t (id INT PRIMARY KEY, n INT); CREATE TABLE journal (what VARCHAR(20), id INT); CREATE TABLE other (id INT PRIMARY KEY);
  CREATE TRIGGER born AFTER INSERT ON t FOR EACH ROW INSERT INTO journal VALUES ('born', NEW.id);
  CREATE TRIGGER gone AFTER DELETE ON t FOR EACH ROW INSERT INTO journal VALUES ('gone', OLD.id);
  INSERT INTO t VALUES (1, 1), (2, 2);`;

eachServer('tables with triggers are refused, for their work would be done twice', async (scene) => {
  const { server, database } = scene;
  await server.sql(fired, database);
  const descriptions = await dumped(server, database);
  const before = await fingerprint(server, database);
  const file = await logged(server, 'DELETE FROM t WHERE id = 1; INSERT INTO other VALUES (1)', database);
  const error = await refusalOf(scene, file, { descriptions });
  expect(error.refusals).toHaveLength(1);
  expect(error).toMatchObject({
    code: 'UNSUPPORTED',
    table: `${database}.t`,
    message: expect.stringContaining('the triggers born, gone'),
    hint: expect.stringContaining('--ignore-triggers'),
  });
  // Who says so gets it: the row is back, and the journal has what the trigger wrote of that.
  await runChanges(scene, file, { descriptions, flashback: true, ignoreTriggers: true });
  const { [`${database}.journal`]: journal, ...rest } = await fingerprint(server, database);
  const { [`${database}.journal`]: was, ...others } = before;
  expect(rest).toEqual(others);
  expect(journal).not.toEqual(was);
  expect(await server.sql('SELECT what, id FROM journal', database)).toBe('born\t1\nborn\t2\nborn\t1\n');
});

eachServer('harmless triggers may be ignored', async (scene) => {
  const { server, database } = scene;
  await server.sql(
    `CREATE TABLE t (id INT PRIMARY KEY, n INT); CREATE TRIGGER looks BEFORE UPDATE ON t FOR EACH ROW SET @seen = NEW.n;
     INSERT INTO t VALUES (1, 1), (2, 2)`,
    database,
  );
  const descriptions = await dumped(server, database);
  await thereAndBack(
    scene,
    'UPDATE t SET n = n + 1; DELETE FROM t WHERE id = 2; INSERT INTO t VALUES (3, 3)',
    [{ descriptions, ignoreTriggers: true }],
  );
});

eachServer(
  'triggers that only the log tells of',
  async (scene) => {
    const { server, database } = scene;
    await logNames(server);
    await server.sql(fired, database);
    const file = await logged(server, 'DELETE FROM t WHERE id = 1', database);
    for (const descriptions of [undefined, await schemaOf(server, database)]) {
      const error = await refusalOf(scene, file, descriptions === undefined ? {} : { descriptions });
      expect(error.refusals.map(({ table }) => table)).toEqual([`${database}.t`]);
      expect(error.message).toContain('the table has triggers');
    }
  },
  { servers: mariadbs },
);

// In UTC, as the text runs, the server would remove another entry of the index than the one that is there.
eachServer(
  'what is computed from a TIMESTAMP is refused, and undone by binlog',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(
      `CREATE TABLE t (id INT PRIMARY KEY, ts TIMESTAMP NULL, v INT, d VARCHAR(30) AS (DATE(ts)) STORED, KEY (d));
       INSERT INTO t (id, ts, v) VALUES (1, '2026-01-01 03:00:00', 1), (3, '2026-01-05 03:00:00', 1)`,
      database,
    );
    const descriptions = await schemaOf(server, database);
    const before = await fingerprint(server, database);
    const file = await logged(server, 'UPDATE t SET v = 2; DELETE FROM t WHERE id = 1', database);
    await expect(textOf(server, file, { flashback: true, descriptions })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('the TIMESTAMP column ts'),
      table: `${database}.t`,
    });
    await undo(server, [file], {}, { bySql: { left: 'it has just been refused' } });
    expect(await fingerprint(server, database)).toEqual(before);
  },
  { servers: withNames, args: ['--default-time-zone=+08:00'] },
);
