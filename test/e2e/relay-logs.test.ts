/** Relay logs as live replicas leave them: rotated, connected anew, stopped in the middle of a transaction. */
import { copyFile, mkdtemp, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { rewrite } from '../../src/index.ts';
import { type Change, changesOf, readBinlog } from '../builder/reader.ts';
import { type RunningServer, type ServerId, selectedServerIds, startServer } from '../servers/index.ts';
import { attachReplica, waitForReplica } from '../servers/replica.ts';
import { SlowNetwork } from '../servers/slow-network.ts';
import { hasNewWords } from '../servers/version.ts';
import { fingerprint, makeUndo, replayUndo } from './support.ts';

const ids = selectedServerIds().filter((id) => id === 'mysql-9.7' || id === 'mariadb-11.8');
const ended: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(ended.splice(0).map((end) => end()));
});

/** Tables and rows that both have from the beginning, so that all that is relayed can be undone. */
const setUp = `
  SET SESSION sql_log_bin = 0;
  CREATE DATABASE relayed;
  CREATE TABLE relayed.account (id INT PRIMARY KEY, balance BIGINT, note VARCHAR(200)) ENGINE=InnoDB;
  CREATE TABLE relayed.line (id INT PRIMARY KEY, body VARBINARY(1000)) ENGINE=InnoDB;
  INSERT INTO relayed.account VALUES (1, 100, NULL), (2, 200, 'ü'), (3, 300, '');`;

const small = (from: number): string =>
  Array.from(
    { length: 8 },
    (_, i) => `
      BEGIN;
      UPDATE account SET balance = balance * 2 + ${from + i}, note = REPEAT('${i}', 150) WHERE id <= ${1 + (i % 3)};
      INSERT INTO account VALUES (${from + i}, ${i}, 'new');
      DELETE FROM account WHERE id = ${from + i - 2};
      COMMIT;`,
  ).join('');

const LARGE_ROWS = 1200;

/** One transaction of more than a megabyte. */
const large = `
  BEGIN;
  ${Array.from(
    { length: LARGE_ROWS / 100 },
    (_, i) =>
      `INSERT INTO line VALUES ${Array.from({ length: 100 }, (_, j) => `(${i * 100 + j}, REPEAT('${j % 10}', 900))`).join()};`,
  ).join('\n')}
  UPDATE account SET balance = -balance;
  COMMIT;`;

async function start(id: ServerId, args: readonly string[] = []): Promise<RunningServer> {
  const server = await startServer(id, { args });
  // A MySQL source that is asked to stop waits for its replica.
  ended.push(async () => {
    await server.kill();
    await server.stop();
  });
  await server.sql(setUp);
  return server;
}

async function relayLogNames(replica: RunningServer): Promise<string[]> {
  return (await readdir(replica.binlogFolder)).filter((name) => /^relay\.\d+$/.test(name)).sort();
}

async function relayBytes(replica: RunningServer): Promise<number> {
  const names = await relayLogNames(replica);
  const sizes = await Promise.all(
    names.map(async (name) => (await stat(join(replica.binlogFolder, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** A replica's relay logs as they lie there, in a folder of their own. */
async function copyRelayLogs(replica: RunningServer): Promise<string[]> {
  const folder = await mkdtemp(join(dirname(replica.binlogFolder), 'relay-'));
  const names = await relayLogNames(replica);
  await Promise.all(names.map((name) => copyFile(join(replica.binlogFolder, name), join(folder, name))));
  return names.map((name) => join(folder, name));
}

/** Every change of an undo, by transaction. */
async function changes(undo: string): Promise<Change[][]> {
  return readBinlog(await readFile(undo)).transactions.map(changesOf);
}

it.each(ids)('relay logs have the undo of the binlogs that were relayed (%s)', async (id) => {
  const source = await start(id);
  const replica = await start(id, [
    '--server-id=2',
    '--relay-log=relay',
    '--relay-log-purge=0',
    '--max-relay-log-size=4096',
  ]);
  const network = await SlowNetwork.open(source.port);
  ended.push(() => network.close());
  const thread = `${hasNewWords(replica) ? 'REPLICA' : 'SLAVE'} IO_THREAD;`;
  const before = await fingerprint(source, 'relayed');
  // MariaDB's first relay log then holds a second format of the replica's own.
  await source.closeBinlog();
  // MariaDB 11.8 by position cannot go on in the middle of a transaction: events there do not tell where they stand.
  await attachReplica(source, replica, { port: network.port, byGtid: true });

  await source.sql(small(10), 'relayed');
  await source.closeBinlog();
  await waitForReplica(source, replica);
  // Connected anew between two transactions, and in the middle of one.
  await replica.look(`STOP ${thread} START ${thread}`);
  await source.sql(small(30), 'relayed');
  await waitForReplica(source, replica);
  const early = await source.closeBinlog();
  const relayed = await relayBytes(replica);
  const held = network.holdAfter(500_000);
  await source.sql(`${large} ${small(50)}`, 'relayed');
  await held;
  // What has passed is in a relay log only when the replica has got round to it.
  while ((await relayBytes(replica)) < relayed + 300_000) await delay(20);
  await replica.look(`STOP ${thread}`);
  const halfway = await copyRelayLogs(replica);
  network.pass();
  await replica.look(`START ${thread}`);
  await waitForReplica(source, replica);
  await replica.look(`STOP ${thread}`);
  await source.closeBinlog();
  const binlogs = (await source.binlogs()).slice(0, -1);
  const relayLogs = await copyRelayLogs(replica);
  expect(relayLogs.length).toBeGreaterThan(10);

  // What had not come yet is refused, unless it is to be left out.
  const output = join(dirname(halfway[0]!), 'undo');
  const options = { inputs: halfway, output };
  await expect(rewrite(options)).rejects.toMatchObject({ code: 'UNFINISHED' });
  await rewrite({ ...options, skip: ['unfinished'] });
  await rewrite({ inputs: binlogs.slice(0, binlogs.indexOf(early) + 1), output: `${output}.source` });
  expect(await changes(output)).toEqual(await changes(`${output}.source`));

  const ofBinlogs = await makeUndo(source, binlogs);
  const ofRelayLogs = await makeUndo(source, relayLogs);
  expect(ofRelayLogs.plan.rows).toBe(ofBinlogs.plan.rows);
  expect(ofRelayLogs.plan.rows).toBeGreaterThan(LARGE_ROWS);
  expect(await changes(ofRelayLogs.outputs[0]!)).toEqual(await changes(ofBinlogs.outputs[0]!));
  await replayUndo(source, ofRelayLogs);
  expect(await fingerprint(source, 'relayed')).toEqual(before);
});
