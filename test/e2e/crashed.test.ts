/** Servers that are killed while they write their binlog, and binlogs that are read while they are written. */
import { readdirSync, statSync } from 'node:fs';
import { copyFile, mkdtemp, readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { type RewriteResult, rewrite } from '../../src/index.ts';
import { type Change, changesOf, readBinlog } from '../builder/reader.ts';
import { type RunningServer, type ServerId, selectedServerIds, startServer } from '../servers/index.ts';
import { fingerprint, makeUndo, replayUndo } from './support.ts';

const ids = selectedServerIds().filter((id) => ['mysql-9.7', 'mysql-5.6', 'mariadb-11.8'].includes(id));
let server: RunningServer | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const tables = `
  CREATE TABLE account (id INT PRIMARY KEY, balance BIGINT, note VARCHAR(100)) ENGINE=InnoDB;
  CREATE TABLE line (id INT AUTO_INCREMENT PRIMARY KEY, body VARBINARY(1000)) ENGINE=InnoDB;
  CREATE TABLE digit (d INT PRIMARY KEY) ENGINE=InnoDB;
  INSERT INTO digit VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);
  INSERT INTO account VALUES (1, 100, NULL), (2, 200, 'ü'), (3, 300, '');`;

const small = (from: number): string => `
  UPDATE account SET balance = balance + ${from}, note = 'round ${from}' WHERE id <= ${1 + (from % 3)};
  INSERT INTO account VALUES (${10 + from}, ${from}, 'new');
  DELETE FROM account WHERE id = ${10 + from - 2};`;

/** One transaction of more than 20 MB, one statement. */
const large = `
  INSERT INTO line (body) SELECT REPEAT(CHAR(65 + a.d), 1000)
    FROM digit a, digit b, digit c, digit d, (SELECT 1 UNION ALL SELECT 2) e;`;
const LARGE_BYTES = 20_000_000;

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

const isBinlog = (name: string): boolean => /^binlog\.\d+$/.test(name);

/** Every binlog in the folder, also one that is not in the server's index yet. */
async function binlogs(running: RunningServer): Promise<string[]> {
  const names = (await readdir(running.binlogFolder)).filter(isBinlog).sort();
  return names.map((name) => join(running.binlogFolder, name));
}

async function killWhen(running: RunningServer, isDue: () => boolean): Promise<void> {
  while (!isDue()) await new Promise((resolve) => setImmediate(resolve));
  await running.kill();
}

/** The files as they lie there, in a folder of their own. */
async function copies(files: readonly string[]): Promise<string[]> {
  const folder = await mkdtemp(join(dirname(dirname(files[0]!)), 'copy-'));
  const paths = files.map((file) => join(folder, basename(file)));
  await Promise.all(paths.map((path, i) => copyFile(files[i]!, path)));
  return paths;
}

/** Where the last event begins of which not all is there; the size where there is none. */
function tornAt(bytes: Buffer): number {
  let at = 4;
  while (at + 19 <= bytes.length && at + bytes.readUInt32LE(at + 9) <= bytes.length) {
    at += bytes.readUInt32LE(at + 9);
  }
  return at;
}

async function changes({ outputs }: RewriteResult): Promise<Change[][]> {
  return readBinlog(await readFile(outputs[0]!)).transactions.map(changesOf);
}

/** Starts a server with a database of which nothing but its tables is in the first binlog. */
async function begin(id: ServerId): Promise<RunningServer> {
  server = await startServer(id);
  await server.sql('CREATE DATABASE crash');
  await server.sql(tables, 'crash');
  return server;
}

it.each(ids)('a binlog is used while it is written, and when its server was killed (%s)', async (id) => {
  const running = await begin(id);
  await readWhileWriting(running);
  const before = await fingerprint(running, 'crash');
  // On a busy machine, the server may have written all of it before it is killed: then once more.
  for (let cut = false, late = 0; !cut; late++) {
    expect(late).toBeLessThan(5);
    await running.closeBinlog();
    const path = join(running.binlogFolder, (await running.position()).file);
    await running.sql([1, 2, 3].map(small).join(''), 'crash');
    const whole = sizeOf(path);
    const writing = running.sql(large, 'crash').catch(() => {});
    await killWhen(running, () => sizeOf(path) > whole + 100_000);
    await writing;

    const [crashed] = await copies([path]);
    const bytes = await readFile(crashed!);
    expect(bytes.readUInt16LE(4 + 17) & 1, 'in use').toBe(1);
    cut = bytes.length < whole + LARGE_BYTES;
    await running.restart();
    const made = await makeUndo(running, [crashed!]);
    const { warnings, skipped, transactions } = made.plan;
    const torn = tornAt(bytes);
    expect(
      warnings.join().includes(`inside the event at ${torn}: these last ${bytes.length - torn} bytes`),
    ).toBe(torn < bytes.length);
    expect(skipped.join().includes('has no COMMIT')).toBe(cut);
    expect(transactions).toBe(cut ? 7 : 8);
    // What the server has made of its file when it recovered says the same.
    expect(await changes(await makeUndo(running, [path]))).toEqual(await changes(made));
    await replayUndo(running, made);
    expect(await fingerprint(running, 'crash')).toEqual(before);
  }
  await killWhileRotating(running);
  expect(await fingerprint(running, 'crash')).toEqual(before);
});

/** Kills a server that goes from file to file, and undoes what its files hold. */
async function killWhileRotating(running: RunningServer): Promise<void> {
  await running.closeBinlog();
  const known = new Set(await binlogs(running));
  const first = join(running.binlogFolder, (await running.position()).file);
  const rotating = running
    .sql(Array.from({ length: 300 }, (_, i) => `${small(i + 1)} FLUSH BINARY LOGS;`).join(''), 'crash')
    .catch(() => {});
  await killWhen(running, () => readdirSync(running.binlogFolder).filter(isBinlog).length > known.size + 12);
  await rotating;
  const files = (await binlogs(running)).filter((file) => file === first || !known.has(file));
  expect(files.length).toBeGreaterThan(10);
  const crashed = await copies(files);
  await running.restart();
  // The last one may not have its first event yet.
  const last = await readFile(crashed.at(-1)!);
  if (last.length < 4 + 19 || tornAt(last) === 4) crashed.pop();
  await replayUndo(running, await makeUndo(running, crashed));
}

/** Makes undos of a binlog while it is written: each of whole transactions, from the first one on. */
async function readWhileWriting(running: RunningServer): Promise<void> {
  await running.closeBinlog();
  const path = join(running.binlogFolder, (await running.position()).file);
  await running.sql(small(1), 'crash');
  let isWriting = true;
  const early: Change[][][] = [];
  const write = async (): Promise<void> => {
    await running.sql(Array.from({ length: 150 }, (_, i) => small(i + 2)).join(''), 'crash');
    while (early.length === 0) await delay(20);
    await running.sql(small(152), 'crash');
  };
  const writing = write();
  const ended = (): void => {
    isWriting = false;
  };
  void writing.then(ended, ended);
  const folder = await mkdtemp(join(dirname(running.binlogFolder), 'live-'));
  for (let i = 0; isWriting || i < 2; i++) {
    const output = join(folder, `undo${i}`);
    early.push(await changes(await rewrite({ inputs: [path], output })));
  }
  await writing;
  await running.closeBinlog();
  const all = await changes(await makeUndo(running, [path]));
  expect(all.length).toBe(454);
  for (const some of early) expect(all.slice(-some.length)).toEqual(some);
  expect(early[0]!.length).toBeLessThan(all.length);
}
