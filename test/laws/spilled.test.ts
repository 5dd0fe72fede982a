import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspect, rewrite, show, sql, transactions } from '../../src/index.ts';
import { pageLimits } from '../../src/io/page-store.ts';
import { source } from '../builder/arbitrary.ts';
import { inFolder, writeFiles } from '../helpers.ts';

const folder = join(import.meta.dirname, '..', '..', 'fixtures');
const fixtures = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.undo.binlog'))
  .map((path) => join(folder, `${path.slice(0, -'.undo.binlog'.length)}.binlog`))
  .sort()
  // Of each server some.
  .filter((_, i) => i % 3 === 0);

/** All that is made with pages of a few numbers, none of which stays in memory. */
async function spilled<T>(make: () => Promise<T>): Promise<T> {
  const before = { ...pageLimits };
  Object.assign(pageLimits, { inMemory: 0, page: 8, firstPage: 4 });
  try {
    return await make();
  } finally {
    Object.assign(pageLimits, before);
  }
}

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

/** By command, everything that it says of these files. */
async function everything(inputs: readonly string[]): Promise<Record<string, string>> {
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
  };
}

describe('an index that does not fit into memory', () => {
  it('changes no output: fixtures', { timeout: 60_000 }, async () => {
    for (const path of fixtures) {
      expect(await spilled(() => everything([path])), path).toEqual(await everything([path]));
    }
  });

  it('changes no output: logs of all kinds', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(source({ longest: 200 }), ({ files }) =>
        inFolder(async (into) => {
          const inputs = await writeFiles(into, files);
          expect(await spilled(() => everything(inputs))).toEqual(await everything(inputs));
        }),
      ),
      { numRuns: 8 },
    );
  });
});
