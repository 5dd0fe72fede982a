import { readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect as inspectObject } from 'node:util';
import { describe, expect, it } from 'vitest';
import { BinflashError, type BinlogKeys, exitCodes, readKeys, rewrite } from '../../src/index.ts';
import { Binlog } from '../builder/binlog.ts';
import {
  type Algorithm,
  componentKeyring,
  encryptMariadb,
  encryptMysql,
  KEY_ID,
  key,
  keyFile,
  pluginKeyring,
  salted,
} from '../builder/encrypted.ts';
import { mariadb118, mysql80 } from '../builder/format.ts';
import { relayLogs } from '../builder/relay.ts';
import { change, insert } from '../builder/shop.ts';
import { inFolder, refusal, undo, undoBytes } from '../helpers.ts';

/** What stands in files of keys, read as the options name them. */
function keysIn(files: {
  keyring?: Buffer;
  encryptionKeys?: Buffer;
  password?: string;
}): Promise<BinlogKeys> {
  return inFolder(async (folder) => {
    const write = async (name: string, content: Buffer | string | undefined): Promise<string | undefined> => {
      if (content === undefined) return undefined;
      await writeFile(join(folder, name), content);
      return join(folder, name);
    };
    return readKeys({
      keyring: await write('keyring', files.keyring),
      encryptionKeys: await write('keys.txt', files.encryptionKeys),
      encryptionKeysPasswordFile: await write('password', files.password),
    });
  });
}

const KEY = key(32);
const entries = [
  { id: KEY_ID, user: 'somebody', key: key(32, 'theirs') },
  { id: KEY_ID, key: KEY },
  { id: KEY_ID.slice(0, -2), key: Buffer.alloc(16, 1) },
];
const keyrings: Record<string, Buffer> = {
  component_keyring_file: componentKeyring(entries),
  'keyring_file 1.0': pluginKeyring('1.0', entries),
  'keyring_file 2.0': pluginKeyring('2.0', entries),
};
const password = 'correct horse';

const folder = join(import.meta.dirname, '..', '..', 'fixtures');
const fixture = async (name: string): Promise<[plain: Buffer, proved: Buffer]> => [
  await readFile(join(folder, `${name}.binlog`)),
  await readFile(join(folder, `${name}.undo.binlog`)),
];

describe('what is encrypted is undone to the bytes that a server replayed', () => {
  it.each(Object.entries(keyrings))('MySQL, with the keyring of %s', async (_, keyring) => {
    const keys = await keysIn({ keyring });
    for (const name of ['workflow', 'packed']) {
      const [plain, proved] = await fixture(`mysql-9.7/${name}`);
      for (const window of [undefined, 64]) {
        const { bytes } = await undo([encryptMysql(plain, KEY)], { keys, window });
        expect(bytes.equals(proved)).toBe(true);
      }
    }
  });

  const names = readdirSync(folder).filter((name) => name.startsWith('mariadb'));
  const ways = names.flatMap((name, i) =>
    (['cbc', 'ctr'] as const).map((algorithm, j) => ({ name, algorithm, size: [16, 24, 32][(i + j) % 3]! })),
  );
  it.each(ways)(
    '$name, AES in mode $algorithm with a key of $size bytes',
    async ({ name, algorithm, size }) => {
      const keys = await keysIn({ encryptionKeys: keyFile(key(size)) });
      for (const story of ['workflow', 'compressed']) {
        const [plain, proved] = await fixture(`${name}/${story}`);
        for (const window of [undefined, 64]) {
          const { bytes } = await undo([encryptMariadb(plain, key(size), algorithm)], { keys, window });
          expect(bytes.equals(proved)).toBe(true);
        }
      }
    },
  );

  it('with keys that are encrypted themselves, and with several files of which some are plain', async () => {
    const encryptionKeys = salted(keyFile(KEY), password);
    const keys = await keysIn({
      keyring: keyrings.component_keyring_file!,
      encryptionKeys,
      password: `${password}\r\n`,
    });
    const mysql = logs(mysql80, 2);
    const mariadb = logs(mariadb118, 3);
    const plain = await undoBytes(mysql);
    const mixed = await undoBytes([mysql[0]!, encryptMysql(mysql[1]!, KEY)], { keys });
    expect(mixed.bytes.equals(plain.bytes)).toBe(true);
    const parts = [
      encryptMariadb(mariadb[0]!, KEY, 'cbc'),
      mariadb[1]!,
      encryptMariadb(mariadb[2]!, KEY, 'ctr'),
    ];
    const { bytes } = await undoBytes(parts, { keys });
    expect(bytes.equals((await undoBytes(mariadb)).bytes)).toBe(true);
  });

  it('without checksums, where the header of an event tells the algorithm', async () => {
    const keys = await keysIn({ encryptionKeys: keyFile(KEY) });
    const [plain] = logs(mariadb118, 1, 'none');
    const { bytes: expected } = await undoBytes([plain!]);
    for (const algorithm of ['cbc', 'ctr'] as const) {
      const { bytes } = await undoBytes([encryptMariadb(plain!, KEY, algorithm)], { keys });
      expect(bytes.equals(expected)).toBe(true);
    }
  });
});

