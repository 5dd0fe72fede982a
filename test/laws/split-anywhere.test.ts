import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RowsFlag } from '../../src/binlog/rows.ts';
import { rewrite } from '../../src/index.ts';
import { source } from '../builder/arbitrary.ts';
import { Binlog } from '../builder/binlog.ts';
import { prefixed } from '../builder/bytes.ts';
import { blob, int } from '../builder/columns.ts';
import { mariadb118, mysql97 } from '../builder/format.ts';
import { rows, table, tableMap } from '../builder/rows.ts';
import { expectWellFormed } from '../builder/well-formed.ts';
import { inFolder, undo, writeFiles } from '../helpers.ts';

const WINDOWS = [64, 4096, 64 * 1024 * 1024];

async function outputs(files: readonly Buffer[], options: object = {}): Promise<Buffer[]> {
  const all = [];
  for (const window of WINDOWS) all.push((await undo(files, { ...options, window })).bytes);
  return all;
}

describe('law 10, split anywhere', () => {
  it('windows of 64 bytes, 4 KiB and 64 MiB give the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        source({ longest: 200 }),
        fc.constantFrom(1024, 1024 * 1024),
        async ({ files }, maxEventSize) => {
          const [first, ...others] = await outputs(files, { maxEventSize });
          for (const other of others) expect(other.equals(first!)).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('whether events fit into the window or not, their rows are cut alike', async () => {
    const of = table('d.t', [int, blob(4)], 0);
    const row = (n: number): [Buffer, Buffer] => [Buffer.alloc(4, n), prefixed(4, Buffer.alloc(200, n))];
    const log = new Binlog(mariadb118);
    const events = [1, 4, 7].map((n) =>
      rows('insert', of, 1, [[row(n)], [row(n + 1)], [row(n + 2)]], {
        flags: n === 7 ? RowsFlag.STMT_END : 0,
      }),
    );
    log.transaction([tableMap(of, 1), ...events]);
    const [first, ...others] = await outputs([log.bytes()], { maxEventSize: 1024 });
    for (const other of others) expect(other.equals(first!)).toBe(true);
  });

  it('also with rows larger than windows and chunks, which are written without being copied', {
    timeout: 300_000,
  }, async () => {
    for (const server of [mysql97, mariadb118]) {
      const of = table('d.t', [int, blob(4)], server.flavour === 'mysql' ? 1 : 0);
      const large = (n: number): [Buffer, Buffer] => [
        Buffer.alloc(4, n),
        prefixed(4, Buffer.alloc(n * 700_000, n)),
      ];
      const log = new Binlog(server);
      const version = server.rowsVersion;
      log.transaction([
        tableMap(of, 1),
        rows('insert', of, 1, [[large(1)], [large(8)], [large(1)]], { version }),
      ]);
      log.transaction([tableMap(of, 1), rows('update', of, 1, [[large(2), large(3)]], { version })]);
      const partial = [{ version, presentAfter: [false, true] }, { version }] as const;
      for (const options of partial)
        log.transaction([tableMap(of, 1), rows('update', of, 1, [[large(2), large(9)]], options)]);
      log.transaction([tableMap(of, 1), rows('delete', of, 1, [[large(1)]], { version })]);
      const [first, ...others] = await outputs([log.bytes()]);
      expectWellFormed(first!);
      for (const other of others) expect(other.equals(first!)).toBe(true);
    }
  });

  it('parts cut by size hold the same transactions, each part a binlog of its own', {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(source({ maxRows: 12 }), async ({ files }) => {
        const whole = (await undo(files)).log.transactions;
        for (const window of WINDOWS) {
          await inFolder(async (folder) => {
            const inputs = await writeFiles(folder, files);
            const output = join(folder, 'undo');
            const { outputs: parts } = await rewrite({ inputs, output, maxFileSize: 4096, window });
            const read = await Promise.all(parts.map(async (part) => expectWellFormed(await readFile(part))));
            expect(parts).toEqual(parts.map((_, i) => `${output}.${String(i + 1).padStart(6, '0')}`));
            const changes = (transactions: typeof whole): unknown[] =>
              transactions.map(({ xid, statements }) => ({
                xid,
                changes: statements.flat().map((e) => e.changes),
              }));
            expect(changes(read.flatMap((log) => log.transactions))).toEqual(changes(whole));
            for (const log of read) {
              const size = log.events.at(-1)!.endLogPos;
              // A part is larger than asked for only where a single transaction is, give or take its packing.
              if (log.transactions.length > 1) expect(size).toBeLessThan(4096 + 3000);
              expect(log.transactions.length).toBeGreaterThan(0);
            }
          });
        }
      }),
      { numRuns: 12 },
    );
  });
});
