import { describe, expect, it } from 'vitest';
import { BinflashError } from '../../src/errors.ts';
import { Binlog } from '../builder/binlog.ts';
import { prefixed, u32, u48 } from '../builder/bytes.ts';
import { blob, datetime, int, oldDatetime, timestamp, varchar } from '../builder/columns.ts';
import {
  annotate,
  gtid,
  mariadbGtid,
  query,
  rotate,
  rowsQuery,
  stop,
  xa,
  xaPrepare,
  xid,
} from '../builder/events.ts';
import { mariadb118, mysql97 } from '../builder/format.ts';
import { columnNames, primaryKey, rows, type Table, table, tableMap, type Values } from '../builder/rows.ts';
import { change, customers, insert, orders, row } from '../builder/shop.ts';
import { objects, shown, shownObjects, shownUntil } from './shown.ts';

const UUID = '3e11fa47-71ca-11e1-9e33-c80aa9429562';

/** A table that the log tells all of. */
const people: Table = {
  ...table('hr.people', [int, varchar(200), varchar(20), timestamp(0), blob(4)]),
  optional: Buffer.concat([columnNames('id', 'name', 'the nick', 'seen', 'photo'), primaryKey(0)]),
};

const person = (id: number, name: string, nick: string | null, seen: number): Values => {
  const time = Buffer.alloc(4);
  time.writeUInt32BE(seen);
  return [u32(id), prefixed(1, name), nick === null ? null : prefixed(1, nick), time, prefixed(4, '')];
};

const SEEN = Date.UTC(2026, 10, 21, 3) / 1000;

