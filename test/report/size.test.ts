import { describe, expect, it } from 'vitest';
import { readIndex, withBinlogs } from '../../src/read/binlogs.ts';
import { makePage } from '../../src/report/report.ts';
import { wholeView } from '../../src/report/view/data.ts';
import { viewRows } from '../../src/report/view/sums.ts';
import type { BinlogIndex } from '../../src/scan/binlog-index.ts';
import { EventTable, PLAIN } from '../../src/scan/event-table.ts';
import { TextTable } from '../../src/scan/text-table.ts';
import { Ending, TransactionTable } from '../../src/scan/transaction-table.ts';
import { Binlog, START_TIME } from '../builder/binlog.ts';
import { int, varchar } from '../builder/columns.ts';
import { rowsQuery } from '../builder/events.ts';
import { mysql97 } from '../builder/format.ts';
import { table } from '../builder/rows.ts';
import { change } from '../builder/shop.ts';
import { inFolder, writeFiles } from '../helpers.ts';
import { sum } from './support.ts';

const MOST = 5_000_000;
const assets = { script: 'x'.repeat(90_000), style: 'x'.repeat(12_000) };

/** A real index of one small file with many tables, whose events are then multiplied by hand. */
function multiplied(
  index: BinlogIndex,
  transactions: number,
  rowsEach: number,
  seconds: number,
): BinlogIndex {
  const events = new EventTable(index.pages);
  const groups = new TransactionTable(index.pages);
  for (let i = 0; i < transactions; i++) {
    const time = START_TIME + Math.floor((i / transactions) * seconds);
    const group = groups.add(0, 200 * i, time, 1, events.length);
    groups.end.set(group, 200 * i + 200);
    groups.ending.set(group, Ending.XID);
    groups.threadId.set(group, i);
    groups.setGtid(group, '3e11fa47-71ca-11e1-9e33-c80aa9429562', BigInt(i + 1));
    groups.eventCount.set(group, 1);
    events.add(
      0,
      PLAIN,
      200 * i + 100,
      80,
      time,
      (i * 7) % index.shapes.length,
      group,
      i,
      rowsEach,
      4,
      1,
      false,
    );
  }
  return { ...index, events, transactions: groups, texts: new TextTable(index.pages) };
}

describe('the size of a page', () => {
  it('stays below 5 MB for ten million row changes on hundreds of tables, and nothing is lost in the sums', async () => {
    const log = new Binlog(mysql97);
    for (let i = 0; i < 300; i++) {
      // As long as names may be, of characters that take most room when they are escaped.
      const of = table(`${'<'.repeat(50)}${i}.${'&'.repeat(60)}`, [int, varchar(20)]);
      log.transaction(change((['insert', 'update', 'delete'] as const)[i % 3]!, [1], of));
    }
    await inFolder(async (folder) => {
      await withBinlogs(await writeFiles(folder, [log.bytes()]), {}, async (files) => {
        const index = multiplied(await readIndex(files, {}), 500_000, 20, 86_400);
        const { data, page } = await makePage(index, files, assets, {});
        expect(Buffer.byteLength(page)).toBeLessThan(MOST);
        expect(sum(viewRows(data, wholeView(data)))).toBe(10_000_000);
        expect(sum(data.begun)).toBe(500_000);
        expect(data.otherTables).toBe(200);
        expect(data.transactions.length).toBeGreaterThan(1000);
      });
    });
  });

  it('stays below 5 MB by telling less of each transaction where statements are long', async () => {
    const log = new Binlog(mysql97);
    for (let i = 0; i < 4000; i++) {
      const statement = (): ReturnType<typeof change> => [
        rowsQuery('<'.repeat(2000)),
        ...change('delete', [i]),
      ];
      log.transaction([...statement(), ...statement(), ...statement()]);
      if (i % 10 === 0) log.time++;
    }
    await inFolder(async (folder) => {
      await withBinlogs(await writeFiles(folder, [log.bytes()]), {}, async (files) => {
        const { data, page } = await makePage(await readIndex(files, {}), files, assets, {});
        expect(Buffer.byteLength(page)).toBeLessThan(MOST);
        expect(data.transactions.length).toBeGreaterThan(300);
        expect(data.transactions[0]!.statements[0]).toMatch(/^<+…$/);
      });
    });
  });
});
