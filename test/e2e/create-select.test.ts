/** What is no row change: made and dropped tables, statements, transactions that never took effect. */
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import {
  BinflashError,
  type ErrorCode,
  exitCodes,
  RefusedError,
  rewrite,
  type Selection,
  type Skippable,
} from '../../src/index.ts';
import { sql } from '../../src/sql/sql.ts';
import { type RunningServer, type ServerId, serverIds } from '../servers/index.ts';
import { dumpDefinitions } from './by-sql.ts';
import { behindCheckpoints } from './checkpoints.ts';
import { eachServer, expectUndone, fingerprint, logged, type Scene, undo } from './support.ts';

const mariadbs = serverIds.filter((id) => id.startsWith('mariadb'));
const others = (...ids: ServerId[]): ServerId[] => serverIds.filter((id) => !ids.includes(id));

const tables = `
  CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20)) ENGINE=InnoDB;
  CREATE TABLE u (id INT PRIMARY KEY, v VARCHAR(20)) ENGINE=InnoDB;
  INSERT INTO t VALUES (1,'a'),(2,'b'),(3,'c');
  INSERT INTO u SELECT * FROM t`;

interface Expected {
  readonly code: ErrorCode;
  /** In the message. */
  readonly says: string;
  /** Where the event stands that the message names. */
  readonly offset: number;
}

