import { Cursor } from '../wire/cursor.ts';
import { HEADER_LENGTH } from './event-header.ts';

/**
 * A global transaction id of either flavour, split into where it comes from and its number there:
 * MySQL `3e11fa47-71ca-11e1-9e33-c80aa9429562:23` or MariaDB `0-1-23` (domain, server, sequence).
 */
export interface Gtid {
  /** Lower-case UUID, or `domain-server`. */
  readonly source: string;
  readonly sequence: bigint;
}

/** The usual spelling of a GTID. */
export function formatGtid(source: string, sequence: bigint): string {
  return `${source}${source.length === 36 ? ':' : '-'}${sequence}`;
}

/** Reads a MySQL GTID event: flags u8, UUID of 16 bytes, number u64 (MySQL: class Gtid_event). */
export function parseMysqlGtid(bytes: Uint8Array, start: number, end: number): Gtid {
  const cursor = new Cursor(bytes, start + HEADER_LENGTH, end);
  cursor.skip(1, 'GTID flags');
  const uuid = cursor.skip(16, 'GTID source');
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset + uuid, 16).toString('hex');
  const source = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  return { source, sequence: cursor.u64('GTID number') };
}

/** Bits of `flags2` in a MariaDB GTID event. */
export const MariadbGtidFlag = {
  /** One statement that ends its own group (DDL); no COMMIT follows. */
  STANDALONE: 0x01,
  GROUP_COMMIT_ID: 0x02,
  PREPARED_XA: 0x40,
  COMPLETED_XA: 0x80,
} as const;

/** Bits of `flags_extra` in a MariaDB GTID event. */
const ExtraFlag = { MULTI_ENGINE: 1, COMMIT_ALTER: 4, ROLLBACK_ALTER: 8, THREAD_ID: 16 } as const;

export interface MariadbGtid extends Gtid {
  readonly flags: number;
  /** Of the connection that ran it; undefined before MariaDB 11.5, which logs none. */
  readonly threadId: number | undefined;
}

/**
 * Reads a MariaDB GTID event, which stands in place of BEGIN. Source: MariaDB, sql/log_event.cc,
 * Gtid_log_event. The server id is that of the event header.
 *
 * | field | bytes |
 * |---|---|
 * | sequence number | u64 |
 * | domain | u32 |
 * | flags2 | u8 |
 * | with GROUP_COMMIT_ID: commit id | u64 |
 * | with PREPARED_XA or COMPLETED_XA: format id, two lengths, the XID | u32, u8, u8, bytes |
 * | flags_extra and what it announces | u8, ... |
 *
 * Without GROUP_COMMIT_ID the post-header is padded with zeros to 19 bytes.
 */
export function parseMariadbGtid(
  bytes: Uint8Array,
  start: number,
  end: number,
  serverId: number,
): MariadbGtid {
  const cursor = new Cursor(bytes, start + HEADER_LENGTH, end);
  const sequence = cursor.u64('GTID sequence number');
  const domain = cursor.u32('GTID domain');
  const flags = cursor.u8('GTID flags');
  if ((flags & MariadbGtidFlag.GROUP_COMMIT_ID) !== 0) cursor.skip(8, 'commit id');
  let threadId: number | undefined;
  const xa = flags & (MariadbGtidFlag.PREPARED_XA | MariadbGtidFlag.COMPLETED_XA);
  if (xa === 0 && cursor.left > 0) threadId = readThreadId(cursor);
  return { source: `${domain}-${serverId}`, sequence, flags, threadId };
}

function readThreadId(cursor: Cursor): number | undefined {
  const extra = cursor.u8('flags_extra');
  if ((extra & ExtraFlag.THREAD_ID) === 0) return undefined;
  if ((extra & ExtraFlag.MULTI_ENGINE) !== 0) cursor.skip(1, 'engine count');
  if ((extra & (ExtraFlag.COMMIT_ALTER | ExtraFlag.ROLLBACK_ALTER)) !== 0) cursor.skip(8, 'alter sequence');
  return cursor.u32('thread id');
}
