import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { source } from '../builder/arbitrary.ts';
import { Binlog } from '../builder/binlog.ts';
import { prefixed, u32 } from '../builder/bytes.ts';
import { mariadb118, mysql97 } from '../builder/format.ts';
import { effects } from '../builder/oracle.ts';
import { readBinlog } from '../builder/reader.ts';
import { packing, packTransactions } from '../builder/repack.ts';
import { rows, type Values } from '../builder/rows.ts';
import { change, orders } from '../builder/shop.ts';
import { inFolder } from '../helpers.ts';
import { build, run, step } from '../scan/xa-model.ts';
import { objects, shown, shownUntil } from '../show/shown.ts';

const WINDOWS = [64, 4096, 64 * 1024 * 1024];

describe('show', () => {
  it('law 3: shows every change once, in order, and no other', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(source({ longest: 200 }), async ({ files }) => {
        const expected = effects(files.map((file) => readBinlog(file))).flat();
        const { text } = await shown(files, { format: 'json' });
        const said = objects(text).filter(({ unreadable }) => unreadable === undefined);
        expect(said.map(({ kind, table }) => `${kind} ${table}`)).toEqual(
          expected.map(({ kind, table }) => `${kind} ${table}`),
        );
        for (const [i, { before, after }] of said.entries()) {
          const count = (image: object | undefined): number => Object.keys(image ?? {}).length;
          expect(count(before as object)).toBe(count(expected[i]!.before));
          expect(count(after as object)).toBe(count(expected[i]!.after));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('law 10: says the same whatever the window is', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(source({ longest: 200 }), fc.array(packing), async ({ files, server }, packings) => {
        const packed =
          server === mysql97 && packings.length > 0
            ? files.map((file) => packTransactions(file, (n) => packings[n % packings.length]))
            : files;
        for (const format of ['text', 'json'] as const) {
          const [first, ...others] = await Promise.all(
            WINDOWS.map(async (window) => (await shownUntil(packed, { format, window })).text),
          );
          for (const other of others) expect(other).toBe(first);
        }
      }),
      { numRuns: 30 },
    );
  });

  it.each([mysql97, mariadb118])(
    'XA: what is committed is shown ($version)',
    { timeout: 300_000 },
    async (server) => {
      const steps = fc.array(step, { minLength: 1, maxLength: 16 });
      await fc.assert(
        fc.asyncProperty(steps, fc.constantFrom(...WINDOWS), async (plan, window) => {
          const { text, error } = await shownUntil(build(server, plan), { format: 'json', window });
          const { committed } = run(plan, { start: 0, stop: Number.POSITIVE_INFINITY });
          const said = objects(text).filter(({ ending }) => ending === 'committed');
          const ids = said.map(({ after }) => (after as Record<string, number>)['@1']!);
          expect(ids.sort((a, b) => a - b)).toEqual(committed.flat().sort((a, b) => a - b));
          if (error !== undefined) expect(error).toMatchObject({ code: 'NO_MATCH' });
        }),
        { numRuns: 50 },
      );
    },
  );
});

const SCRIPT = path.join(import.meta.dirname, 'show-peak.ts');

/** Transactions of 64 KiB, as many as make up so many MiB. */
function log(size: number): Buffer {
  const binlog = new Binlog(mysql97);
  const row = (id: number): Values => [u32(id), prefixed(1, 'x'.repeat(20))];
  const many = (count: number): Values[][] => Array.from({ length: count }, (_, id) => [row(id)]);
  const map = change('insert', [0])[0]!;
  const event = rows('delete', orders, 70, many((64 * 1024) / 26));
  for (let i = 0; i < size * 16; i++) binlog.transaction([map, event]);
  return binlog.bytes();
}

it('law 7: show has flat memory', { timeout: 300_000 }, async () => {
  const [small, large] = await inFolder(async (folder) => {
    const peaks = [];
    for (const size of [16, 160]) {
      const input = path.join(folder, `bin.00000${size}`);
      await writeFile(input, log(size));
      const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', SCRIPT, input]);
      peaks.push(JSON.parse(stdout) as { characters: number; peak: number });
    }
    return peaks;
  });
  expect(large!.characters).toBeGreaterThan(5 * small!.characters);
  expect(large!.peak - small!.peak).toBeLessThan(60);
});
