import { describe, expect, it } from 'vitest';
import { report, show, transactions } from '../../src/index.ts';
import { Binlog, MAGIC } from '../builder/binlog.ts';
import { hex, join, prefixed, u8, u16, u32, u48 } from '../builder/bytes.ts';
import { int, varchar } from '../builder/columns.ts';
import { anonymousGtid, type Event, IGNORABLE, opaque, query, xid } from '../builder/events.ts';
import { aurora57, mariadb118, mysql97, mysqlPreGa, type Server } from '../builder/format.ts';
import { effects } from '../builder/oracle.ts';
import { rows, table, tableMap } from '../builder/rows.ts';
import { expectWellFormed } from '../builder/well-formed.ts';
import { inFolder, refusal, undo, writeFiles } from '../helpers.ts';

const of = table('shop.t', [int, varchar(20)]);
const insert = (id: number, version: 1 | 2 = 2): Event[] => [
  tableMap(of, 1),
  rows('insert', of, 1, [[[u32(id), prefixed(1, 'x')]]], { version }),
];

/** A file with one transaction, and with these events behind its GTID or at other places. */
function withBetween(server: Server, ...between: readonly Event[]): Buffer {
  const log = new Binlog(server);
  log.add(...between, anonymousGtid(), ...between, query('BEGIN'), ...insert(1), xid(1), ...between);
  log.transaction(insert(2));
  return log.bytes();
}

describe('events that only some servers write between GTID and BEGIN', () => {
  it.each([
    ['the padding of Aurora', aurora57, opaque(100, IGNORABLE, Buffer.alloc(300, '*'))],
    // Its version, where the transaction ends and by which type, and padding.
    [
      'the header of a huge transaction',
      mysql97,
      opaque(43, IGNORABLE, join(u8(1), hex('00 04 00 00 01 00 00 00'), u8(16), Buffer.alloc(40))),
    ],
  ])('%s is dropped, and the transaction is one', async (_, server, event) => {
    const { bytes } = await undo([withBetween(server, event)]);
    const log = expectWellFormed(bytes);
    const plain = await undo([withBetween(server)]);
    expect(effects([log])).toEqual(effects([plain.log]));
    expect(log.transactions).toHaveLength(2);
  });
});

describe('what cannot be read is refused by name, with what to do', () => {
  const filled = (body: Buffer): Buffer => join(MAGIC, body);

  it('PARTIAL_ROW_DATA of MariaDB 12.3', async () => {
    const log = new Binlog({ ...mariadb118, version: '12.3.1-MariaDB-log' });
    const piece = join(u32(2), u32(1), u8(1), hex('00 00 01 00 00 00 00 00'), Buffer.alloc(100));
    log.transaction([tableMap(of, 1), opaque(172, 0, piece)]);
    log.transaction(insert(1, 1));
    const error = await refusal([log.bytes()]);
    expect(error).toMatchObject({ code: 'UNSUPPORTED', eventType: 'PARTIAL_ROW_DATA' });
    expect(error.message).toContain('PARTIAL_ROW_DATA');
    expect(error.hint).toContain('MariaDB 12.3');
  });

  it('events that are not understood, also to those who only look', async () => {
    const log = new Binlog(mariadb118);
    const offset = log.transaction([opaque(172, 0, Buffer.alloc(100)), opaque(172, 0, Buffer.alloc(100))]);
    const second = log.transaction(insert(1, 1));
    await inFolder(async (folder) => {
      const inputs = await writeFiles(folder, [log.bytes()]);
      const first = expect.stringContaining(
        `2 events, first PARTIAL_ROW_DATA at ${inputs[0]}:${offset + 42}, are not understood`,
      );
      const write = async (): Promise<void> => {};
      const noted = await transactions(inputs, {}, async ({ unmatched }) => unmatched);
      expect(noted).toEqual([first]);
      expect((await show({ inputs, write })).warnings).toEqual([first]);
      expect((await report({ inputs, output: { write } })).warnings).toEqual([first]);
      // Where nothing is found, it may be in these.
      const select = { tables: ['crm.customers'] };
      const nothing = { code: 'NO_MATCH', message: first };
      await expect(show({ inputs, select, write })).rejects.toMatchObject(nothing);
      await expect(transactions(inputs, { select }, write)).rejects.toMatchObject(nothing);
      const page = report({ inputs, select, output: { write } });
      await expect(page).rejects.toMatchObject({ code: 'UNSUPPORTED', eventType: 'PARTIAL_ROW_DATA' });
      // Those that stand elsewhere do not matter.
      expect((await show({ inputs, write, select: { startPosition: second } })).warnings).toEqual([]);
    });
  });

  it('the container of MariaDB 12.3', async () => {
    const error = await refusal([join(hex('fe fe 0d 01'), Buffer.alloc(508))]);
    expect(error).toMatchObject({ code: 'UNSUPPORTED', offset: 0 });
    expect(error.message).toContain('InnoDB format of MariaDB 12.3');
    expect(error.hint).toContain('mariadb-binlog');
  });

  it.each([
    [20, 'WRITE'],
    [21, 'UPDATE'],
    [22, 'DELETE'],
  ])('type %i, PRE_GA_%s_ROWS', async (type, name) => {
    const log = new Binlog(mysqlPreGa);
    log.add(query('BEGIN'), tableMap(of, 1), opaque(type), xid(1));
    log.add(query('BEGIN'), ...insert(1, 1), xid(2));
    const error = await refusal([log.bytes()]);
    expect(error).toMatchObject({ code: 'UNSUPPORTED', eventType: `PRE_GA_${name}_ROWS` });
    expect(error.hint).toContain('5.1.16');
  });

  it('a TABLE_MAP of that time, which ends behind the types', async () => {
    const log = new Binlog(mysqlPreGa);
    const map = join(
      u48(1),
      u16(0),
      prefixed(1, 'shop'),
      u8(0),
      prefixed(1, 't'),
      u8(0),
      u8(2),
      hex('03 0f'),
    );
    log.add(query('BEGIN'), { type: 19, body: map }, opaque(20), xid(1));
    expect(await refusal([log.bytes()])).toMatchObject({ code: 'UNSUPPORTED', eventType: 'TABLE_MAP' });
  });

  /** START_EVENT_V3 behind a header with end_log_pos and flags, or without. */
  function startEvent(version: number, server: string, ...more: readonly Buffer[]): Buffer {
    const text = Buffer.alloc(50);
    text.write(server);
    const body = join(u16(version), text, u32(0));
    const size = 13 + join(...more).length + body.length;
    return join(u32(1_000_000_000), u8(1), u32(1), u32(size), ...more, body);
  }

  it.each([
    ['3.23', 1, startEvent(1, '3.23.58-log')],
    ['4.0', 3, startEvent(3, '4.0.27-log', u32(79), u16(0))],
    ['4.1', 3, startEvent(3, '4.1.22', u32(79), u16(0))],
  ])('a file of MySQL %s', async (server, version, start) => {
    const statement = join(u32(1_000_000_000), u8(2), u32(1), u32(30), Buffer.alloc(17));
    const error = await refusal([filled(join(start, statement))]);
    expect(error).toMatchObject({ code: 'UNSUPPORTED', offset: 4 });
    expect(error.message).toContain(`MySQL ${server}`);
    expect(error.message).toContain(`format version ${version}`);
    expect(error.hint).toContain('backup');
  });
});
