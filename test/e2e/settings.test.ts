/** What a server may be set to: checksums, GTIDs, versions of rows events, replicas; and the command line. */
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { type ChecksumAlgorithm, inspect, rewrite } from '../../src/index.ts';
import { binflash } from '../cli/run.ts';
import { type RunningServer, type ServerId, startServer } from '../servers/index.ts';
import { attachReplica, waitForReplica } from '../servers/replica.ts';
import {
  eachServer,
  expectUndone,
  fingerprint,
  logged,
  makeUndo,
  replayUndo,
  type Scene,
} from './support.ts';

const tables = `
  CREATE TABLE item (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50), body LONGBLOB) ENGINE=InnoDB;
  CREATE TABLE keyless (n INT, at DATETIME(6)) ENGINE=InnoDB;
  INSERT INTO item VALUES (1, 'Ä', 0x00ff27), (2, NULL, ''), (3, '漢字', REPEAT('x', 20000)), (4, 'd', NULL);
  INSERT INTO keyless VALUES (1, '2026-11-21 03:00:00.123456'), (2, NULL), (NULL, NULL);`;

const damage = `
  BEGIN; DELETE FROM item WHERE id > 2; UPDATE keyless SET n = 5; COMMIT;
  INSERT INTO item VALUES (NULL, 'new', 'y'), (NULL, 'newer', NULL);
  UPDATE item SET name = 'gone', body = NULL;`;

/** Undoes the damage with each set of options, and answers the newest undo. */
async function tell(scene: Scene, ...options: Parameters<typeof expectUndone>[2][]): Promise<string[]> {
  await scene.server.sql(tables, scene.database);
  const outputs: string[] = [];
  for (const each of options) outputs.push((await expectUndone(scene, damage, each)).outputs[0]!);
  return outputs;
}

/** What mysqlbinlog prints of a file. */
async function printed(server: RunningServer, file: string): Promise<string> {
  const { stdout } = await server.mysqlbinlog([file]);
  return stdout.toString();
}

for (const [source, other] of [
  ['NONE', 'crc32'],
  ['CRC32', 'none'],
] as const) {
  eachServer(
    `undoes a log of binlog_checksum=${source}, and writes another checksum where it is asked to`,
    async (scene) => {
      const [kept, changed] = await tell(scene, {}, { checksum: other });
      const checksums: Record<ChecksumAlgorithm, boolean> = { none: false, crc32: true };
      expect(/CRC32 0x/.test(await printed(scene.server, kept!))).toBe(source === 'CRC32');
      expect(/CRC32 0x/.test(await printed(scene.server, changed!))).toBe(checksums[other]);
    },
    { args: [`--binlog-checksum=${source}`] },
  );
}

/** The number of the latest transaction. */
async function lastGtidNumber(server: RunningServer): Promise<number> {
  const variable = server.flavour === 'mariadb' ? 'gtid_binlog_pos' : 'gtid_executed';
  return Number(/\d*$/.exec((await server.sql(`SELECT @@GLOBAL.${variable}`)).trim())![0]);
}

async function tellOfGtids({ server, database }: Scene): Promise<void> {
  await server.sql(tables, database);
  const before = await fingerprint(server, database);
  const file = await logged(server, damage, database);
  const damaged = await fingerprint(server, database);
  const result = await makeUndo(server, [file]);
  const last = await lastGtidNumber(server);
  await replayUndo(server, result);
  expect(await fingerprint(server, database)).toEqual(before);
  // The undo's transactions are new ones to the server.
  expect(await lastGtidNumber(server)).toBe(last + result.plan.transactions);
  // And so they can be undone like any others.
  const undoLog = await server.closeBinlog();
  await replayUndo(server, await makeUndo(server, [undoLog]));
  expect(await fingerprint(server, database)).toEqual(damaged);
}

eachServer('gives an undo new GTIDs by default', tellOfGtids, {
  // The same with GTIDs that have to be asked for is told of MySQL 5.6 below.
  servers: ['mysql-9.7', 'mariadb-10.5', 'mariadb-10.11', 'mariadb-11.8'],
});

eachServer('gives an undo new GTIDs with gtid_mode=ON', tellOfGtids, {
  servers: ['mysql-5.6'], // the default of MySQL 9.7, unknown to MariaDB
  args: ['--gtid-mode=ON', '--enforce-gtid-consistency=ON', '--log-slave-updates'],
});

eachServer('gives an undo new GTIDs with gtid_strict_mode=ON', tellOfGtids, {
  servers: ['mariadb-10.5', 'mariadb-10.11', 'mariadb-11.8'], // MariaDB's own
  args: ['--gtid-strict-mode=ON'],
});

eachServer('undoes a log without GTIDs', (scene) => tell(scene, {}).then(() => undefined), {
  servers: ['mysql-9.7'], // the default of MySQL 5.6; MariaDB always has them
  args: ['--gtid-mode=OFF', '--enforce-gtid-consistency=OFF'],
});

