import { crc32 } from '../wire/crc32.ts';
import { readU16, readU32, writeU16, writeU32 } from '../wire/integers.ts';
import { HeaderFlag } from './event-header.ts';
import { EventCode } from './event-types.ts';

/** How the events of a file are protected: `crc32` adds 4 bytes to each, `none` adds nothing. */
export type ChecksumAlgorithm = 'none' | 'crc32';

/** Bytes of the trailer. */
export const CHECKSUM_LENGTH = 4;

/**
 * Does the CRC-32 in the last 4 bytes of the event match the bytes before it?
 *
 * The flag BINLOG_IN_USE of a FORMAT_DESCRIPTION is set and cleared in place by the server without a new
 * CRC, so it counts as cleared (MySQL, sql/log_event.cc, Log_event_footer::event_checksum_test).
 */
export function checksumMatches(bytes: Uint8Array, start: number, end: number): boolean {
  const body = end - CHECKSUM_LENGTH;
  const stored = readU32(bytes, body);
  if (bytes[start + 4] !== EventCode.FORMAT_DESCRIPTION) return crc32(bytes, start, body) === stored;
  const header = bytes.slice(start, start + 19);
  writeU16(header, 17, readU16(header, 17) & ~HeaderFlag.BINLOG_IN_USE);
  return crc32(bytes, start + 19, body, crc32(header, 0, 19)) === stored;
}

/** Writes the CRC-32 of `bytes[start, body)` at `body`. */
export function writeChecksum(bytes: Uint8Array, start: number, body: number): void {
  writeU32(bytes, body, crc32(bytes, start, body));
}
