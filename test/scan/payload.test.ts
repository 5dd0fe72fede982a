import { describe, expect, it } from 'vitest';
import type { BinflashError } from '../../src/index.ts';
import { Binlog } from '../builder/binlog.ts';
import { hex, join, u32 } from '../builder/bytes.ts';
import * as e from '../builder/events.ts';
import { mariadb118, mysql97 } from '../builder/format.ts';
import { payload } from '../builder/packed.ts';
import { innerEvents } from '../builder/repack.ts';
import { change, insert, orders } from '../builder/shop.ts';
import { frameHead, rawBlock, rleBlock, zstd } from '../builder/zstd.ts';
import { attempt, insertedIds, refusal, undo } from '../helpers.ts';

const UUID = '3e11fa47-71ca-11e1-9e33-c80aa9429562';

/** A transaction of row 1, then a payload of these events or bytes, then a transaction of row 9. */
function around(content: readonly e.Event[] | Uint8Array): { file: Buffer; offset: number } {
  const bytes = content instanceof Uint8Array ? content : innerEvents(content);
  const log = new Binlog(mysql97);
  log.transaction(insert(1));
  log.add(e.anonymousGtid());
  const offset = log.add(payload(zstd(bytes), { unpackedSize: bytes.length }));
  log.transaction(insert(9));
  return { file: log.bytes(), offset };
}

/** Ids of the rows undone, or the code of the refusal, which must name the payload's place. */
async function outcome(content: readonly e.Event[] | Uint8Array): Promise<number[][] | string> {
  const { file, offset } = around(content);
  const found = await attempt([file]);
  if (typeof found !== 'string') return insertedIds(found.log);
  const error = await refusal([file]);
  // A transaction without its end is named by where it begins, the GTID; all else by the payload.
  if (error.code !== 'UNFINISHED') expect(error.offset).toBe(offset);
  return error.code;
}

const begin = e.query('BEGIN');

describe('what a payload holds', () => {
  it.each<[string, e.Event[], number[][] | string]>([
    ['a transaction', [begin, ...insert(5), e.xid(1)], [[1], [5], [9]]],
    ['one of an engine without transactions', [begin, ...insert(5), e.query('COMMIT')], [[1], [5], [9]]],
    ['several statements', [begin, ...insert(5), ...insert(6, 7), e.xid(1)], [[1], [5, 6, 7], [9]]],
    [
      'a statement given as a comment',
      [begin, e.rowsQuery('INSERT'), ...insert(5), e.xid(1)],
      [[1], [5], [9]],
    ],
    [
      'XA in one phase',
      [e.xa('START', 'a'), ...insert(5), e.xa('END', 'a'), e.xaPrepare(true)],
      [[1], [5], [9]],
    ],
    [
      'something new that may be ignored',
      [begin, ...insert(5), e.opaque(99, e.IGNORABLE), e.xid(1)],
      [[1], [5], [9]],
    ],
    ['no rows at all', [begin, e.xid(1)], [[1], [9]]],
    ['nothing', [], [[1], [9]]],
    ['something new', [begin, ...insert(5), e.opaque(99), e.xid(1)], 'UNSUPPORTED'],
    ['an INCIDENT', [begin, e.incident('lost'), e.xid(1)], 'INCIDENT'],
    ['a statement', [begin, e.query('DELETE FROM orders', { database: 'shop' }), e.xid(1)], 'STATEMENT'],
    ['DDL', [begin, e.query('TRUNCATE shop.orders'), e.xid(1)], 'DDL'],
    ['no end', [begin, ...insert(5)], 'UNFINISHED'],
    ['a payload', [begin, payload(zstd(innerEvents(insert(5)))), e.xid(1)], 'DAMAGED'],
    ['a FORMAT_DESCRIPTION', [{ type: 15, body: Buffer.alloc(100) }], 'DAMAGED'],
    ['a GTID', [e.gtid(UUID, 1), begin, ...insert(5), e.xid(1)], 'DAMAGED'],
    ['an anonymous GTID', [e.anonymousGtid(), begin, ...insert(5), e.xid(1)], 'DAMAGED'],
    ['a tagged GTID', [e.taggedGtid(UUID, 'a', 1), begin, ...insert(5), e.xid(1)], 'DAMAGED'],
    ['a ROTATE', [begin, ...insert(5), e.rotate('bin.000002')], 'DAMAGED'],
    ['a STOP', [begin, ...insert(5), e.stop()], 'DAMAGED'],
    ['rows without their table', [begin, insert(5)[1]!, e.xid(1)], 'DAMAGED'],
    [
      'a compressed event of MariaDB',
      [begin, { type: 166, body: Buffer.alloc(40) }, e.xid(1)],
      'UNSUPPORTED',
    ],
  ])('%s', async (_, events, expected) => {
    expect(await outcome(events)).toEqual(expected);
  });

  const whole = innerEvents([begin, ...insert(5), e.xid(1)]);

  it('cut inside an event is damage, between rows and the end of the transaction unfinished', async () => {
    const codes: string[] = [];
    for (let length = 1; length < whole.length; length++) {
      const found = await attempt([around(whole.subarray(0, length)).file]);
      codes[length] = typeof found === 'string' ? found : 'done';
    }
    // Behind BEGIN, behind TABLE_MAP, behind the rows.
    const ends = [1, 2, 3].map((count) => innerEvents([begin, ...insert(5)].slice(0, count)).length);
    expect(ends.map((end) => codes[end])).toEqual(['done', 'done', 'UNFINISHED']);
    for (const end of ends) delete codes[end];
    expect(new Set(Object.values(codes))).toEqual(new Set(['DAMAGED']));
  });

  it('event sizes that lie', async () => {
    const mapAt = innerEvents([begin]).length;
    const mapSize = whole.readUInt32LE(mapAt + 9);
    for (const size of [0, 18, 19, mapSize - 1, mapSize + 1, whole.length, 2 ** 30, 2 ** 31, 0xffff_ffff]) {
      const lying = Buffer.from(whole);
      u32(size).copy(lying, mapAt + 9);
      expect([size, await outcome(lying)]).toEqual([size, expect.stringMatching(/^(DAMAGED|UNSUPPORTED)$/)]);
    }
  });

  it('in a file of MariaDB is not known', async () => {
    const log = new Binlog(mariadb118);
    log.transaction(change('insert', [1], { ...orders, padding: 0 }, { version: 1 }));
    log.add(payload(zstd(whole)));
    expect((await refusal([log.bytes()])).code).toBe('UNSUPPORTED');
  });
});

