import { describe, expect, it } from 'vitest';
import { RefusedError, type RewriteOptions, type Selection } from '../../src/index.ts';
import { Binlog, START_TIME } from '../builder/binlog.ts';
import { hex } from '../builder/bytes.ts';
import { bigint, int, notNull, oldTime, tinyint } from '../builder/columns.ts';
import * as e from '../builder/events.ts';
import { mariadb118, mysql80, type Server } from '../builder/format.ts';
import { effects } from '../builder/oracle.ts';
import { primaryKey, type RowsOptions, rows, table, tableMap } from '../builder/rows.ts';
import { change, customers, insert, orders, row } from '../builder/shop.ts';
import { refusal, type Undo, undo, undoBytes } from '../helpers.ts';

type Options = Omit<RewriteOptions, 'inputs' | 'output'>;

function log(build: (log: Binlog) => void, server: Server = mysql80): Buffer[] {
  const binlog = new Binlog(server);
  build(binlog);
  return [binlog.bytes()];
}

/** `done`, with warnings, or the codes of all refusals. */
async function outcome(files: Buffer[], options: Options = {}): Promise<string> {
  try {
    const { result } = await undo(files, options);
    return result.plan.warnings.some((warning) => /altered|CREATE TABLE/.test(warning)) ? 'warned' : 'done';
  } catch (error) {
    if (error instanceof RefusedError) return [...new Set(error.refusals.map(({ code }) => code))].join();
    throw error;
  }
}

const rowsOf = ({ log: written }: Undo): number[] => effects([written]).map((changes) => changes.length);

describe('DDL', () => {
  const ddl = e.query('ALTER TABLE orders ADD c INT', { database: 'shop' });
  const before = log((b) => [b.add(ddl), b.transaction(insert(1))]);
  const between = log((b) => [b.transaction(insert(1)), b.add(ddl), b.transaction(insert(2))]);
  const after = log((b) => [b.transaction(insert(1)), b.add(ddl)]);

  it('inside the selection is refused wherever it stands, and left out on request', async () => {
    for (const files of [before, between, after]) {
      expect(await outcome(files)).toBe('DDL');
      expect((await undo(files, { skip: ['ddl'] })).result.plan.skipped.join()).toContain(
        'ALTER TABLE orders',
      );
    }
  });

  it('outside the selected range: fine before it, a warning after it, refused between selected changes', async () => {
    const files = log((b) => {
      b.transaction(insert(1));
      b.time++;
      b.add(ddl);
      b.time++;
      b.transaction(insert(2));
    });
    expect(await outcome(files, { select: { startDatetime: START_TIME + 2 } })).toBe('done');
    expect(await outcome(files, { select: { stopDatetime: START_TIME + 1 } })).toBe('warned');
    // A filter that leaves the DDL out, but not the changes on its two sides.
    expect(await outcome(between, { select: { threadIds: [7] } })).toBe('DDL');
  });

  it('on other tables is fine, under whatever case the server takes for the same', async () => {
    const select = { tables: ['shop.orders'] };
    const of = (sql: string): Buffer[] =>
      log((b) => [b.transaction(insert(1)), b.add(e.query(sql, { database: 'shop' }))]);
    expect(await outcome(of('ALTER TABLE invoices ADD c INT'), { select })).toBe('done');
    expect(await outcome(of('DROP DATABASE crm'), { select })).toBe('done');
    for (const sql of [
      'TRUNCATE TABLE ORDERS',
      'DROP TABLE x, Shop.Orders',
      'DROP DATABASE shop',
      'FROBNICATE everything',
    ])
      expect(await outcome(of(sql), { select })).toBe('DDL');
  });

  it('that makes a table is no reason to stop, but said', async () => {
    const files = log((b) => [
      b.add(e.query('CREATE TABLE orders (id INT)', { database: 'shop' })),
      b.transaction(insert(1)),
    ]);
    expect(await outcome(files)).toBe('warned');
  });
});

describe('changes by statement', () => {
  const files = log((b) => {
    b.transaction(insert(1));
    b.transaction([e.intvar(5), e.query('UPDATE customers SET a = 1', { database: 'crm' })]);
    b.transaction([
      e.beginLoadQuery('x'),
      e.appendBlock('y'),
      e.executeLoadQuery('LOAD DATA ...', { database: 'crm' }),
    ]);
  });

  it('to a selected database are refused, each one, and left out on request', async () => {
    const error = (await refusal(files)) as RefusedError;
    expect(error.refusals.map(({ code, eventType }) => `${code} ${eventType}`)).toEqual([
      'STATEMENT QUERY',
      'STATEMENT EXECUTE_LOAD_QUERY',
    ]);
    const done = await undo(files, { skip: ['statements'] });
    expect(done.result.plan.skipped).toHaveLength(2);
  });

  it('to another database are fine', async () => {
    expect(await outcome(files, { select: { databases: ['shop'] } })).toBe('done');
    expect(await outcome(files, { select: { databases: ['CRM', 'shop'] } })).toBe('STATEMENT');
  });
});

