import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BinflashError } from '../../src/index.ts';
import type { Disk, Fault, Op } from './disk.ts';
import { ownDisk } from './own-disk.ts';
import { arrange, contents, differences, OUTPUT, type Scene, scenes, type Told } from './scenes.ts';

const { folder, disk } = ownDisk();

/** What each call can fail with. */
const ERRORS: Record<Op, readonly string[]> = {
  read: ['EIO'],
  write: ['ENOSPC'],
  stat: ['EIO'],
  sync: ['EIO'],
  datasync: ['EIO'],
  close: ['EIO'],
  open: ['EACCES'],
  link: ['EPERM', 'ENOSPC'],
  rename: ['EIO'],
  unlink: ['EIO'],
  readdir: ['EACCES'],
  access: ['EACCES'],
  unlinkSync: ['EIO'],
  renameSync: ['EIO'],
};

interface Outcome {
  readonly error?: unknown;
  /** What a run that was successful says, warnings included. */
  readonly told?: string;
}

function outcome(run: () => Promise<Told>): Promise<Outcome> {
  return run().then(
    ({ plan, warnings }) => ({ told: JSON.stringify([plan?.warnings, warnings]) }),
    (error: unknown) => ({ error }),
  );
}

interface Case {
  readonly scene: Scene;
  readonly force?: boolean;
  readonly old?: ReadonlyMap<string, Buffer>;
  readonly ops?: readonly Op[];
}

/** Sweeps over all calls of a run. Answers how many runs there were, and what was wrong with which. */
async function sweep({
  scene,
  force = false,
  old = new Map(),
  ops,
}: Case): Promise<{ runs: number; failures: string[] }> {
  const output = join(folder, OUTPUT);
  let counts: Disk['counts'] = {};
  const run = async (...faults: Fault[]): Promise<Outcome> => {
    const inputs = await arrange(folder, scene.files, old);
    disk.expect(...faults);
    const result = await outcome(() => scene.run(inputs, output, { force }));
    counts = { ...disk.counts };
    disk.expect();
    return result;
  };
  expect(await run()).not.toHaveProperty('error');
  const made = counts;
  const complete = await contents(folder);
  await arrange(folder, scene.files, old);
  const before = await contents(folder);
  expect(differences(complete, before).length).toBeGreaterThan(0);
  const failures: string[] = [];
  let runs = 0;
  for (const op of ops ?? (Object.keys(made) as Op[])) {
    for (let nth = 1; nth <= (made[op] ?? 0); nth++) {
      const faults: Fault[] = ERRORS[op].map((error) => ({ op, nth, error }));
      if (op === 'write' || op === 'read') faults.push({ op, nth, short: 1 });
      if (op === 'write') faults.push({ op, nth, error: 'ENOSPC', forever: true });
      for (const fault of faults) {
        runs++;
        const result = await run(fault);
        const wrong = await judge(result, fault, before, complete);
        if (wrong.length > 0) failures.push(`${JSON.stringify(fault)}: ${wrong.join(', ')}`);
      }
    }
  }
  return { runs, failures };
}

async function judge(
  { error, told }: Outcome,
  fault: Fault,
  before: Map<string, Buffer>,
  complete: Map<string, Buffer>,
): Promise<string[]> {
  const now = await contents(folder);
  // What cannot be removed must be named.
  const unnamed = (wrong: string[], by = ''): string[] =>
    wrong.filter((one) => !one.endsWith(' is left') || !by.includes(one.split(' ')[0]!));
  if (error === undefined) return unnamed(differences(now, complete), told);
  if (fault.short !== undefined) return [`fails: ${error}`];
  if (!(error instanceof BinflashError)) return [`fails with ${error}`];
  const wrong = unnamed(differences(now, before), error.hint);
  return error.code === 'IO' ? wrong : [...wrong, `is ${error.code}`];
}

describe('one fault at every call', () => {
  it.each(scenes.map((scene) => [scene.name, scene] as const))('%s', async (_, scene) => {
    const { runs, failures } = await sweep({ scene });
    expect(failures).toEqual([]);
    expect(runs).toBeGreaterThan(20);
  });

  it.each(scenes.map((scene) => [scene.name, scene] as const))(
    '%s, over files that are there',
    async (_, scene) => {
      await scene.run(await arrange(folder, scene.files), join(folder, OUTPUT));
      const names = [...(await contents(folder)).keys()].filter((name) => name.startsWith(OUTPUT));
      const old = new Map(names.map((name) => [name, Buffer.from('precious')]));
      // All but the last calls are those of a run that replaces nothing.
      const { failures } = await sweep({ scene, force: true, old, ops: ['rename', 'sync', 'unlink'] });
      expect(failures).toEqual([]);
    },
  );
});
