import { beforeAll, describe, expect, it } from 'vitest';
import {
  parsePayload,
  type TransactionPayload,
  unpackPayload,
} from '../../src/binlog/transaction-payload.ts';
import { loadZstd } from '../../src/binlog/zstd.ts';
import { hex, join, lenenc, u8, u64 } from '../builder/bytes.ts';
import { payload, payloadField } from '../builder/packed.ts';
import { frameHead, rleBlock, zstd } from '../builder/zstd.ts';
import { thrownBy } from '../helpers.ts';

beforeAll(loadZstd);

const HEADER = 19;

/** Parses a body as it stands in an event, other bytes around it. */
function parse(body: Uint8Array): TransactionPayload {
  const event = join(Buffer.alloc(HEADER, 0xff), body, Buffer.alloc(9, 0xff));
  return parsePayload(event, 0, HEADER + body.length);
}

function unpack(body: Uint8Array, limit = 1e9): Buffer {
  const event = join(Buffer.alloc(HEADER), body);
  return Buffer.concat([...unpackPayload(event, parsePayload(event, 0, event.length), limit)]);
}

const content = Buffer.from('plain events');
const packed = zstd(content);

describe('the head of a TRANSACTION_PAYLOAD', () => {
  it('of MySQL 9.7: compression, unpacked size, size', () => {
    const body = join(hex('02 01 00 | 03 03 fc ad01 | 01 01 c6 | 00'), Buffer.alloc(198));
    expect(parse(body)).toEqual({
      compression: 'zstd',
      start: 19 + 12,
      end: 19 + 12 + 198,
      unpackedSize: 429,
    });
  });

  it('says none by 255', () => {
    expect(parse(join(hex('02 03 fcff00 | 01 01 02 | 00'), hex('aabb')))).toEqual({
      compression: 'none',
      start: 19 + 9,
      end: 19 + 11,
      unpackedSize: undefined,
    });
  });

  it('has its fields in any order, and unknown ones among them', () => {
    const [size, compression, unpacked] = [payloadField(1, 2), payloadField(2, 0), payloadField(3, 70_000)];
    const unknown = join(lenenc(300), lenenc(4), Buffer.alloc(4, 0xff));
    for (const fields of [
      [size, compression, unpacked],
      [unpacked, unknown, size, compression],
      [unknown, compression, unknown, size, unpacked],
    ]) {
      const head = join(...fields, u8(0));
      const start = 19 + head.length;
      expect(parse(join(head, hex('aabb')))).toEqual({
        compression: 'zstd',
        start,
        end: start + 2,
        unpackedSize: 70_000,
      });
    }
  });

  it('without a size reaches to the end of the event', () => {
    expect(parse(join(payloadField(2, 0), u8(0), hex('aabbcc')))).toMatchObject({ start: 23, end: 26 });
  });

  it.each<[string, Buffer, string]>([
    ['no compression', join(payloadField(1, 2), u8(0), hex('aabb')), 'UNSUPPORTED'],
    ['another compression', payload(packed, { compression: 1 }).body as Buffer, 'UNSUPPORTED'],
    ['a size above what is there', payload(packed, { size: packed.length + 1 }).body as Buffer, 'DAMAGED'],
    [
      'a size that no number holds',
      join(payloadField(2, 0), hex('01 09 fe'), u64(2n ** 60n), u8(0)),
      'DAMAGED',
    ],
    ['a field length above what is there', join(payloadField(2, 0), hex('03 20 05')), 'DAMAGED'],
    ['a value longer than its field', hex('02 01 fc 00 00 00'), 'DAMAGED'],
    ['an empty field', hex('02 00 00'), 'DAMAGED'],
    ['NULL for a field', hex('fb'), 'DAMAGED'],
    ['no end of the fields', payloadField(2, 0), 'DAMAGED'],
    ['nothing', Buffer.alloc(0), 'DAMAGED'],
  ])('with %s is refused', (_, body, code) => {
    expect(thrownBy(() => parse(body)).code).toBe(code);
  });

  it('cut anywhere is damaged', () => {
    const { body } = payload(packed, { unpackedSize: content.length, unknownFields: hex('05 02 0102') });
    for (let length = 0; length < body.length; length++)
      expect(thrownBy(() => parse(body.subarray(0, length))).code).toMatch(/^(DAMAGED|UNSUPPORTED)$/);
  });
});

describe('the content of a TRANSACTION_PAYLOAD', () => {
  it('is the same with its size announced or not, compressed or not', () => {
    for (const unpackedSize of [undefined, content.length]) {
      expect(unpack(payload(packed, { unpackedSize }).body)).toEqual(content);
      expect(unpack(payload(content, { compression: 255, unpackedSize }).body)).toEqual(content);
    }
  });

  it('of another size than announced is damaged', () => {
    for (const unpackedSize of [0, content.length - 1, content.length + 1, 2 ** 31]) {
      const bodies = [
        payload(packed, { unpackedSize }),
        payload(content, { compression: 255, unpackedSize }),
      ];
      for (const { body } of bodies) expect(thrownBy(() => unpack(body, 2 ** 40)).code).toBe('DAMAGED');
    }
  });

  it('above the limit is refused with what to do, before it is unpacked where it is announced', () => {
    const broken = Buffer.alloc(20, 7);
    const error = thrownBy(() => unpack(payload(broken, { unpackedSize: 1001 }).body, 1000));
    expect(error).toMatchObject({ code: 'LIMIT', hint: expect.stringContaining('--max-unpacked-size') });
    expect(thrownBy(() => unpack(payload(broken, { unpackedSize: 1000 }).body, 1000)).code).toBe('DAMAGED');
  });

  /** 128 KiB of zeros in every four bytes. */
  const bomb = (blocks: number): Buffer =>
    join(
      frameHead({}),
      ...Array.from({ length: blocks }, (_, i) => rleBlock(0, 128 * 1024, i === blocks - 1)),
    );

  it('of a bomb that says nothing of its size ends at the limit, and at what it says else', () => {
    const packedBomb = bomb(8000);
    let pieces = 0;
    const count = (unpackedSize: number | undefined, limit: number): void => {
      const event = join(Buffer.alloc(HEADER), payload(packedBomb, { unpackedSize }).body);
      for (const _ of unpackPayload(event, parsePayload(event, 0, event.length), limit)) pieces++;
    };
    expect(thrownBy(() => count(undefined, 2 ** 20)).code).toBe('LIMIT');
    expect(pieces).toBe(8);
    expect(thrownBy(() => count(2 ** 20, 2 ** 40)).code).toBe('DAMAGED');
    expect(pieces).toBe(16);
  });
});
