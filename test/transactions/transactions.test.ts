import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type TransactionEntry,
  type TransactionList,
  type TransactionsOptions,
  transactions,
} from '../../src/transactions/transactions.ts';
import { Binlog, START_TIME } from '../builder/binlog.ts';
import { int, oldTime, oldTimestamp } from '../builder/columns.ts';
import * as e from '../builder/events.ts';
import { mariadb118, mysql80 } from '../builder/format.ts';
import { rows, table, tableMap } from '../builder/rows.ts';
import { change, customers, insert, orders } from '../builder/shop.ts';
import { inFolder, insertedIds, writeFiles } from '../helpers.ts';
import { runPrinted } from './printed-command.ts';

const UUID = '3e11fa47-71ca-11e1-9e33-c80aa9429562';

type Options = Partial<TransactionsOptions>;
type Looked = Omit<TransactionList, 'entries' | 'undoFirst'> & {
  entries: TransactionEntry[];
  undo: ReturnType<TransactionList['undoFirst']>;
};

function list(inputs: readonly string[], options: Options = {}): Promise<Looked> {
  return transactions(inputs, options, async (found) => {
    const entries: TransactionEntry[] = [];
    for await (const group of found.entries()) entries.push(...group);
    return { ...found, entries, undo: found.undoFirst() };
  });
}

function look(files: readonly Buffer[], options: Options = {}): Promise<Looked> {
  return inFolder(async (folder) => list(await writeFiles(folder, files), options));
}

/** Ids of inserted rows that the printed command for the first transaction takes out, by transaction. */
async function undoneIds(inputs: readonly string[], options: Options = {}): Promise<number[][]> {
  const { undo, entries } = await list(inputs, options);
  if (undo.command === undefined) throw new Error(undo.reasons.map(String).join());
  const { result, log } = await runPrinted(undo.command);
  expect(result.plan).toMatchObject({ rows: undo.plan.rows, transactions: 1 });
  expect(undo.plan.rows).toBe(entries[0]!.rows);
  return insertedIds(log);
}

function shopping(): Binlog {
  const log = new Binlog(mysql80, { serverId: 7 });
  log.add(e.previousGtids());
  log.add(
    e.gtid(UUID, 1),
    e.query('BEGIN', { threadId: 21 }),
    e.rowsQuery('INSERT INTO orders ...'),
    ...insert(1, 2),
  );
  log.time += 5;
  log.add(
    e.rowsQuery('delete /* ü */ from\n customers'),
    ...change('delete', [1, 2, 3], customers),
    e.xid(77),
  );
  log.add(e.gtid(UUID, 2), e.query('CREATE TABLE x (a INT)', { database: 'shop' }));
  log.add(e.gtid(UUID, 3), e.query('BEGIN', { threadId: 22 }), ...change('update', [4]), e.query('ROLLBACK'));
  log.add(e.rotate('bin.000002'));
  return log;
}

