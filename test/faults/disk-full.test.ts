/** A disk that is full after so many bytes, wherever that falls: by a limit of the process, and on a small file system. */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { inspect, rewrite } from '../../src/index.ts';
import { Binlog } from '../builder/binlog.ts';
import { mysql97 } from '../builder/format.ts';
import { insert } from '../builder/shop.ts';
import { spilled } from '../helpers.ts';
import { checkBuilt, inScratch, program } from './program.ts';
import {
  arrange,
  contents,
  differences,
  inputName,
  largeLog,
  OUTPUT,
  packedLog,
  type Scene,
  scenes,
  scratch,
  unevenLog,
} from './scenes.ts';

const IO = 5;
const chosen = scenes.map((scene) => [scene.name, scene] as const);

describe('files that may not be larger than so many KiB', () => {
  beforeAll(checkBuilt);

  // The others write by the same means.
  const some = ['rewrite in parts', 'sql by table', 'report'];
  it.each(chosen.filter(([name]) => some.includes(name)))('%s', async (_, scene) => {
    await inScratch(async (folder) => {
      const args = [...scene.args, '-o', join(folder, OUTPUT), '-q'];
      const inputs = await arrange(folder, scene.files);
      await scene.run(inputs, join(folder, OUTPUT));
      const complete = await contents(folder);
      const largest = Math.max(
        ...[...complete].flatMap(([name, { length }]) => (name.startsWith(OUTPUT) ? length : [])),
      );
      const needed = Math.ceil(largest / 1024);
      for (const limit of [Math.floor(needed / 2), needed - 1, needed]) {
        const before = await arrange(folder, scene.files).then(() => contents(folder));
        const { code, stderr } = await program([...args, ...inputs], { before: `ulimit -f ${limit}` });
        const now = await contents(folder);
        expect([limit, code]).toEqual([limit, limit === needed ? 0 : IO]);
        expect(differences(now, limit === needed ? complete : before)).toEqual([]);
        if (limit === needed) continue;
        expect(stderr).toMatch(
          /^binflash: .*out.*: cannot be written: .*ulimit -f.*\n {2}Nothing was left\. /,
        );
      }
    });
  });

  it('many small transactions, of which BEGIN, TABLE_MAP and XID are the most: a third was said to be needed', async () => {
    await inScratch(async (folder) => {
      const log = new Binlog(mysql97);
      for (let i = 0; i < 1000; i++) log.transaction(insert(i));
      const inputs = await arrange(folder, [log.bytes()]);
      const output = join(folder, OUTPUT);
      const { stderr } = await program(['rewrite', '-o', output, ...inputs], { before: 'ulimit -f 8' });
      const { written } = await rewrite({ inputs, output });
      const said = Number(/About ([\d.]+) KiB are needed/.exec(stderr)?.[1]) * 1024;
      expect(said / written!.bytes).toBeGreaterThan(0.8);
      expect(said / written!.bytes).toBeLessThan(1.1);
    });
  });

  it('a transaction that is unpacked into a temporary file', async () => {
    await inScratch(async (folder) => {
      const inputs = await arrange(folder, [packedLog(10)]);
      for (const args of [['rewrite'], ['sql', '--flashback']]) {
        const { code, stderr } = await program([...args, '-o', join(folder, OUTPUT), ...inputs], {
          before: 'ulimit -f 4096',
        });
        expect([code, [...(await contents(folder)).keys()]]).toEqual([IO, [inputName(0)]]);
        expect(stderr).toMatch(/^binflash: .*\.spool: cannot be written while unpacking: /);
      }
    });
  });
});

describe('a TMPDIR in which nothing can be unpacked', () => {
  const before = 'export TMPDIR=/nowhere';

  it('is not needed where there is an output, nor for its proof: --verify failed in it', async () => {
    await inScratch(async (folder) => {
      const inputs = await arrange(folder, [packedLog(10)]);
      const args = ['rewrite', '--verify', '-o', join(folder, OUTPUT), ...inputs];
      const { code, stderr } = await program(args, { before });
      expect([code, stderr]).toEqual([0, expect.stringContaining('Verified')]);
      const verify = await program(['verify', join(folder, OUTPUT), '--source', ...inputs], { before });
      expect([verify.code, verify.stderr]).toEqual([IO, expect.stringContaining('that TMPDIR names')]);
    });
  });
});

const PAGE = 4096;
const PAGES = 4096;