describe('what is encrypted in parts', () => {
  it.each(['crc32', 'none'] as const)(
    'relay logs: a replica encrypts with its own keys (checksum %s)',
    async (checksum) => {
      const keys = await keysIn({ keyring: keyrings.component_keyring_file!, encryptionKeys: keyFile(KEY) });
      for (const server of [mysql80, mariadb118]) {
        const source = logs(server, 2);
        const relaying = { replica: server, checksum, rotations: [3, 6], connections: [2] };
        const relayed = relayLogs(source, relaying);
        const { bytes } = await undoBytes(source);
        for (const algorithm of ['cbc', 'ctr'] as const) {
          const encrypted = relayed.map((file) =>
            server === mysql80 ? encryptMysql(file, KEY) : encryptMariadb(file, KEY, algorithm),
          );
          for (const window of [undefined, 64]) {
            expect((await undoBytes(encrypted, { keys, window })).bytes.equals(bytes)).toBe(true);
          }
        }
      }
    },
  );

  it('a file that its server had not closed: what is whole of it is undone', async () => {
    const keys = await keysIn({ keyring: keyrings.component_keyring_file!, encryptionKeys: keyFile(KEY) });
    for (const server of [mysql80, mariadb118]) {
      const log = new Binlog(server, { flags: 1 });
      log.transaction(insert(1, 2));
      const { bytes } = await undoBytes([log.bytes()]);
      const whole = log.bytes().length;
      log.transaction(insert(3));
      const plain = log.bytes();
      const encrypted = server === mysql80 ? encryptMysql(plain, KEY) : encryptMariadb(plain, KEY, 'cbc');
      const moved = encrypted.length - plain.length;
      for (const torn of [1, 18, 19, 30]) {
        const file = encrypted.subarray(0, whole + moved + torn);
        expect((await undoBytes([file], { keys })).bytes.equals(bytes)).toBe(true);
      }
    }
  });
});

/** Small logs that follow each other. */
function logs(server: typeof mysql80, count: number, checksum: 'crc32' | 'none' = 'crc32'): Buffer[] {
  return Array.from({ length: count }, (_, number) => {
    const log = new Binlog(server, { checksum, time: 1_795_230_000 + 100 * number, earlier: 2 * number });
    log.transaction(insert(10 * number, 10 * number + 1));
    log.transaction(change('update', [10 * number]));
    return log.bytes();
  });
}

const MYSQL = encryptMysql(logs(mysql80, 1)[0]!, KEY);
const MARIADB = encryptMariadb(logs(mariadb118, 1)[0]!, KEY, 'cbc');
const EVENT_KEY = 'the encryption key with id 1';

