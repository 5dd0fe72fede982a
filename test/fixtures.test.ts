import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspect } from '../src/index.ts';
import { effects, undoOf } from './builder/oracle.ts';
import { readBinlog } from './builder/reader.ts';
import { expectWellFormed } from './builder/well-formed.ts';
import { refusal, undo } from './helpers.ts';
import { expectIndexed, expectSameAgain } from './laws/identity-checks.ts';

/**
 * Binlogs written by real servers. Each stands beside the undo that the server it came from replayed, with
 * the data equal to those before the damage (fixtures/make.ts), and beside what is known of it. Those of older servers are
 * built (fixtures/make-built.ts).
 */
const folder = join(import.meta.dirname, '..', 'fixtures');
const fixtures = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.json'))
  .map((path) => path.slice(0, -'.json'.length))
  .sort();

/** Scenarios of which the tests' own reader understands all: it knows rows and COMMIT, and nothing beyond. */
const plain = ['order', 'types', 'workflow'];

interface Truth {
  server: string;
  flavour: 'mysql' | 'mariadb';
  transactions: number;
  tables: { table: string; insert: number; update: number; delete: number }[];
}

describe.each(fixtures)('%s', (name) => {
  const path = join(folder, `${name}.binlog`);
  const isPlain = plain.includes(basename(name));
  const source = readFile(path);
  const truth = readFile(join(folder, `${name}.json`), 'utf8').then((text) => JSON.parse(text) as Truth);

  it('is undone to the very bytes that a server replayed', async () => {
    const { bytes } = await undo([await source]);
    const proved = await readFile(join(folder, `${name}.undo.binlog`));
    expect(bytes.equals(proved)).toBe(true);
    expectWellFormed(bytes);
  });

  it('is undone the same with a window smaller than any event', async () => {
    const { bytes } = await undo([await source], { window: 64 });
    expect(bytes.equals(await readFile(join(folder, `${name}.undo.binlog`)))).toBe(true);
  });

  it('keeps law 1: all of it is in the index, and is the same when written again', async () => {
    if (isPlain) await expectIndexed([await source]);
    expectSameAgain(await source, (await truth).flavour);
  });

  it('keeps law 6: cut by one byte, it leaves no output', async () => {
    const bytes = await source;
    expect(await refusal([bytes.subarray(0, bytes.length - 1)])).toMatchObject({ code: 'TRUNCATED' });
  });

  it('keeps laws 2, 3 and 4', async () => {
    const first = await undo([await source]);
    // Without the statement's text, which an undo does not hold, an incomplete update may have been a REPLACE.
    if ((await truth).flavour === 'mariadb' && basename(name) === 'images') return;
    const second = await undo([first.bytes]);
    const third = await undo([second.bytes]);
    expect(effects([third.log])).toEqual(effects([first.log]));
    if (!isPlain) return;
    const original = effects([readBinlog(await source)]);
    expect(effects([first.log])).toEqual(undoOf(original));
    expect(effects([second.log])).toEqual(original);
  });

  it('is what inspect says it is', async () => {
    const { server, flavour, tables, transactions } = await truth;
    const { files, tables: seen, blockers } = await inspect([path]);
    expect(files[0]).toMatchObject({ flavour, transactions });
    expect(files[0]!.serverVersion.split('-')[0]).toBe(server.split('-')[0]);
    const byName = (a: { table: string }, b: { table: string }): number => (a.table < b.table ? -1 : 1);
    expect(seen).toMatchObject([...tables].sort(byName));
    expect(blockers).toEqual([]);
  });
});
