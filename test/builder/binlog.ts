import { crc32 } from 'node:zlib';
import { join, u8, u16, u32 } from './bytes.ts';
import { anonymousGtid, type Event, mariadbGtid, query, xid } from './events.ts';
import { type Checksum, type FormatOptions, formatBody, oldServers, type Server } from './format.ts';

export const MAGIC: Buffer = Buffer.of(0xfe, 0x62, 0x69, 0x6e);

/** 2026-11-21 03:00:00 UTC, the first second of every built file. */
export const START_TIME = 1_795_230_000;

export interface BinlogOptions extends FormatOptions {
  readonly serverId?: number;
  readonly time?: number;
  /** Transactions of earlier files: MariaDB's GTIDs go on behind them. */
  readonly earlier?: number;
  /** Header flags of FORMAT_DESCRIPTION. */
  readonly flags?: number;
}

/** A binary log that grows event by event, with sizes, positions and checksums as a server writes them. */
export class Binlog {
  readonly server: Server;
  readonly #pieces: Buffer[] = [MAGIC];
  #checksum: Checksum;
  readonly #serverId: number;
  /** Stamp of the events that follow. */
  time: number;
  position = 4;
  #sequence = 0;

  constructor(server: Server, options: BinlogOptions = {}) {
    this.server = server;
    this.#checksum = checksumOf(server, options);
    this.#serverId = options.serverId ?? 1;
    this.time = options.time ?? START_TIME;
    this.#sequence = options.earlier ?? 0;
    this.format(server, options);
  }

  /** Adds a FORMAT_DESCRIPTION, which decides about the checksums after it. */
  format(server: Server, options: BinlogOptions = {}): number {
    this.#checksum = checksumOf(server, options);
    const event = { type: 15, body: formatBody(server, options), flags: options.flags ?? 0 };
    return this.#append(event, server.knowsChecksums !== false, ~1);
  }

  /** Adds events and answers where the first one begins. */
  add(...events: readonly Event[]): number {
    const first = this.position;
    for (const event of events) this.#append(event, this.#checksum === 'crc32');
    return first;
  }

  /** Adds a transaction as the flavour delimits it, committed by XID unless `end` says otherwise. */
  transaction(events: readonly Event[], end?: Event): number {
    const number = ++this.#sequence;
    return this.add(...this.#begin(number), ...events, end ?? xid(100 + number));
  }

  #begin(number: number): Event[] {
    if (oldServers.includes(this.server)) return [query('BEGIN')];
    return this.server.flavour === 'mariadb' ? [mariadbGtid(number)] : [anonymousGtid(), query('BEGIN')];
  }

  #append(event: Event, withChecksum: boolean, crcFlags = ~0): number {
    const start = this.position;
    const bytes = encodeEvent(event, start, this.#serverId, this.time, withChecksum, crcFlags);
    this.#pieces.push(bytes);
    this.position += bytes.length;
    return start;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }
}

function checksumOf(server: Server, { checksum = 'crc32' }: FormatOptions): Checksum {
  return server.knowsChecksums === false ? 'none' : checksum;
}

/**
 * An event as it stands at `start` of a file, or, where `start` is undefined, inside of another event: without
 * a position. `crcFlags` are the header flags that its CRC is made of.
 */
export function encodeEvent(
  event: Event,
  start: number | undefined,
  serverId: number,
  time: number,
  withChecksum: boolean,
  crcFlags: number = ~0,
): Buffer {
  const size = 19 + event.body.length + (withChecksum ? 4 : 0);
  const encode = (flags: number): Buffer =>
    join(
      u32(event.timestamp ?? time),
      u8(event.type),
      u32(event.serverId ?? serverId),
      u32(size),
      u32(start === undefined ? 0 : (start + size) % 0x1_0000_0000),
      u16(flags),
      event.body,
    );
  const flags = event.flags ?? 0;
  // The CRC of FORMAT_DESCRIPTION leaves out IN_USE, which the server sets and clears in place.
  const trailer = withChecksum ? u32(crc32(encode(flags & crcFlags & 0xffff))) : '';
  return join(encode(flags), trailer);
}
