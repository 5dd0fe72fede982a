import type { ChecksumAlgorithm } from './checksum.ts';
import { CHECKSUM_LENGTH } from './checksum.ts';
import { HEADER_LENGTH, writeHeader } from './event-header.ts';
import { EventCode, type Flavour } from './event-types.ts';
import {
  type FormatDescription,
  parseFormatDescription,
  SHORT_POST_HEADER,
  versionAtLeast,
} from './format-description.ts';
import type { RowsVersion } from './rows.ts';
import { rowsType } from './rows.ts';

/** What a FORMAT_DESCRIPTION says of its server. */
export interface ServerFormat {
  readonly serverVersion: string;
  /** By type code, the first one for type 1. */
  readonly postHeaderLengths: Uint8Array;
}

const LENGTHS_56 = '380d0008001200040404041200005c00041a0800000008080802000000' + '0a0a0a' + '191900';

/**
 * The formats of servers that know checksums and both versions of rows events, and that every later `mysqlbinlog` reads:
 * the lengths are those of files of MySQL 5.6.24 and MariaDB 10.5.23.
 */
export const STAND_IN: Record<Flavour, ServerFormat> = {
  mysql: { serverVersion: '5.6.24-binflash', postHeaderLengths: Buffer.from(LENGTHS_56, 'hex') },
  mariadb: { serverVersion: '10.5.23-MariaDB-binflash', postHeaderLengths: mariadbLengths() },
};

function mariadbLengths(): Buffer {
  const lengths = Buffer.alloc(171);
  Buffer.from(LENGTHS_56, 'hex').copy(lengths, 0, 0, 32);
  // What FORMAT_DESCRIPTION says of itself: 57 bytes, and one for each type.
  lengths[EventCode.FORMAT_DESCRIPTION - 1] = 57 + lengths.length;
  Buffer.from('0413' + '0400' + '0d' + '080808' + '0a0a0a', 'hex').copy(lengths, 160);
  return lengths;
}

/** Bytes that their post-headers may have: rows events of version 2 have two more, for what is extra. */
const POST_HEADERS: Readonly<Record<RowsVersion, readonly number[]>> = { 1: [8, SHORT_POST_HEADER], 2: [10] };

/** Has this format rows events of the version? MySQL has no version 1 from 8.4 on, and no version 2 before 5.6. */
export function hasRows({ postHeaderLengths }: FormatDescription, version: RowsVersion): boolean {
  return POST_HEADERS[version].includes(postHeaderLengths[rowsType('insert', version)]!);
}

/** Do servers of this format know `GTID_NEXT`? MariaDB and MySQL before 5.6.5 end with an error at it. */
export function hasGtidNext({ flavour, version }: FormatDescription): boolean {
  return flavour === 'mysql' && versionAtLeast(version, [5, 6, 5]);
}

/**
 * The format of a file of our own after this source: its own, or, where that cannot carry what is to be written, that of a
 * server that could. Older servers than that could not read such events anyway.
 */
export function outputFormat(
  source: FormatDescription,
  checksum: ChecksumAlgorithm,
  needsVersion2: boolean,
): FormatDescription {
  const carries = (checksum === 'none' || source.knowsChecksums) && (!needsVersion2 || hasRows(source, 2));
  return carries ? source : standIn(source);
}

function standIn({ flavour, timestamp, serverId }: FormatDescription): FormatDescription {
  const { serverVersion, postHeaderLengths } = STAND_IN[flavour];
  const event = Buffer.alloc(HEADER_LENGTH + 57 + postHeaderLengths.length + 1 + CHECKSUM_LENGTH);
  writeHeader(event, 0, EventCode.FORMAT_DESCRIPTION, timestamp, serverId, 0);
  event.writeUInt16LE(4, HEADER_LENGTH);
  event.write(serverVersion, HEADER_LENGTH + 2);
  event[HEADER_LENGTH + 56] = HEADER_LENGTH;
  event.set(postHeaderLengths, HEADER_LENGTH + 57);
  return parseFormatDescription(event, 0, event.length);
}
