import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { inspect, report, rewrite, show, sql, transactions, verify } from '../../src/index.ts';
import { source } from '../builder/arbitrary.ts';
import { inFolder, spilled, writeFiles } from '../helpers.ts';

const folder = join(import.meta.dirname, '..', '..', 'fixtures');
const fixtures = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.undo.binlog'))
  .map((path) => join(folder, `${path.slice(0, -'.undo.binlog'.length)}.binlog`))
  .sort()
  // Of each server some.
  .filter((_, i) => i % 3 === 0);

/** What it answers, or says instead. */
async function outcome(
  make: (write: (piece: Uint8Array | string) => Promise<void>) => Promise<unknown>,
): Promise<string> {
  const pieces: Buffer[] = [];
  const write = async (piece: Uint8Array | string): Promise<void> =>
    void pieces.push(Buffer.from(piece as string));
  const result = await make(write).catch((error: unknown) => String(error));
  const said =
    JSON.stringify(result, (_, value) => (typeof value === 'bigint' ? String(value) : value)) ?? '';
  return said + Buffer.concat(pieces).toString('latin1');
}

/** By command, everything that it says of these files, and of their undo where they have one. */
async function everything(
  inputs: readonly string[],
  undo: string | undefined,
): Promise<Record<string, string>> {
  const where = ['@1 > 2'];
  return {
    rewrite: await outcome(async (write) => void (await rewrite({ inputs, output: { write } }))),
    filtered: await outcome(
      async (write) => void (await rewrite({ inputs, output: { write }, select: { where } })),
    ),
    show: await outcome((write) => show({ inputs, format: 'json', write })),
    sql: await outcome(async (write) => void (await sql({ inputs, output: { write }, format: 'ndjson' }))),
    inspect: await outcome(() => inspect(inputs)),
    transactions: await outcome(() =>
      transactions(inputs, { sort: 'size', top: 20 }, async (list) => {
        const entries = [];
        for await (const group of list.entries()) entries.push(...group);
        return entries;
      }),
    ),
    report: await outcome(async (write) => (await report({ inputs, output: { write } })).data),
    verify:
      undo === undefined
        ? 'no undo'
        : await outcome(async () => {
            const { plan, proof } = await verify({ inputs, undo: [undo] });
            return [proof, plan.warnings];
          }),
  };
}

/** The undo of these files, made in their folder, if they can be undone. */
async function undoOf(inputs: readonly string[], folder: string): Promise<string | undefined> {
  const output = join(folder, 'undo.binlog');
  try {
    await rewrite({ inputs, output });
    return output;
  } catch {
    return undefined;
  }
}

// A page tells when it was made.
beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterAll(() => void vi.useRealTimers());

describe('an index that does not fit into memory', () => {
  it('changes no output: fixtures', { timeout: 300_000 }, async () => {
    for (const path of fixtures) {
      const undo = path.replace(/\.binlog$/, '.undo.binlog');
      const found = await spilled(() => everything([path], undo));
      expect(found, path).toEqual(await everything([path], undo));
      expect(found.verify).toContain('"digest"');
    }
  });

  it('changes no output: logs of all kinds', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(source({ longest: 200 }), ({ files }) =>
        inFolder(async (into) => {
          const inputs = await writeFiles(into, files);
          const undo = await undoOf(inputs, into);
          expect(await spilled(() => everything(inputs, undo))).toEqual(await everything(inputs, undo));
        }),
      ),
      { numRuns: 8 },
    );
  });
});