describe('holes and unknown events', () => {
  it('an INCIDENT in the range is refused whatever the table, with what the server said', async () => {
    const files = log((b) => [
      b.transaction(insert(1)),
      b.add(e.incident('lost events')),
      b.transaction(insert(2)),
    ]);
    const error = await refusal(files, { select: { tables: ['shop.orders'] } });
    expect(error).toMatchObject({
      code: 'INCIDENT',
      eventType: 'INCIDENT',
      message: expect.stringContaining('lost events'),
    });
    expect(rowsOf(await undo(files, { skip: ['incidents'] }))).toEqual([1, 1]);
  });

  it('an event that is not understood is refused in the range and does not matter outside', async () => {
    const b = new Binlog(mysql80);
    b.transaction(insert(1));
    const stopPosition = b.add(e.opaque(77));
    const error = await refusal([b.bytes()]);
    expect(error).toMatchObject({
      code: 'UNSUPPORTED',
      offset: stopPosition,
      message: expect.stringContaining('type 77'),
    });
    expect(rowsOf(await undo([b.bytes()], { select: { stopPosition } }))).toEqual([1]);
  });
});

describe('transactions that were not committed', () => {
  const files = log((b) => {
    b.transaction(insert(1));
    b.transaction(insert(2, 3), e.query('ROLLBACK'));
    b.add(e.query('BEGIN'), ...insert(4));
  });

  it('are refused by name and left out on request', async () => {
    expect(await outcome(files)).toBe('ROLLED_BACK,UNFINISHED');
    expect(await outcome(files, { skip: ['rolled-back'] })).toBe('UNFINISHED');
    const done = await undo(files, { skip: ['rolled-back', 'unfinished'] });
    expect([rowsOf(done), done.result.plan.skipped.length]).toEqual([[1], 2]);
  });

  it('ROLLBACK TO a savepoint that is in the log takes rows back, to another one is refused', async () => {
    const of = (sql: string): Buffer[] =>
      log((b) => b.transaction([...insert(1), e.query('SAVEPOINT `a`'), ...insert(2), e.query(sql)]));
    const done = await undo(of('ROLLBACK TO `a`'));
    expect([rowsOf(done), done.result.plan.takenBack]).toEqual([[1], 1]);
    expect(await outcome(of('ROLLBACK TO `b`'))).toBe('ROLLED_BACK');
    expect(await outcome(of('SAVEPOINT b'))).toBe('done');
  });

  const xa = [
    e.anonymousGtid(),
    e.query("XA START X'61',X'',1"),
    ...insert(1),
    e.query("XA END X'61',X'',1"),
    e.xaPrepare(),
  ];
  const decide = (verb: string): e.Event[] => [e.anonymousGtid(), e.query(`XA ${verb} X'61',X'',1`)];

  it('XA that is decided is undone or not, and nothing else is undone with it', async () => {
    expect(rowsOf(await undo(log((b) => b.add(...xa, ...decide('COMMIT')))))).toEqual([1]);
    const back = log((b) => {
      b.add(...xa, ...decide('ROLLBACK'));
      b.transaction(insert(2, 3));
    });
    const done = await undo(back);
    expect([rowsOf(done), done.result.plan.takenBack]).toEqual([[2], 1]);
  });

  it('XA is selected by when it took effect, by either GTID, and undone in its place', async () => {
    const source = '3e11fa47-71ca-11e1-9e33-c80aa9429562';
    const b = new Binlog(mysql80);
    b.add(e.gtid(source, 1), ...xa.slice(1));
    b.transaction(insert(2, 3));
    const between = b.position;
    b.time += 60;
    b.add(e.gtid(source, 2), ...decide('COMMIT').slice(1));
    const of = async (select: Selection): Promise<number[]> => rowsOf(await undo([b.bytes()], { select }));
    expect(await of({})).toEqual([2, 1]);
    expect(await of({ startPosition: between })).toEqual([1]);
    expect(await of({ startDatetime: START_TIME + 60 })).toEqual([1]);
    expect(await of({ stopDatetime: START_TIME + 60 })).toEqual([2]);
    expect(await of({ includeGtids: [`${source}:1`] })).toEqual([1]);
    expect(await of({ includeGtids: [`${source}:2`] })).toEqual([1]);
    expect(await of({ excludeGtids: [`${source}:2`] })).toEqual([2]);
  });

  it('XA without its decision, or without its rows, is refused by name and left out on request', async () => {
    const open = log((b) => {
      b.add(...xa);
      b.transaction(insert(2, 3));
    });
    expect(await outcome(open)).toBe('UNFINISHED');
    expect(rowsOf(await undo(open, { skip: ['prepared'] }))).toEqual([2]);
    const rowless = (verb: string): Buffer[] =>
      log((b) => {
        b.transaction(insert(2, 3));
        b.add(...decide(verb));
      });
    expect(await outcome(rowless('COMMIT'))).toBe('UNFINISHED');
    expect(rowsOf(await undo(rowless('COMMIT'), { skip: ['prepared'] }))).toEqual([2]);
    expect(await outcome(rowless('ROLLBACK'))).toBe('done');
  });
});

