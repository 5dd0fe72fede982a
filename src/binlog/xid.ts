import { Cursor } from '../wire/cursor.ts';
import { writeU64 } from '../wire/integers.ts';
import { HEADER_LENGTH, writeHeader } from './event-header.ts';
import { EventCode } from './event-types.ts';

/** The transaction number of an XID event, which commits: one u64 after the header. */
export function parseXid(bytes: Uint8Array, start: number, end: number): bigint {
  return new Cursor(bytes, start + HEADER_LENGTH, end).u64('xid');
}

/** Encodes an XID event; size, position and checksum are the writer's. */
export function encodeXid(xid: bigint, timestamp: number, serverId: number): Uint8Array {
  const event = new Uint8Array(HEADER_LENGTH + 8);
  writeHeader(event, 0, EventCode.XID, timestamp, serverId, 0);
  writeU64(event, HEADER_LENGTH, xid);
  return event;
}
