import { inflateRawSync, inflateSync } from 'node:zlib';
import { bytesDecoder } from './text.ts';
import type { ColumnDecoder } from './value.ts';

const STORED = 0;
const ZLIB = 8;

/** Where the content of a value stands. */
export interface Content {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/**
 * What was stored in a MariaDB column declared COMPRESSED; undefined for bytes that cannot be unpacked. An empty
 * value has no head.
 *
 * | field | size |
 * |---|---|
 * | method, 0 stored or 8 zlib | high 4 bits |
 * | zlib: 1 for a stream without zlib's own head and checksum | bit 3 |
 * | zlib: bytes of the length | bits 0 to 2 |
 * | zlib: length of the content, big-endian | 1 to 4 bytes |
 * | content, or the stream that unpacks to it | |
 *
 * Source: MariaDB, sql/field.cc, Field_longstr::uncompress.
 */
export function compressedContent(bytes: Uint8Array, start: number, end: number): Content | undefined {
  if (start === end) return { bytes, start, end };
  if (bytes[start]! >> 4 === STORED) return { bytes, start: start + 1, end };
  const content = unpack(bytes, start, end);
  return content && { bytes: content, start: 0, end: content.length };
}

/** Such a column, whose content `decode` decodes. */
export function compressedDecoder(decode: ColumnDecoder, most: number): ColumnDecoder {
  const asBytes = bytesDecoder(most);
  return (bytes, start, end) => {
    const content = compressedContent(bytes, start, end);
    return content ? decode(content.bytes, content.start, content.end) : asBytes(bytes, start, end);
  };
}

/** No value is longer (max_allowed_packet). */
const MAX_CONTENT = 2 ** 30;

function unpack(bytes: Uint8Array, start: number, end: number): Uint8Array | undefined {
  const head = bytes[start]!;
  const stream = start + 1 + (head & 7);
  if (head >> 4 !== ZLIB || stream >= end) return undefined;
  let length = 0;
  for (let at = start + 1; at < stream; at++) length = length * 256 + bytes[at]!;
  if (length > MAX_CONTENT) return undefined;
  const inflate = (head & 8) === 0 ? inflateSync : inflateRawSync;
  try {
    // One byte more than there should be, for no output at all is not allowed as a limit.
    const content = inflate(bytes.subarray(stream, end), { maxOutputLength: length + 1 });
    return content.length === length ? content : undefined;
  } catch {
    return undefined;
  }
}
