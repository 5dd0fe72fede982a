import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspect, rewrite } from '../../src/index.ts';
import { bucketStart, wholeView } from '../../src/report/view/data.ts';
import { rankTransactions, tableRows, transactionsAtWork, viewRows } from '../../src/report/view/sums.ts';
import { source } from '../builder/arbitrary.ts';
import { Binlog, START_TIME } from '../builder/binlog.ts';
import * as e from '../builder/events.ts';
import { mysql97 } from '../builder/format.ts';
import { change, customers, insert } from '../builder/shop.ts';
import { inFolder, writeFiles } from '../helpers.ts';
import { dataOf, dataOfPaths, sum } from './support.ts';

describe('rows over time', () => {
  it('add up to what inspect says, by kind, table and transaction', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(source({ partial: false }), async ({ files }) => {
        await inFolder(async (folder) => {
          const paths = await writeFiles(folder, files);
          const data = await dataOfPaths(paths);
          const { tables, files: inspected } = await inspect(paths);
          const view = wholeView(data);
          expect(viewRows(data, view)).toEqual([
            sum(tables.map((table) => table.insert)),
            sum(tables.map((table) => table.update)),
            sum(tables.map((table) => table.delete)),
          ]);
          const rows = tableRows(data, view).map(({ table, rows: [i, u, d] }) => [
            data.tables[table],
            i,
            u,
            d,
          ]);
          expect(rows.sort()).toEqual(tables.map((t) => [t.table, t.insert, t.update, t.delete]).sort());
          expect(transactionsAtWork(data, view.span)).toBe(sum(inspected.map((file) => file.transactions)));
          expect(sum(data.transactions.map(({ rows: counts }) => sum(counts)))).toBe(
            sum(viewRows(data, view)),
          );
        });
      }),
      { numRuns: 60 },
    );
  });

  it('are, in any span, the rows that rewrite selects by its times', { timeout: 300_000 }, async () => {
    const span = fc.tuple(fc.nat(), fc.nat());
    await fc.assert(
      fc.asyncProperty(source({ partial: false }), span, async ({ files }, [a, b]) => {
        await inFolder(async (folder) => {
          const inputs = await writeFiles(folder, files);
          const data = await dataOfPaths(inputs);
          const from = a % data.count;
          const to = from + 1 + (b % (data.count - from));
          const [startDatetime, stopDatetime] = [bucketStart(data, from), bucketStart(data, to)];
          const view = { ...wholeView(data), span: { from, to } };
          const shown = sum(viewRows(data, view));
          if (shown === 0) return;
          const { plan } = await rewrite({ inputs, select: { startDatetime, stopDatetime } });
          expect(shown).toBe(plan.rows);
          expect(transactionsAtWork(data, view.span)).toBe(plan.transactions);
        });
      }),
      { numRuns: 40 },
    );
  });

  it('count a two-phase XA transaction when it was committed, and one that was taken back not at all', async () => {
    const log = new Binlog(mysql97);
    const prepared = (id: string, at: number): void => {
      log.time = START_TIME + at;
      log.add(e.anonymousGtid(), e.query(`XA START X'${id}',X'',1`), ...insert(1, 2, 3));
      log.add(e.query(`XA END X'${id}',X'',1`), e.xaPrepare(false, Buffer.from(id, 'hex').toString()));
    };
    prepared('61', 0);
    prepared('62', 10);
    log.time = START_TIME + 50;
    log.add(e.anonymousGtid(), e.xa('COMMIT', 'a'));
    log.add(e.anonymousGtid(), e.xa('ROLLBACK', 'b'));
    log.transaction(insert(9));
    const data = await dataOf([log.bytes()]);
    expect(data.count).toBe(1);
    expect(data.origin).toBe(START_TIME + 50);
    expect(data.rows[0]).toEqual([4]);
  });

  it('tell a transaction of many statements in each of its times, and once in all', async () => {
    const log = new Binlog(mysql97);
    const at = (seconds: number, events: e.Event[]): e.Event[] =>
      events.map((event) => ({ ...event, timestamp: START_TIME + seconds }));
    log.transaction([...at(0, insert(1)), ...at(2, insert(2, 3)), ...at(4, insert(4))]);
    const data = await dataOf([log.bytes()]);
    expect(data.rows[0]).toEqual([1, 0, 2, 0, 1]);
    expect(transactionsAtWork(data, { from: 0, to: 5 })).toBe(1);
    expect(transactionsAtWork(data, { from: 2, to: 3 })).toBe(1);
    const view = { ...wholeView(data), span: { from: 2, to: 5 } };
    expect(rankTransactions(data, view, 'rows')).toEqual([{ listed: 0, rows: [3, 0, 0] }]);
    expect(data.transactions[0]!.rows).toEqual([4, 0, 0]);
  });

  it('name the files that a time needs', async () => {
    const file = (number: number): Buffer => {
      const log = new Binlog(mysql97, { time: START_TIME + number * 100 });
      log.transaction(insert(number));
      log.add(e.rotate(`bin.00000${number + 2}`));
      return log.bytes();
    };
    const data = await dataOf([file(0), file(1), file(2)]);
    expect(data.files).toHaveLength(3);
    const used = data.firstFile
      .map((first, i) => [first, data.lastFile[i]])
      .filter(([first]) => first !== -1);
    expect(used).toEqual([
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
  });

  it('say what cannot be undone, and when it was', async () => {
    const log = new Binlog(mysql97);
    log.transaction(insert(1));
    log.time += 30;
    log.add(e.anonymousGtid(), e.query('TRUNCATE TABLE orders', { database: 'shop' }));
    log.time += 30;
    log.transaction([...insert(2), ...change('delete', [3], customers)], e.query('ROLLBACK'));
    const data = await dataOf([log.bytes()]);
    expect(data.reasons).toMatchObject([
      {
        time: START_TIME + 30,
        message: expect.stringContaining('TRUNCATE TABLE orders'),
        tables: ['shop.orders'],
      },
      { time: START_TIME + 60, message: expect.stringContaining('rolled back') },
    ]);
    expect(data.transactions.map(({ mark }) => mark)).toEqual([undefined, 'never committed']);
  });
});