describe('text for people', () => {
  it('says of each transaction where, when and who, of each change what', async () => {
    const log = new Binlog(mysql97);
    const map = tableMap(people, 9);
    const [ada, bob] = [person(1, 'Ada', null, SEEN), person(2, "B'ob", 'b', 0)];
    const begin = log.add(gtid(UUID, 23), query('BEGIN', { threadId: 8 }));
    log.add(
      rowsQuery('INSERT INTO people\n\tVALUES (1, ...)'),
      map,
      rows('insert', people, 9, [[ada], [bob]]),
    );
    log.add(map, rows('update', people, 9, [[ada, person(1, 'Ada', 'a', SEEN + 60)]]), xid(77));
    const end = log.position;
    const last = log.transaction([map, rows('delete', people, 9, [[bob]])]);
    const { text, result } = await shown([log.bytes()]);
    expect(
      text,
    ).toBe(`bin.000001:${begin}-${end}  2026-11-21 03:00:00+00:00  GTID ${UUID}:23  thread 8  xid 77  server 1
  | INSERT INTO people
  |   VALUES (1, ...)
  INSERT hr.people  [id=1]  name='Ada'  \`the nick\`=NULL  seen='2026-11-21 03:00:00'  photo=''
  INSERT hr.people  [id=2]  name='B\\'ob'  \`the nick\`='b'  seen='0000-00-00 00:00:00'  photo=''
  UPDATE hr.people  [id=1]  \`the nick\`=NULL → 'a'  seen='2026-11-21 03:00:00' → '2026-11-21 03:01:00'

bin.000001:${last}-${log.position}  2026-11-21 03:00:00+00:00  thread 7  xid 101  server 1
  DELETE hr.people  [id=2]  name='B\\'ob'  \`the nick\`='b'  seen='0000-00-00 00:00:00'  photo=''
`);
    expect(result).toMatchObject({ rows: 4, transactions: 2, limited: false, takenBack: 0, warnings: [] });
  });

  it('shows the rest of an updated row where no key is known, and wraps what is wide', async () => {
    const wide = table(
      'd.wide',
      Array.from({ length: 9 }, () => varchar(20)),
    );
    const values = (last: string): Values =>
      [...'abcdefgh', last].map((letter) => prefixed(1, letter.repeat(9)));
    const log = new Binlog(mysql97);
    log.transaction([tableMap(wide, 9), rows('update', wide, 9, [[values('i'), values('j')]])]);
    const { text } = await shown([log.bytes()], { width: 60 });
    expect(text.split('\n').slice(1)).toEqual([
      "  UPDATE d.wide  @9='iiiiiiiii' → 'jjjjjjjjj'",
      "         unchanged:  @1='aaaaaaaaa'  @2='bbbbbbbbb'",
      "         @3='ccccccccc'  @4='ddddddddd'  @5='eeeeeeeee'",
      "         @6='fffffffff'  @7='ggggggggg'  @8='hhhhhhhhh'",
      '',
    ]);
  });

  it('leaves out what an image does not hold, and does not call it NULL', async () => {
    const log = new Binlog(mysql97);
    const map = tableMap(orders, 9);
    const minimal = { present: [true, false], presentAfter: [false, true] };
    log.transaction([map, rows('update', orders, 9, [[row(1), row(1, 'new')]], minimal)]);
    log.transaction([map, rows('delete', orders, 9, [[row(2)]], { present: [true, false] })]);
    const { text } = await shown([log.bytes()]);
    expect(text).toContain("  UPDATE shop.orders  @2=? → 'new'\n         unchanged:  @1=1\n");
    expect(text).toContain('  DELETE shop.orders  @1=2\n');
    const [update, gone] = await shownObjects([log.bytes()]);
    expect(update).toMatchObject({ before: { '@1': 1 }, after: { '@2': 'new' }, changed: ['@2'] });
    expect(gone!.before).toEqual({ '@1': 2 });
  });

  it('cuts long values and statements, and says so', async () => {
    const log = new Binlog(mysql97);
    const long = person(1, 'n'.repeat(150), null, 0);
    log.transaction([
      rowsQuery(`INSERT ${'x'.repeat(1000)}`),
      tableMap(people, 9),
      rows('insert', people, 9, [[long]]),
    ]);
    const { text } = await shown([log.bytes()]);
    expect(text).toContain(`  | INSERT ${'x'.repeat(393)}… (1007 bytes)\n`);
    expect(text).toContain(`name='${'n'.repeat(100)}'… (150 bytes)`);
    const { text: whole } = await shown([log.bytes()], { maxValue: 0 });
    expect(whole).toContain(`  | INSERT ${'x'.repeat(1000)}\n`);
    expect(whole).toContain(`name='${'n'.repeat(150)}'`);
    const [object] = await shownObjects([log.bytes()]);
    expect(object).toMatchObject({
      statement: { beginning: `INSERT ${'x'.repeat(993)}`, length: 1007 },
      after: { name: 'n'.repeat(150) },
    });
  });

  it('lets nothing hostile through to the terminal', async () => {
    const evil = {
      ...table('d.t\u001b[2J', [int, varchar(20)]),
      optional: columnNames('a\u001b]0;x\u0007`', '\u202eb'),
    };
    const log = new Binlog(mysql97);
    const text = 'DELETE /* \u001b[31m\r */ FROM t';
    log.transaction([rowsQuery(text), tableMap(evil, 9), rows('delete', evil, 9, [[row(1, '\u001b[1A\n')]])]);
    const { text: output } = await shown([log.bytes()]);
    expect(output).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
    expect(output).toContain('DELETE d.`t\\u{1b}[2J`  `a\\u{1b}]0;x\\u{7}```=1');
  });
});

describe('objects for programs', () => {
  it('say all that the log tells of a change', async () => {
    const log = new Binlog(mysql97);
    const start = log.add(gtid(UUID, 23), query('BEGIN', { threadId: 8 }), rowsQuery('UPDATE 1'));
    log.add(tableMap(people, 9));
    const offset = log.add(
      rows('update', people, 9, [[person(1, 'Ada', null, SEEN), person(1, 'Eve', null, SEEN)]]),
    );
    log.add(xid(2n ** 63n));
    expect(await shownObjects([log.bytes()])).toEqual([
      {
        file: 'bin.000001',
        offset,
        start,
        end: log.position,
        ending: 'committed',
        gtid: `${UUID}:23`,
        serverId: 1,
        threadId: 8,
        xid: '9223372036854775808',
        time: '2026-11-21T03:00:00Z',
        unixTime: SEEN,
        database: 'hr',
        table: 'hr.people',
        kind: 'update',
        statement: 'UPDATE 1',
        before: { id: 1, name: 'Ada', 'the nick': null, seen: '2026-11-21 03:00:00', photo: '' },
        after: { id: 1, name: 'Eve', 'the nick': null, seen: '2026-11-21 03:00:00', photo: '' },
        changed: ['name'],
      },
    ]);
  });

  it('have the statement of each change, and of no other', async () => {
    const log = new Binlog(mariadb118);
    const one = { ...orders, padding: 0 as const };
    log.transaction([
      annotate('first'),
      ...change('insert', [1], one, { version: 1, flags: 0 }),
      rows('insert', one, 70, [[row(2)]], { version: 1 }),
      ...change('insert', [3], one, { version: 1 }),
      annotate('third'),
      ...change('delete', [4], one, { version: 1 }),
    ]);
    log.transaction(change('insert', [5], one, { version: 1 }));
    const said = await shownObjects([log.bytes()]);
    expect(said.map(({ statement }) => statement)).toEqual(['first', 'first', null, 'third', null]);
    // Also where the change that the text stands before is not selected.
    const { text } = await shown([log.bytes()], { select: { types: ['delete'] } });
    expect(text.match(/\| .*/g)).toEqual(['| third']);
  });
});

