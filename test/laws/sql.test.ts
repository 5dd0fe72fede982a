/** The laws of SQL text: every selected row once, in the order of the log or in exactly the reverse. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SqlOptions, sql } from '../../src/index.ts';
import { Binlog } from '../builder/binlog.ts';
import { prefixed, u32 } from '../builder/bytes.ts';
import { mysql97 } from '../builder/format.ts';
import { named, unsigned } from '../builder/named.ts';
import { type Effect, effects, undoOf } from '../builder/oracle.ts';
import { readBinlog } from '../builder/reader.ts';
import { compressEvents, packing, packTransactions } from '../builder/repack.ts';
import { rows, tableMap } from '../builder/rows.ts';
import { inFolder, writeFiles } from '../helpers.ts';
import { type RowStatement, rowsOf, statementsOf } from '../sql/statements.ts';

/** Options that change how the text looks, and not which rows it changes. */
const form = fc.record({
  guard: fc.boolean(),
  changedOnly: fc.boolean(),
  rowsPerStatement: fc.constantFrom(undefined, 1, 3, 100),
  textLiterals: fc.constantFrom('readable' as const, 'hex' as const),
});

const WINDOWS = [64, 4096, 4 * 1024 * 1024];

type TextOptions = Omit<SqlOptions, 'inputs' | 'output'>;

/** The text of binlogs that lie in a folder. */
async function textOf(folder: string, inputs: readonly string[], options: TextOptions): Promise<string> {
  const output = join(folder, 'changes.sql');
  const { plan } = await sql({ ...options, inputs, output, force: true });
  expect(plan.rows).toBe(plan.tables.reduce((sum, t) => sum + t.insert + t.update + t.delete, 0));
  return readFile(output, 'utf8');
}

const signed = (hex: string | null | undefined): string | undefined =>
  hex === undefined ? undefined : hex === null ? 'NULL' : String(Buffer.from(hex, 'hex').readInt32LE());

/** What changes nothing needs no statement. */
const changesNothing = ({ kind, before, after }: Effect): boolean =>
  kind === 'update' && Object.entries(after!).every(([column, value]) => before![Number(column)] === value);

/** The statement that makes a change. */
function statementOf({ kind, table: name, before, after }: Effect, changedOnly: boolean): RowStatement {
  const isSet = kind !== 'update' || !changedOnly || before![0] !== after![0];
  return {
    verb: kind.toUpperCase() as RowStatement['verb'],
    table: name,
    found: signed(before?.[0]),
    set: isSet ? signed(after?.[0]) : undefined,
  };
}

const statementsFor = (transactions: readonly (readonly Effect[])[], changedOnly = false): RowStatement[][] =>
  transactions.map((changes) =>
    changes.filter((change) => !changesNothing(change)).map((change) => statementOf(change, changedOnly)),
  );

