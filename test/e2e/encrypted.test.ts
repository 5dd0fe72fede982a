import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { BinflashError, type BinlogKeys, readKeys, rewrite } from '../../src/index.ts';
import { key, keyFile, salted } from '../builder/encrypted.ts';
import { inFolder } from '../helpers.ts';
import { keyFileOptions, keyringOf } from '../servers/encryption.ts';
import { type RunningServer, type ServerId, selectedServerIds, startServer } from '../servers/index.ts';
import { expectUndone, logged } from './support.ts';

/** A story on servers that encrypt their logs: the damage is undone, with the keys and not without. */
async function story(server: RunningServer, keys: () => Promise<BinlogKeys>): Promise<void> {
  const database = 'encrypted';
  const numbers = Array.from(
    { length: 500 },
    (_, i) => `(${i}, 'row ${i}', ${i % 7 === 0 ? 'NULL' : `'2026-11-21 0${i % 10}:00:00'`})`,
  );
  await server.sql(`CREATE DATABASE ${database}; USE ${database};
    CREATE TABLE t (id INT PRIMARY KEY, word VARCHAR(100), at DATETIME(3)) ENGINE=InnoDB;
    INSERT INTO t VALUES ${numbers.join()};`);
  const damage = `UPDATE t SET word = CONCAT(word, ' damaged'); DELETE FROM t WHERE id % 3 = 1;
    INSERT INTO t VALUES (9001, REPEAT('x', 100), NULL), (9002, '', NULL); UPDATE t SET id = id + 100000 WHERE id < 10;`;
  const result = await expectUndone({ server, database }, damage, { keys: await keys(), window: 4096 });
  const [source] = result.plan.index.files;
  expect((await readFile(source!.path)).includes('damaged'), 'the log is encrypted').toBe(false);
  const error = await rewrite({ inputs: [source!.path] }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(BinflashError);
  expect(error).toMatchObject({ code: 'ENCRYPTED', file: source!.path });
  await joined(server, database, await keys());
}

/** Logs one behind the other in a file have the undo that they have each in their own. */
async function joined(server: RunningServer, database: string, keys: BinlogKeys): Promise<void> {
  const paths = [await logged(server, 'DELETE FROM t WHERE id = 9001', database)];
  await server.sql("UPDATE t SET word = 'joined'", database);
  paths.push(await server.closeBinlog());
  const undoOf = async (inputs: string[]): Promise<Buffer> => {
    const pieces: Uint8Array[] = [];
    await rewrite({
      inputs,
      keys,
      output: { write: async (piece) => void pieces.push(Uint8Array.from(piece)) },
    });
    return Buffer.concat(pieces);
  };
  await inFolder(async (folder) => {
    const all = join(folder, 'all');
    await writeFile(all, Buffer.concat(await Promise.all(paths.map((path) => readFile(path)))));
    expect((await undoOf([all])).equals(await undoOf(paths))).toBe(true);
  });
}

// Both need files beside the server's program, which a container has of its own.
const isUnpacked = (process.env.BINFLASH_TEST_PROVIDER ?? 'unpacked') === 'unpacked';
const chosen = (ids: readonly ServerId[]): ServerId[] =>
  selectedServerIds().filter((id) => isUnpacked && ids.includes(id));

for (const id of chosen(['mysql-9.7'])) {
  it(`binlog_encryption with component_keyring_file is undone (${id})`, () =>
    inFolder(async (folder) => {
      const { options, keyring } = await keyringOf(id, folder);
      const server = await startServer(id, options);
      try {
        await story(server, () => readKeys({ keyring }));
      } finally {
        await server.stop();
      }
    }));
}

for (const id of chosen(['mariadb-10.5', 'mariadb-10.11', 'mariadb-11.8'])) {
  for (const algorithm of ['AES_CBC', 'AES_CTR'] as const) {
    it(`encrypt_binlog with file_key_management and ${algorithm} is undone (${id})`, () =>
      inFolder(async (folder) => {
        const [encryptionKeys, encryptionKeysPasswordFile] = [join(folder, 'keys'), join(folder, 'password')];
        await writeFile(
          encryptionKeys,
          salted(keyFile(key(algorithm === 'AES_CBC' ? 16 : 32)), 'a password'),
        );
        await writeFile(encryptionKeysPasswordFile, 'a password\n');
        const options = await keyFileOptions(id, algorithm, encryptionKeys, encryptionKeysPasswordFile);
        const server = await startServer(id, options);
        try {
          await story(server, () => readKeys({ encryptionKeys, encryptionKeysPasswordFile }));
        } finally {
          await server.stop();
        }
      }));
  }
}
