import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Binlog } from '../builder/binlog.ts';
import {
  componentKeyring,
  encryptMariadb,
  encryptMysql,
  KEY_ID,
  key,
  keyFile,
  salted,
} from '../builder/encrypted.ts';
import { mariadb118, mysql97 } from '../builder/format.ts';
import { change } from '../builder/shop.ts';
import { inFolder } from '../helpers.ts';
import { binflash } from './run.ts';

const KEY = key(32);

it('every command reads encrypted logs with the keys that it is given, and says which are needed', {
  timeout: 120_000,
}, async () => {
  await inFolder(async (folder) => {
    const path = (name: string): string => join(folder, name);
    for (const server of [mysql97, mariadb118]) {
      const log = new Binlog(server);
      log.transaction(change('update', [1, 2, 3]));
      const encrypted =
        server === mysql97 ? encryptMysql(log.bytes(), KEY) : encryptMariadb(log.bytes(), KEY, 'ctr');
      await writeFile(path(server.flavour), encrypted);
    }
    await writeFile(path('keyring'), componentKeyring([{ id: KEY_ID, key: KEY }]));
    await writeFile(path('keys'), salted(keyFile(KEY), 'secret'));
    await writeFile(path('password'), 'secret\n');
    const mysql = ['--keyring', path('keyring')];
    const mariadb = ['--encryption-keys', path('keys'), '--encryption-keys-password-file', path('password')];

    const undone = await binflash(['rewrite', path('mysql'), ...mysql, '-o', path('undo'), '--verify', '-q']);
    expect(undone).toMatchObject({ code: 0, stderr: '' });
    const verified = ['verify', path('undo'), '--source', path('mysql'), ...mysql];
    const runs = await Promise.all([
      binflash(verified),
      binflash(['inspect', path('mariadb'), ...mariadb]),
      binflash(['transactions', path('mysql'), ...mysql]),
      binflash(['show', path('mariadb'), '--json', '--log-level', 'debug', ...mariadb]),
      binflash(['sql', path('mysql'), '--format', 'csv'], { BINFLASH_KEYRING: path('keyring') }),
      binflash(['report', path('mariadb'), ...mariadb, '-o', path('page.html')]),
    ]);
    for (const { code, stderr, stdout } of runs) {
      expect([code, stderr]).toEqual([0, expect.anything()]);
      expect(`${stdout}${stderr}`).not.toContain(KEY.toString('hex').slice(0, 16));
    }
    expect(runs[1]!.stdout.toString()).toContain('encrypted (encrypt_binlog)');
    // A command that is handed out works as it is.
    expect(runs[2]!.stdout.toString()).toContain(`--keyring ${path('keyring')}`);

    const refused = await binflash(['rewrite', path('mysql'), '-o', path('other')]);
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain(KEY_ID);
    expect(refused.stderr).toContain('--keyring');
    const replaced = await binflash(['rewrite', path('mysql'), ...mysql, '-o', path('keyring'), '--force']);
    expect(replaced.code).toBe(2);
  });
});
