/** A story told over many binary logs: rotations, restarts, files in any order, an undo in parts. */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import type { RunningServer } from '../servers/index.ts';
import { eachServer, fingerprint, makeUndo, replayUndo, undo } from './support.ts';

/** Runs what fills binary logs; answers them all, the oldest first and all closed. */
async function logsOf(server: RunningServer, run: () => Promise<unknown>): Promise<string[]> {
  const earlier = new Set(await server.binlogs());
  // The newest of these is empty but for what a story's preparations wrote.
  await server.closeBinlog();
  await run();
  await server.closeBinlog();
  const all = await server.binlogs();
  return all.slice(0, -1).filter((file) => !earlier.has(file));
}

/** The same files in an order that is neither forwards nor backwards. */
const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item, i) => ({ item, key: (i * 7919 + 3) % 10 }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);

const ledger = `
  CREATE TABLE account (id INT PRIMARY KEY, balance BIGINT, note VARCHAR(100)) ENGINE=InnoDB;
  CREATE TABLE move (id INT PRIMARY KEY, account INT, body BLOB) ENGINE=InnoDB;
  CREATE TABLE keyless (n INT, t VARCHAR(20)) ENGINE=InnoDB;
  INSERT INTO account VALUES (1, 100, NULL), (2, 200, 'ü'), (3, 300, '');
  INSERT INTO move VALUES (1, 1, 'first'), (2, 1, 'second'), (3, 2, NULL);
  INSERT INTO keyless VALUES (1, 'a'), (2, 'b'), (3, 'c');`;

const rounds = 12;

/** A transaction that can only be turned back after all later ones: it moves keys that they move on. */
const round = (i: number, size = i * 300): string => `
  BEGIN;
  UPDATE account SET balance = balance * 2 + ${i}, note = 'round ${i}' WHERE id <= ${1 + (i % 3)};
  UPDATE move SET id = id + 1 ORDER BY id DESC;
  INSERT INTO move VALUES (1, ${i}, REPEAT('${i % 10}', ${size}));
  DELETE FROM move WHERE id = ${4 + (i % 3)};
  UPDATE keyless SET n = n + 1;
  DELETE FROM keyless WHERE n = ${3 + i};
  INSERT INTO keyless VALUES (1, 'round ${i}');
  COMMIT;`;

eachServer('undoes one transaction a file, given in any order', async ({ server, database }) => {
  await server.sql(ledger, database);
  const before = await fingerprint(server, database);
  const files = await logsOf(server, async () => {
    for (let i = 0; i < rounds; i++) await server.sql(`${round(i)} FLUSH BINARY LOGS;`, database);
  });
  // The last one is empty.
  expect(files).toHaveLength(rounds + 1);
  const { plan } = await undo(server, shuffled(files), { databases: [database] });
  expect(plan).toMatchObject({ transactions: rounds, leftOut: { rows: 0 } });
  expect(await fingerprint(server, database)).toEqual(before);
});

eachServer(
  'undoes what lies between positions of the first and the last file',
  async ({ server, database }) => {
    await server.sql(ledger, database);
    let start = 0;
    let stop = 0;
    let expected = await fingerprint(server, database);
    const position = async (): Promise<number> => (await server.position()).position;
    const files = await logsOf(server, async () => {
      await server.sql("INSERT INTO account VALUES (4, 400, 'before')", database);
      expected = await fingerprint(server, database);
      start = await position();
      // The server closes a file by itself when it has grown; transactions stay whole.
      await server.sql('SET GLOBAL max_binlog_size = 4096');
      for (let i = 0; i < rounds; i++) await server.sql(round(i), database);
      await server.sql('SET GLOBAL max_binlog_size = DEFAULT');
      await server.sql(round(rounds), database);
      stop = await position();
      await server.sql("INSERT INTO account VALUES (5, 500, 'after')", database);
    });
    expect(files.length).toBeGreaterThan(3);
    const { plan } = await undo(server, shuffled(files), { startPosition: start, stopPosition: stop });
    // What comes after the stop position is not even read.
    expect(plan).toMatchObject({ transactions: rounds + 1, leftOut: { transactions: 1, rows: 1 } });
    expect(await server.sql('SELECT note FROM account WHERE id = 5', database)).toBe('after\n');
    await server.sql('DELETE FROM account WHERE id = 5', database);
    expect(await fingerprint(server, database)).toEqual(expected);
  },
);