const mariadbs: ServerId[] = ['mariadb-10.5', 'mariadb-10.11', 'mariadb-11.8'];

eachServer(
  "keeps MariaDB's rows events of version 1, and turns them into version 2",
  async (scene) => {
    const [kept, turned] = await tell(scene, {}, { rowsVersion: 2 });
    expect(await rowsVersions(kept!)).toEqual(['v1']);
    expect(await rowsVersions(turned!)).toEqual(['v2']);
  },
  { servers: mariadbs },
);

// The two versions of rows events of MySQL 5.6; MySQL 9.7 has no version 1 any more.
for (const [source, args] of [
  ['v1', ['--log-bin-use-v1-row-events=ON']],
  ['v2', []],
] as const) {
  eachServer(
    `turns rows events of ${source} into both versions`,
    async ({ server, database }) => {
      await server.sql(tables, database);
      const before = await fingerprint(server, database);
      const file = await logged(server, damage, database);
      expect(await rowsVersions(file)).toEqual([source]);
      const second = await makeUndo(server, [file], {}, { rowsVersion: 2 });
      expect(await rowsVersions(second.outputs[0]!)).toEqual(['v2']);
      await replayUndo(server, second);
      expect(await fingerprint(server, database)).toEqual(before);

      const again = await logged(server, damage, database);
      const output = join(dirname(server.binlogFolder), `${database}.binlog`);
      await rewrite({ inputs: [again], output, rowsVersion: 1 });
      expect(await rowsVersions(output)).toEqual(['v1']);
      await server.sql(await printedByMariadb(output));
      expect(await fingerprint(server, database)).toEqual(before);
    },
    { servers: ['mysql-5.6'], args },
  );
}

/** The mysqlbinlog that reads for MySQL 5.6 here is one of 9.7 and refuses version 1; MariaDB's reads it. */
async function printedByMariadb(file: string): Promise<string> {
  const mariadb = await startServer('mariadb-10.5');
  try {
    const { code, stdout, stderr } = await mariadb.mysqlbinlog(['--verify-binlog-checksum', file]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    // The one variable among those it sets that MySQL does not have.
    return stdout.toString('latin1').replaceAll(', @@session.check_constraint_checks=1', '');
  } finally {
    await mariadb.stop();
  }
}

/** The versions of rows events in a file. */
async function rowsVersions(file: string): Promise<string[]> {
  const { files } = await inspect([file]);
  const names = Object.keys(files[0]!.events).filter((name) => name.includes('_ROWS'));
  return [...new Set(names.map((name) => (name.endsWith('_V1') ? 'v1' : 'v2')))];
}

eachServer(
  'refuses version 1 to a server that does not know it',
  async ({ server, database }) => {
    await server.sql(tables, database);
    const file = await logged(server, damage, database);
    const output = join(dirname(server.binlogFolder), 'refused.binlog');
    await expect(rewrite({ inputs: [file], output, rowsVersion: 1 })).rejects.toMatchObject({
      code: 'USAGE',
    });
  },
  { servers: ['mysql-9.7'] }, // all others take it
);

eachServer('replays what the command line writes to standard output', async ({ server, database }) => {
  await server.sql(tables, database);
  const before = await fingerprint(server, database);
  const file = await logged(server, damage, database);
  const { code, stdout, stderr } = await binflash(['rewrite', file, '-d', database, '-o', '-']);
  expect({ code, stderr }).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^Undid \d+ row changes in 3 transactions: standard output/),
  });
  expect(await server.replay(['-'], stdout)).toBe('');
  expect(await fingerprint(server, database)).toEqual(before);
  // As a file it is the same.
  const path = join(dirname(server.binlogFolder), `${database}.binlog`);
  const written = await binflash(['rewrite', file, '-d', database, '-o', path, '--quiet']);
  expect(written).toMatchObject({ code: 0, stderr: '' });
  await writeFile(`${path}.copy`, stdout);
  expect(await printed(server, path)).toBe(await printed(server, `${path}.copy`));
});

eachServer(
  'reaches the replicas',
  async ({ server: source, database }) => {
    const replica = await startServer(source.id, { args: ['--server-id=2'] });
    try {
      await attachReplica(source, replica);
      await source.sql(tables, database);
      const before = await fingerprint(source, database);
      const file = await logged(source, damage, database);
      await waitForReplica(source, replica);
      const damaged = await fingerprint(source, database);
      expect(damaged).not.toEqual(before);
      expect(await fingerprint(replica, database)).toEqual(damaged);

      await replayUndo(source, await makeUndo(source, [file]));
      await waitForReplica(source, replica);
      expect(await fingerprint(source, database)).toEqual(before);
      expect(await fingerprint(replica, database)).toEqual(before);
    } finally {
      await replica.stop();
    }
  },
  { servers: ['mysql-9.7', 'mariadb-11.8'] }, // one of each flavour: how a server follows is not binflash's business
);
