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
      const path = join(folder, 'bin.index');
      await writeFile(path, './bin.000001\n');
      await expect(inspect([path])).rejects.toMatchObject({ code: 'NOT_A_BINLOG', file: path });
    });
  });
});
