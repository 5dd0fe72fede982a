import { HEADER_LENGTH } from '../binlog/event-header.ts';
import type { FormatDescription } from '../binlog/format-description.ts';
import { BinflashError } from '../errors.ts';
import { readU16 } from '../wire/integers.ts';

/** Headers of MySQL 3.23 have neither end_log_pos nor flags. */
const HEADER_LENGTH_V1 = 13;
/** After START_EVENT_V3's header: binlog_version, 50 bytes of server_version, created. */
const START_BODY = 2 + 50 + 4;

/**
 * Why a file that begins with the START_EVENT_V3 at `bytes[at]`, of `size` bytes, cannot be read: MySQL 3.23 wrote format
 * version 1, 4.0 and 4.1 wrote 3.
 */
export function tooOld(bytes: Uint8Array, at: number, size: number): BinflashError {
  const header = size >= HEADER_LENGTH + START_BODY ? HEADER_LENGTH : HEADER_LENGTH_V1;
  const version = readU16(bytes, at + header);
  const server = Buffer.from(bytes.subarray(at + header + 2, at + header + 52))
    .toString('latin1')
    .replace(/\0.*$/s, '');
  return new BinflashError(
    'UNSUPPORTED',
    `is a binary log of MySQL ${/^[\d.]+/.exec(server)?.[0] ?? '3.23 to 4.1'}, format version ${version}: it holds statements, no rows`,
    { hint: 'Nothing in it can be undone: restore a backup and replay what is to stay with mysqlbinlog.' },
  );
}

/** MySQL 5.1.0 to 5.1.15 logged rows in forms of their own, PRE_GA_WRITE_ROWS and so on. */
export function isPreGa({ flavour, version: [major, minor, patch] }: FormatDescription): boolean {
  return flavour === 'mysql' && major === 5 && minor === 1 && patch < 16;
}

/** A TABLE_MAP of these servers that cannot be read. */
export function preGaMap(): BinflashError {
  return new BinflashError(
    'UNSUPPORTED',
    'tables are described in a form of MySQL 5.1 before 5.1.16 (pre-GA)',
    {
      hint: WHAT_TO_DO.PRE_GA,
    },
  );
}

const WHAT_TO_DO = {
  PRE_GA:
    'Rows of MySQL 5.1 before 5.1.16 cannot be read: take what stands before them with --stop-position, or look at them with the mysqlbinlog of MySQL 5.1.',
  PARTIAL_ROW_DATA:
    'MariaDB 12.3 and later cut large rows events into such pieces, which are not put together: narrow the selection so that it does not include this transaction.',
};

/** What to do about an event that is known but not understood, by its type's name. */
export function adviceOn(eventType: string): string | undefined {
  if (eventType.startsWith('PRE_GA_')) return WHAT_TO_DO.PRE_GA;
  return eventType === 'PARTIAL_ROW_DATA' ? WHAT_TO_DO.PARTIAL_ROW_DATA : undefined;
}
