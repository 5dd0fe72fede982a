import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Keys } from '../../src/binlog/encryption/keys.ts';
import { inspect, type ReadOptions, rewrite, show, verify } from '../../src/index.ts';
import { Binlog } from '../builder/binlog.ts';
import { encryptMariadb, encryptMysql, KEY_ID, key } from '../builder/encrypted.ts';
import { mariadb118, mysql80, type Server } from '../builder/format.ts';
import { change, insert } from '../builder/shop.ts';
import { inFolder, refusal, undoBytes } from '../helpers.ts';

const KEY = key(32);
const OTHER = key(32, 'other');
const keys = {
  keyring: new Keys(
    'keyring',
    new Map([
      [KEY_ID, KEY],
      ['MySQLReplicationKey_2', OTHER],
    ]),
  ),
  encryptionKeys: new Keys('keys', new Map([['1', KEY]])),
};

type Form = (plain: Buffer) => Buffer;
const plain: Form = (bytes) => bytes;
const forms: Record<string, Form[]> = {
  mysql: [
    plain,
    (bytes) => encryptMysql(bytes, KEY),
    (bytes) => encryptMysql(bytes, OTHER, 'MySQLReplicationKey_2'),
  ],
  mariadb: [
    plain,
    (bytes) => encryptMariadb(bytes, KEY, 'cbc'),
    (bytes) => encryptMariadb(bytes, KEY, 'ctr', Buffer.from('another one!')),
  ],
};

/** All words of three letters. */
const words = [0, 1, 2].flatMap((a) => [0, 1, 2].flatMap((b) => [0, 1, 2].map((c) => [a, b, c])));

function logs(server: Server, checksum: 'crc32' | 'none'): Buffer[] {
  return [0, 1, 2].map((number) => {
    const log = new Binlog(server, { checksum, time: 1_795_230_000 + 100 * number, earlier: 2 * number });
    log.transaction(insert(10 * number, 10 * number + 1));
    // Large enough that windows end in the middle of it, and of the log that follows.
    log.transaction(
      change(
        'update',
        Array.from({ length: 40 }, (_, i) => 10 * number + i),
      ),
    );
    return log.bytes();
  });
}

const inFile = <T>(bytes: Buffer, use: (path: string) => Promise<T>): Promise<T> =>
  inFolder(async (folder) => {
    await writeFile(join(folder, 'all'), bytes);
    return use(join(folder, 'all'));
  });

async function shown(path: string, options: ReadOptions): Promise<string> {
  let text = '';
  await show({
    ...options,
    inputs: [path],
    format: 'json',
    write: async (piece) => {
      text += String(piece);
    },
  });
  return text.replaceAll(/"(?:file|offset|start|end)":[^,]*,/g, '');
}

describe('encrypted logs one behind the other in a file', () => {
  const cases = [mysql80, mariadb118].flatMap((server) =>
    (['crc32', 'none'] as const).map((checksum) => ({ server, checksum, flavour: server.flavour })),
  );
  it.each(cases)(
    '$flavour, checksum $checksum: plain and encrypted in any order are undone and shown as if each had its own file',
    {
      timeout: 60_000,
    },
    async ({ server, checksum, flavour }) => {
      const all = logs(server, checksum);
      const { bytes } = await undoBytes(all);
      const expected = await inFile(Buffer.concat(all), (path) => shown(path, {}));
      expect(expected.split('\n')).toHaveLength(3 * 42 + 1);
      for (const [number, word] of words.entries()) {
        const joined = Buffer.concat(word.map((form, i) => forms[flavour]![form]!(all[i]!)));
        const window = [undefined, 64, 100, 333, 1000][number % 5];
        const options = { keys, window };
        expect([word, (await undoBytes([joined], options)).bytes.equals(bytes)]).toEqual([word, true]);
        expect(await inFile(joined, (path) => shown(path, options))).toBe(expected);
      }
    },
  );

  it('are proved, and inspected as what they are', async () => {
    for (const server of [mysql80, mariadb118]) {
      const [one, two] = logs(server, 'crc32');
      const joined = Buffer.concat([one!, forms[server.flavour]![1]!(two!)]);
      await inFolder(async (folder) => {
        const [inputs, output] = [[join(folder, 'all')], join(folder, 'undo')];
        await writeFile(inputs[0]!, joined);
        const { plan } = await rewrite({ inputs, output, keys });
        const { proof } = await verify({ inputs, undo: [output], keys });
        expect(proof.rows).toBe(plan.rows);
        const { files } = await inspect(inputs, { keys });
        const encryption = server === mysql80 ? 'binlog_encryption' : 'encrypt_binlog';
        expect(files[0]).toMatchObject({ rows: plan.rows, encryption });
        await writeFile(inputs[0]!, one!);
        expect((await inspect(inputs, { keys })).files[0]!.encryption).toBeUndefined();
      });
    }
  });

  it('of which the first was not closed: what follows is no torn tail of it', async () => {
    for (const server of [mysql80, mariadb118]) {
      const first = new Binlog(server, { flags: 1 });
      first.transaction(insert(1));
      const second = new Binlog(server, { time: 1_795_240_000 });
      second.transaction(insert(2));
      for (const form of forms[server.flavour]!) {
        const joined = Buffer.concat([form(first.bytes()), forms[server.flavour]![1]!(second.bytes())]);
        expect((await undoBytes([joined], { keys })).result.plan.rows).toBe(2);
      }
    }
  });

  it('whose key is not there is refused at its place', async () => {
    const [one, two] = logs(mysql80, 'crc32');
    for (const first of [one!, encryptMysql(one!, KEY)]) {
      const joined = Buffer.concat([first, encryptMysql(two!, OTHER, 'MySQLReplicationKey_3')]);
      const error = await refusal([joined], { keys });
      expect(error).toMatchObject({ code: 'ENCRYPTED', offset: one!.length, eventType: undefined });
      expect(error.message).toContain('MySQLReplicationKey_3');
    }
  });
});
