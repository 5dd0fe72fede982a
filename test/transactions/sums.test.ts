import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspect, rewrite, type Selection } from '../../src/index.ts';
import type { FilePlace } from '../../src/select/selection.ts';
import { type TransactionEntry, transactions } from '../../src/transactions/transactions.ts';
import { source } from '../builder/arbitrary.ts';
import { START_TIME } from '../builder/binlog.ts';
import { type Effect, effects } from '../builder/oracle.ts';
import { readBinlog } from '../builder/reader.ts';
import { inFolder, writeFiles } from '../helpers.ts';
import { runPrinted } from './printed-command.ts';

const some = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });

/** Selections for what {@link source} makes. */
const selection: fc.Arbitrary<Selection> = fc.record({
  databases: some(fc.constantFrom(['db0'], ['db1', 'db2'], ['*'])),
  excludeTables: some(fc.constantFrom(['db0.t'], ['*.x'])),
  types: some(fc.constantFrom(['insert'] as const, ['update', 'delete'] as const)),
  startDatetime: some(fc.integer({ min: START_TIME, max: START_TIME + 3 })),
  stopDatetime: some(fc.integer({ min: START_TIME + 3, max: START_TIME + 2003 })),
});

const sum = (entries: readonly TransactionEntry[]): number[] =>
  (['rows', 'insert', 'update', 'delete'] as const).map((what) =>
    entries.reduce((total, entry) => total + entry[what], 0),
  );

const NONE: TransactionEntry[] = [];

function list(inputs: readonly string[], select: Selection): Promise<TransactionEntry[]> {
  return transactions(inputs, { select, maxText: 20 }, async (found) => {
    const entries: TransactionEntry[] = [];
    for await (const group of found.entries()) entries.push(...group);
    return entries;
  }).catch((error: { code?: string }) => {
    if (error.code === 'NO_MATCH') return NONE;
    throw error;
  });
}

describe('transactions', () => {
  it('add up to what inspect says, and for any selection to what an undo would be', async () => {
    await fc.assert(
      fc.asyncProperty(source(), selection, ({ files }, select) =>
        inFolder(async (folder) => {
          const inputs = await writeFiles(folder, files);
          const all = await list(inputs, {});
          const { total, files: each } = await inspect(inputs);
          expect(sum(all)).toEqual([total.rows, total.insert, total.update, total.delete]);
          expect(all).toHaveLength(total.transactions);
          expect(each.reduce((rows, file) => rows + file.rows, 0)).toBe(total.rows);
          const selected = await list(inputs, select);
          const plan = await rewrite({ inputs, select }).then(
            (result) => result.plan,
            () => ({ rows: 0, transactions: 0, tables: [] }),
          );
          expect(selected).toHaveLength(plan.transactions);
          const inspected = await inspect(inputs, { select }).catch(() => undefined);
          expect([inspected?.total.transactions ?? 0, inspected?.total.rows ?? 0]).toEqual([
            plan.transactions,
            plan.rows,
          ]);
          expect(inspected?.tables.filter(({ transactions: times }) => times > 0) ?? []).toMatchObject(
            [...plan.tables].sort((a, b) => (a.table < b.table ? -1 : 1)),
          );
          expect(sum(selected)).toEqual([
            plan.rows,
            ...(['insert', 'update', 'delete'] as const).map((kind) =>
              plan.tables.reduce((total, table) => total + table[kind], 0),
            ),
          ]);
        }),
      ),
      { numRuns: 60 },
    );
  });

  it('are each undone by the command printed for them, and nothing else is', async () => {
    await fc.assert(
      fc.asyncProperty(source({ partial: false }), selection, fc.nat(), ({ files }, select, pick) =>
        inFolder(async (folder) => {
          const inputs = await writeFiles(folder, files);
          const entries = await list(inputs, select);
          fc.pre(entries.length > 0);
          const entry = entries[pick % entries.length]!;
          // First in its own list: ordered by what only it can be.
          const only = {
            ...select,
            from: place(entry, inputs, entry.start),
            to: place(entry, inputs, entry.end),
          };
          const undo = await transactions(inputs, { select: only, maxText: 20 }, async (found) =>
            found.undoFirst(),
          );
          if (undo.command === undefined) throw new Error(String(undo.reasons[0]));
          const { log, result } = await runPrinted(undo.command);
          expect(result.plan.rows).toBe(entry.rows);
          const wanted = await undone(inputs, only);
          expect(effects([log])).toEqual(wanted);
        }),
      ),
      { numRuns: 40 },
    );
  });
});

const place = (entry: TransactionEntry, inputs: readonly string[], offset: number): FilePlace => ({
  file: inputs.indexOf(entry.file),
  offset,
});

/** The undo of a selection of all files. */
async function undone(inputs: readonly string[], select: Selection): Promise<Effect[][]> {
  const pieces: Uint8Array[] = [];
  await rewrite({
    inputs,
    select,
    output: { write: async (piece) => void pieces.push(Uint8Array.from(piece)) },
  });
  return effects([readBinlog(Buffer.concat(pieces))]);
}
