/** The ways in which binary logs are named on a command line, and the command that comes of each. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { Binlog, START_TIME } from '../builder/binlog.ts';
import { rotate } from '../builder/events.ts';
import { mysql80 } from '../builder/format.ts';
import { insert } from '../builder/shop.ts';
import { inFolder } from '../helpers.ts';
import { binflash } from './run.ts';

function log(n: number): Buffer {
  const made = new Binlog(mysql80, { time: START_TIME + n });
  made.transaction(insert(n));
  made.add(rotate(`bin.00000${n + 1}`));
  return made.bytes();
}

/** The words of the command that `transactions` prints, as far as they need no shell. */
const commandOf = (stdout: Buffer): string[] =>
  /^ {2}binflash (rewrite .*)$/m.exec(stdout.toString())![1]!.split(' ').slice(0, -2);

it('standard input is taken, packed or not, several logs in a row; its command takes it again', async () => {
  const input = gzipSync(Buffer.concat([log(1), log(2)]));
  const listed = await binflash(['transactions', '-', '--sort', 'time'], {}, input);
  expect(listed.code).toBe(0);
  expect(listed.stdout.toString()).toMatch(/the same binary logs from standard input/);
  const command = commandOf(listed.stdout);
  expect(command.slice(0, 2)).toEqual(['rewrite', '-']);
  const undone = await binflash([...command, '-o', '-', '--json'].slice(0, -1), {}, input);
  expect(undone.code).toBe(0);
  expect(undone.stderr).toMatch(/Undid 1 row change/);
});

it('an index is taken with a warning of what is gone; its command names the logs themselves', async () => {
  await inFolder(async (folder) => {
    await writeFile(join(folder, 'bin.000001.gz'), gzipSync(log(1)));
    await writeFile(join(folder, 'bin.000002'), log(2));
    const index = join(folder, 'bin.index');
    await writeFile(index, './bin.000000\n./bin.000001.gz\n./bin.000002\n');
    const listed = await binflash(['transactions', index, '--sort', 'time']);
    expect(listed.code).toBe(0);
    expect(listed.stderr).toMatch(
      /^Warning: .*bin\.000000 was left out, which .*bin\.index names: it cannot be opened/,
    );
    const command = commandOf(listed.stdout);
    expect(command[1]).toBe(join(folder, 'bin.000001.gz'));
    const undone = await binflash([...command, '-o', join(folder, 'undo.binlog')]);
    expect(undone.code).toBe(0);
    expect(undone.stderr).toMatch(/Undid 1 row change/);
    const verified = await binflash(
      ['verify', join(folder, 'undo.binlog'), '--source', '-', ...command.slice(2)],
      {},
      log(1),
    );
    expect(verified).toMatchObject({ code: 0, stderr: '' });
  });
});

it('what is left out is in what programs read too, whether or not people are told', async () => {
  await inFolder(async (folder) => {
    await writeFile(join(folder, 'bin.000001'), log(1));
    await writeFile(join(folder, 'notes'), 'of another program');
    const json = async (
      ...args: string[]
    ): Promise<{ warnings: string[]; rewrite: { warnings: string[] } }> => {
      const { stdout, stderr } = await binflash([...args, '--json', '--quiet']);
      expect(stderr).toBe('');
      return JSON.parse(stdout.toString());
    };
    const left = expect.arrayContaining([expect.stringMatching(/^notes of .* is no binary log/)]);
    expect((await json('rewrite', folder, '--dry-run')).warnings).toEqual(left);
    expect((await json('inspect', folder)).warnings).toEqual(left);
    expect((await json('transactions', folder)).rewrite.warnings).toEqual(left);
  });
});

it('the first of the transactions has the warnings in --json, also where it cannot be undone', async () => {
  await inFolder(async (folder) => {
    const made = new Binlog(mysql80, { flags: 1 });
    made.transaction(insert(1));
    await writeFile(join(folder, 'bin.000001'), made.bytes().subarray(0, -7));
    await writeFile(join(folder, 'notes'), 'of another program');
    const { code, stdout } = await binflash(['transactions', folder, '--sort', 'rows', '--json', '--quiet']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout.toString())).toMatchObject({
      state: 'unfinished',
      rewrite: {
        refusals: [{ code: 'UNFINISHED' }],
        warnings: [expect.stringMatching(/^notes of/), expect.stringMatching(/ends inside the event/)],
      },
    });
  });
});

it('an archive that is cut is exit code 3, and one of something else too', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'bin.000001.gz');
    await writeFile(path, gzipSync(log(1)).subarray(0, -20));
    const { code, stderr } = await binflash(['inspect', path]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/bin\.000001\.gz: the gzip archive is cut[\s\S]*Take another copy/);
  });
});
