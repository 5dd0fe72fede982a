import { deflateSync } from 'node:zlib';
import { join, lenenc, u8 } from './bytes.ts';
import type { Event } from './events.ts';

export interface PayloadOptions {
  /** 0 zstd (default), 255 none, or any other number. */
  readonly compression?: number;
  /** What is said of the content's size; undefined says nothing. */
  readonly unpackedSize?: number | undefined;
  /** What is said of the packed size; default the truth. */
  readonly size?: number | undefined;
  /** Fields of types that are not known, before the others. */
  readonly unknownFields?: Uint8Array;
}

/** A TRANSACTION_PAYLOAD around content packed already, its fields in the order in which servers write them. */
export function payload(packed: Uint8Array, options: PayloadOptions = {}): Event {
  const { compression = 0, unpackedSize, size = packed.length } = options;
  const body = join(
    options.unknownFields ?? '',
    payloadField(2, compression),
    unpackedSize === undefined ? '' : payloadField(3, unpackedSize),
    payloadField(1, size),
    u8(0),
    packed,
  );
  return { type: 40, body };
}

/** A field of a TRANSACTION_PAYLOAD whose value is a packed integer. */
export function payloadField(type: number, value: number): Buffer {
  const bytes = lenenc(value);
  return join(lenenc(type), lenenc(bytes.length), bytes);
}

/** What MariaDB compresses: `1 aaa 0 nnn`, the length big-endian in n bytes, a zlib stream. */
export function compressedRecord(content: Uint8Array, lengthBytes = 0): Buffer {
  const least =
    content.length < 0x100 ? 1 : content.length < 0x1_0000 ? 2 : content.length < 0x100_0000 ? 3 : 4;
  const width = Math.max(least, lengthBytes);
  const length = Buffer.alloc(width);
  length.writeUIntBE(content.length, 0, width);
  return join(u8(0x80 | width), length, deflateSync(content));
}

/** The compressed form (`log_bin_compress`) of a QUERY or of a rows event. */
export function compressed(event: Event, lengthBytes = 0): Event {
  const head = event.type === 2 ? queryHeadLength(event.body) : rowsHeadLength(event.type, event.body);
  const record = compressedRecord(event.body.subarray(head), lengthBytes);
  return { ...event, type: compressedType(event.type), body: join(event.body.subarray(0, head), record) };
}

function compressedType(type: number): number {
  if (type === 2) return 165;
  return type < 30 ? type - 23 + 166 : type - 30 + 169;
}

/** Of a QUERY, all but the text is plain. */
function queryHeadLength(body: Uint8Array): number {
  return 13 + (body[11]! | (body[12]! << 8)) + body[8]! + 1;
}

/** Of a rows event, all up to and with the column bitmaps is plain. */
function rowsHeadLength(type: number, body: Uint8Array): number {
  const at = type < 30 ? 8 : 8 + (body[8]! | (body[9]! << 8));
  const [count, width] = body[at]! < 251 ? [body[at]!, 1] : [body[at + 1]! | (body[at + 2]! << 8), 3];
  const bitmaps = type === 24 || type === 31 ? 2 : 1;
  return at + width + bitmaps * Math.ceil(count / 8);
}