eachServer('tells tables apart whose ids are used again after a restart', async ({ server, database }) => {
  // No two of them could take each other's rows.
  await server.sql(
    `CREATE TABLE a (id INT PRIMARY KEY) ENGINE=InnoDB;
     CREATE TABLE b (id VARCHAR(10) PRIMARY KEY, n BIGINT) ENGINE=InnoDB;
     CREATE TABLE c (body BLOB, x DOUBLE) ENGINE=InnoDB;
     CREATE TABLE d (at DATETIME(3), id INT PRIMARY KEY, t TEXT, e ENUM('x', 'y')) ENGINE=InnoDB;`,
    database,
  );
  const changes: Record<string, (i: number) => string> = {
    a: (i) => `INSERT INTO a VALUES (${i}), (${i + 100}); UPDATE a SET id = id + 1000 WHERE id = ${i + 100};`,
    b: (i) => `INSERT INTO b VALUES ('${i}', ${i}), ('x${i}', NULL); UPDATE b SET n = n + 1;`,
    c: (i) => `INSERT INTO c VALUES ('${i}', ${i}.5); UPDATE c SET body = CONCAT(body, 0x00ff);`,
    d: (i) => `INSERT INTO d VALUES ('2026-11-21 03:00:0${i}.125', ${i}, 'd', 'y'); UPDATE d SET t = NULL;`,
  };
  const before = await fingerprint(server, database);
  const orders = ['abcd', 'dcba', 'cadb', 'bdac'];
  const files = await logsOf(server, async () => {
    for (const [i, order] of orders.entries()) {
      if (i > 0) await server.restart();
      await server.sql([...order].map((table) => changes[table]!(i)).join('\n'), database);
    }
  });
  expect(files).toHaveLength(orders.length);
  expect(await tablesById(server, files), 'an id stands for more than one table').toContainEqual(
    expect.arrayContaining([expect.any(String), expect.any(String)]),
  );
  await undo(server, shuffled(files));
  expect(await fingerprint(server, database)).toEqual(before);
});

/** The names of the tables that each table id stands for in files, as mysqlbinlog reads them. */
async function tablesById(server: RunningServer, files: readonly string[]): Promise<string[][]> {
  const { stdout } = await server.mysqlbinlog(['--verbose', ...files]);
  const names = new Map<string, Set<string>>();
  for (const [, name, id] of stdout
    .toString()
    .matchAll(/Table_map: `\w+`\.`(\w+)` mapped to number (\d+)/g)) {
    names.set(id!, (names.get(id!) ?? new Set()).add(name!));
  }
  return [...names.values()].map((set) => [...set]);
}

eachServer('undoes in parts, replayed at once or one by one', async ({ server, database }) => {
  await server.sql(ledger, database);
  const before = await fingerprint(server, database);
  const damage = async (): Promise<string[]> =>
    logsOf(server, async () => {
      await server.sql(Array.from({ length: 3 * rounds }, (_, i) => round(i, 20)).join(''), database);
    });
  for (const atOnce of [true, false]) {
    const files = await damage();
    const result = await makeUndo(server, files, {}, { maxFileSize: 8192 });
    const { outputs } = result;
    expect(outputs.length).toBeGreaterThan(2);
    expect(outputs.map((path) => basename(path))).toEqual(
      outputs.map((_, i) => `undo.binlog.${String(i + 1).padStart(6, '0')}`),
    );
    // Parts are of about the size asked for, which is some transactions.
    const sizes = await Promise.all(outputs.map(async (path) => (await readFile(path)).length));
    for (const size of sizes) expect(size).toBeLessThan(8192 + 4096);
    for (const size of sizes.slice(0, -1)) expect(size).toBeGreaterThan(4096);
    if (atOnce) await replayUndo(server, result);
    else for (const output of outputs) await replayUndo(server, { ...result, outputs: [output] });
    expect(await fingerprint(server, database)).toEqual(before);
  }
});

eachServer('refuses a gap between files', async ({ server, database }) => {
  await server.sql(ledger, database);
  const files = await logsOf(server, async () => {
    for (let i = 0; i < 3; i++) await server.sql(`${round(i)} FLUSH BINARY LOGS;`, database);
  });
  const [first, missing, third] = files;
  await expect(undo(server, [third!, first!])).rejects.toMatchObject({
    code: 'GAP',
    file: join(server.binlogFolder, basename(third!)),
  });
  expect(missing).toBeDefined();
});
