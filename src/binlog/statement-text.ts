import { BinflashError } from '../errors.ts';
import { HEADER_LENGTH } from './event-header.ts';
import { EventCode } from './event-types.ts';

/**
 * Where the statement's text begins in a ROWS_QUERY (MySQL) or ANNOTATE_ROWS (MariaDB) event `bytes[start, end)`,
 * given without its checksum; it goes to the event's end.
 *
 * | event | body |
 * |---|---|
 * | ROWS_QUERY | length modulo 256 (u8, of no use), text |
 * | ANNOTATE_ROWS | text |
 *
 * Sources: MySQL, libs/mysql/binlog/event/rows_event.h, class Rows_query_event; MariaDB, sql/log_event.h, class
 * Annotate_rows_log_event.
 *
 * @throws BinflashError `DAMAGED` for an event that is too short
 */
export function statementTextStart(bytes: Uint8Array, start: number, end: number): number {
  const at = start + HEADER_LENGTH + (bytes[start + 4] === EventCode.ROWS_QUERY ? 1 : 0);
  if (at > end) throw new BinflashError('DAMAGED', 'the event is too short for the text of a statement');
  return at;
}