describe('without its key', () => {
  const otherKeyring = { keyring: componentKeyring([{ id: KEY_ID, key: key(32, 'other') }]) };
  it.each<[string, Buffer, Parameters<typeof keysIn>[0], string]>([
    ['no keyring', MYSQL, {}, KEY_ID],
    ['a keyring without it', MYSQL, { keyring: componentKeyring(entries.slice(0, 1)) }, KEY_ID],
    ['another under its name', MYSQL, otherKeyring, KEY_ID],
    ['one of another length', MYSQL, { keyring: componentKeyring([{ id: KEY_ID, key: key(16) }]) }, KEY_ID],
    ['a damaged keyring', MYSQL, { keyring: keyrings.component_keyring_file!.subarray(0, 200) }, KEY_ID],
    [
      'a cut keyring of the plugin',
      MYSQL,
      { keyring: keyrings['keyring_file 2.0']!.subarray(0, 200) },
      KEY_ID,
    ],
    ['an empty keyring', MYSQL, { keyring: Buffer.alloc(0) }, KEY_ID],
    ['something else', MYSQL, { keyring: keyFile(KEY) }, KEY_ID],
    ['no keys', MARIADB, { keyring: keyrings.component_keyring_file! }, EVENT_KEY],
    ['other keys', MARIADB, { encryptionKeys: keyFile(key(32, 'other')) }, EVENT_KEY],
    ['keys without id 1', MARIADB, { encryptionKeys: Buffer.from(`3;${KEY.toString('hex')}`) }, EVENT_KEY],
    ['no file of keys', MARIADB, { encryptionKeys: keyrings.component_keyring_file! }, EVENT_KEY],
    ['no password', MARIADB, { encryptionKeys: salted(keyFile(KEY), password) }, EVENT_KEY],
    [
      'another password',
      MARIADB,
      { encryptionKeys: salted(keyFile(KEY), password), password: 'x' },
      EVENT_KEY,
    ],
  ])('%s: it is named, and no key is', async (_, file, files, needed) => {
    const keys = await keysIn(files);
    const error = await refusal([file], { keys });
    expect(exitCodes[error.code]).toBe(4);
    expect(error.message).toContain(needed);
    expect(error.hint).toBeDefined();
    // Nothing that prints an error or the options of a run may show what is secret.
    const shown = [
      inspectObject(error, { depth: 9 }),
      inspectObject(keys, { depth: 9 }),
      JSON.stringify(keys),
    ];
    for (const secret of [KEY, key(32, 'other')]) {
      for (const text of [
        secret.toString('hex'),
        secret.toString('hex').toUpperCase(),
        String([...secret]),
      ]) {
        for (const one of shown) expect(one.includes(text.slice(0, 24))).toBe(false);
      }
    }
  });
});

it('keys are not read from standard input', async () => {
  await expect(readKeys({ keyring: '-' })).rejects.toMatchObject({ code: 'USAGE' });
});

describe('damage', () => {
  const cases: [string, Buffer, BinlogKeys | Promise<BinlogKeys>, Buffer][] = [
    ['MySQL', MYSQL, keysIn({ keyring: keyrings.component_keyring_file! }), logs(mysql80, 1)[0]!],
    ...(['cbc', 'ctr'] as Algorithm[]).map((algorithm): (typeof cases)[number] => {
      const [plain] = logs(mariadb118, 1);
      return [
        `MariaDB ${algorithm}`,
        encryptMariadb(plain!, KEY, algorithm),
        keysIn({ encryptionKeys: keyFile(KEY) }),
        plain!,
      ];
    }),
  ];
  it.each(cases)(
    '%s: cut anywhere, or with any byte changed, it is undone as if it were whole or refused',
    { timeout: 300_000 },
    async (name, file, keys, plain) => {
      const whole = (await undoBytes([plain])).bytes;
      await inFolder(async (folder) => {
        const input = join(folder, 'bin.000001');
        const attempt = async (bytes: Buffer, at: string): Promise<void> => {
          await writeFile(input, bytes);
          const pieces: Buffer[] = [];
          const output = { write: async (piece: Uint8Array) => void pieces.push(Buffer.from(piece)) };
          try {
            await rewrite({ inputs: [input], output, keys: await keys, window: 512 });
          } catch (error) {
            if (!(error instanceof BinflashError)) throw new Error(at, { cause: error });
            expect([at, exitCodes[error.code]]).toEqual([
              at,
              error.code === 'NO_MATCH' ? 1 : expect.toBeOneOf([3, 4]),
            ]);
            return;
          }
          const made = Buffer.concat(pieces);
          // Where an event ends, a file may be cut without a trace: it is the plain one cut there.
          const end = at.startsWith('cut') ? bytes.length - (file.length - plain.length) : plain.length;
          const expected = end === plain.length ? whole : (await undoBytes([plain.subarray(0, end)])).bytes;
          expect([at, made.equals(expected)]).toEqual([at, true]);
        };
        for (let at = 0; at < file.length; at++) {
          // Of the padding of MySQL's header, all bytes are alike.
          if (file[0] === 0xfd && at > 150 && at < 508) continue;
          const copy = Buffer.from(file);
          copy[at]! ^= at % 2 === 0 ? 0xff : 0x01;
          await attempt(copy, `flip ${at}`);
          // Where it may be cut does not depend on the mode.
          if (!name.endsWith('ctr')) await attempt(file.subarray(0, at), `cut ${at}`);
        }
      });
    },
  );
});
