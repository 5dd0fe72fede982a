import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unpackEvent } from '../../src/binlog/compressed-event.ts';
import { parseQuery } from '../../src/binlog/query.ts';
import { encodeEvent } from '../builder/binlog.ts';
import { hex, join } from '../builder/bytes.ts';
import { type Event, query } from '../builder/events.ts';
import { compressed, compressedRecord } from '../builder/packed.ts';
import { change, orders } from '../builder/shop.ts';
import { thrownBy } from '../helpers.ts';

/** The event without its checksum, other bytes around it. */
function unpack(event: Event): Buffer {
  const bytes = plainBytes(event);
  const around = join(Buffer.alloc(5, 0xff), bytes, Buffer.alloc(5, 0xff));
  return Buffer.from(unpackEvent(around, 5, 5 + bytes.length));
}

const plainBytes = (event: Event): Buffer => encodeEvent(event, undefined, 7, 99, false);

const of = { ...orders, padding: 0 as const };
const rowsEvents = (['insert', 'update', 'delete'] as const).flatMap((kind) =>
  ([1, 2] as const).map((version): [string, Event] => [
    `${kind} of version ${version}`,
    change(kind, [1, 2, 3], of, { version })[1]!,
  ]),
);

describe('events as MariaDB 11.8 compressed them', () => {
  it('QUERY_COMPRESSED', () => {
    const event = hex(
      '9742016ba501000000860000002b0700000000 0d000000000000000100002300000000000101000020540000000006037374640400090009000981180000000000000064008133789c730e72750c7155087174f27155484951d0c84c51f0f40b510808f2f4750c8a54f0768dd451285308730c72f6700cd23032d0d4040065570d57',
    );
    const plain = unpackEvent(event, 0, event.length);
    expect(parseQuery(plain, 0, plain.length)).toMatchObject({
      threadId: 13,
      database: 'd',
      text: 'CREATE TABLE dd (id INT PRIMARY KEY, v VARCHAR(20))',
    });
    expect(plain[4]).toBe(2);
  });

  it('WRITE_ROWS_COMPRESSED_V1: two rows of INT, VARCHAR', () => {
    const event = hex(
      '9742016ba601000000480000000000000000 00120000000000010002038207de789cfbc3c5c0c0f082b962148c825130ecc11f6e7076af1c05a360140c7b000029d9b179',
    );
    const values = (id: string, letter: string): Buffer =>
      join(hex(`fc ${id}000000 e803`), Buffer.alloc(1000, letter));
    const rows = join(values('0a', 'x'), values('0b', 'y'));
    const head = hex('9742016b 17 01000000 fb070000 00000000 0000 120000000000 0100 02 03');
    expect(Buffer.from(unpackEvent(event, 0, event.length))).toEqual(join(head, rows));
  });
});

describe('compressed events', () => {
  it.each([['QUERY', query('UPDATE t SET v = 1', { database: 'shop' })] as [string, Event], ...rowsEvents])(
    '%s is its plain event, with lengths of one to four bytes',
    (_, event) => {
      for (let width = 1; width <= 4; width++) {
        expect(unpack(compressed(event, width))).toEqual(plainBytes(event));
      }
    },
  );

  it('of any size', () => {
    const sizes = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 60_000, max: 70_000 }));
    fc.assert(
      fc.property(sizes, fc.string({ minLength: 1, maxLength: 9 }), (size, word) => {
        const event = query(word.repeat(Math.ceil(size / word.length)));
        expect(unpack(compressed(event)).equals(plainBytes(event))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  const event = compressed(query('SELECT 1'));
  const head = event.body.length - compressedRecord(Buffer.from('SELECT 1')).length;
  const withRecord = (record: Uint8Array): Event => ({
    ...event,
    body: join(event.body.subarray(0, head), record),
  });
  const zlib = deflateSync(Buffer.from('SELECT 1'));

  it.each<[string, Uint8Array]>([
    ['no record at all', Buffer.alloc(0)],
    ['a record head of another kind', join(hex('01 08'), zlib)],
    ['an algorithm that is not zlib', join(hex('91 08'), zlib)],
    ['no length', join(hex('80'), zlib)],
    ['a length of five bytes', join(hex('85 0000000008'), zlib)],
    ['a length that is cut', hex('84 000000')],
    ['length 0', join(hex('81 00'), zlib)],
    ['a length one too small', join(hex('81 07'), zlib)],
    ['a length one too large', join(hex('81 09'), zlib)],
    ['a length above a GiB', join(hex('84 ffffffff'), zlib)],
    ['a stream that is cut', join(hex('81 08'), zlib.subarray(0, -1))],
    ['a stream with another sum', join(hex('81 08'), zlib.subarray(0, -1), hex('00'))],
    ['bytes that are no stream', hex('81 08 0102030405060708')],
  ])('%s is damaged', (_, record) => {
    expect(thrownBy(() => unpack(withRecord(record))).code).toBe('DAMAGED');
  });

  it('a bomb is stopped at the length that it says', () => {
    const stream = deflateSync(Buffer.alloc(64 * 1024 * 1024));
    const before = process.memoryUsage().arrayBuffers;
    expect(thrownBy(() => unpack(withRecord(join(hex('82 1000'), stream)))).code).toBe('DAMAGED');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
  });

  it.each([
    ['QUERY', event] as [string, Event],
    ...rowsEvents.map(([name, plain]): [string, Event] => [name, compressed(plain)]),
  ])('%s cut anywhere is damaged', (_, whole) => {
    for (let length = 0; length < whole.body.length; length++) {
      const cut = { ...whole, body: whole.body.subarray(0, length) };
      expect(thrownBy(() => unpack(cut)).code).toBe('DAMAGED');
    }
  });
});
