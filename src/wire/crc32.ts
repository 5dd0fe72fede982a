import { crc32 as zlibCrc32 } from 'node:zlib';

/** CRC-32 (zlib polynomial) of `bytes[start, end)`; `value` continues an earlier part. */
export function crc32(bytes: Uint8Array, start: number, end: number, value = 0): number {
  return zlibCrc32(bytes.subarray(start, end), value);
}