describe('the list', () => {
  it('says of each transaction where, when, who, what and by which statement', async () => {
    const { entries, ...all } = await look([shopping().bytes()]);
    expect(entries).toMatchObject([
      {
        file: expect.stringMatching(/bin\.000001$/),
        time: START_TIME,
        duration: 5,
        state: 'committed',
        gtid: `${UUID}:1`,
        threadId: 21,
        serverId: 7,
        xid: 77n,
        rows: 5,
        insert: 2,
        update: 0,
        delete: 3,
        tables: [
          { table: 'shop.orders', insert: 2 },
          { table: 'crm.customers', delete: 3 },
        ],
        statement: { text: 'delete /* ü */ from\n customers', cut: false },
        statements: 2,
      },
      { gtid: `${UUID}:3`, state: 'rolled back', rows: 1, update: 1, statement: undefined, statements: 0 },
    ]);
    expect(entries[0]!.end).toBeLessThan(entries[1]!.start);
    expect(all).toMatchObject({ matching: 2, withRows: 2, withoutRows: 1, hasTexts: true });
  });

  it('counts what is selected, and shows the statement that did it', async () => {
    const { entries } = await look([shopping().bytes()], { select: { types: ['insert'] } });
    expect(entries).toMatchObject([
      {
        rows: 2,
        delete: 0,
        tables: [{ table: 'shop.orders' }],
        statement: { text: 'INSERT INTO orders ...' },
      },
    ]);
    expect(entries).toHaveLength(1);
  });

  it('finds a statement by a part of it, in any letter case, also behind what is shown', async () => {
    const log = new Binlog(mariadb118);
    const texts = [
      `INSERT ${'x'.repeat(5000)} Ünd Größe`,
      'UPDATE a.b',
      Buffer.from('insert M\xfcller', 'latin1'),
    ];
    for (const [i, text] of texts.entries()) {
      log.transaction([
        { type: 160, body: Buffer.from(text) },
        ...change('insert', [i], { ...orders, padding: 0 }),
      ]);
    }
    const found = async (contains: string): Promise<(string | undefined)[]> =>
      (await look([log.bytes()], { contains, maxText: 6 })).entries.map(({ statement }) => statement?.text);
    expect(await found('ünd grÖSSe'.replace('SS', 'ß'))).toEqual(['INSERT']);
    expect(await found('A.B')).toEqual(['UPDATE']);
    expect(await found('MÜLLER')).toEqual(['insert']);
    expect(await found('insert')).toEqual(['INSERT', 'insert']);
    await expect(found('a+b')).rejects.toMatchObject({
      code: 'NO_MATCH',
      message: expect.stringContaining('a+b'),
    });
  });

  it('says so when there are no texts to look at, and what would log them', async () => {
    const log = new Binlog(mysql80);
    log.transaction(insert(1));
    const looked = look([log.bytes()], { contains: 'x' });
    await expect(looked).rejects.toMatchObject({
      code: 'NO_MATCH',
      hint: expect.stringContaining('binlog_rows_query_log_events'),
    });
    expect((await look([log.bytes()])).hasTexts).toBe(false);
  });

  it('cuts texts between characters', async () => {
    for (const maxText of [1, 2, 3, 4]) {
      const log = new Binlog(mysql80);
      log.transaction([e.rowsQuery('💡'.repeat(40)), ...insert(1)]);
      log.transaction([e.rowsQuery('x'.repeat(maxText)), ...insert(1)]);
      const { entries } = await look([log.bytes()], { maxText });
      expect(entries.map(({ statement }) => statement)).toEqual([
        { text: '💡'.repeat(maxText), cut: true },
        { text: 'x'.repeat(maxText), cut: false },
      ]);
    }
  });

  it('is ordered as asked, alike ones as in the log, and cut after the first ones', async () => {
    const log = new Binlog(mysql80);
    const sizes = [
      [1, 0, 9],
      [5, 1, 0],
      [0, 7, 2],
      [5, 0, 0],
    ] as const;
    for (const [inserted, updated, deleted] of sizes) {
      log.time += inserted === 5 ? -100 : 10;
      const ids = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
      log.transaction([
        ...(inserted > 0 ? change('insert', ids(inserted)) : []),
        ...(updated > 0 ? change('update', ids(updated)) : []),
        ...(deleted > 0 ? change('delete', ids(deleted)) : []),
      ]);
    }
    const order = async (options: Options): Promise<number[]> => {
      const { entries } = await look([log.bytes()], options);
      const starts = (await look([log.bytes()])).entries.map(({ start }) => start);
      return entries.map(({ start }) => starts.indexOf(start));
    };
    expect(await order({})).toEqual([0, 1, 2, 3]);
    expect(await order({ sort: 'rows' })).toEqual([0, 2, 1, 3]);
    expect(await order({ sort: 'deleted', top: 2 })).toEqual([0, 2]);
    expect(await order({ sort: 'updated' })).toEqual([2, 1, 0, 3]);
    expect(await order({ sort: 'inserted' })).toEqual([1, 3, 0, 2]);
    expect(await order({ sort: 'time' })).toEqual([3, 1, 2, 0]);
    expect(await order({ sort: 'size', top: 1 })).toEqual([2]);
    expect(await order({ minRows: 6, sort: 'rows' })).toEqual([0, 2, 1]);
    await expect(order({ minRows: 11 })).rejects.toThrow('the largest has 10');
  });
});

