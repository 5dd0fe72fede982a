import { BinflashError } from '../errors.ts';
import { HEADER_LENGTH } from './event-header.ts';
import { EventCode } from './event-types.ts';
import { type FormatDescription, SHORT_POST_HEADER } from './format-description.ts';

const SHORT_TABLE_ID = 4;
const TABLE_ID = 6;

/** These have a header of 19 bytes in every format, so that they can be read before it is known. */
const FROZEN: readonly number[] = [EventCode.FORMAT_DESCRIPTION, EventCode.ROTATE];

/** Are headers longer, or table ids shorter, than in all servers since? See {@link normalForm}. */
export function isOdd({ headerLength, postHeaderLengths }: FormatDescription): boolean {
  return headerLength !== HEADER_LENGTH || postHeaderLengths[EventCode.TABLE_MAP] === SHORT_POST_HEADER;
}

/**
 * An event of an odd format, `bytes[start, end)` without its checksum, as all others are: with a header of 19 bytes and
 * a table id of 6. What a longer header holds besides says nothing about data. (Source of the short ids: MySQL 5.1,
 * sql/log_event.cc, Table_map_log_event and Rows_log_event.)
 *
 * @throws BinflashError `DAMAGED` for an event that is shorter than its headers
 */
export function normalForm(
  bytes: Uint8Array,
  start: number,
  end: number,
  { headerLength, postHeaderLengths }: FormatDescription,
): Uint8Array {
  const type = bytes[start + 4]!;
  if (FROZEN.includes(type)) return bytes.subarray(start, end);
  const isShort = hasTableId(type) && postHeaderLengths[type] === SHORT_POST_HEADER;
  if (end - start < headerLength + (isShort ? SHORT_POST_HEADER : 0)) {
    throw new BinflashError('DAMAGED', `the event is shorter than its header of ${headerLength} bytes`);
  }
  const missing = isShort ? TABLE_ID - SHORT_TABLE_ID : 0;
  const event = new Uint8Array(end - start - (headerLength - HEADER_LENGTH) + missing);
  event.set(bytes.subarray(start, start + HEADER_LENGTH));
  let from = start + headerLength;
  if (isShort) {
    event.set(bytes.subarray(from, from + SHORT_TABLE_ID), HEADER_LENGTH);
    from += SHORT_TABLE_ID;
  }
  event.set(bytes.subarray(from, end), HEADER_LENGTH + (isShort ? TABLE_ID : 0));
  return event;
}

function hasTableId(type: number): boolean {
  return (
    type === EventCode.TABLE_MAP ||
    (type >= EventCode.WRITE_ROWS_V1 && type <= EventCode.DELETE_ROWS_V1) ||
    (type >= EventCode.WRITE_ROWS && type <= EventCode.DELETE_ROWS)
  );
}
