import { describe, expect, it } from 'vitest';
import { Binlog } from '../builder/binlog.ts';
import { hex } from '../builder/bytes.ts';
import { blob, enumeration, int, tinyint, varchar } from '../builder/columns.ts';
import type { Event } from '../builder/events.ts';
import { mariadb118, mysql56, mysql80, mysql97, type Server } from '../builder/format.ts';
import type { RowsRecord } from '../builder/reader.ts';
import { rows, type Table, table, tableMap, type Values } from '../builder/rows.ts';
import { change, insert, orders, row } from '../builder/shop.ts';
import { expectWellFormed } from '../builder/well-formed.ts';
import { undo } from '../helpers.ts';

/** Rows events of the undo of one transaction. */
async function undone(
  server: Server,
  events: readonly Event[],
  options: Parameters<typeof undo>[1] = {},
): Promise<RowsRecord[]> {
  const log = new Binlog(server);
  log.transaction(events);
  const { bytes } = await undo([log.bytes()], options);
  return expectWellFormed(bytes).transactions.flatMap(({ statements }) => statements.flat());
}

/** What stands behind the common header, checksum left out. */
async function body(server: Server, events: readonly Event[]): Promise<string> {
  const log = new Binlog(server);
  log.transaction(events);
  const { log: written } = await undo([log.bytes()]);
  return written.events.find(({ type }) => type >= 23 && type <= 32)!.body.toString('hex');
}

const flat = (text: string): string => hex(text).toString('hex');

describe('golden bytes', () => {
  const t = table('t.p', [int, varchar(80)]);
  const event = (type: number, text: string): Event[] => [tableMap(t, 0x6a), { type, body: hex(text) }];

  it('a DELETE of MySQL 9.7 becomes an INSERT with the same bytes', async () => {
    const specimen = '6a0000000000 1100 0200 02 ff | 00 01000000 01 61';
    // Flag 0x10 says that foreign keys ran in the SQL layer: checks (0x02) go off.
    expect(await body(mysql97, event(32, specimen))).toBe(flat(specimen.replace('1100', '1300')));
    const [undoing] = await undone(mysql97, event(32, specimen));
    expect(undoing!.type).toBe(30);
  });

  it('an UPDATE swaps its images and reverses its rows', async () => {
    const source =
      '6a0000000000 0100 0200 02 ff ff | 00 01000000 01 61 | 00 02000000 01 62 | 02 02000000 | 00 03000000 01 63';
    const undoing =
      '6a0000000000 0100 0200 02 ff ff | 00 03000000 01 63 | 02 02000000 | 00 02000000 01 62 | 00 01000000 01 61';
    expect(await body(mysql80, event(31, source))).toBe(flat(undoing));
  });
});

describe('updates whose after image holds only some columns', () => {
  const columns = [int, varchar(20), tinyint, varchar(300)];

  it('MariaDB FULL_NODUP: found by the new values among the old, set to the old', async () => {
    const of: Table = { ...table('t.n', columns), padding: 0 };
    // Columns 1 and 3 change: 'a' to NULL, NULL to 'zz'.
    const source = '070000000000 0100 04 0f 0a | 08 01000000 0161 05 | 01 0200 7a7a';
    const undoing = '070000000000 0100 04 0f 0a | 02 01000000 05 0200 7a7a | 02 0161';
    expect(await body(mariadb118, [tableMap(of, 7), { type: 24, body: hex(source) }])).toBe(flat(undoing));
  });

  it('nothing changed: the after image is empty, and stays so', async () => {
    const of: Table = { ...table('t.n', columns), padding: 0 };
    const source = '070000000000 0100 04 0f 00 | 08 01000000 0161 05 | 08 02000000 0162 06';
    const undoing = '070000000000 0100 04 0f 00 | 08 02000000 0162 06 | 08 01000000 0161 05';
    expect(await body(mariadb118, [tableMap(of, 7), { type: 24, body: hex(source) }])).toBe(flat(undoing));
  });

  it('MINIMAL where the key itself changed, both images the key alone', async () => {
    const source = '070000000000 0100 0200 04 f1 f1 | fe 01000000 | fe 02000000';
    const undoing = '070000000000 0100 0200 04 f1 f1 | fe 02000000 | fe 01000000';
    expect(await body(mysql80, [tableMap(table('t.n', columns), 7), { type: 31, body: hex(source) }])).toBe(
      flat(undoing),
    );
  });

  it('with more than eight columns and padding of either kind', async () => {
    const wide = Array.from({ length: 11 }, () => tinyint);
    // Before: columns 0 to 10, column 9 NULL. After: columns 8, 9, 10, column 8 NULL.
    for (const pad of ['f', '0'] as const) {
      const fields = `070000000000 0100 0200 0b ff${pad}7 00${pad}7 | 0002 00 01 02 03 04 05 06 07 08 0a | 01 19 1a`;
      const undoing = `070000000000 0100 0200 0b ff${pad}7 00${pad}7 | 0001 00 01 02 03 04 05 06 07 19 1a | 02 08 0a`;
      expect(await body(mysql80, [tableMap(table('t.w', wide), 7), { type: 31, body: hex(fields) }])).toBe(
        flat(undoing),
      );
    }
  });

  it('rows too large for the shared buffer are merged too', async () => {
    const of: Table = { ...table('t.n', [int, blob(4), enumeration(1)]), padding: 0 };
    const big = (fill: number): Buffer => Buffer.concat([hex('e0930400'), Buffer.alloc(300_000, fill)]);
    const values = (fill: number): Values => [hex('01000000'), big(fill), hex('05')];
    const update = rows('update', of, 7, [[values(1), values(2)]], {
      version: 1,
      presentAfter: [false, true, false],
    });
    const [event] = await undone(mariadb118, [tableMap(of, 7), update]);
    expect(event!.changes[0]!.images[0]).toEqual({ 0: '01000000', 1: big(2).toString('hex'), 2: '05' });
    expect(event!.changes[0]!.images[1]).toEqual({ 1: big(1).toString('hex') });
  });
});