/** Mounts a small file system, which only root may. */
function mountSmall(folder: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${PAGES * PAGE}`, 'none', folder], { stdio: 'ignore' });
}

async function mayMount(): Promise<boolean> {
  return inScratch(async (folder) => {
    try {
      mountSmall(folder);
      execFileSync('umount', [folder]);
      return true;
    } catch {
      return false;
    }
  });
}

const isPossible = await mayMount();

describe.skipIf(!isPossible)('a file system of 16 MiB (skipped where none may be mounted)', () => {
  let inputs: string;
  let small: string;

  beforeAll(async () => {
    inputs = await mkdtemp(join(scratch, 'binflash-faults-'));
    small = await mkdtemp(join(scratch, 'binflash-small-'));
    mountSmall(small);
  });

  afterAll(async () => {
    execFileSync('umount', [small]);
    await rm(small, { recursive: true });
    await rm(inputs, { recursive: true });
  });

  afterEach(() => void vi.unstubAllEnvs());

  /** Runs the scene with so many pages free. */
  async function withFree(pages: number, { run, files }: Pick<Scene, 'run' | 'files'>): Promise<unknown> {
    await rm(join(small, 'o'), { recursive: true, force: true });
    await mkdir(join(small, 'o'));
    await writeFile(join(small, 'ballast'), Buffer.alloc((PAGES - 1 - pages) * PAGE));
    const paths = await arrange(inputs, files);
    return run(paths, join(small, 'o', OUTPUT)).then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  it.each(chosen)('%s, from no room to enough', async (_, scene) => {
    let pages = 0;
    let error: unknown;
    do {
      error = await withFree(pages++, scene);
      const left = [...(await contents(join(small, 'o'))).keys()];
      if (error === undefined) expect(left.every((name) => name.startsWith(OUTPUT))).toBe(true);
      else {
        expect(error).toMatchObject({
          code: 'IO',
          message: expect.stringMatching(/no space left|are needed/),
        });
        expect(left).toEqual([]);
      }
    } while (error !== undefined && pages < 200);
    expect(pages).toBeGreaterThan(2);
    expect(error).toBeUndefined();
  });

  it.each([
    ['rewrite', scenes[0]!.run],
    ['sql', scenes[2]!.run],
    ['report', scenes.at(-1)!.run],
    ['inspect', async (paths: string[]) => ({ warnings: (await inspect(paths)).warnings })],
  ])('an index that does not fit into memory, nor on the disk, ends %s with what to do', async (_, run) => {
    vi.stubEnv('TMPDIR', join(small, 'o'));
    const scene: Omit<Scene, 'name' | 'args'> = {
      files: [unevenLog(2000)],
      run: (paths, output) => spilled(() => run(paths, output)),
    };
    expect(await withFree(1, scene)).toMatchObject({
      code: 'IO',
      file: join(small, 'o'),
      message:
        'the temporary file of the index in this folder cannot be written: no space left on the device',
      hint: expect.stringMatching(/make room there, or .* output's folder; .* TMPDIR/),
    });
    expect([...(await contents(join(small, 'o'))).keys()]).toEqual([]);
    expect(await withFree(PAGES / 2, scene)).toBeUndefined();
  });

  it('an undo of 6 MiB is refused at once where half of that is not free, else when it is full', async () => {
    const large = { files: [largeLog(6)], run: scenes[0]!.run };
    const [needed, unpacked] = [6 * 256, { files: [packedLog(10)], run: scenes[0]!.run }];
    expect(await withFree(needed / 2 - 40, large)).toMatchObject({
      message: expect.stringMatching(/about 6\.\d MiB are needed, and 2\.\d MiB are free/),
    });
    for (const part of [0.6, 0.8, 0.99]) {
      expect(await withFree(Math.floor(needed * part), large)).toMatchObject({
        message: expect.stringContaining('no space left'),
        hint: expect.stringMatching(/Nothing was left.* About 6\.\d MiB are needed/),
      });
      expect([...(await contents(join(small, 'o'))).keys()]).toEqual([]);
    }
    expect(await withFree(needed + 64, large)).toBeUndefined();
    // What is unpacked, and what is written: both do not fit.
    expect(await withFree(3000, unpacked)).toMatchObject({
      message: expect.stringContaining('no space left'),
    });
    expect([...(await contents(join(small, 'o'))).keys()]).toEqual([]);
  });
});
