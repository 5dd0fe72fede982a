import { BinflashError } from '../errors.ts';
import { Cursor } from '../wire/cursor.ts';
import { HEADER_LENGTH } from './event-header.ts';

/**
 * A global transaction id of either flavour, split into where it comes from and its number there:
 * MySQL `3e11fa47-71ca-11e1-9e33-c80aa9429562:23` or MariaDB `0-1-23` (domain, server, sequence).
 */
export interface Gtid {
  /** Lower-case UUID, with `:tag` where it has one, or `domain-server`. */
  readonly source: string;
  readonly sequence: bigint;
}

/** The usual spelling of a GTID; MariaDB's `domain-server` is shorter than any UUID. */
export function formatGtid(source: string, sequence: bigint): string {
  return `${source}${source.length >= 36 ? ':' : '-'}${sequence}`;
}

/** Reads a MySQL GTID event: flags u8, UUID of 16 bytes, number u64 (MySQL: class Gtid_event). */
export function parseMysqlGtid(bytes: Uint8Array, start: number, end: number): Gtid {
  const cursor = new Cursor(bytes, start + HEADER_LENGTH, end);
  cursor.skip(1, 'GTID flags');
  const source = uuidText(cursor.view(16, 'GTID source'));
  return { source, sequence: cursor.u64('GTID number') };
}

export function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
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
  if ((flags & (MariadbGtidFlag.PREPARED_XA | MariadbGtidFlag.COMPLETED_XA)) !== 0) {
    cursor.skip(4, 'XID format id');
    const gtrid = cursor.u8('gtrid length');
    cursor.skip(gtrid + cursor.u8('bqual length'), 'XID');
  }
  return { source: `${domain}-${serverId}`, sequence, flags, threadId: readThreadId(cursor) };
}

function readThreadId(cursor: Cursor): number | undefined {
  if (cursor.left === 0) return undefined;
  const extra = cursor.u8('flags_extra');
  if ((extra & ExtraFlag.THREAD_ID) === 0) return undefined;
  if ((extra & ExtraFlag.MULTI_ENGINE) !== 0) cursor.skip(1, 'engine count');
  if ((extra & (ExtraFlag.COMMIT_ALTER | ExtraFlag.ROLLBACK_ALTER)) !== 0) cursor.skip(8, 'alter sequence');
  return cursor.u32('thread id');
}

/** Fields of a GTID_TAGGED event, those that make the GTID. */
const TaggedField = { FLAGS: 0, UUID: 1, NUMBER: 2, TAG: 3 } as const;

/**
 * Reads a GTID_TAGGED event (MySQL 8.3 and later), whose body is a message of MySQL's serialization library:
 * version, size and last field that may not be ignored, then fields of id and value. All numbers are
 * {@link variableInteger}s, the 16 bytes of the UUID each by itself; GTID number is zigzag-coded; the tag is
 * length and characters. Fields after the tag are not needed. Source: MySQL,
 * libs/mysql/binlog/event/control_events.h (Gtid_event) and libs/mysql/serialization.
 */
export function parseTaggedGtid(bytes: Uint8Array, start: number, end: number): Gtid {
  const cursor = new Cursor(bytes, start + HEADER_LENGTH, end);
  const version = variableInteger(cursor, 'serialization version');
  if (version !== 1n) throw new BinflashError('UNSUPPORTED', `GTID serialization version ${version}`);
  variableInteger(cursor, 'message size');
  variableInteger(cursor, 'last field that may not be ignored');
  expectField(cursor, TaggedField.FLAGS);
  variableInteger(cursor, 'GTID flags');
  expectField(cursor, TaggedField.UUID);
  const uuid = Uint8Array.from({ length: 16 }, () => Number(variableInteger(cursor, 'GTID source')));
  expectField(cursor, TaggedField.NUMBER);
  const sequence = variableInteger(cursor, 'GTID number') >> 1n;
  expectField(cursor, TaggedField.TAG);
  const tag = cursor.text(Number(variableInteger(cursor, 'tag length')), 'tag');
  return { source: `${uuidText(uuid)}${tag === '' ? '' : `:${tag}`}`, sequence };
}

function expectField(cursor: Cursor, id: number): void {
  const found = variableInteger(cursor, 'field id');
  if (found !== BigInt(id))
    throw new BinflashError('DAMAGED', `GTID field ${found} where ${id} was expected`);
}

/**
 * An integer of one to nine bytes: as many ones as there are further bytes, a zero, then the value, all from
 * the lowest bit up; after eight ones the value fills the eight bytes that follow.
 */
export function variableInteger(cursor: Cursor, field: string): bigint {
  const first = cursor.u8(field);
  let more = 0;
  while (more < 8 && (first & (1 << more)) !== 0) more++;
  let value = 0n;
  const rest = cursor.view(more, field);
  for (let i = more - 1; i >= 0; i--) value = (value << 8n) | BigInt(rest[i]!);
  return more === 8 ? value : ((value << 8n) | BigInt(first)) >> BigInt(more + 1);
}
