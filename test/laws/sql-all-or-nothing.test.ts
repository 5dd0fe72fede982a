/** SQL text is written wholly or not at all: whatever ends a run, nothing but its inputs is there afterwards. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BinflashError, type Progress, sql } from '../../src/index.ts';
import { named, ofNumbers } from '../builder/named.ts';
import { boundaries, checkUntouched, inFolder, writeFiles } from '../helpers.ts';

describe('law 6 of SQL text, all or nothing', () => {
  it('damage anywhere leaves no output, no temporary file, and the inputs as they were', {
    timeout: 300_000,
  }, async () => {
    const split = fc.constantFrom(undefined, 'transaction' as const, 'table' as const);
    await fc.assert(
      fc.asyncProperty(named(), fc.nat(), split, async ({ files }, at, splitBy) => {
        const last = files.at(-1)!;
        const cut = 1 + (at % (last.length - 5));
        fc.pre(!boundaries(last).has(cut));
        const damaged = [...files.slice(0, -1), last.subarray(0, cut)];
        await inFolder(async (folder) => {
          const inputs = await writeFiles(folder, damaged);
          const run = sql({ inputs, output: join(folder, 'changes.sql'), flashback: true, splitBy });
          await expect(run).rejects.toMatchObject({
            code: expect.stringMatching(/^(TRUNCATED|NOT_A_BINLOG)$/),
          });
          await checkUntouched(folder, damaged);
        });
      }),
      { numRuns: 60 },
    );
  });

  it('an abort at any time rejects with its reason and leaves nothing', { timeout: 300_000 }, async () => {
    const split = fc.constantFrom(undefined, 'transaction' as const, 'table' as const);
    await fc.assert(
      fc.asyncProperty(named(), fc.nat({ max: 40 }), split, async ({ files }, when, splitBy) => {
        await inFolder(async (folder) => {
          const inputs = await writeFiles(folder, files);
          const abort = new AbortController();
          const reason = new Error('enough');
          let calls = 0;
          const onProgress = (): void => {
            if (calls++ === when) abort.abort(reason);
          };
          const output = join(folder, 'changes.sql');
          const run = sql({ inputs, output, signal: abort.signal, onProgress, window: 256, splitBy });
          const outcome = await run.then(
            () => 'done',
            (error: unknown) => error,
          );
          expect(outcome).toBe(abort.signal.aborted ? reason : 'done');
          if (abort.signal.aborted) await checkUntouched(folder, files);
        });
      }),
      { numRuns: 50 },
    );
  });

  it('an abort at the last moment leaves nothing either', async () => {
    for (const splitBy of [undefined, 'transaction', 'table'] as const) {
      await inFolder(async (folder) => {
        const files = [ofNumbers(1, 2, 3)];
        const inputs = await writeFiles(folder, files);
        const abort = new AbortController();
        const onProgress = ({ phase, done, total }: Progress): void => {
          if (phase === 'write' && done === total) abort.abort();
        };
        const output = join(folder, 'changes.sql');
        const run = sql({ inputs, output, signal: abort.signal, onProgress, splitBy });
        await expect(run).rejects.toMatchObject({ name: 'AbortError' });
        await checkUntouched(folder, files);
      });
    }
  });

  it('a value that cannot be written, and be it the last, leaves no file and nothing in a stream', async () => {
    const unwritable = { code: 'UNSUPPORTED', table: 'shop.t' };
    const few = Array.from({ length: 20 }, (_, i) => i);
    for (const flashback of [false, true]) {
      for (const splitBy of [undefined, 'transaction', 'table'] as const) {
        await inFolder(async (folder) => {
          const files = [flashback ? ofNumbers(2 ** 31, ...few) : ofNumbers(...few, 2 ** 31)];
          const inputs = await writeFiles(folder, files);
          const run = sql({ inputs, output: join(folder, 'changes.sql'), flashback, splitBy });
          await expect(run).rejects.toMatchObject(unwritable);
          await checkUntouched(folder, files);
        });
      }
    }
    // More text than is held before it is written.
    const many = Array.from({ length: 8000 }, (_, i) => i);
    await inFolder(async (folder) => {
      const inputs = await writeFiles(folder, [ofNumbers(...many, 2 ** 31)]);
      let written = 0;
      const write = async (bytes: Uint8Array): Promise<void> => {
        written += bytes.length;
      };
      await expect(sql({ inputs, output: { write } })).rejects.toMatchObject(unwritable);
      expect(written).toBe(0);
    });
  });

  it('a stream that fails makes the run fail with that error, once', async () => {
    await inFolder(async (folder) => {
      const inputs = await writeFiles(folder, [ofNumbers(...Array.from({ length: 5000 }, (_, i) => i))]);
      const failure = new BinflashError('IO', 'no space left');
      let writes = 0;
      const output = {
        write: async (): Promise<void> => {
          writes++;
          throw failure;
        },
      };
      await expect(sql({ inputs, output })).rejects.toBe(failure);
      expect(writes).toBe(1);
    });
  });

  it('existing outputs stay as they are, unless force is given', async () => {
    await inFolder(async (folder) => {
      const inputs = await writeFiles(folder, [ofNumbers(1, 2)]);
      const output = join(folder, 'changes.sql');
      const cases = [
        [undefined, ['changes.sql']],
        ['transaction', ['changes.sql.000002']],
        ['table', ['changes.sql.shop.t']],
      ] as const;
      for (const [splitBy, taken] of cases) {
        for (const name of taken) await writeFile(join(folder, name), 'precious');
        const before = (await readdir(folder)).sort();
        await expect(sql({ inputs, output, splitBy })).rejects.toMatchObject({ code: 'USAGE' });
        expect((await readdir(folder)).sort()).toEqual(before);
        for (const name of taken) expect(await readFile(join(folder, name), 'utf8')).toBe('precious');
        const { outputs } = await sql({ inputs, output, splitBy, force: true });
        expect((await Promise.all(outputs.map((path) => readFile(path, 'utf8')))).join()).toContain('INSERT');
      }
    });
  });

  it('what a run with force would replace stays when it fails', async () => {
    await inFolder(async (folder) => {
      const inputs = await writeFiles(folder, [ofNumbers(1, 2, 2 ** 31)]);
      const output = join(folder, 'changes.sql');
      const taken = ['changes.sql', 'changes.sql.000001', 'changes.sql.shop.t'];
      for (const name of taken) await writeFile(join(folder, name), 'precious');
      const before = (await readdir(folder)).sort();
      for (const splitBy of [undefined, 'transaction', 'table'] as const) {
        await expect(sql({ inputs, output, splitBy, force: true })).rejects.toMatchObject({
          code: 'UNSUPPORTED',
        });
        expect((await readdir(folder)).sort()).toEqual(before);
        for (const name of taken) expect(await readFile(join(folder, name), 'utf8')).toBe('precious');
      }
    });
  });
});
