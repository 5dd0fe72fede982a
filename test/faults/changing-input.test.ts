/** Inputs that do not stay as they are while they are read: cut, overwritten, still growing, rotated away, deleted. */
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspect, show } from '../../src/index.ts';
import type { Fault } from './disk.ts';
import { ownDisk } from './own-disk.ts';
import { arrange, contents, differences, inputName, OUTPUT, type Scene, scenes } from './scenes.ts';

const { folder, disk } = ownDisk();

/** Inputs that were written a while ago: clocks of file systems tick slowly. */
async function inputs(scene: Scene): Promise<string[]> {
  const paths = await arrange(folder, scene.files);
  for (const path of paths) await utimes(path, 1_795_230_000, 1_795_230_000);
  return paths;
}

/** What happens to the second file, whose name is `$F`. */
const CHANGES = {
  cut: 'truncate -s -100 $F',
  'cut to nothing': ': > $F',
  overwritten: 'printf x | dd of=$F bs=1 seek=300 conv=notrunc status=none',
  'overwritten in its last row': 'printf x | dd of=$F bs=1 seek=8000 conv=notrunc status=none',
  grown: 'echo more >> $F',
  'rotated away': 'mv $F $F.old; echo other > $F',
  deleted: 'rm $F',
};

type Change = keyof typeof CHANGES;

const names = ['rewrite', 'sql', 'report'];
const chosen = scenes.filter(({ name }) => names.includes(name)).map((scene) => [scene.name, scene] as const);

/** Runs the scene once for each of its reads, before which the change happens. */
async function atEachRead(
  scene: Scene,
  change: Change,
  judge: (error: unknown, told: string, nth: number) => Promise<void>,
): Promise<void> {
  const output = join(folder, OUTPUT);
  disk.expect();
  await scene.run(await inputs(scene), output);
  const reads = disk.counts.read!;
  const file = join(folder, inputName(1));
  const shell = CHANGES[change].replaceAll('$F', file);
  for (let nth = 1; nth <= reads; nth += change === 'cut' || change === 'overwritten' ? 1 : 3) {
    const paths = await inputs(scene);
    const fault: Fault = { op: 'read', nth, shell };
    disk.expect(fault);
    const [error, told] = await scene.run(paths, output).then(
      (result) => [undefined, JSON.stringify([result.plan?.warnings, result.warnings])] as const,
      (thrown: unknown) => [thrown, ''] as const,
    );
    disk.expect();
    await judge(error, told, nth);
  }
}

describe.each(chosen)('%s from a file that is', (_, scene) => {
  it.each(['cut', 'cut to nothing', 'overwritten', 'overwritten in its last row'] as const)(
    '%s ends with an I/O error that says so, and leaves nothing',
    async (change) => {
      await atEachRead(scene, change, async (error, _told, nth) => {
        expect(error, `read ${nth}`).toMatchObject({
          code: 'IO',
          message: expect.stringContaining('changed while it was read'),
          file: expect.stringContaining(inputName(1)),
        });
        expect([...(await contents(folder)).keys()]).toEqual([inputName(0), inputName(1)]);
      });
    },
  );

  it.each(['grown', 'rotated away', 'deleted'] as const)(
    '%s writes what it was when opened',
    async (change) => {
      await scene.run(await inputs(scene), join(folder, OUTPUT));
      const outputs = new Map([...(await contents(folder))].filter(([name]) => name.startsWith(OUTPUT)));
      await atEachRead(scene, change, async (error, told, nth) => {
        expect(error, `read ${nth}`).toBeUndefined();
        const there = [...(await contents(folder))].filter(([name]) => !name.startsWith('bin.'));
        expect(differences(new Map(there), outputs)).toEqual([]);
        expect(told.includes('has grown since it was opened')).toBe(change === 'grown');
      });
    },
  );
});

it('commands that only read notice it too', async () => {
  const scene = scenes[0]!;
  const runs = [
    (paths: string[]) => inspect(paths, { window: 4096, select: { where: ['c0 > 7'] } }),
    (paths: string[]) => show({ inputs: paths, window: 4096, write: async () => {} }),
  ];
  for (const run of runs) {
    disk.expect();
    await run(await inputs(scene));
    for (const nth of [3, disk.counts.read!]) {
      const paths = await inputs(scene);
      disk.expect({ op: 'read', nth, shell: CHANGES.overwritten.replaceAll('$F', paths[1]!) });
      await expect(run(paths)).rejects.toMatchObject({ code: 'IO', file: paths[1] });
    }
  }
});
