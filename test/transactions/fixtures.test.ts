import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspect } from '../../src/index.ts';
import { transactions } from '../../src/transactions/transactions.ts';
import { type Effect, effects } from '../builder/oracle.ts';
import { readBinlog } from '../builder/reader.ts';
import { runPrinted } from './printed-command.ts';

const folder = join(import.meta.dirname, '..', '..', 'fixtures');
/** Every scenario that stands beside its proven undo. */
const fixtures = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.undo.binlog'))
  .map((path) => path.slice(0, -'.undo.binlog'.length))
  .sort();

/** Transactions of one fixture that are undone. */
const MOST = 12;

describe.each(fixtures)('%s', (name) => {
  const path = join(folder, `${name}.binlog`);

  it('is undone one by one by the printed commands as it is at once', async () => {
    const list = await transactions([path], { maxText: 50 }, async (found) => {
      const entries = [];
      for await (const group of found.entries()) entries.push(...group);
      return entries;
    });
    const undone: Effect[][] = [];
    // Of a long one, some: each starts a shell.
    const step = Math.ceil(list.length / MOST);
    const some = list.filter((_, i) => i % step === 0).reverse();
    for (const { start, end, decided, state, rows } of some) {
      // A decided XA transaction is selected by the place of its decision.
      const [first, last] = decided ? [decided.position, decided.position + 1] : [start, end];
      const select = { from: { file: 0, offset: first }, to: { file: 0, offset: last } };
      const undo = await transactions([path], { maxText: 1, select }, async (found) => found.undoFirst());
      expect(undo.command === undefined, `${start} is ${state}`).toBe(state !== 'committed');
      if (undo.command === undefined) continue;
      const { log, result } = await runPrinted(undo.command);
      expect(result.plan).toMatchObject({ rows, transactions: 1 });
      undone.push(...effects([log]));
    }
    if (step > 1) return;
    const proved = readBinlog(await readFile(join(folder, `${name}.undo.binlog`)));
    expect(undone).toEqual(effects([proved]));
  });

  it('adds up to what the fixture is known to hold', async () => {
    const { tables, transactions: count } = JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8'));
    const { total } = await inspect([path]);
    const byName = (a: { table: string }, b: { table: string }): number => (a.table < b.table ? -1 : 1);
    expect(total).toMatchObject({ transactions: count, tables: [...tables].sort(byName) });
  });
});
