import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Inspection, inspect } from '../../src/index.ts';
import { Binlog, START_TIME } from '../builder/binlog.ts';
import * as e from '../builder/events.ts';
import { mariadb118, mysql80 } from '../builder/format.ts';
import { change, customers, insert, orders } from '../builder/shop.ts';
import { inFolder, writeFiles } from '../helpers.ts';

function look(...files: Buffer[]): Promise<Inspection> {
  return inFolder(async (folder) => inspect(await writeFiles(folder, files)));
}

describe('inspect', () => {
  it('says of each file what it is and of each table what was done to it, and when', async () => {
    const first = new Binlog(mysql80, { serverId: 7, flags: 1 });
    first.add(e.previousGtids());
    first.transaction([...insert(1, 2, 3), ...change('update', [1])]);
    first.add(e.rotate('bin.000002'));
    const second = new Binlog(mysql80, { serverId: 7, checksum: 'none', time: START_TIME + 60 });
    second.transaction([...change('delete', [1, 2]), ...change('insert', [9], customers)]);
    const { files, tables, blockers } = await look(first.bytes(), second.bytes());
    expect(files).toMatchObject([
      {
        flavour: 'mysql',
        serverVersion: '8.0.43',
        serverId: 7,
        checksum: 'crc32',
        closed: false,
        transactions: 1,
        rows: 4,
        firstTime: START_TIME,
        nextFile: 'bin.000002',
        events: {
          FORMAT_DESCRIPTION: 1,
          PREVIOUS_GTIDS: 1,
          TABLE_MAP: 2,
          WRITE_ROWS: 1,
          UPDATE_ROWS: 1,
          XID: 1,
          ROTATE: 1,
        },
      },
      {
        checksum: 'none',
        closed: true,
        transactions: 1,
        rows: 3,
        nextFile: undefined,
        firstTime: START_TIME + 60,
      },
    ]);
    expect(tables).toMatchObject([
      {
        table: 'crm.customers',
        insert: 1,
        update: 0,
        delete: 0,
        transactions: 1,
        firstTime: START_TIME + 60,
      },
      {
        table: 'shop.orders',
        insert: 3,
        update: 1,
        delete: 2,
        transactions: 2,
        firstTime: START_TIME,
        lastTime: START_TIME + 60,
      },
    ]);
    expect(blockers).toEqual([]);
  });

  it('lists what could not be undone instead of stopping for it', async () => {
    const log = new Binlog(mariadb118);
    log.transaction(change('delete', [1], { ...orders, padding: 0 }, { version: 1, present: [true, false] }));
    const offset = log.add(e.opaque(172));
    const { blockers } = await look(log.bytes());
    expect(blockers).toMatchObject([
      { code: 'ROW_IMAGE', table: 'shop.orders' },
      { code: 'UNSUPPORTED', offset },
    ]);
  });

  it('looks at files without row changes too, but not at what is no binlog', async () => {
    const { files, tables } = await look(new Binlog(mysql80).bytes());
    expect([files[0]!.rows, files[0]!.firstTime, tables]).toEqual([0, 0, []]);
    await inFolder(async (folder) => {
      const path = join(folder, 'bin.idx');
      await writeFile(path, './bin.000001\n');
      await expect(inspect([path])).rejects.toMatchObject({ code: 'NOT_A_BINLOG', file: path });
    });
  });

  it('says what the servers were set to, and what is largest, by file and in total', async () => {
    const uuid = '3e11fa47-71ca-11e1-9e33-c80aa9429562';
    const first = new Binlog(mysql80);
    first.add(e.previousGtids());
    const start = first.add(e.gtid(uuid, 5), e.query('BEGIN'), e.rowsQuery('INSERT '.repeat(20)));
    const large = first.add(...change('insert', [1, 2, 3, 4])) + mapSize(first);
    const end = first.add(e.xid(1)) + 31;
    first.add(e.gtid(uuid, 6), e.query('BEGIN'));
    const wide = first.add(...change('update', [1])) + mapSize(first);
    first.add(...change('delete', [1], customers, { present: [true, false] }), e.xid(2));
    first.add(e.gtid(uuid, 9), e.query('DROP TABLE x', { database: 'shop' }), e.rotate('bin.000002'));
    const second = new Binlog(mysql80, { time: START_TIME + 5 });
    second.add(e.gtid(uuid, 10), e.query('BEGIN'), ...insert(7), e.xid(3), e.incident('lost'));
    const { files, total, tables } = await look(first.bytes(), second.bytes());
    expect(files[0]).toMatchObject({
      binlogVersion: 4,
      headerLength: 19,
      gtids: [{ source: uuid, first: 5n, last: 9n, count: 3 }],
      transactions: 2,
      withoutRows: 1,
      rows: 6,
      insert: 4,
      update: 1,
      delete: 1,
      rowsVersions: [2],
      rowImages: { insert: { full: 1, partial: 0 }, update: { full: 1 }, delete: { full: 0, partial: 1 } },
      metadata: { full: 0, minimal: 0, none: 2 },
      statementTexts: 1,
      compressed: { events: 0 },
      largestTransaction: { offset: start, end, bytes: end - start, rows: 4, gtid: `${uuid}:5` },
      largestEvent: { offset: large, rows: 4, table: 'shop.orders', kind: 'insert' },
      // One null byte, INT, and one length byte with three characters, twice.
      largestRow: { offset: wide, bytes: 2 * (1 + 4 + 1 + 3), kind: 'update' },
      statements: { ddl: 1, changes: 0, unknown: 0, incidents: 0, unsupported: 0 },
    });
    expect(files[1]).toMatchObject({
      transactions: 1,
      rows: 1,
      statementTexts: 0,
      statements: { incidents: 1 },
    });
    expect(total).toMatchObject({
      size: first.bytes().length + second.bytes().length,
      firstTime: START_TIME,
      lastTime: START_TIME + 5,
      gtids: [{ first: 5n, last: 10n, count: 4 }],
      transactions: 3,
      rows: 7,
      largestTransaction: { file: files[0]!.path, offset: start },
      statements: { ddl: 1, incidents: 1 },
      events: { WRITE_ROWS: 2, FORMAT_DESCRIPTION: 2 },
    });
    expect(tables).toBe(total.tables);
  });
});

/** Size of the TABLE_MAP that begins a change whose events are the last of a log. */
function mapSize(log: Binlog): number {
  const bytes = log.bytes();
  let at = 4;
  const starts: number[] = [];
  while (at < bytes.length) {
    starts.push(at);
    at += bytes.readUInt32LE(at + 9);
  }
  return starts.at(-1)! - starts.at(-2)!;
}
