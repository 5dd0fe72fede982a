/** What an undo by SQL does where rows are not as they were logged, and what it leaves of its session. */
import { expect } from 'vitest';
import { clientSettings, runText, schemaOf, textOf } from './sql-text.ts';
import { eachServer, fingerprint, logged } from './support.ts';

const setUp = `
  CREATE TABLE accounts (id INT PRIMARY KEY, owner VARCHAR(20), balance DECIMAL(10,2), note TEXT) ENGINE=InnoDB;
  CREATE TABLE plain (a INT, b VARCHAR(20)) ENGINE=InnoDB;
  INSERT INTO accounts VALUES (1, 'Ann', 10, NULL), (2, 'Ben', 20, 'x'), (3, 'Cid', 30, '');
  INSERT INTO plain VALUES (1, 'a'), (1, 'A'), (NULL, 'b'), (NULL, NULL);`;

const damage = `
  UPDATE accounts SET balance = 0;
  UPDATE plain SET b = CONCAT(b, '!') WHERE a = 1;
  DELETE FROM plain WHERE a IS NULL;`;

eachServer('stops at a row that was changed since, with the transaction as it was', async (scene) => {
  const { server, database } = scene;
  await server.sql(setUp, database);
  const descriptions = await schemaOf(server, database);
  const file = await logged(server, damage, database);
  await server.sql("UPDATE accounts SET owner = 'Bea' WHERE id = 2", database);
  const changed = await fingerprint(server, database);

  const { text } = await textOf(server, file, { flashback: true, guard: true, descriptions });
  await expect(runText(server, text, database)).rejects.toThrow(
    /ERROR 1242 .*Subquery returns more than 1 row/,
  );

  const state = await fingerprint(server, database);
  // The later transactions are undone, the one with the changed row not at all.
  expect(state[`${database}.accounts`]).toEqual(changed[`${database}.accounts`]);
  expect(await server.sql('SELECT a, HEX(b) FROM plain ORDER BY a, HEX(b)', database)).toBe(
    'NULL\tNULL\nNULL\t62\n1\t41\n1\t61\n',
  );
});

eachServer('turns back only what was changed, and keeps what others changed since', async (scene) => {
  const { server, database } = scene;
  await server.sql(setUp, database);
  const descriptions = await schemaOf(server, database);
  const file = await logged(server, damage, database);
  await server.sql("UPDATE accounts SET owner = 'Bea', note = 'later' WHERE id = 2", database);
  const { text } = await textOf(server, file, {
    flashback: true,
    guard: true,
    changedOnly: true,
    descriptions,
  });
  await runText(server, text, database);
  expect(await server.sql('SELECT * FROM accounts', database)).toBe(
    '1\tAnn\t10.00\tNULL\n2\tBea\t20.00\tlater\n3\tCid\t30.00\t\n',
  );
});

eachServer('puts the session back', async ({ server, database }) => {
  await server.sql(setUp, database);
  const descriptions = await schemaOf(server, database);
  const before = await fingerprint(server, database);
  const file = await logged(server, damage, database);
  const variables = `SELECT @@sql_mode, @@time_zone, @@foreign_key_checks, @@character_set_client,
    @@character_set_results, @@character_set_connection, @@collation_connection;`;
  for (const options of Object.values(clientSettings)) {
    const redo = await textOf(server, file, { descriptions, guard: true });
    const undo = await textOf(server, file, { flashback: true, descriptions, rowsPerStatement: 2 });
    const said = await runText(
      server,
      `${variables}\n${undo.text}${variables}\n${redo.text}${variables}\n${undo.text}${variables}`,
      database,
      options,
    );
    const lines = said.split('\n').slice(0, -1);
    expect(lines).toHaveLength(4);
    expect(new Set(lines).size).toBe(1);
    expect(await fingerprint(server, database)).toEqual(before);
    await runText(server, redo.text, database, options);
  }
});

eachServer('gives rows new keys, or puts them over those that are there', async ({ server, database }) => {
  await server.sql(
    `CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(9)) ENGINE=InnoDB;
     INSERT INTO t (v) VALUES ('a'), ('b'), ('c');`,
    database,
  );
  const descriptions = await schemaOf(server, database);
  const file = await logged(server, 'DELETE FROM t WHERE id > 1;', database);
  const fresh = await textOf(server, file, {
    flashback: true,
    primaryKey: false,
    schemaName: false,
    descriptions,
  });
  expect(fresh.text).toContain("INSERT INTO `t` (`v`) VALUES ('c');");
  await server.sql("INSERT INTO t VALUES (2, 'other')", database);
  await runText(server, fresh.text, database);
  expect(await server.sql('SELECT v FROM t ORDER BY v', database)).toBe('a\nb\nc\nother\n');
  const over = await textOf(server, file, {
    flashback: true,
    replace: true,
    rowsPerStatement: 10,
    guard: true,
    sleepEvery: 1,
    descriptions,
  });
  expect(over.text).toContain('COMMIT;\nDO SLEEP(1);\n');
  expect(over.result).toMatchObject({ statements: 1 });
  await runText(server, over.text, database);
  expect(await server.sql('SELECT v FROM t WHERE id IN (1, 2, 3) ORDER BY id', database)).toBe('a\nb\nc\n');
});

// Its new value stood in the condition: no row has that before the change.
eachServer('guards changes made again by what the log tells of the row before', async (scene) => {
  const { server, database } = scene;
  await server.sql(
    `CREATE TABLE t (id INT PRIMARY KEY, v INT, b TEXT) ENGINE=InnoDB; INSERT INTO t VALUES (1, 1, 'old'), (2, 2, NULL)`,
    database,
  );
  const descriptions = await schemaOf(server, database);
  const before = await fingerprint(server, database);
  const file = await logged(
    server,
    `SET binlog_row_image = 'MINIMAL'; UPDATE t SET v = 9;
     SET binlog_row_image = 'NOBLOB'; UPDATE t SET b = 'new', v = 10;`,
    database,
  );
  const after = await fingerprint(server, database);
  await server.sql("REPLACE INTO t VALUES (1, 1, 'old'), (2, 2, NULL)", database);
  expect(await fingerprint(server, database)).toEqual(before);
  for (const changedOnly of [false, true]) {
    const { text } = await textOf(server, file, { guard: true, changedOnly, descriptions });
    await runText(server, text, database);
    expect(await fingerprint(server, database)).toEqual(after);
    await server.sql("REPLACE INTO t VALUES (1, 1, 'old'), (2, 2, NULL)", database);
  }
});

eachServer('changes one row where a key that the user names finds more', async (scene) => {
  const { server, database } = scene;
  await server.sql('CREATE TABLE t (a INT, v INT); INSERT INTO t VALUES (1, 1), (2, 1);', database);
  const descriptions = await schemaOf(server, database);
  const file = await logged(server, 'INSERT INTO t VALUES (3, 1);', database);
  const { text } = await textOf(server, file, {
    flashback: true,
    primaryKeys: [`${database}.t=v`],
    descriptions,
  });
  expect(text).toContain('WHERE `v`=1 LIMIT 1;');
  await runText(server, text, database);
  expect(await server.sql('SELECT COUNT(*) FROM t', database)).toBe('2\n');
});