describe('limits', () => {
  const bomb = (blocks: number): Buffer =>
    join(
      frameHead({}),
      rawBlock(innerEvents([begin]), false),
      // An event of a GiB, made of four bytes for every 128 KiB.
      rawBlock(hex('00000000 02 01000000 00000040 00000000 0000'), false),
      ...Array.from({ length: blocks }, () => rleBlock(0, 128 * 1024, false)),
      rleBlock(0, 1, true),
    );
  const logOf = (packed: Buffer, unpackedSize?: number): Buffer => {
    const log = new Binlog(mysql97);
    log.transaction(insert(1));
    log.add(e.anonymousGtid(), payload(packed, { unpackedSize }));
    return log.bytes();
  };

  it('a bomb ends at --max-unpacked-size, whatever it says of itself', async () => {
    const code = async (options: { unpackedSize?: number }): Promise<BinflashError> =>
      refusal([logOf(bomb(800), options.unpackedSize)], { maxUnpackedSize: 4 * 2 ** 20 });
    expect(await code({})).toMatchObject({ code: 'LIMIT', eventType: 'TRANSACTION_PAYLOAD' });
    expect(await code({ unpackedSize: 2 ** 40 })).toMatchObject({ code: 'LIMIT' });
    expect(await code({ unpackedSize: 4 * 2 ** 20 })).toMatchObject({ code: 'DAMAGED' });
    expect(await code({ unpackedSize: 100 })).toMatchObject({ code: 'DAMAGED' });
  });

  it('the limit is for each payload, not for all of them', async () => {
    const content = innerEvents([begin, ...insert(5), e.xid(1)]);
    const log = new Binlog(mysql97);
    for (let i = 0; i < 5; i++) log.add(e.anonymousGtid(), payload(zstd(content)));
    const code = async (maxUnpackedSize: number): Promise<unknown> => {
      const found = await attempt([log.bytes()], { maxUnpackedSize });
      return typeof found === 'string' ? found : found.result.plan.rows;
    };
    expect(await code(content.length)).toBe(5);
    expect(await code(content.length - 1)).toBe('LIMIT');
  });
});

describe('selection inside payloads', () => {
  const log = new Binlog(mysql97);
  const ends: number[] = [];
  for (const id of [1, 2, 3, 4]) {
    const events = [e.query('BEGIN', { threadId: 70 + id }), ...insert(id), e.xid(50 + id)];
    log.add(e.gtid(UUID, id), ...(id % 2 === 0 ? [payload(zstd(innerEvents(events)))] : events));
    ends.push(log.position);
    log.time++;
  }

  it.each<[string, object, number[][]]>([
    ['threads', { threadIds: [72, 73] }, [[2], [3]]],
    ['XIDs', { xids: [51n, 54n] }, [[1], [4]]],
    ['GTIDs', { includeGtids: [`${UUID}:2-3`] }, [[2], [3]]],
    ['a position behind a payload', { startPosition: ends[1]! }, [[3], [4]]],
    ['a position before a payload', { stopPosition: ends[0]! }, [[1]]],
  ])('by %s', async (_, select, expected) => {
    expect(insertedIds((await undo([log.bytes()], { select })).log)).toEqual(expected);
  });

  it('a position inside a payload names where it begins and ends', async () => {
    const at = ends[1]! - 20;
    const error = await refusal([log.bytes()], { select: { startPosition: at } });
    expect(error).toMatchObject({ code: 'USAGE', hint: expect.stringContaining(String(ends[1])) });
  });
});