describe('foreign key flags', () => {
  it('one event with 0x10 turns checks off for every event of its transaction, and of no other', async () => {
    const log = new Binlog(mysql97);
    log.transaction([...change('update', [1], orders, { flags: 0x11 }), ...insert(2)]);
    log.transaction(insert(3));
    const { log: written } = await undo([log.bytes()]);
    const flags = written.transactions.map(({ statements }) => statements.flat().map((event) => event.flags));
    expect(flags).toEqual([[0x01], [0x03, 0x13]]);
  });

  it('checks that were off stay off, and other flags stay what they were', async () => {
    const [event] = await undone(mysql80, change('delete', [1], orders, { flags: 0x0f }));
    expect(event!.flags).toBe(0x0f);
  });
});

describe('extra data', () => {
  it('swaps the partitions of an update that moved a row', async () => {
    const moved = change('update', [1], orders, { extra: hex('01 0000 0100') });
    expect((await undone(mysql80, moved))[0]!.extra).toBe('0101000000');
  });

  it('keeps the partition of an insert, and what it does not know', async () => {
    expect((await undone(mysql80, change('insert', [1], orders, { extra: hex('01 0500') })))[0]!.extra).toBe(
      '010500',
    );
    expect(
      (await undone(mysql80, change('update', [1], orders, { extra: hex('00 03 01 aa') })))[0]!.extra,
    ).toBe('000301aa');
  });

  it('events of different partitions are not packed into one', async () => {
    const map = tableMap(orders, 70);
    const of = (partition: number, last: boolean): Event =>
      rows('insert', orders, 70, [[row(partition)]], {
        extra: Buffer.of(1, partition, 0),
        flags: last ? 1 : 0,
      });
    const events = await undone(mysql80, [map, of(1, false), of(2, false), of(2, true)]);
    expect(events.map(({ extra, changes }) => `${extra} ${changes.length}`)).toEqual([
      '010200 2',
      '010100 1',
    ]);
  });
});

describe('versions of rows events', () => {
  it('stay as they are unless asked', async () => {
    expect((await undone(mysql56, change('insert', [1], orders, { version: 1 })))[0]!.type).toBe(25);
    expect((await undone(mysql56, change('insert', [1])))[0]!.type).toBe(32);
  });

  it('v1 becomes v2 with empty extra data, v2 becomes v1 without any', async () => {
    const [two] = await undone(mysql56, change('update', [1], orders, { version: 1 }), { rowsVersion: 2 });
    expect([two!.type, two!.extra, two!.changes.length]).toEqual([31, '', 1]);
    const [one] = await undone(mysql56, change('update', [1], orders, { extra: hex('01 0000 0100') }), {
      rowsVersion: 1,
    });
    expect([one!.type, one!.extra, one!.changes.length]).toEqual([24, '', 1]);
  });

  it('v1 is refused where the format has no v1 events', async () => {
    await expect(undone(mysql97, insert(1), { rowsVersion: 1 })).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('the newest file decides: v1 rows of an 8.0 file are not written behind the format of 9.7', async () => {
    const [old, young] = [new Binlog(mysql80), new Binlog(mysql97)];
    old.transaction(change('insert', [1], orders, { version: 1 }));
    young.transaction(insert(2));
    const { log } = await undo([old.bytes(), young.bytes()]);
    const types = log.transactions.map(({ statements }) => statements.flat().map(({ type }) => type));
    expect(types).toEqual([[32], [32]]);
  });
});

describe('packing', () => {
  it('joins the events of a statement, as many rows as fit', async () => {
    const map = tableMap(orders, 70);
    const ids = Array.from({ length: 300 }, (_, i) => i);
    const events = ids.map((id) => rows('insert', orders, 70, [[row(id)]], { flags: id === 299 ? 1 : 0 }));
    const one = await undone(mysql80, [map, ...events]);
    expect(one.map(({ changes }) => changes.length)).toEqual([300]);
    // A row is 5 bytes; all around it 35: 197 fit into 1024.
    const several = await undone(mysql80, [map, ...events], { maxEventSize: 1024 });
    expect(several.map(({ changes, size }) => [changes.length, size])).toEqual([
      [197, 35 + 197 * 5],
      [103, 35 + 103 * 5],
    ]);
  });

  it('takes memory for the events that it may write, whatever size is asked for', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const [event] = await undone(mysql80, insert(1), { maxEventSize: 2 ** 30 });
    expect(event!.changes.length).toBe(1);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 28);
  });
});
