import { BinflashError } from '../errors.ts';
import { Cursor } from '../wire/cursor.ts';
import { writeU32 } from '../wire/integers.ts';
import { CHECKSUM_LENGTH, type ChecksumAlgorithm, writeChecksum } from './checksum.ts';
import { HEADER_LENGTH, HeaderFlag, sealHeader, writeHeader } from './event-header.ts';
import { EventCode, type Flavour } from './event-types.ts';

/** Offset of the field `created` in a FORMAT_DESCRIPTION event. */
const CREATED_AT = HEADER_LENGTH + 52;
/** Offset of common_header_len; that of a type's post_header_len is so many bytes more as its code. */
const HEADER_LENGTH_AT = HEADER_LENGTH + 56;
/** Types of version 1, which MySQL 5.1.0 to 5.1.3 wrote with post-headers of 6 bytes instead of 8. */
const WITH_TABLE_ID = [
  EventCode.TABLE_MAP,
  EventCode.WRITE_ROWS_V1,
  EventCode.UPDATE_ROWS_V1,
  EventCode.DELETE_ROWS_V1,
];
export const SHORT_POST_HEADER = 6;

/** What a FORMAT_DESCRIPTION event says of the events after it. */
export interface FormatDescription {
  /** As written, e.g. `9.7.4` or `10.11.18-MariaDB-log`. */
  readonly serverVersion: string;
  readonly flavour: Flavour;
  /** `serverVersion` as numbers; all 0 when it does not parse. */
  readonly version: readonly [number, number, number];
  /** Header timestamp: when the file was begun, Unix seconds. */
  readonly timestamp: number;
  readonly serverId: number;
  /** When the server was started, where this is its first file since; else 0. */
  readonly created: number;
  /** The server has not closed this file: it is being written, or the server crashed. */
  readonly inUse: boolean;
  /** A replica wrote it, of itself: it says nothing of the source's events. */
  readonly isRelay: boolean;
  /** Bytes of every header after this one; more than 19 were seen in patched servers only. */
  readonly headerLength: number;
  /** Does the event say which checksum the others have? Older servers write none, not even for this event. */
  readonly knowsChecksums: boolean;
  /** Post-header length by type code; index 0 is unused. */
  readonly postHeaderLengths: Uint8Array;
  readonly checksum: ChecksumAlgorithm;
  /** A copy of the whole event. */
  readonly bytes: Uint8Array;
}