describe('row images', () => {
  const keyed = { ...orders, optional: primaryKey(0) };
  const both = [true, true];
  const [key, value, none] = [
    [true, false],
    [false, true],
    [false, false],
  ];
  it.each<[string, 'insert' | 'update' | 'delete', typeof orders, RowsOptions, string]>([
    ['INSERT of all columns', 'insert', orders, {}, 'done'],
    ['INSERT of the key alone', 'insert', keyed, { present: key }, 'done'],
    ['INSERT without a known key', 'insert', orders, { present: key }, 'ROW_IMAGE'],
    ['INSERT without the key', 'insert', keyed, { present: value }, 'ROW_IMAGE'],
    ['INSERT of no column', 'insert', keyed, { present: none }, 'ROW_IMAGE'],
    ['DELETE by the key alone', 'delete', keyed, { present: key }, 'ROW_IMAGE'],
    ['UPDATE, FULL', 'update', orders, {}, 'done'],
    ['UPDATE, FULL_NODUP', 'update', orders, { presentAfter: value }, 'done'],
    ['UPDATE, MINIMAL', 'update', keyed, { present: key, presentAfter: value }, 'ROW_IMAGE'],
    [
      'UPDATE, NOBLOB with a changed blob',
      'update',
      keyed,
      { present: key, presentAfter: both },
      'ROW_IMAGE',
    ],
    ['UPDATE by no column', 'update', keyed, { present: none, presentAfter: none }, 'ROW_IMAGE'],
  ])('%s', async (_, kind, of, options, expected) => {
    expect(await outcome(log((b) => b.transaction(change(kind, [1], of, options))))).toBe(expected);
  });

  it('the table and the columns are named', async () => {
    const minimal = change('delete', [1], keyed, { present: key });
    expect(await refusal(log((b) => b.transaction(minimal)))).toMatchObject({
      table: 'shop.orders',
      eventType: 'DELETE_ROWS',
      message: expect.stringContaining('@2'),
    });
  });
});

describe('sequences', () => {
  const sequence = table('shop.s', [...Array(6).fill(bigint), tinyint, bigint].map(notNull), 0);
  const next = rows('insert', sequence, 5, [[sequence.columns.map(({ width }) => Buffer.alloc(width!))]], {
    version: 1,
  });
  const padded = { ...orders, padding: 0 as const };
  const files = log((b) => {
    b.transaction([tableMap(sequence, 5), next], e.query('COMMIT'));
    b.transaction(change('insert', [1], padded, { version: 1 }));
  }, mariadb118);

  it('are not turned back', async () => {
    expect(await outcome(files)).toBe('SEQUENCE');
    expect(rowsOf(await undo(files, { skip: ['sequences'] }))).toEqual([1]);
    expect(await outcome(files, { select: { excludeTables: ['*.s'] } })).toBe('done');
  });
});

describe('damage', () => {
  it('rows whose TABLE_MAP is missing, of another statement or of another width', async () => {
    const [map, event] = insert(1) as [e.Event, e.Event];
    const narrow = tableMap({ ...orders, columns: orders.columns.slice(1) }, 70);
    for (const events of [
      [event],
      [map, event, event],
      [map, e.query('FLUSH TABLES'), event],
      // Another id of the same table does not bring this one back.
      [map, event, tableMap(orders, 71), event],
      [narrow, event],
    ]) {
      const error = await refusal(log((b) => b.transaction(events)));
      expect(error).toMatchObject({ code: 'DAMAGED', eventType: 'WRITE_ROWS' });
    }
  });

  it('rows that do not end with their event', async () => {
    const [map, event] = insert(1) as [e.Event, e.Event];
    for (const body of [event.body.subarray(0, -1), Buffer.concat([event.body, Buffer.of(0)])]) {
      expect((await refusal(log((b) => b.transaction([map, { ...event, body }])))).code).toBe('DAMAGED');
    }
  });

  it('is not what times of MariaDB 5.3 are, though they seem to fit another width (format notes 5.4)', async () => {
    // TIME(3) is five bytes there, big-endian, with the same type and no metadata as TIME, which is three.
    // Four rows of 10 bytes walk like five of 8, but the fourth of those would be the time 26:22:72.
    const of = table('shop.times', [int, oldTime], 0);
    const stored = [1, 2, 3, 4].map((id) => hex(`00 0${id}000000 00b407a880`));
    const body = Buffer.concat([rows('insert', of, 9, [], { version: 1 }).body, ...stored]);
    const files = log((b) => b.transaction([tableMap(of, 9), { type: 23, body }]), mariadb118);
    const { result } = await undoBytes(files);
    expect(result.plan.rows).toBe(4);
  });
});

it('tables that are not selected may be all of this', async () => {
  const minimal = change('delete', [1], customers, { present: [true, false] });
  const files = log((b) => [
    b.transaction(minimal),
    b.transaction(insert(1)),
    b.transaction([tableMap(orders, 1), rows('insert', orders, 1, [[row(2)]])]),
  ]);
  expect(rowsOf(await undo(files, { select: { databases: ['shop'] } }))).toEqual([1, 1]);
});