/** The first column (INT) of each object, with the ending of its transaction. */
function ids(said: readonly Record<string, unknown>[]): unknown[] {
  return said.map(({ before, after, ending }) => {
    const id = ((after ?? before) as Record<string, unknown>)['@1'];
    return ending === 'committed' ? id : [id, ending];
  });
}

describe('what took effect', () => {
  it('of XA: shown where it is committed, counted where it is rolled back, marked where it is open', async () => {
    const log = new Binlog(mysql97);
    const prepare = (name: string, id: number): void => {
      log.add(gtid(UUID, id), xa('START', name), ...insert(id), xa('END', name), xaPrepare(false, name));
    };
    prepare('a', 1);
    prepare('b', 2);
    prepare('c', 3);
    log.transaction(insert(4));
    log.add(gtid(UUID, 10), xa('ROLLBACK', 'b'));
    const offset = log.add(gtid(UUID, 11), xa('COMMIT', 'a'));
    log.transaction(insert(5));
    const { text, result } = await shown([log.bytes()], { format: 'json' });
    expect(ids(objects(text))).toEqual([4, 1, 5, [3, 'undecided']]);
    expect(objects(text)[1]!.decided).toMatchObject({ file: 'bin.000001', offset: expect.any(Number) });
    expect(result.takenBack).toBe(1);
    const people = (await shown([log.bytes()])).text;
    expect(people).toMatch(/XA transaction, committed by bin\.000001:\d+ at 2026/);
    expect(people).toContain('UNDECIDED');
    expect(offset).toBeGreaterThan(0);
  });

  it('of transactions without COMMIT: shown and marked', async () => {
    const log = new Binlog(mysql97);
    log.transaction(insert(1), query('ROLLBACK'));
    log.add(gtid(UUID, 1), query('BEGIN'), ...insert(2));
    const said = await shown([log.bytes()], { format: 'json' });
    expect(ids(objects(said.text))).toEqual([
      [1, 'rolled back'],
      [2, 'unfinished'],
    ]);
    const { text } = await shown([log.bytes()]);
    expect(text).toContain('  ROLLED BACK\n');
    expect(text).toContain('  NOT COMMITTED: the file ends before it does\n');
  });

  it('of savepoints: what was taken back is counted, and what may have been is in doubt', async () => {
    const log = new Binlog(mariadb118);
    const one = (id: number): ReturnType<typeof insert> =>
      change('insert', [id], { ...orders, padding: 0 }, { version: 1 });
    log.transaction([...one(1), query('SAVEPOINT `a`'), ...one(2), query('ROLLBACK TO `a`'), ...one(3)]);
    log.transaction([...one(4), query('ROLLBACK TO `unheard`')]);
    const { text, result } = await shown([log.bytes()], { format: 'json' });
    expect(ids(objects(text))).toEqual([1, 3, 4]);
    expect(result.takenBack).toBe(1);
    expect(objects(text).map(({ doubt }) => doubt !== undefined)).toEqual([false, false, true]);
    expect((await shown([log.bytes()])).text).toContain('  IN DOUBT: ');
  });
});