/** The first three numbers of a version; `[0, 0, 0]` when it has none (MySQL, do_server_version_split). */
export function parseVersion(text: string): [number, number, number] {
  const match = /^(\d{1,3})\.(\d{1,3})(?:\.(\d{1,3}))?/.exec(text);
  if (!match) return [0, 0, 0];
  return [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
}

export function versionAtLeast(
  version: readonly number[],
  least: readonly [number, number, number],
): boolean {
  for (let i = 0; i < 3; i++) if (version[i] !== least[i]) return version[i]! > least[i]!;
  return true;
}

/** Servers that know no checksums have no more types: 27 in MySQL 5.5. */
const MOST_OLD_TYPES = 32;

export function flavourOf(serverVersion: string): Flavour {
  return /mariadb|-maria-/i.test(serverVersion) ? 'mariadb' : 'mysql';
}

/** Does FORMAT_DESCRIPTION of a server of this version hold the checksum algorithm, and a checksum of its own? */
export function versionKnowsChecksums(serverVersion: string): boolean {
  const first: [number, number, number] = flavourOf(serverVersion) === 'mariadb' ? [5, 3, 0] : [5, 6, 1];
  return versionAtLeast(parseVersion(serverVersion), first);
}

/**
 * Parses a FORMAT_DESCRIPTION event: `bytes[start, end)` is the whole event.
 *
 * | offset after the header | bytes | field |
 * |---|---|---|
 * | 0 | 2 | binlog_version, 4 |
 * | 2 | 50 | server_version, NUL padded |
 * | 52 | 4 | created |
 * | 56 | 1 | common_header_len |
 * | 57 | n | post_header_len of types 1 to n |
 * | 57+n | 1 | checksum algorithm: 0 none, 1 CRC32; from MySQL 5.6.1 and MariaDB 5.3 on |
 * | 58+n | 4 | CRC-32, there even when the algorithm is none; from the same versions on |
 *
 * Source: MySQL, libs/mysql/binlog/event/control_events.h, class Format_description_event.
 *
 * @throws BinflashError `DAMAGED` for impossible lengths, `UNSUPPORTED` for formats older than version 4
 */
export function parseFormatDescription(bytes: Uint8Array, start: number, end: number): FormatDescription {
  const cursor = new Cursor(bytes, start, end);
  const timestamp = cursor.u32('timestamp');
  cursor.skip(1, 'type');
  const serverId = cursor.u32('server_id');
  cursor.skip(8, 'event_size and end_log_pos');
  const flags = cursor.u16('flags');
  const binlogVersion = cursor.u16('binlog_version');
  if (binlogVersion !== 4) {
    throw new BinflashError('UNSUPPORTED', `binlog format version ${binlogVersion} is not supported`, {
      hint: 'Only version 4 (MySQL 5.0 and later, every MariaDB) can be read.',
    });
  }
  const serverVersion = cursor.text(50, 'server_version').replace(/\0.*$/s, '');
  const created = cursor.u32('created');
  const headerLength = cursor.u8('common_header_len');
  if (headerLength < HEADER_LENGTH) {
    throw new BinflashError('DAMAGED', `impossible length of headers, ${headerLength} bytes`);
  }
  const version = parseVersion(serverVersion);
  const knowsChecksums = versionKnowsChecksums(serverVersion);
  if (version.every((number) => number === 0)) {
    throw new BinflashError('UNSUPPORTED', `files of server "${serverVersion}" are not supported`, {
      hint: 'The version of MySQL or MariaDB says how they are to be read.',
    });
  }
  const count = cursor.left - (knowsChecksums ? 1 + CHECKSUM_LENGTH : 0);
  // No checksum protects the version that says so.
  if (!knowsChecksums && count > MOST_OLD_TYPES) {
    throw new BinflashError(
      'DAMAGED',
      `FORMAT_DESCRIPTION of server "${serverVersion}" describes ${count} event types`,
    );
  }
  if (count < EventCode.FORMAT_DESCRIPTION) {
    throw new BinflashError('DAMAGED', `FORMAT_DESCRIPTION describes only ${Math.max(0, count)} event types`);
  }
  const lengths = cursor.view(count, 'post_header_len');
  const algorithm = knowsChecksums ? cursor.u8('checksum algorithm') : 0;
  if (algorithm > 1) throw new BinflashError('DAMAGED', `unknown checksum algorithm ${algorithm}`);
  const postHeaderLengths = new Uint8Array(256);
  postHeaderLengths.set(lengths.subarray(0, 255), 1);
  return {
    serverVersion,
    flavour: flavourOf(serverVersion),
    version,
    timestamp,
    serverId,
    created,
    inUse: (flags & HeaderFlag.BINLOG_IN_USE) !== 0,
    isRelay: (flags & HeaderFlag.RELAY_LOG) !== 0,
    headerLength,
    knowsChecksums,
    postHeaderLengths,
    checksum: algorithm === 1 ? 'crc32' : 'none',
    bytes: bytes.slice(start, end),
  };
}

/**
 * The FORMAT_DESCRIPTION for a file of our own: the source's, but closed, not a relay log's, never a
 * server's first (`created` is 0, else clients print ROLLBACK and appliers drop temporary tables), and
 * with the wanted checksum algorithm. `endLogPos` is where it ends in the new file.
 */
export function encodeFormatDescription(
  source: FormatDescription,
  checksum: ChecksumAlgorithm,
  endLogPos: number,
): Uint8Array {
  const event = source.bytes.slice();
  const body = event.length - (source.knowsChecksums ? CHECKSUM_LENGTH : 0);
  writeHeader(event, 0, EventCode.FORMAT_DESCRIPTION, source.timestamp, source.serverId, 0);
  sealHeader(event, 0, event.length, endLogPos);
  writeU32(event, CREATED_AT, 0);
  // Events are written with the ordinary header and table id, see normalForm.
  event[HEADER_LENGTH_AT] = HEADER_LENGTH;
  for (const type of WITH_TABLE_ID) {
    if (event[HEADER_LENGTH_AT + type] === SHORT_POST_HEADER) event[HEADER_LENGTH_AT + type] = 8;
  }
  if (source.knowsChecksums) {
    event[body - 1] = checksum === 'crc32' ? 1 : 0;
    writeChecksum(event, 0, body);
  }
  return event;
}

/** Bytes of checksum at the end of each event of this format. */
export function checksumLength(format: FormatDescription): number {
  return format.checksum === 'crc32' ? CHECKSUM_LENGTH : 0;
}
