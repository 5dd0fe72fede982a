/** Standard output that is full, closed, slow, or gone: what was to be written there is whole, or the exit code says no. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkBuilt, type Ended, inScratch, program, start } from './program.ts';
import { arrange, contents, inputName, largeLog, smallLogs } from './scenes.ts';

beforeAll(checkBuilt);

const IO = 5;
const log = largeLog(3);

const streams: [string, string[]][] = [
  ['rewrite', ['rewrite', '-o', '-']],
  ['sql', ['sql', '-o', '-', '--flashback']],
  ['report', ['report', '-o', '-']],
];

describe.each(streams)('%s to standard output', (name, args) => {
  it('that is full, closed, or reaches its limit ends with a message', async () => {
    await inScratch(async (folder) => {
      const inputs = await arrange(folder, [log]);
      const run = (redirect: string, before?: string): Promise<Ended> =>
        program([...args, ...inputs, '-q'], { redirect, ...(before && { before }) });
      const runs = await Promise.all([
        run('> /dev/full'),
        run('>&-'),
        run(`> ${join(folder, 'out')}`, 'ulimit -f 16'),
      ]);
      expect(runs.map(({ code }) => code)).toEqual([IO, IO, IO]);
      const [full, closed, limited] = runs.map(({ stderr }) => stderr);
      expect(full).toBe(
        'binflash: standard output: cannot be written: no space left on the device\n  What stands there is not complete.\n',
      );
      expect(closed).toContain('binflash: standard output leads nowhere: it is closed, or /dev/null\n');
      expect(limited).toContain('would be larger than the file system or a limit (ulimit -f) allows');
    });
  });

  it('whose reader goes away ends quietly', async () => {
    await inScratch(async (folder) => {
      const inputs = await arrange(folder, [log]);
      const { code, stderr } = await program([...args, ...inputs, '-q'], {
        before: 'exec > >(head -c 100 > /dev/null)',
      });
      expect({ code, stderr }).toEqual({ code: name === 'sql' ? 0 : expect.toBeOneOf([0, IO]), stderr: '' });
    });
  });
});

it('that is one of the inputs is refused by every command, and nothing is written to it: the undo was', async () => {
  await inScratch(async (folder) => {
    const [path] = (await arrange(folder, smallLogs())) as [string];
    const before = await readFile(path);
    const redirects = [`>> ${path}`, `1<> ${path}`];
    const runs = await Promise.all(
      [
        ...['rewrite', 'sql', 'report'].map((command) => [command, path, '-o', '-']),
        ...['show', 'inspect', 'transactions', 'sql'].map((command) => [command, path]),
        ['inspect', path, '--json'],
        ['inspect', path, '--json', '--unheard-of'],
        ['verify', 'undo', '--source', path],
        ['sql', 'log', '--schema', path],
      ].map((args, i) => program(args, { redirect: redirects[i % 2]! })),
    );
    for (const [i, { code, stderr }] of runs.entries()) {
      expect([code, stderr], `run ${i}`).toEqual([
        2,
        expect.stringMatching(/standard output goes to this file|unheard-of/),
      ]);
    }
    expect((await readFile(path)).equals(before)).toBe(true);
  });
});

it('an undo on a full disk that takes a part of it is not taken for whole', async () => {
  await inScratch(async (folder) => {
    const inputs = await arrange(folder, smallLogs());
    const whole = (await program(['rewrite', '-o', '-', '-q', ...inputs])).stdout;
    const out = join(folder, 'out');
    // The limit is in KiB, and the last of it is reached within one write.
    const limit = Math.floor(whole.length / 1024);
    const redirect = `> ${out}`;
    const { code } = await program(['rewrite', '-o', '-', '-q', ...inputs], {
      before: `ulimit -f ${limit}`,
      redirect,
    });
    expect([code, (await readFile(out)).length]).toEqual([IO, limit * 1024]);
    const ample = await program(['rewrite', '-o', '-', '-q', ...inputs], {
      before: `ulimit -f ${limit + 1}`,
      redirect,
    });
    expect([ample.code, (await readFile(out)).equals(whole)]).toEqual([0, true]);
  });
});

it('/dev/null takes what a shell sends there, and a full standard error spoils nothing', async () => {
  await inScratch(async (folder) => {
    const inputs = await arrange(folder, smallLogs());
    const [nowhere, mute] = await Promise.all([
      program(['rewrite', '-o', '-', ...inputs], { redirect: '> /dev/null' }),
      program(['rewrite', '-o', join(folder, 'out'), ...inputs], { redirect: '2> /dev/full' }),
    ]);
    expect([nowhere.code, mute.code]).toEqual([0, 0]);
    expect([...(await contents(folder)).keys()]).toEqual([inputName(0), inputName(1), 'out']);
  });
});

it('where the result cannot be told, it is said that the output is there', async () => {
  await inScratch(async (folder) => {
    const inputs = await arrange(folder, smallLogs());
    const out = join(folder, 'out');
    const { code, stderr } = await program(['rewrite', '-o', out, '--json', ...inputs], {
      redirect: '> /dev/full',
    });
    expect({ code, stderr }).toEqual({
      code: IO,
      stderr: expect.stringContaining(`complete all the same: ${out}`),
    });
    expect((await readFile(out)).subarray(1, 4).toString()).toBe('bin');
  });
});

it.each([
  ['show', ['show', '--max-value', '0']],
  ['rewrite', ['rewrite', '-o', '-']],
  ['sql', ['sql', '--flashback']],
])('a reader who does not read does not hold up an interruption of %s', async (_, args) => {
  await inScratch(async (folder) => {
    const inputs = await arrange(folder, [log]);
    const ready = join(folder, 'ready');
    const faults = { folder, faults: [{ op: 'read' as const, nth: 1, shell: `touch ${ready}` }] };
    const { child, stderr } = start([...args, ...inputs], { faults, isUnread: true });
    const exit = once(child, 'exit');
    while (!existsSync(ready)) await sleep(20);
    // The pipe is full before long.
    await sleep(500);
    child.kill('SIGINT');
    expect(await exit).toEqual([130, null]);
    expect(stderr()).toMatch(/^binflash: interrupted/);
  });
});
