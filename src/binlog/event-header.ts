import { readU16, readU32, writeU16, writeU32 } from '../wire/integers.ts';

/** Bytes of the v4 common header. */
export const HEADER_LENGTH = 19;

/**
 * No event is longer: a value has up to 1 GiB (max_allowed_packet), and an UPDATE logs the old and the new one. What
 * is packed inside of others never is larger than what servers send, 1 GiB.
 */
export const MAX_EVENT: number = 2 ** 31 + 2 ** 20;
export const MAX_PACKED_EVENT: number = 2 ** 30;

/** The 4 bytes before the first event of a plain binary log: `fe 'bin'`. */
export const MAGIC: Uint8Array = Uint8Array.of(0xfe, 0x62, 0x69, 0x6e);

export const HeaderFlag = {
  /** On FORMAT_DESCRIPTION only: the file was not closed. Its CRC is computed with this bit cleared. */
  BINLOG_IN_USE: 0x0001,
  /** No `USE db` before the statement; servers set it on BEGIN. */
  SUPPRESS_USE: 0x0008,
  /** Made up by a dump thread or an I/O thread, not logged by the source. */
  ARTIFICIAL: 0x0020,
  RELAY_LOG: 0x0040,
  /** Unknown events with this bit may be skipped. */
  IGNORABLE: 0x0080,
} as const;

/**
 * The v4 common header, as numbers in one reused object.
 *
 * | offset | bytes | field |
 * |---|---|---|
 * | 0 | 4 | timestamp, Unix seconds |
 * | 4 | 1 | type code |
 * | 5 | 4 | server_id |
 * | 9 | 4 | event_size, header and checksum included |
 * | 13 | 4 | end_log_pos mod 2^32; never used for navigation |
 * | 17 | 2 | flags |
 *
 * Source: MySQL, libs/mysql/binlog/event/binlog_event.h, class Log_event_header.
 */
export interface EventHeader {
  timestamp: number;
  type: number;
  serverId: number;
  size: number;
  endLogPos: number;
  flags: number;
}

export function emptyHeader(): EventHeader {
  return { timestamp: 0, type: 0, serverId: 0, size: 0, endLogPos: 0, flags: 0 };
}

/** Reads the header at `at` into `into`; 19 bytes must be there. */
export function readHeader(bytes: Uint8Array, at: number, into: EventHeader): void {
  into.timestamp = readU32(bytes, at);
  into.type = bytes[at + 4]!;
  into.serverId = readU32(bytes, at + 5);
  into.size = readU32(bytes, at + 9);
  into.endLogPos = readU32(bytes, at + 13);
  into.flags = readU16(bytes, at + 17);
}

/** Writes a header whose size and end_log_pos are set later, by {@link sealHeader}. */
export function writeHeader(
  bytes: Uint8Array,
  at: number,
  type: number,
  timestamp: number,
  serverId: number,
  flags: number,
): void {
  writeU32(bytes, at, timestamp);
  bytes[at + 4] = type;
  writeU32(bytes, at + 5, serverId);
  writeU16(bytes, at + 17, flags);
}

/** Sets what is known once the event is complete: its size and the position after it. */
export function sealHeader(bytes: Uint8Array, at: number, size: number, endLogPos: number): void {
  writeU32(bytes, at + 9, size);
  writeU32(bytes, at + 13, endLogPos);
}