describe('the command for the first one', () => {
  it('undoes just that one, by its position', async () => {
    const log = new Binlog(mysql80);
    for (const ids of [[1], [2, 3, 4], [5, 6]]) log.transaction(insert(...ids));
    await inFolder(async (folder) => {
      const inputs = await writeFiles(folder, [log.bytes()]);
      expect(await undoneIds(inputs)).toEqual([[1]]);
      expect(await undoneIds(inputs, { sort: 'rows' })).toEqual([[2, 3, 4]]);
      expect(await undoneIds(inputs, { contains: undefined, minRows: 2 })).toEqual([[2, 3, 4]]);
    });
  });

  it('keeps to the selection, where it cuts the transaction too', async () => {
    const log = new Binlog(mysql80);
    log.add(e.anonymousGtid(), e.query('BEGIN'), ...insert(1));
    log.time += 10;
    const second = log.add(...change('insert', [2], customers));
    log.time += 10;
    const third = log.add(...insert(3));
    log.add(e.xid(1));
    log.transaction(insert(4));
    await inFolder(async (folder) => {
      const inputs = await writeFiles(folder, [log.bytes()]);
      const undone = (select: Options['select']): Promise<number[][]> => undoneIds(inputs, { select });
      expect(await undone({ tables: ['crm.*'] })).toEqual([[2]]);
      expect(await undone({ excludeTables: ['crm.*'] })).toEqual([[1, 3]]);
      expect(await undone({ startPosition: second })).toEqual([[2, 3]]);
      expect(await undone({ startPosition: second, stopPosition: third })).toEqual([[2]]);
      expect(await undone({ startDatetime: START_TIME + 5, stopDatetime: START_TIME + 15 })).toEqual([[2]]);
      expect(await undone({ startDatetime: START_TIME, xids: [1n], threadIds: [7] })).toEqual([[1, 2, 3]]);
    });
  });

  it('names the files that it needs, whatever they are called', async () => {
    await inFolder(async (folder) => {
      const odd = join(folder, "it's $(a) `b`\n\u001b[31m -x");
      await mkdir(odd);
      const inputs = [1, 2, 3].map((number) => join(odd, `my bin.00000${number}`));
      for (const [i, path] of inputs.entries()) {
        const log = new Binlog(mysql80, { time: START_TIME + i });
        log.transaction(insert(...Array.from({ length: i === 1 ? 3 : 1 }, (_, n) => 10 * i + n)));
        log.add(e.rotate(`my bin.00000${i + 2}`));
        await writeFile(path, log.bytes());
      }
      expect(await undoneIds(inputs, { sort: 'rows' })).toEqual([[10, 11, 12]]);
      const { undo } = await list(inputs, { sort: 'rows' });
      expect(undo.command).not.toMatch(/[^\P{Cc}\n\t]|00000[13]/u);
    });
  });

  it('is refused with the reason where that one cannot be undone, whatever else there is', async () => {
    const log = shopping();
    const first = await look([log.bytes()]);
    expect(first.undo.command).toContain('--start-position');
    const { undo } = await look([log.bytes()], { select: { types: ['update'] } });
    expect(undo).toMatchObject({ command: undefined, reasons: [{ code: 'ROLLED_BACK' }] });
  });
});