describe('streams', () => {
  it('show all that stands before a damage', async () => {
    const log = new Binlog(mysql97);
    log.transaction(insert(1));
    log.transaction(insert(2));
    const bytes = log.bytes();
    bytes[bytes.length - 40]! ^= 1;
    for (const window of [64, 1 << 20]) {
      const { text, error } = await shownUntil([bytes], { format: 'json', window });
      expect(ids(objects(text))).toEqual([1]);
      expect(error).toMatchObject({ code: 'BAD_CHECKSUM' });
    }
    const { error } = await shownUntil([bytes], { limit: 1 });
    expect(error).toBeUndefined();
  });

  it('show all before a gap, and nothing behind it', async () => {
    const file = (next: string, id: number): Buffer => {
      const log = new Binlog(mysql97);
      log.transaction(insert(id));
      log.add(rotate(next));
      return log.bytes();
    };
    const { text, error } = await shownUntil([file('bin.000009', 1), file('bin.000003', 2)], {
      format: 'json',
    });
    expect(ids(objects(text))).toEqual([1]);
    expect(error).toMatchObject({ code: 'GAP' });
  });

  it('end with --limit, and what comes after it is not read', async () => {
    const log = new Binlog(mysql97);
    for (let id = 0; id < 50; id++) log.transaction(insert(2 * id, 2 * id + 1));
    const bytes = log.bytes();
    bytes[bytes.length - 40]! ^= 1;
    const { text, result } = await shown([bytes], { format: 'json', window: 64, limit: 3 });
    expect(ids(objects(text))).toEqual([0, 1, 2]);
    expect(result).toMatchObject({ rows: 3, transactions: 2, limited: true });
  });

  it('end with what the reader throws, and with the signal', async () => {
    const log = new Binlog(mysql97);
    for (let id = 0; id < 50; id++) log.transaction(insert(id));
    let pieces = 0;
    const gone = new Error('gone');
    const write = async (): Promise<void> => {
      if (++pieces === 2) throw gone;
    };
    const { error } = await shownUntil([log.bytes()], { window: 64, write });
    expect(error).toBe(gone);
    expect(pieces).toBe(2);
    const abort = new AbortController();
    const stopping = await shownUntil([log.bytes()], {
      window: 64,
      signal: abort.signal,
      write: async () => abort.abort(),
    });
    expect(stopping.error).toMatchObject({ name: 'AbortError' });
  });
});

describe('selection', () => {
  const files = (): Buffer[] =>
    [1, 2].map((number) => {
      const log = new Binlog(mysql97, { serverId: 1 });
      log.transaction(insert(10 * number));
      log.transaction(change('update', [10 * number + 1], customers));
      log.add(number === 1 ? rotate('bin.000002') : stop());
      return log.bytes();
    });

  it('is that of all commands', async () => {
    const said = await shownObjects(files(), { select: { databases: ['crm'] } });
    expect(ids(said)).toEqual([11, 21]);
  });

  it('takes --stop-position for the last file alone', async () => {
    const second = new Binlog(mysql97);
    const at = second.transaction(insert(20));
    const [first] = files();
    const said = await shownObjects([first!, files()[1]!], { select: { stopPosition: at } });
    expect(ids(said)).toEqual([10, 11]);
  });

  it('of nothing is an error that says what there is', async () => {
    const { text, error } = await shownUntil(files(), { select: { tables: ['shop.x'] } });
    expect(text).toBe('');
    expect(error).toMatchObject({
      code: 'NO_MATCH',
      message: expect.stringContaining('4 rows events on shop.orders, crm.customers'),
    });
  });

  it('by what the log does not tell is refused', async () => {
    const log = new Binlog(mariadb118);
    log.add(mariadbGtid(1), ...change('insert', [1], { ...orders, padding: 0 }, { version: 1 }), xid(1));
    const { error } = await shownUntil([log.bytes()], { select: { threadIds: [3] } });
    expect(error).toMatchObject({ code: 'UNSUPPORTED' });
  });
});

it("says which rows it cannot read: MariaDB's temporals of old", async () => {
  const old = { ...table('d.old', [int, oldDatetime, datetime(0)], 0), optional: Buffer.alloc(0) };
  const log = new Binlog(mariadb118);
  const of = { ...orders, padding: 0 as const };
  const values = [u32(1), Buffer.alloc(8), u48(0).subarray(0, 5)];
  log.transaction([
    tableMap(old, 9),
    rows('insert', old, 9, [[values]], { version: 1 }),
    ...change('insert', [2], of, { version: 1 }),
  ]);
  const { text, error } = await shownUntil([log.bytes()]);
  expect(text).toContain('INSERT d.old  cannot be shown: its TIME, DATETIME or TIMESTAMP columns');
  expect(text).toContain("INSERT shop.orders  @1=2  @2='x'");
  expect(error).toBeInstanceOf(BinflashError);
  expect(error).toMatchObject({ code: 'UNSUPPORTED', message: expect.stringContaining('d.old') });
  const { text: json } = await shownUntil([log.bytes()], { format: 'json' });
  expect(objects(json)[0]).toMatchObject({ table: 'd.old', unreadable: expect.any(String) });
});
