/** What stands in the way: permissions, what is no file, a folder that goes, a name that is taken, two runs for one output. */
import { execFileSync } from 'node:child_process';
import { chmod, lstat, mkdir, open, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rewrite } from '../../src/index.ts';
import { ownDisk } from './own-disk.ts';
import { checkBuilt, inScratch, program } from './program.ts';
import { arrange, contents, differences, inputName, OUTPUT, type Scene, scenes } from './scenes.ts';

const chosen = scenes.map((scene) => [scene.name, scene] as const);
const [usage, io] = [2, 5];
const INPUTS = [inputName(0), inputName(1)];

const { folder, disk } = ownDisk();

beforeEach(() => disk.expect());

function outcome(run: Promise<unknown>): Promise<unknown> {
  return run.then(
    () => undefined,
    (error: unknown) => error,
  );
}

it('a current folder that is gone is no internal error', async () => {
  await inScratch(async (place) => {
    const [input] = (await arrange(place, scenes[0]!.files)) as [string];
    const before = `mkdir ${place}/d; cd ${place}/d; rmdir ${place}/d`;
    const { code, stderr } = await program(['inspect', input], { before });
    expect([code, stderr]).toEqual([
      io,
      'binflash: the current folder is gone\n  Go to another one: cd /tmp.\n',
    ]);
  });
});

it('a link to what a process has open, as /dev/stdout is, is not replaced: the link of the machine was', async () => {
  await inScratch(async (place) => {
    const [input] = (await arrange(place, scenes[0]!.files)) as [string];
    const file = await open(join(place, 'captured'), 'w');
    const output = join(place, 'stdout');
    await symlink(`/proc/self/fd/${file.fd}`, output);
    for (const force of [false, true]) {
      const error = await outcome(rewrite({ inputs: [input], output, force }));
      expect(error).toMatchObject({ code: 'IO', hint: expect.stringContaining('-o -') });
    }
    expect((await lstat(output)).isSymbolicLink()).toBe(true);
    await file.close();
  });
});

describe.each(chosen)('%s', (_, scene: Scene) => {
  it('whose folder goes while it writes is an I/O error', async () => {
    const out = join(folder, 'o');
    for (const shell of [`rm -r ${out}`, `mv ${out} ${out}.away`, `rm -f ${out}/.*.tmp`]) {
      const inputs = await arrange(folder, scene.files);
      await mkdir(out);
      disk.expect({ op: 'sync', nth: 1, shell });
      expect(await outcome(scene.run(inputs, join(out, OUTPUT)))).toMatchObject({
        code: 'IO',
        message: expect.stringContaining('no such file or folder'),
      });
      disk.expect();
      await rm(out, { recursive: true, force: true });
      await rm(`${out}.away`, { recursive: true, force: true });
      expect([...(await contents(folder)).keys()]).toEqual(INPUTS);
    }
  });

  it('whose name is taken meanwhile leaves that alone, where there are no links too', async () => {
    await scene.run(await arrange(folder, scene.files), join(folder, OUTPUT));
    const taken = [...(await contents(folder)).keys()].filter((name) => name.startsWith(OUTPUT)).at(-1)!;
    for (const op of ['sync', 'link'] as const) {
      const inputs = await arrange(folder, scene.files);
      const shell = `echo precious > ${join(folder, taken)}`;
      disk.expect({ op, nth: 1, shell }, { op: 'link', nth: 1, error: 'EPERM', forever: true });
      // Where it is taken before it is opened, that is told as well.
      expect(await outcome(scene.run(inputs, join(folder, OUTPUT)))).toMatchObject({
        code: 'USAGE',
        file: join(folder, taken),
        message: 'exists already',
      });
      disk.expect();
      const now = await contents(folder);
      expect([...now.keys()]).toEqual([...INPUTS, taken]);
      expect(now.get(taken)!.toString()).toBe('precious\n');
    }
  });

  it('that cannot be removed when it fails is named', async () => {
    const inputs = await arrange(folder, scene.files);
    disk.expect(
      { op: 'write', nth: 1, error: 'ENOSPC', forever: true },
      { op: 'unlinkSync', nth: 1, error: 'EROFS', forever: true },
    );
    const error = await outcome(scene.run(inputs, join(folder, OUTPUT)));
    disk.expect();
    const left = [...(await contents(folder)).keys()].filter((name) => !INPUTS.includes(name));
    expect(left.length).toBeGreaterThan(0);
    for (const name of left) {
      expect(error).toMatchObject({ code: 'IO', hint: expect.stringContaining(join(folder, name)) });
    }
  });
});

