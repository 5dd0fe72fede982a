import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { furtherOptions } from '../../src/cli/arguments.ts';
import { keyOptions, tableOptions } from '../../src/cli/options.ts';
import { Binlog } from '../builder/binlog.ts';
import { prefixed, u32 } from '../builder/bytes.ts';
import { int, oldTimestamp, varchar } from '../builder/columns.ts';
import { mariadb118 } from '../builder/format.ts';
import { rows, table, tableMap } from '../builder/rows.ts';
import { inFolder } from '../helpers.ts';
import { binflash } from './run.ts';

it('a command that is handed out has every option that decides how logs and values are read', () => {
  const args = Object.fromEntries(
    Object.entries({ ...tableOptions, ...keyOptions }).map(([name, { list }]) => [
      name,
      list ? [`one of ${name}`, `other,${name}`] : `a ${name}`,
    ]),
  );
  const further = furtherOptions({ ...args, 'max-unpacked-size': '1G' });
  for (const [name, value] of Object.entries(args)) {
    expect(further.filter(([option]) => option === name).map(([, text]) => text)).toEqual([value].flat());
  }
  expect(further).toContainEqual(['max-unpacked-size', '1G']);
});

it('the command that transactions prints needs no precision that is not in it', {
  timeout: 60_000,
}, async () => {
  await inFolder(async (folder) => {
    // Zeros fit several precisions.
    const old = table('shop.old times', [int, oldTimestamp, oldTimestamp, varchar(20)], 0);
    const row = [u32(1), Buffer.alloc(6), Buffer.alloc(4), prefixed(1, '')];
    const log = new Binlog(mariadb118);
    log.transaction([tableMap(old, 7), rows('insert', old, 7, [[row]], { version: 1 })]);
    const path = join(folder, 'bin.000001');
    await writeFile(path, log.bytes());
    const told = ['--temporal-precision', 'shop.*=@2:3', '--temporal-precision', 'shop.*=@3:0'];
    const { code, stdout } = await binflash(['transactions', path, ...told]);
    expect(code).toBe(0);
    const [printed] = /binflash rewrite .*/.exec(stdout.toString())!;
    const words = execFileSync('sh', ['-c', `binflash() { printf '%s\\0' "$@"; }\n${printed}`]);
    const args = words.toString().split('\0').slice(0, -1);
    const output = join(folder, 'undo.binlog');
    const undone = await binflash(args.map((word) => (word === 'undo.binlog' ? output : word)));
    expect([undone.code, undone.stderr]).toEqual([0, expect.stringContaining('undo.binlog')]);
  });
});
