import { describe, expect, it } from 'vitest';
import { formatGtid, parseMariadbGtid, parseMysqlGtid, parseTaggedGtid } from '../../src/binlog/gtid.ts';
import { hex } from '../builder/bytes.ts';
import * as e from '../builder/events.ts';
import { thrownBy } from '../helpers.ts';
import { framed } from './framed.ts';

describe('GTID events', () => {
  it('of MySQL', () => {
    const uuid = '3e11fa47-71ca-11e1-9e33-c80aa9429562';
    const found = parseMysqlGtid(...framed(e.gtid(uuid, 2n ** 62n)));
    expect(found).toEqual({ source: uuid, sequence: 2n ** 62n });
    expect(formatGtid(found.source, 23n)).toBe(`${uuid}:23`);
  });

  it('of MariaDB, with what may follow its fixed part', () => {
    const read = (options: e.MariadbGtidOptions): unknown => {
      const { source, sequence, flags, threadId } = parseMariadbGtid(...framed(e.mariadbGtid(9, options)), 3);
      return [formatGtid(source, sequence), flags, threadId];
    };
    expect(read({})).toEqual(['0-3-9', 0, undefined]);
    expect(read({ domain: 5, flags: 1 })).toEqual(['5-3-9', 1, undefined]);
    expect(read({ commitId: 77 })).toEqual(['0-3-9', 2, undefined]);
    expect(read({ threadId: 31 })).toEqual(['0-3-9', 0, 31]);
    expect(read({ commitId: 77, threadId: 31 })).toEqual(['0-3-9', 2, 31]);
    expect(read({ xa: 'some xid' })).toEqual(['0-3-9', 0x40, undefined]);
    expect(read({ xa: 'some xid', threadId: 31 })).toEqual(['0-3-9', 0x40, 31]);
    expect(read({ xa: 'some xid', flags: 0x8d, commitId: 7, threadId: 31 })).toEqual(['0-3-9', 0x8f, 31]);
    // Several engines, and the end of an ALTER in two phases, announce fields of their own.
    expect(read({ extra: 0x11, threadId: 31 })).toEqual(['0-3-9', 0, 31]);
    expect(read({ extra: 0x15, threadId: 31 })).toEqual(['0-3-9', 0, 31]);
    expect(read({ extra: 0x18, threadId: 31 })).toEqual(['0-3-9', 0, 31]);
    expect(read({ extra: 0x02 })).toEqual(['0-3-9', 0, undefined]);
  });

  it('of an XA transaction, as MariaDB 11.8 wrote it', () => {
    const read = (body: string): unknown => {
      const { sequence, flags, threadId } = parseMariadbGtid(...framed({ type: 162, body: hex(body) }), 3);
      return [sequence, flags, threadId];
    };
    expect(read('9c00000000000000 00000000 4c 01000000 02 00 c3a4 11 ff 15000000')).toEqual([156n, 0x4c, 21]);
    expect(read('9d00000000000000 00000000 8d 01000000 02 00 c3a4 10 15000000')).toEqual([157n, 0x8d, 21]);
    const longest = `ffffff7f 40 40 ${'67'.repeat(64)} ${'62'.repeat(64)}`;
    expect(read(`9f00000000000000 00000000 8d ${longest} 10 17000000`)).toEqual([159n, 0x8d, 23]);
  });

  it('with a tag, as MySQL 9.7 wrote it', () => {
    const uuid = '71889c1b-e57a-11f1-bc7d-02fc00000001';
    const read = (body: string): unknown => parseTaggedGtid(...framed({ type: 42, body: hex(body) }));
    const start = '00 00 02 e221 02 7102 36 9503 f4 22 c503 f102 fa 04 f103 00 00 00 02 04';
    const shop = `02 70 00 ${start} 04 06 08 73686f70 08 00 0a 04 0c 7ffdd27b09c46006 10 9d05 12 83120b`;
    expect(read(shop)).toEqual({ source: `${uuid}:shop`, sequence: 1n });
    const tag = 'a234567890123456789012345678_32';
    const long = `02 a6 00 ${start} 04 06 3e ${Buffer.from(tag).toString('hex')} 08 04 0a 08 0c 7fc5d67b09c46006`;
    expect(read(`${long} 10 09 05 12 83120b`)).toEqual({ source: `${uuid}:${tag}`, sequence: 1n });
  });

  it('with a tag of any size, with any number', () => {
    const uuid = '00017f80-feff-11e1-9e33-c80aa9429562';
    for (const number of [1n, 63n, 64n, 8191n, 8192n, 2n ** 20n, 2n ** 41n, 2n ** 62n, 2n ** 63n - 1n]) {
      for (const tag of ['', 'shop', 'a'.repeat(32)]) {
        const found = parseTaggedGtid(...framed(e.taggedGtid(uuid, tag, number)));
        expect(found).toEqual({ source: tag === '' ? uuid : `${uuid}:${tag}`, sequence: number });
      }
    }
  });

  it('with a tag, cut or of a serialization to come, is refused', () => {
    const { body } = e.taggedGtid('3e11fa47-71ca-11e1-9e33-c80aa9429562', 'shop', 5);
    const needed = Buffer.from(body).indexOf('shop') + 4;
    for (let length = 0; length < needed; length++) {
      const cut = body.subarray(0, length);
      expect(thrownBy(() => parseTaggedGtid(...framed({ type: 42, body: cut }))).code).toBe('DAMAGED');
    }
    const changed = (at: number, byte: number): e.Event => {
      const copy = Buffer.from(body);
      copy[at] = byte;
      return { type: 42, body: copy };
    };
    expect(thrownBy(() => parseTaggedGtid(...framed(changed(0, 4)))).code).toBe('UNSUPPORTED');
    // Another field where the flags, the UUID, the number or the tag were expected.
    for (const at of [3, 5, Buffer.from(body).indexOf('shop') - 2])
      expect(thrownBy(() => parseTaggedGtid(...framed(changed(at, 20)))).code).toBe('DAMAGED');
  });
});