/** The rewrite is refused with exit code 4, at the place, and leaves nothing behind; so is SQL. Answers the hint. */
async function expectRefused(
  { server }: Scene,
  file: string,
  { code, says, offset }: Expected,
  select: Selection = {},
  skip: readonly Skippable[] = [],
): Promise<string> {
  const folder = await mkdtemp(join(dirname(server.binlogFolder), 'refused-'));
  const output = join(folder, 'undo.binlog');
  const error = await rewrite({ inputs: [file], output, select, skip }).then(
    () => expect.fail(`not refused: ${says}`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(RefusedError);
  const [refusal] = (error as RefusedError).refusals;
  expect(refusal!.message).toContain(says);
  expect({ code: refusal!.code, file: refusal!.file, offset: refusal!.offset }).toEqual({
    code,
    file,
    offset,
  });
  expect(exitCodes[refusal!.code]).toBe(4);
  expect(existsSync(output)).toBe(false);
  // For the same reason, though column names are missing here as well.
  for (const flashback of [false, true]) {
    const bySql = sql({ inputs: [file], output, flashback, select, skip });
    await expect(bySql, 'by SQL').rejects.toSatisfy((reason: RefusedError) =>
      reason.refusals.some((one) => one.code === code && one.file === file && one.offset === offset),
    );
  }
  return refusal!.hint ?? '';
}

/** Positions of the events of a closed log whose description, as the server gives it, has the text. */
async function eventsWith(server: RunningServer, file: string, text: string): Promise<number[]> {
  const events = await server.sql(`SHOW BINLOG EVENTS IN '${file.split('/').at(-1)}'`);
  return events
    .split('\n')
    .filter((line) => line.includes(text))
    .map((line) => Number(line.split('\t')[1]));
}

async function eventWith(server: RunningServer, file: string, text: string): Promise<number> {
  const found = await eventsWith(server, file, text);
  expect(found, `events with ${text}`).toHaveLength(1);
  return found[0]!;
}

/** Runs each text by a connection of its own, all into one log; answers where each began and the last ended. */
async function chapters(
  { server, database }: Scene,
  ...statements: string[]
): Promise<{ file: string; at: number[] }> {
  await server.closeBinlog();
  const at = [];
  for (const chapter of statements) {
    at.push((await server.position()).position);
    await server.sql(chapter, database);
  }
  at.push((await server.position()).position);
  const file = await server.closeBinlog();
  return { file, at: await behindCheckpoints(file, at) };
}

const creations = {
  'CREATE TABLE ... SELECT': 'CREATE TABLE n (w INT) ENGINE=InnoDB AS SELECT *, id * 2 AS w2 FROM t',
  'CREATE TABLE IF NOT EXISTS ... SELECT':
    'CREATE TABLE IF NOT EXISTS n ENGINE=InnoDB AS SELECT id, v FROM t WHERE id > 1',
  'CREATE TABLE ... LIKE and INSERT ... SELECT': 'CREATE TABLE n LIKE t; INSERT INTO n SELECT * FROM t',
};
for (const [name, creation] of Object.entries(creations)) {
  eachServer(`${name} is undone but for the table itself, and can be left out`, async (scene) => {
    const { server, database } = scene;
    await server.sql(tables, database);
    const before = await fingerprint(server, database);
    const damage = `UPDATE t SET v = 'q'; ${creation}; DELETE FROM t WHERE id = 1; UPDATE n SET v = 'n'`;
    const file = await logged(server, damage, database);
    const made = (await fingerprint(server, database))[`${database}.n`]!;
    const around = await undo(server, [file], { tables: [`${database}.t`] });
    expect(around.plan.warnings.filter((warning) => warning.includes('CREATE TABLE'))).toEqual([]);
    expect(await fingerprint(server, database)).toEqual({ ...before, [`${database}.n`]: made });

    const { plan } = await undo(server, [file], { tables: [`${database}.n`] });
    expect(plan.warnings).toContain(
      `CREATE TABLE is not undone: ${database}.n stays, without the rows undone`,
    );
    const { [`${database}.n`]: rest, ...undone } = await fingerprint(server, database);
    expect(undone).toEqual(before);
    expect(rest).toEqual({ ...made, count: 0, rows: [], checksum: '0' });
  });
}

eachServer('everything with a CREATE TABLE ... SELECT in its middle', async (scene) => {
  const { server, database } = scene;
  await server.sql(tables, database);
  const before = await fingerprint(server, database);
  const file = await logged(
    server,
    `INSERT INTO t VALUES (4,'d'); CREATE TABLE n ENGINE=InnoDB AS SELECT * FROM t; UPDATE t SET v = 'x'; DELETE FROM n`,
    database,
  );
  const { plan } = await undo(server, [file]);
  expect(plan.warnings[0]).toBe(`CREATE TABLE is not undone: ${database}.n stays, without the rows undone`);
  expect(await fingerprint(server, database)).toEqual({ ...before, [`${database}.n`]: expect.anything() });
  expect(await server.sql('SELECT COUNT(*) FROM n', database)).toBe('0\n');
});

eachServer('a CREATE TABLE ... SELECT that failed leaves no trace', async (scene) => {
  const { server, database } = scene;
  await server.sql(tables, database);
  const failing = 'CREATE TABLE n (PRIMARY KEY (g)) ENGINE=InnoDB AS SELECT 1 AS g, v FROM t';
  await expect(server.sql(failing, database)).rejects.toThrow('ERROR 1062');
  const { file } = await chapters(scene, `UPDATE t SET v = 'q'`, `DELETE FROM t WHERE id = 1`);
  await undo(server, [file]);
  expect(await server.sql('SELECT * FROM t', database)).toBe('1\ta\n2\tb\n3\tc\n');
});

/** By what the server writes of it. */
const definitions: Record<string, string> = {
  'TRUNCATE TABLE t': 'TRUNCATE TABLE t',
  'TRUNCATE t': 'TRUNCATE t',
  'DROP TABLE `t`': 'DROP TABLE t',
  'DROP TABLE IF EXISTS `t`': 'DROP TABLE IF EXISTS t',
  'DROP TABLE `u`,`t`': 'DROP TABLE u, t',
  'ALTER TABLE t ADD': 'ALTER TABLE t ADD COLUMN w INT',
  'ALTER TABLE t ENGINE': 'ALTER TABLE t ENGINE=InnoDB',
  'ALTER TABLE t RENAME': 'ALTER TABLE t RENAME TO t2',
  'RENAME TABLE t': 'RENAME TABLE t TO t2',
  'RENAME TABLE u': 'RENAME TABLE u TO u2, t TO t2',
};
eachServer('statements that empty, drop or change a selected table are refused', async (scene) => {
  const { server, database } = scene;
  const statements = { ...definitions };
  if (server.flavour === 'mariadb') {
    statements['CREATE OR REPLACE TABLE t'] = 'CREATE OR REPLACE TABLE t (id INT) ENGINE=InnoDB';
    statements['CREATE OR REPLACE TABLE `t`'] = 'CREATE OR REPLACE TABLE t ENGINE=InnoDB AS SELECT 1 AS id';
  }
  for (const [says, statement] of Object.entries(statements)) {
    const file = await logged(
      server,
      `DROP TABLE IF EXISTS t, u, t2, u2; ${tables}; FLUSH BINARY LOGS;
       DELETE FROM t WHERE id = 1; ${statement}`,
      database,
    );
    const offset = await eventWith(server, file, says);
    const hint = await expectRefused(scene, file, { code: 'DDL', says, offset });
    expect(hint).toContain('--skip-ddl');
    const select = { tables: [`${database}.t`] };
    await expectRefused(scene, file, { code: 'DDL', says, offset }, select);
    // Skipping something else does not let it pass.
    const skip: Skippable[] = ['statements', 'rolled-back', 'unfinished', 'sequences', 'incidents'];
    await expectRefused(scene, file, { code: 'DDL', says, offset }, {}, skip);
  }
});

eachServer('narrowing the selection to either side of a TRUNCATE, or to another table', async (scene) => {
  const { server, database } = scene;
  await server.sql(tables, database);
  const atFirst = await fingerprint(server, database);
  const { file, at } = await chapters(
    scene,
    `DELETE FROM t WHERE id = 2; UPDATE u SET v = 'q'; INSERT INTO u VALUES (9,'n')`,
    `TRUNCATE TABLE t`,
    `INSERT INTO t VALUES (7,'later'); DELETE FROM u WHERE id = 1`,
  );
  const offset = await eventWith(server, file, 'TRUNCATE');
  const says = '"TRUNCATE TABLE t" may change or empty a table of the selection';
  await expectRefused(scene, file, { code: 'DDL', says, offset });
  const t = [`${database}.t`];
  // It is in the way between two selected changes of its table even where it is not selected itself.
  await expectRefused(scene, file, { code: 'DDL', says, offset }, { tables: t, types: ['insert', 'delete'] });

  const before = await fingerprint(server, database);
  await undo(server, [file], { tables: t, startPosition: at[2] });
  const emptied = await fingerprint(server, database);
  expect(emptied).toEqual({
    ...before,
    [`${database}.t`]: { ...before[`${database}.t`], count: 0, rows: [], checksum: '0' },
  });
  await undo(server, [file], { tables: [`${database}.u`] });
  expect(await fingerprint(server, database)).toEqual({
    ...emptied,
    [`${database}.u`]: atFirst[`${database}.u`],
  });
  // The row deleted before comes back into the table as it is now.
  const { plan } = await undo(server, [file], { tables: t, stopPosition: at[1] });
  expect(plan.rows).toBe(1);
  expect(await server.sql('SELECT * FROM t', database)).toBe('2\tb\n');
});

eachServer('--skip-ddl undoes the rows around a statement and names it', async (scene) => {
  const { server, database } = scene;
  await server.sql(tables, database);
  const earlier = await dumpDefinitions(server, [database]);
  const { file } = await chapters(
    scene,
    `DELETE FROM t WHERE id = 1; UPDATE u SET v = 'q' WHERE id = 1`,
    `ALTER TABLE t ADD COLUMN w INT DEFAULT 5; CREATE INDEX i ON u (v); TRUNCATE TABLE u`,
    `DELETE FROM t WHERE id = 2; INSERT INTO u VALUES (7,'later')`,
  );
  const { plan } = await undo(
    server,
    [file],
    { types: ['insert', 'delete'] },
    {
      skip: ['ddl'],
      // The first rows have a column less than the table has today.
      bySql: { earlier },
    },
  );
  const alter = await eventWith(server, file, 'ALTER TABLE');
  const truncate = await eventWith(server, file, 'TRUNCATE');
  expect(plan.skipped).toEqual([
    `"ALTER TABLE t ADD COLUMN w INT DEFAULT 5" at ${file}:${alter}`,
    `"TRUNCATE TABLE u" at ${file}:${truncate}`,
  ]);
  expect(await server.sql('SELECT * FROM t ORDER BY id', database)).toBe('1\ta\t5\n2\tb\t5\n3\tc\t5\n');
  expect(await server.sql('SELECT * FROM u', database)).toBe('');
  // A change before the TRUNCATE has no row to go back to: the server stops and changes nothing.
  const state = await fingerprint(server, database);
  await expect(
    undo(server, [file], { tables: [`${database}.u`], types: ['update'] }, { skip: ['ddl'] }),
  ).rejects.toThrow('ERROR 1032');
  expect(await fingerprint(server, database)).toEqual(state);
});

eachServer('statements that touch no rows are no obstacle', async (scene) => {
  const { server, database } = scene;
  await server.sql(tables, database);
  await expectUndone(
    scene,
    `UPDATE t SET v = 'q';
     CREATE VIEW seen AS SELECT * FROM t;
     CREATE TRIGGER watch BEFORE DELETE ON u FOR EACH ROW SET @seen = OLD.id;
     ANALYZE TABLE t; OPTIMIZE TABLE u; FLUSH TABLES;
     CREATE TEMPORARY TABLE tmp AS SELECT * FROM t;
     DELETE u FROM u JOIN tmp USING (id) WHERE id < 3;
     TRUNCATE TABLE tmp;
     DROP TEMPORARY TABLE tmp;
     DROP VIEW seen;
     DROP TRIGGER watch;
     INSERT INTO u VALUES (9,'n')`,
    // MariaDB logs that there was a trigger at that time; today's definition has none.
    { bySql: server.flavour === 'mariadb' ? { refused: ['UNSUPPORTED', 'the table has triggers'] } : {} },
  );
});

eachServer('changes logged as statements are refused and can be skipped', async (scene) => {
  const { server, database } = scene;
  const other = `${database}_other`;
  await server.sql(`${tables}; CREATE DATABASE ${other}; CREATE TABLE ${other}.t LIKE t`, database);
  const before = await fingerprint(server, database);
  const statement = `UPDATE t SET v = 'statement' WHERE id = 2`;
  for (const format of ['STATEMENT', 'MIXED']) {
    const file = await logged(
      server,
      `DELETE FROM t WHERE id = 1;
       SET SESSION binlog_format = ${format};
       ${statement};
       SET SESSION binlog_format = ROW;
       UPDATE t SET v = 'row' WHERE id = 3;
       INSERT INTO ${other}.t VALUES (1,'a')`,
      database,
    );
    const offset = await eventWith(server, file, statement);
    const says = `"${statement}" changes rows of a selected database by statement`;
    const hint = await expectRefused(scene, file, { code: 'STATEMENT', says, offset });
    expect(hint).toContain('--skip-statements');
    await expectRefused(scene, file, { code: 'STATEMENT', says, offset }, {}, ['ddl']);
    await expectRefused(scene, file, { code: 'STATEMENT', says, offset }, { tables: [`${database}.u`] });
    const { plan } = await undo(server, [file], { databases: [other] });
    expect(plan.rows).toBe(1);
    const skipping = await undo(server, [file], { databases: [database] }, { skip: ['statements'] });
    expect(skipping.plan.skipped).toEqual([`"${statement}" at ${file}:${offset}`]);
    const after = await fingerprint(server, database);
    expect(after[`${database}.u`]).toEqual(before[`${database}.u`]);
    expect(await server.sql('SELECT * FROM t ORDER BY id', database)).toBe('1\ta\n2\tstatement\n3\tc\n');
    await server.sql(`UPDATE t SET v = 'b' WHERE id = 2`, database);
  }
});

eachServer('a transaction that was rolled back is not in the log', async (scene) => {
  const { server, database } = scene;
  await server.sql(tables, database);
  const file = await logged(server, `BEGIN; UPDATE t SET v = 'q'; DELETE FROM u; ROLLBACK`, database);
  const error = await rewrite({ inputs: [file] }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(BinflashError);
  expect((error as BinflashError).code).toBe('NO_MATCH');
  expect((error as BinflashError).message).toContain('no row changes at all');
  await expectUndone(
    scene,
    `BEGIN; UPDATE t SET v = 'q'; ROLLBACK; DELETE FROM t WHERE id = 1; BEGIN; DELETE FROM u; ROLLBACK`,
  );
});

// Once a temporary table was made in it, MariaDB logs a transaction though it is rolled back.
const rolledBack = `
  BEGIN; DELETE FROM t; CREATE TEMPORARY TABLE tmp (id INT) ENGINE=InnoDB; INSERT INTO u VALUES (9,'n'); ROLLBACK`;
eachServer(
  'a transaction in the log that was rolled back is refused and can be skipped',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(tables, database);
    const before = await fingerprint(server, database);
    const { file, at } = await chapters(
      scene,
      `UPDATE t SET v = 'q'`,
      rolledBack,
      `UPDATE t SET v = 'r' WHERE id = 3`,
    );
    const says = 'the transaction that begins here was rolled back';
    const hint = await expectRefused(scene, file, { code: 'ROLLED_BACK', says, offset: at[1]! });
    expect(hint).toContain('--skip-rolled-back');
    const { plan } = await undo(server, [file], {}, { skip: ['rolled-back'] });
    expect(plan.skipped).toEqual([`${file}:${at[1]}: ${says}`]);
    expect(await fingerprint(server, database)).toEqual(before);
  },
  { servers: mariadbs },
);

eachServer(
  'the same transaction is not in the log of MySQL',
  async (scene) => {
    await scene.server.sql(tables, scene.database);
    await expectUndone(scene, `UPDATE t SET v = 'q'; ${rolledBack}; UPDATE t SET v = 'r' WHERE id = 3`);
  },
  { servers: others(...mariadbs) },
);

// MySQL has no sequences.
eachServer(
  'sequences are refused and can be skipped',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(`${tables}; CREATE SEQUENCE numbers CACHE 2; CREATE SEQUENCE spare`, database);
    const before = await fingerprint(server, database);
    const { file } = await chapters(
      scene,
      `INSERT INTO t VALUES (NEXTVAL(numbers) + 10, 'x')`,
      `INSERT INTO t VALUES (NEXTVAL(numbers) + 10, 'y'), (NEXTVAL(numbers) + 10, 'z')`,
      `SELECT NEXTVAL(spare)`,
    );
    const t = `${database}.t`;
    const numbers = `${database}.numbers`;
    const spare = `${database}.spare`;
    const offset = (await eventsWith(server, file, 'Write_rows'))[0]!;
    const says = 'the table is a sequence, and a sequence is not turned back';
    const hint = await expectRefused(scene, file, { code: 'SEQUENCE', says, offset });
    expect(hint).toContain('--skip-sequences');
    await expectRefused(scene, file, { code: 'SEQUENCE', says, offset }, { excludeTables: [spare] });
    const { plan } = await undo(server, [file], {}, { skip: ['sequences'] });
    expect(plan.skipped).toEqual([
      `changes of ${numbers}: ${says} (2 times)`,
      `changes of ${spare}: ${says}`,
    ]);
    expect((await fingerprint(server, database))[t]).toEqual(before[t]);
    expect(await server.sql('SELECT NEXTVAL(numbers)', database)).toBe('4\n');
    const again = await logged(server, `INSERT INTO t VALUES (NEXTVAL(numbers) + 10, 'x')`, database);
    await undo(server, [again], { excludeTables: [numbers] });
    expect((await fingerprint(server, database))[t]).toEqual(before[t]);
  },
  { servers: mariadbs },
);