it('what is no file is refused as input and as output', async () => {
  const inputs = await arrange(folder, scenes[0]!.files);
  const fifo = join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
  const cases: [string[], string, string][] = [
    [[fifo], OUTPUT, 'is not a regular file'],
    [['/dev/null'], OUTPUT, 'is not a regular file'],
    [[`${inputs[0]}/x`], OUTPUT, 'cannot be opened: a part of its path is not a folder'],
    [inputs, 'fifo', 'is not a regular file'],
    [inputs, '.', 'is a folder, not a file'],
    [inputs, 'none/out', 'cannot be written: no such file or folder'],
    [inputs, 'n'.repeat(300), 'the name is too long'],
  ];
  for (const [from, to, message] of cases) {
    const error = await outcome(rewrite({ inputs: from, output: join(folder, to), force: true }));
    expect(error).toMatchObject({ code: 'IO', message: expect.stringContaining(message) });
  }
});

describe('the program', () => {
  beforeAll(checkBuilt);

  it('tells what it may not read or write', async () => {
    await inScratch(async (place) => {
      const inputs = await arrange(place, scenes[0]!.files);
      const out = join(place, 'o');
      await mkdir(out, { mode: 0o755 });
      await chmod(place, 0o755);
      await chmod(inputs[1]!, 0o000);
      // Root may do anything.
      const setting = process.getuid?.() === 0 ? { uid: 65_534 } : {};
      if (setting.uid === undefined) await chmod(out, 0o555);
      const unreadable = await program(['rewrite', ...inputs, '-o', join(out, 'x')], setting);
      await chmod(inputs[1]!, 0o644);
      const unwritable = await program(['rewrite', ...inputs, '-o', join(out, 'x')], setting);
      await chmod(out, 0o755);
      expect([unreadable.code, unwritable.code]).toEqual([io, io]);
      expect(unreadable.stderr).toMatch(
        /^binflash: .*bin\.000002: cannot be opened: permission denied\n {2}Binary logs/,
      );
      expect(unwritable.stderr).toMatch(
        /^binflash: .*x: cannot be written: permission denied\n {2}The folder .* writable/,
      );
      expect([...(await contents(out)).keys()]).toEqual([]);
    });
  });

  it('run twice at the same time for one output: one wins, the other says so', async () => {
    for (const scene of scenes.slice(0, 2)) {
      await inScratch(async (place) => {
        const inputs = await arrange(place, scene.files);
        const output = join(place, OUTPUT);
        await scene.run(inputs, output);
        const complete = await contents(place);
        await arrange(place, scene.files);
        const args = [...scene.args, '-q', '-o', output, ...inputs];
        const ended = await Promise.all([program(args), program(args)]);
        expect(ended.map(({ code }) => code).sort()).toEqual([0, usage]);
        expect(ended.map(({ stderr }) => stderr).join('')).toMatch(/^binflash: .*: exists already\n/);
        expect(differences(await contents(place), complete)).toEqual([]);
      });
    }
  });
});

it('a symbolic link in the place of the output is replaced itself, and comes back when that fails', async () => {
  const inputs = await arrange(folder, scenes[0]!.files);
  const elsewhere = join(folder, 'elsewhere');
  await writeFile(elsewhere, 'precious');
  execFileSync('ln', ['-s', elsewhere, join(folder, OUTPUT)]);
  disk.expect({ op: 'sync', nth: 2, error: 'EIO' });
  const output = join(folder, OUTPUT);
  expect(await outcome(rewrite({ inputs, output, force: true }))).toMatchObject({ code: 'IO' });
  disk.expect();
  expect((await contents(folder)).get(OUTPUT)!.toString()).toBe('precious');
  await rewrite({ inputs, output, force: true });
  await rename(output, `${output}.now`);
  const now = await contents(folder);
  expect(now.get('elsewhere')!.toString()).toBe('precious');
  expect(now.get(`${OUTPUT}.now`)!.subarray(1, 4).toString()).toBe('bin');
});
