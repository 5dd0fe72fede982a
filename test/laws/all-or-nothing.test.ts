import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BinflashError, rewrite } from '../../src/index.ts';
import { source } from '../builder/arbitrary.ts';
import { Binlog } from '../builder/binlog.ts';
import { int } from '../builder/columns.ts';
import { mysql80 } from '../builder/format.ts';
import { rows, table, tableMap } from '../builder/rows.ts';
import { boundaries, checkUntouched, inFolder, refusal, writeFiles } from '../helpers.ts';

const of = table('shop.orders', [int]);

function small(transactions = 3): Buffer {
  const log = new Binlog(mysql80);
  for (let i = 1; i <= transactions; i++)
    log.transaction([tableMap(of, 1), rows('insert', of, 1, [[[Buffer.alloc(4, i)]]])]);
  return log.bytes();
}

describe('law 6, all or nothing', () => {
  it('damage anywhere leaves no output, no temporary file, and the inputs as they were', {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(source(), fc.nat(), fc.nat(), async ({ files }, at, which) => {
        const damaged = files.map((file) => Buffer.from(file));
        const victim = damaged[which % damaged.length]!;
        damaged[which % damaged.length] = victim.subarray(0, 1 + (at % (victim.length - 5)));
        // A cut at an event boundary is not damage; any other is.
        const cut = damaged[which % damaged.length]!;
        fc.pre(!boundaries(victim).has(cut.length));
        const error = await refusal(damaged);
        expect(error.code).toMatch(/^(TRUNCATED|NOT_A_BINLOG)$/);
      }),
      { numRuns: 80 },
    );
  });

  it('an abort at any time rejects with its reason and leaves nothing', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(source(), fc.nat({ max: 40 }), async ({ files }, when) => {
        await inFolder(async (folder) => {
          const inputs = await writeFiles(folder, files);
          const abort = new AbortController();
          const reason = new Error('enough');
          let calls = 0;
          const onProgress = (): void => {
            if (calls++ === when) abort.abort(reason);
          };
          const output = join(folder, 'undo.binlog');
          const run = rewrite({ inputs, output, signal: abort.signal, onProgress, window: 256 });
          const outcome = await run.then(
            () => 'done',
            (error: unknown) => error,
          );
          expect(outcome).toBe(abort.signal.aborted ? reason : 'done');
          if (abort.signal.aborted) await checkUntouched(folder, files);
        });
      }),
      { numRuns: 80 },
    );
  });

  it('aborts while writing too', async () => {
    await inFolder(async (folder) => {
      const files = [small()];
      const inputs = await writeFiles(folder, files);
      const abort = new AbortController();
      const phases: string[] = [];
      const onProgress = ({ phase }: { phase: string }): void => {
        phases.push(phase);
        if (phase === 'write') abort.abort();
      };
      const run = rewrite({
        inputs,
        output: join(folder, 'undo.binlog'),
        signal: abort.signal,
        onProgress,
        window: 64,
      });
      await expect(run).rejects.toMatchObject({ name: 'AbortError' });
      expect(phases.at(-1)).toBe('write');
      await checkUntouched(folder, files);
    });
  });

  it('a stream that fails makes the run fail with that error, once', async () => {
    await inFolder(async (folder) => {
      const inputs = await writeFiles(folder, [small(50)]);
      const failure = new BinflashError('IO', 'no space left');
      let writes = 0;
      const output = {
        write: async (): Promise<void> => {
          writes++;
          throw failure;
        },
      };
      await expect(rewrite({ inputs, output })).rejects.toBe(failure);
      expect(writes).toBe(1);
    });
  });

  it('a dry run writes nothing', async () => {
    await inFolder(async (folder) => {
      const files = [small()];
      const { plan, written, outputs } = await rewrite({ inputs: await writeFiles(folder, files) });
      expect([plan.rows, plan.transactions, written, outputs]).toEqual([3, 3, undefined, []]);
      await checkUntouched(folder, files);
    });
  });

  it('an existing output stays as it is, unless force is given', async () => {
    await inFolder(async (folder) => {
      const inputs = await writeFiles(folder, [small()]);
      const output = join(folder, 'undo.binlog');
      await writeFile(output, 'precious');
      await expect(rewrite({ inputs, output })).rejects.toMatchObject({ code: 'USAGE', file: output });
      expect(await readFile(output, 'utf8')).toBe('precious');
      await rewrite({ inputs, output, force: true });
      expect((await readFile(output)).subarray(1, 4).toString()).toBe('bin');
      expect((await readdir(folder)).sort()).toEqual(['bin.000001', 'undo.binlog']);
    });
  });

  it('the output is never an input, not even by another name and with force', async () => {
    await inFolder(async (folder) => {
      const files = [small()];
      const inputs = await writeFiles(folder, files);
      const link = join(folder, 'link');
      await symlink(inputs[0]!, link);
      for (const output of [inputs[0]!, link]) {
        const run = rewrite({ inputs, output, force: true });
        await expect(run).rejects.toMatchObject({
          code: 'USAGE',
          message: expect.stringContaining('one of the inputs'),
        });
      }
      expect((await readFile(inputs[0]!)).equals(files[0]!)).toBe(true);
    });
  });

  it('a folder as output, and an output in no folder, are I/O errors', async () => {
    await inFolder(async (folder) => {
      const files = [small()];
      const inputs = await writeFiles(folder, files);
      await mkdir(join(folder, 'x'));
      const bad: [string, RegExp][] = [
        [join(folder, 'x'), /is a folder/],
        [join(folder, 'none', 'undo'), /no such file or folder/],
      ];
      for (const [output, message] of bad) {
        const run = rewrite({ inputs, output, force: true });
        await expect(run).rejects.toMatchObject({ code: 'IO', message: expect.stringMatching(message) });
      }
      expect((await readdir(folder)).sort()).toEqual(['bin.000001', 'x']);
    });
  });
});