describe('laws 3, 4 and 9 of SQL text', () => {
  it('every change is there once, forth in order, back in exactly reverse order, in its transaction', {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(named(), form, fc.constantFrom(...WINDOWS), async ({ files }, options, window) => {
        const log = effects(files.map(readBinlog));
        await inFolder(async (folder) => {
          const inputs = await writeFiles(folder, files);
          const forth = await textOf(folder, inputs, { ...options, window });
          const back = await textOf(folder, inputs, { ...options, window, flashback: true });
          expect(rowsOf(forth)).toEqual(statementsFor(log, options.changedOnly));
          expect(rowsOf(back)).toEqual(statementsFor(undoOf(log), options.changedOnly));
        });
      }),
      { numRuns: 60 },
    );
  });

  it('with row filters, just the rows that they select', { timeout: 300_000 }, async () => {
    const filters: [where: string, selects: (c0: string | null) => boolean][] = [
      ['@1 is null', (c0) => c0 === null],
      ['c0 is not null', (c0) => c0 !== null],
      ['c0 >= 0', (c0) => c0 !== null && Number(signed(c0)) >= 0],
    ];
    await fc.assert(
      fc.asyncProperty(
        named(),
        fc.constantFrom(...filters),
        fc.constantFrom(...WINDOWS),
        async ({ files }, [where, selects], window) => {
          const chosen = effects(files.map(readBinlog))
            .map((changes) =>
              changes.filter(({ before, after }) =>
                [before, after && { ...before, ...after }].some((image) => image && selects(image[0]!)),
              ),
            )
            .filter((changes) => changes.length > 0);
          await inFolder(async (folder) => {
            const inputs = await writeFiles(folder, files);
            const options = { select: { where: [where] }, window };
            if (chosen.length === 0) {
              await expect(textOf(folder, inputs, options)).rejects.toMatchObject({ code: 'NO_MATCH' });
              return;
            }
            expect(rowsOf(await textOf(folder, inputs, options))).toEqual(statementsFor(chosen));
            const back = await textOf(folder, inputs, { ...options, flashback: true });
            expect(rowsOf(back)).toEqual(statementsFor(undoOf(chosen)));
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('parts hold the same statements, each with a session of its own', { timeout: 300_000 }, async () => {
    const cuts = fc.constantFrom(
      { splitBy: 'transaction' as const },
      { splitBy: 'size' as const, maxFileSize: 1 },
      { splitBy: 'size' as const, maxFileSize: 3000 },
    );
    await fc.assert(
      fc.asyncProperty(named(), cuts, fc.boolean(), async ({ files }, cut, flashback) => {
        await inFolder(async (folder) => {
          const inputs = await writeFiles(folder, files);
          const whole = rowsOf(await textOf(folder, inputs, { flashback }));
          const { outputs } = await sql({ inputs, output: join(folder, 'part'), flashback, ...cut });
          const parts = await Promise.all(outputs.map((path) => readFile(path, 'utf8')));
          expect(parts.flatMap(rowsOf)).toEqual(whole);
          if (cut.splitBy === 'transaction' || cut.maxFileSize === 1)
            expect(parts).toHaveLength(whole.length);
          for (const part of parts) {
            const statements = statementsOf(part);
            expect(statements[0]).toMatch(/^SET @binflash_sql_mode = @@SESSION\.sql_mode/);
            expect(statements.at(-1)).toMatch(/^SET SESSION sql_mode = @binflash_sql_mode/);
          }
        });
      }),
      { numRuns: 30 },
    );
  });

  it("files by table hold each table's statements, in the transactions that they have", {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(named(), form, fc.boolean(), async ({ files }, options, flashback) => {
        await inFolder(async (folder) => {
          const inputs = await writeFiles(folder, files);
          const changes = effects(files.map(readBinlog));
          const expected = flashback ? undoOf(changes) : changes;
          const run = { ...options, inputs, output: join(folder, 'part'), flashback };
          const { outputs } = await sql({ ...run, splitBy: 'table' });
          for (const of of ['db0.t', 'db1.t', 'db2.t']) {
            const own = expected
              .map((transaction) => transaction.filter((change) => change.table === of))
              .filter((transaction) => transaction.length > 0);
            const path = join(folder, `part.${of}`);
            expect(outputs.includes(path)).toBe(own.length > 0);
            if (own.length === 0) continue;
            expect(rowsOf(await readFile(path, 'utf8'))).toEqual(statementsFor(own, options.changedOnly));
          }
        });
      }),
      { numRuns: 20 },
    );
  });
});

const atAllWindows = (files: readonly Buffer[], options: TextOptions): Promise<string[]> =>
  inFolder(async (folder) => {
    const inputs = await writeFiles(folder, files);
    const texts: string[] = [];
    for (const window of WINDOWS) texts.push(await textOf(folder, inputs, { ...options, window }));
    return texts;
  });

describe('law 10 of SQL text, split anywhere', () => {
  it('windows of 64 bytes, 4 KiB and 4 MiB give the same text, from plain logs and from packed ones', {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        named({ longest: 200 }),
        form,
        fc.boolean(),
        fc.array(packing),
        async ({ files, server }, options, flashback, packings) => {
          const packed =
            server === mysql97 && packings.length > 0
              ? files.map((file) => packTransactions(file, (n) => packings[n % packings.length]))
              : server.flavour === 'mariadb'
                ? files.map((file) => compressEvents(file, (number) => number % 3))
                : files;
          const [text, ...others] = await atAllWindows(files, { ...options, flashback });
          for (const other of others) expect(other).toBe(text);
          // Comments name files and places, which packing moves.
          for (const other of await atAllWindows(packed, { ...options, flashback })) {
            expect(statementsOf(other)).toEqual(statementsOf(text!));
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it('audits as well', { timeout: 300_000 }, async () => {
    const audits = fc.constantFrom<TextOptions>({ audit: true }, { format: 'ndjson' });
    await fc.assert(
      fc.asyncProperty(named({ longest: 200 }), audits, async ({ files }, options) => {
        const [text, ...others] = await atAllWindows(files, options);
        for (const other of others) expect(other).toBe(text);
      }),
      { numRuns: 15 },
    );
  });
});

const SCRIPT = join(import.meta.dirname, 'sql-peak.ts');

/** Transactions of 64 KiB, as many as make up so many MiB. */
function transactionsOf(size: number): Buffer {
  const log = new Binlog(mysql97);
  const row = (id: number): Buffer[] => [u32(id), prefixed(2, 'x'.repeat(200))];
  const map = tableMap(unsigned, 1);
  const event = rows(
    'delete',
    unsigned,
    1,
    Array.from({ length: 312 }, (_, id) => [row(id)]),
  );
  for (let i = 0; i < size * 16; i++) log.transaction([map, event]);
  return log.bytes();
}

it('law 7: SQL text has flat memory', { timeout: 300_000 }, async () => {
  const [small, large] = await inFolder(async (folder) => {
    const peaks = [];
    for (const size of [16, 160]) {
      const input = join(folder, `bin.00000${size}`);
      await writeFile(input, transactionsOf(size));
      const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', SCRIPT, input]);
      peaks.push(JSON.parse(stdout) as { bytes: number; peak: number });
    }
    return peaks;
  });
  expect(large!.bytes).toBeGreaterThan(5 * small!.bytes);
  expect(large!.peak - small!.peak).toBeLessThan(60);
});
