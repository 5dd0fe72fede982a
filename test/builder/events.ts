import { hex, join, lenenc, u8, u16, u32, u48, u64 } from './bytes.ts';

/** An event before it has a place in a file: the file adds size, position and checksum. */
export interface Event {
  readonly type: number;
  readonly body: Uint8Array;
  readonly flags?: number;
  /** Default: the file's clock. */
  readonly timestamp?: number;
  /** Default: the file's. */
  readonly serverId?: number;
}

export const IGNORABLE = 0x80;

export interface QueryOptions {
  readonly database?: string;
  readonly threadId?: number;
  readonly status?: Uint8Array;
  readonly error?: number;
}

function queryHead(options: QueryOptions): Buffer {
  const { database = '', threadId = 7, status = hex('00 00000000'), error = 0 } = options;
  return join(u32(threadId), u32(0), u8(Buffer.byteLength(database)), u16(error), u16(status.length));
}

function queryTail(text: string, options: QueryOptions): Buffer {
  return join(options.status ?? hex('00 00000000'), options.database ?? '', u8(0), text);
}

export function query(text: string, options: QueryOptions = {}): Event {
  return { type: 2, body: join(queryHead(options), queryTail(text, options)) };
}

export function executeLoadQuery(text: string, options: QueryOptions = {}): Event {
  const file = join(u32(1), u32(10), u32(20), u8(0));
  return { type: 18, body: join(queryHead(options), file, queryTail(text, options)) };
}

export function xid(number: number | bigint): Event {
  return { type: 16, body: u64(number) };
}

export function stop(): Event {
  return { type: 3, body: Buffer.alloc(0) };
}

export function rotate(name: string, position = 4): Event {
  return { type: 4, body: join(u64(position), name) };
}

export function intvar(value: number): Event {
  return { type: 5, body: join(u8(2), u64(value)) };
}

export function beginLoadQuery(data: string): Event {
  return { type: 17, body: join(u32(1), data) };
}

export function appendBlock(data: string): Event {
  return { type: 9, body: join(u32(1), data) };
}

export function incident(message: string): Event {
  return { type: 26, body: join(u16(1), u8(message.length), message) };
}

/** GTID of MySQL; `uuid` as 32 hex digits, hyphens allowed. */
export function gtid(uuid: string, number: number | bigint): Event {
  const logical = join(u8(2), u64(1), u64(2), hex('00 00 00 00 00 00 00'), lenenc(300), u32(90_704));
  return { type: 33, body: join(u8(1), hex(uuid.replaceAll('-', '')), u64(number), logical) };
}

/** GTID_TAGGED of MySQL 8.3 and later; `uuid` as 32 hex digits, hyphens allowed. */
export function taggedGtid(uuid: string, tag: string, number: number | bigint): Event {
  const message = join(
    packed(0),
    packed(1),
    packed(1),
    ...Array.from(hex(uuid.replaceAll('-', '')), (byte) => packed(byte)),
    packed(2),
    packed(BigInt(number) * 2n),
    packed(3),
    packed(tag.length),
    tag,
    // What follows the GTID: last committed, sequence number, and times.
    ...[4, 0, 5, 2, 6, 0x0650_c409_7bd2].map(packed),
  );
  const size = BigInt(message.length + 3);
  return { type: 42, body: join(packed(1), packed(size), packed(0), message) };
}

/** An integer of MySQL's serialization library: the number of further bytes in low bits that are set. */
export function packed(value: number | bigint): Buffer {
  let more = 0;
  while (more < 8 && BigInt(value) >> BigInt(7 * (more + 1)) > 0n) more++;
  if (more === 8) return join(u8(0xff), u64(value));
  const bits = (BigInt(value) << BigInt(more + 1)) | BigInt((1 << more) - 1);
  return u64(bits).subarray(0, more + 1);
}

export function anonymousGtid(): Event {
  return { type: 34, body: join(u8(1), Buffer.alloc(16), u64(0), u8(2), u64(0), u64(1)) };
}

/** Of sources (UUIDs), ranges of numbers, both ends included. */
export function previousGtids(before: Record<string, readonly (readonly [number, number])[]> = {}): Event {
  const sources = Object.entries(before).map(([uuid, ranges]) =>
    join(
      Buffer.from(uuid.replaceAll('-', ''), 'hex'),
      u64(ranges.length),
      ...ranges.map(([first, last]) => join(u64(first), u64(last + 1))),
    ),
  );
  return { type: 35, body: join(u64(sources.length), ...sources), flags: IGNORABLE };
}

export interface MariadbGtidOptions {
  readonly domain?: number;
  readonly flags?: number;
  readonly commitId?: number;
  readonly threadId?: number;
  /** The gtrid of a prepared XA transaction, or of one completed where flag 0x80 is given. */
  readonly xa?: string;
  /** flags_extra; what it announces beside the thread id is made up. Default: the thread id where there is one. */
  readonly extra?: number;
}

/** GTID of MariaDB, which stands in place of BEGIN; flag 0x01 says that a single statement follows. */
export function mariadbGtid(sequence: number | bigint, options: MariadbGtidOptions = {}): Event {
  const { domain = 0, commitId, threadId, xa } = options;
  const given = options.flags ?? 0;
  const xaFlag = xa === undefined || (given & 0x80) !== 0 ? 0 : 0x40;
  const flags = given | (commitId === undefined ? 0 : 2) | xaFlag;
  const extra = options.extra ?? (threadId === undefined ? 0 : 16);
  const body = join(
    u64(sequence),
    u32(domain),
    u8(flags),
    commitId === undefined ? '' : u64(commitId),
    xa === undefined ? '' : join(u32(1), u8(xa.length), u8(0), xa),
    extra === 0 ? '' : u8(extra),
    (extra & 1) === 0 ? '' : u8(0xff),
    (extra & 12) === 0 ? '' : u64(99),
    threadId === undefined ? '' : u32(threadId),
  );
  return { type: 162, body: body.length < 19 ? join(body, Buffer.alloc(19 - body.length)) : body };
}

export function gtidList(sequence: number): Event {
  return { type: 163, body: join(u32(1), u32(0), u32(1), u64(sequence)) };
}

export function checkpoint(name: string): Event {
  return { type: 161, body: join(u32(name.length), name) };
}

export function annotate(sql: string): Event {
  return { type: 160, body: Buffer.from(sql) };
}

export function rowsQuery(sql: string): Event {
  return { type: 29, body: join(u8(sql.length & 0xff), sql), flags: IGNORABLE };
}

export function xaPrepare(onePhase = false, gtrid = 'a', bqual = '', format = 1): Event {
  const lengths = join(u32(Buffer.byteLength(gtrid)), u32(Buffer.byteLength(bqual)));
  return { type: 38, body: join(u8(onePhase ? 1 : 0), u32(format), lengths, gtrid, bqual) };
}

/** `XA START`, `XA END`, `XA COMMIT` or `XA ROLLBACK` as servers write it. */
export function xa(verb: string, gtrid: string, bqual = '', format = 1): Event {
  const hexOf = (text: string): string => `X'${Buffer.from(text).toString('hex')}'`;
  return query(`XA ${verb} ${hexOf(gtrid)},${hexOf(bqual)},${format}`);
}

/** Any type at all, with a body that means nothing. */
export function opaque(type: number, flags = 0, body: Uint8Array = Buffer.alloc(60, 0x2a)): Event {
  return { type, body, flags };
}

/** A rows event without a table, there only to end a statement. */
export function dummyRows(): Event {
  return { type: 23, body: join(u48(0xffff_ffff), u16(1), lenenc(0)) };
}
