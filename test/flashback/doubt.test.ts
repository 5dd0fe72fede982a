import { describe, expect, it } from 'vitest';
import { rewrite, type Selection } from '../../src/index.ts';
import { Binlog } from '../builder/binlog.ts';
import { u8, u16, u32, u64 } from '../builder/bytes.ts';
import * as e from '../builder/events.ts';
import { mariadb118, mysql80 } from '../builder/format.ts';
import { change, insert, orders } from '../builder/shop.ts';
import { inFolder, refusal, writeFiles } from '../helpers.ts';

/** What a dry run warns of. */
function warningsOf(log: Binlog, select: Selection): Promise<readonly string[]> {
  return inFolder(async (folder) => {
    const { plan } = await rewrite({ inputs: await writeFiles(folder, [log.bytes()]), select });
    expect(plan.refusals).toEqual([]);
    // Built files do not end with ROTATE or STOP.
    return plan.warnings.filter((warning) => !warning.includes('ROTATE or STOP'));
  });
}

/** Status variables FLAGS2, SQL_MODE and CHARSET, as every server writes them. */
function charset(collation: number): Buffer {
  return Buffer.concat([u8(0), u32(0), u8(1), u64(0), u8(4), u16(collation), u16(33), u16(8)]);
}

function updatedDatabases(...names: string[]): Buffer {
  const list = names.map((name) => Buffer.from(`${name}\0`));
  return Buffer.concat([charset(33), u8(12), u8(names.length), ...list]);
}

describe('what the log does not tell counts as touching the selection', () => {
  it('DDL of a client whose character set is not UTF-8 may mean any table', async () => {
    const log = new Binlog(mysql80);
    log.transaction(insert(1));
    const latin1 = e.query('TRUNCATE TABLE `Ã©tÃ©`', { database: 'shop', status: charset(8) });
    log.add(e.anonymousGtid(), latin1);
    log.transaction(insert(2));
    const select = { tables: ['shop.orders'] };
    expect(await refusal([log.bytes()], { select })).toMatchObject({ code: 'DDL' });
    const utf8 = new Binlog(mysql80);
    utf8.transaction(insert(1));
    utf8.add(e.anonymousGtid(), e.query('TRUNCATE TABLE `été`', { database: 'shop', status: charset(33) }));
    utf8.transaction(insert(2));
    expect(await warningsOf(utf8, select)).toEqual([]);
  });

  it('an event that is not understood may be of any connection and have any XID', async () => {
    const log = new Binlog(mysql80);
    log.add(e.anonymousGtid(), e.query('BEGIN', { threadId: 73 }), ...insert(1), e.xid(5));
    log.add(e.anonymousGtid(), e.opaque(20));
    for (const select of [{ threadIds: [73] }, { xids: [5n] }]) {
      expect(await refusal([log.bytes()], { select })).toMatchObject({ code: 'UNSUPPORTED' });
    }
  });

  it('a statement changes the databases that the server says, whatever its text names', async () => {
    const update = e.query('UPDATE vw SET n = 7', { database: 'd', status: updatedDatabases('shop') });
    const log = new Binlog(mysql80);
    log.transaction(insert(1));
    log.add(e.anonymousGtid(), e.query('BEGIN'), update, e.xid(9));
    expect(await refusal([log.bytes()], { select: { databases: ['shop'] } })).toMatchObject({
      code: 'STATEMENT',
    });
    const other = new Binlog(mysql80);
    other.transaction(insert(1));
    const elsewhere = e.query('UPDATE vw SET n = 7', { database: 'shop', status: updatedDatabases('d') });
    other.add(e.anonymousGtid(), e.query('BEGIN'), elsewhere, e.xid(9));
    expect(await warningsOf(other, { databases: ['shop'] })).toEqual([]);
  });

  it('where the server says that it cannot tell, as with foreign keys, a statement counts for all', async () => {
    const status = Buffer.from([12, 254]);
    const log = new Binlog(mysql80);
    log.transaction(insert(1));
    log.add(
      e.anonymousGtid(),
      e.query('BEGIN'),
      e.query('DELETE FROM d.p', { database: 'd', status }),
      e.xid(9),
    );
    expect(await refusal([log.bytes()], { select: { databases: ['shop'] } })).toMatchObject({
      code: 'STATEMENT',
    });
  });

  it('MariaDB does not say it, so statements of other databases are warned about', async () => {
    const log = new Binlog(mariadb118);
    log.transaction(change('insert', [1], { ...orders, padding: 0 }, { version: 1 }));
    log.add(e.mariadbGtid(9), e.query('UPDATE vw SET n = 7', { database: 'd' }), e.xid(9));
    expect(await warningsOf(log, { databases: ['shop'] })).toContainEqual(
      expect.stringMatching(/^a change in another database/),
    );
  });
});

describe('filters that cannot be meant', () => {
  const log = new Binlog(mysql80);
  log.transaction(insert(1));

  it('a name that matches nothing is warned about, beside one that does', async () => {
    const warnings = await warningsOf(log, {
      tables: ['shop.orders,shop.itmes'],
      excludeTables: ['shop.ordrs'],
    });
    expect(warnings).toEqual([
      expect.stringMatching(/--table shop\.itmes matches no table/),
      expect.stringMatching(/--exclude-table shop\.ordrs matches no table/),
    ]);
  });

  it('an empty list is refused: it would select everything', async () => {
    for (const select of [{ tables: [','] }, { databases: [' '] }, { threadIds: [] }, { types: [] }]) {
      expect(await refusal([log.bytes()], { select })).toMatchObject({ code: 'USAGE' });
    }
  });

  it('GTIDs of a server that is not in the log are warned about', async () => {
    const excludeGtids = ['3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5'];
    expect(await warningsOf(log, { excludeGtids })).toEqual([expect.stringMatching(/--exclude-gtids/)]);
  });
});
