/** Runs that are ended from outside, at any moment: nothing is left, or, after SIGKILL, what may be removed by its name. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { rewrite } from '../../src/index.ts';
import type { Fault, Op } from './disk.ts';
import { checkBuilt, type Ended, inScratch, program, start } from './program.ts';
import { arrange, contents, differences, inputName, largeLog, OUTPUT, type Scene, scenes } from './scenes.ts';

/** BINFLASH_FAULT_ROUNDS=500 runs that many; BINFLASH_FAULT_SEED chooses which. */
const ROUNDS = Number(process.env.BINFLASH_FAULT_ROUNDS ?? 12);
const SEED = Number(process.env.BINFLASH_FAULT_SEED ?? Math.floor(Math.random() * 2 ** 31));

beforeAll(checkBuilt);

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const TEMPORARY = /^\.out(\.\d{6}|\.shop\.[tu])?\.[0-9a-f]{8}(\.old)?\.tmp$/;
const OPS: Op[] = ['read', 'write', 'stat', 'sync', 'close', 'open', 'link', 'unlink'];
const SIGNALS = ['INT', 'TERM', 'HUP', 'KILL'] as const;

/** What is wrong after a run that was sent a signal. */
async function judge(
  { code, signal, stderr }: Ended,
  sent: string,
  folder: string,
  before: Map<string, Buffer>,
  complete: Map<string, Buffer>,
): Promise<string[]> {
  const now = await contents(folder);
  if (code === 0) return differences(now, complete);
  if (sent !== 'KILL') {
    // A program that is done takes no signals any more, but for the system.
    if (signal === `SIG${sent}` && differences(now, complete).length === 0) return [];
    const wrong = stderr.startsWith('binflash: interrupted') ? [] : [`says ${stderr}`];
    return [...(code === 130 ? [] : [`ends with ${code} ${signal}`]), ...wrong, ...differences(now, before)];
  }
  if (signal !== 'SIGKILL') return [`ends with ${code} ${signal}`];
  const named = new Map([...now].filter(([name]) => !TEMPORARY.test(name)));
  if (differences(named, complete).length === 0) return [];
  // Numbered files get their names one after the other, the first one last.
  const isNumbered = ([name]: [string, Buffer]): boolean => /^out\.\d{6}$/.test(name);
  if (named.has('out.000001')) return differences(named, complete);
  return differences(new Map([...named].filter((one) => !isNumbered(one))), before);
}

const AS_ON_A_TERMINAL = `export NODE_OPTIONS='--import=data:text/javascript,process.stderr.isTTY=true'`;

describe('a signal', () => {
  it(`just before any call of the file system (seed ${SEED})`, async () => {
    const next = random(SEED);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
    const failures: string[] = [];
    // SQL text names its inputs by their paths: a worker stays in one folder.
    const worker = async (folder: string): Promise<void> => {
      const complete = new Map<Scene, Map<string, Buffer>>();
      for (let done = 0; done < ROUNDS; done += 2) {
        const scene = pick(scenes.filter(({ name }) => name !== 'sql by table'));
        const sent = pick(SIGNALS);
        const fault: Fault = {
          op: pick(OPS),
          nth: 1 + Math.floor(next() * 12),
          shell: `kill -${sent} $PPID`,
        };
        const inputs = await arrange(folder, scene.files);
        const before = await contents(folder);
        const output = join(folder, OUTPUT);
        if (!complete.has(scene)) {
          await scene.run(inputs, output);
          complete.set(scene, await contents(folder));
          await arrange(folder, scene.files);
        }
        const ended = await program([...scene.args, '-o', output, '-q', ...inputs], {
          faults: { folder, faults: [fault] },
        });
        const wrong = await judge(ended, sent, folder, before, complete.get(scene)!);
        if (wrong.length > 0) failures.push(`${scene.name}, ${JSON.stringify(fault)}: ${wrong.join(', ')}`);
      }
    };
    await Promise.all([inScratch(worker), inScratch(worker)]);
    expect(failures).toEqual([]);
  });

  it(`at any time of a run of 20 MiB (seed ${SEED})`, async () => {
    const next = random(SEED + 1);
    await inScratch(async (folder) => {
      const inputs = await arrange(folder, [largeLog(20)]);
      const args = ['rewrite', '--max-file-size', '6M', '-q', '-o', join(folder, OUTPUT), ...inputs];
      const before = await contents(folder);
      const begun = Date.now();
      expect((await program(args)).code).toBe(0);
      const duration = Date.now() - begun;
      const complete = await contents(folder);
      for (let done = 0; done < ROUNDS / 4; done++) {
        for (const name of (await contents(folder)).keys())
          if (!before.has(name)) await rm(join(folder, name));
        const sent = SIGNALS[Math.floor(next() * SIGNALS.length)]!;
        const { child, ended } = start(args);
        await sleep(duration * (0.3 + 0.7 * next()));
        child.kill(`SIG${sent}`);
        const wrong = await judge(await ended, sent, folder, before, complete);
        // Before the program has begun, the system ends it.
        const early =
          (await ended).signal !== null && differences(await contents(folder), before).length === 0;
        expect([sent, early ? [] : wrong]).toEqual([sent, []]);
      }
    });
  });

  it('the second one ends a run at once that waits, and leaves nothing either', async () => {
    await inScratch(async (folder) => {
      const inputs = await arrange(folder, scenes[0]!.files);
      const ready = join(folder, 'ready');
      // The disk takes its time.
      const fault: Fault = { op: 'sync', nth: 1, shell: `touch ${ready}`, delay: 60_000 };
      const { child, ended } = start(['rewrite', '-o', join(folder, OUTPUT), ...inputs], {
        faults: { folder, faults: [fault] },
        before: AS_ON_A_TERMINAL,
      });
      while (!existsSync(ready)) await sleep(20);
      child.kill('SIGINT');
      await sleep(200);
      expect(child.exitCode).toBeNull();
      child.kill('SIGTERM');
      const { code, stderr } = await ended;
      expect(code).toBe(130);
      // The bar's cursor came back, its way of cutting lines stayed, and nothing was said.
      expect(stderr).toBe(
        '\r\u001b[K\u001b[?25h\u001b[?7hbinflash: interrupted; no file was left under the name of the output\n',
      );
      expect([...(await contents(folder)).keys()]).toEqual([inputName(0), inputName(1), 'ready']);
    });
  });
});

it('what was left by SIGKILL is named by the next run, which leaves it alone', async () => {
  await inScratch(async (folder) => {
    const inputs = await arrange(folder, scenes[0]!.files);
    const output = join(folder, OUTPUT);
    const fault: Fault = { op: 'sync', nth: 1, shell: 'kill -KILL $PPID' };
    const { signal } = await program(['rewrite', '-o', output, ...inputs], {
      faults: { folder, faults: [fault] },
    });
    const [left, ...others] = [...(await contents(folder)).keys()].filter((name) => !name.startsWith('bin'));
    expect([signal, left, others]).toEqual(['SIGKILL', expect.stringMatching(TEMPORARY), []]);
    const { plan } = await rewrite({ inputs, output });
    expect(plan.warnings.filter((one) => one.startsWith(join(folder, left!)))).toHaveLength(1);
    expect([...(await contents(folder)).keys()]).toEqual([left, inputName(0), inputName(1), OUTPUT]);
    // Of another output it is none.
    const other = await rewrite({ inputs, output: join(folder, 'ou') });
    expect(other.plan.warnings.join()).not.toContain('.tmp');
  });
});