describe('the command for an XA transaction', () => {
  const prepare = (id: string, ...ids: number[]): e.Event[] => [
    e.anonymousGtid(),
    e.xa('START', id),
    ...insert(...ids),
    e.xa('END', id),
    e.xaPrepare(false, id),
  ];
  const commit = (id: string): e.Event[] => [e.anonymousGtid(), e.xa('COMMIT', id)];

  it('means where it was committed', async () => {
    const log = new Binlog(mysql80);
    log.add(...prepare('a', 1, 2, 3));
    log.transaction(insert(4));
    log.add(...prepare('b', 5), ...commit('a'), ...commit('b'));
    log.transaction(insert(6));
    await inFolder(async (folder) => {
      const inputs = await writeFiles(folder, [log.bytes()]);
      expect(await undoneIds(inputs, { sort: 'rows' })).toEqual([[1, 2, 3]]);
      const { entries } = await list(inputs);
      expect(entries.map(({ state, rows, decided }) => [state, rows, decided === undefined])).toEqual([
        ['committed', 3, false],
        ['committed', 1, true],
        ['committed', 1, false],
        ['committed', 1, true],
      ]);
    });
  });

  it('takes its GTID where it was committed in a later file', async () => {
    const files = [new Binlog(mysql80), new Binlog(mysql80, { time: START_TIME + 5 })];
    const [first, second] = files as [Binlog, Binlog];
    first.add(e.gtid(UUID, 1), ...prepare('a', 1, 2, 3).slice(1));
    first.transaction(insert(4));
    first.add(e.rotate('bin.000002'));
    second.transaction(insert(5));
    second.add(e.gtid(UUID, 2), e.xa('COMMIT', 'a'));
    second.transaction(insert(6));
    await inFolder(async (folder) => {
      const inputs = await writeFiles(
        folder,
        files.map((log) => log.bytes()),
      );
      expect(await undoneIds(inputs, { sort: 'rows', select: { databases: ['shop'] } })).toEqual([[1, 2, 3]]);
    });
  });

  it('without a GTID takes time and connection, if they are enough', async () => {
    const made = async (sameSecond: boolean): Promise<Looked['undo']> => {
      const files = [new Binlog(mysql80), new Binlog(mysql80, { time: START_TIME + 5 })];
      const [first, second] = files as [Binlog, Binlog];
      first.add(...prepare('a', 1, 2, 3), e.rotate('bin.000002'));
      second.transaction(insert(5));
      if (!sameSecond) second.time += 10;
      second.add(...commit('a'));
      return inFolder(async (folder) => {
        const inputs = await writeFiles(
          folder,
          files.map((log) => log.bytes()),
        );
        if (!sameSecond) expect(await undoneIds(inputs, { sort: 'rows' })).toEqual([[1, 2, 3]]);
        return (await list(inputs, { sort: 'rows' })).undo;
      });
    };
    expect((await made(false)).command).toContain('--start-datetime');
    expect(await made(true)).toMatchObject({ command: undefined, reasons: [{ code: 'UNSUPPORTED' }] });
  });

  it('is refused where it was never decided, or rolled back', async () => {
    const log = new Binlog(mysql80);
    log.add(...prepare('a', 1, 2, 3));
    log.add(...prepare('b', 4, 5), e.anonymousGtid());
    const rollback = log.add(e.xa('ROLLBACK', 'b'));
    const { entries, undo } = await look([log.bytes()], { sort: 'rows' });
    expect(entries.map(({ state }) => state)).toEqual(['prepared', 'rolled back']);
    expect(undo).toMatchObject({ reasons: [{ code: 'UNFINISHED' }] });
    const { undo: second } = await look([log.bytes()], { select: { startPosition: rollback } });
    expect(second).toMatchObject({ reasons: [{ code: 'ROLLED_BACK' }] });
  });
});

it('transactions whose rows cannot be counted are listed all the same', async () => {
  // Three bytes of one and five of the other, or four of both.
  const old = { ...table('d.old', [int, oldTime, oldTimestamp], 0), optional: Buffer.alloc(0) };
  const log = new Binlog(mariadb118);
  const values = [Buffer.from([1, 0, 0, 0]), Buffer.alloc(4), Buffer.alloc(4)];
  log.transaction([tableMap(old, 9), rows('delete', old, 9, [[values]], { version: 1 })]);
  log.transaction(change('insert', [2], { ...orders, padding: 0 }, { version: 1 }));
  const { entries, undo } = await look([log.bytes()], { minRows: 2 });
  expect(entries).toMatchObject([{ rows: 0, uncountedEvents: 1, tables: [{ table: 'd.old' }] }]);
  expect(undo).toMatchObject({ reasons: [{ code: 'UNSUPPORTED', table: 'd.old' }] });
  expect((await look([log.bytes()], { select: { tables: ['d.old'] } })).entries.length).toBe(1);
  expect((await look([log.bytes()])).entries.map((entry) => entry.rows)).toEqual([0, 1]);
});
