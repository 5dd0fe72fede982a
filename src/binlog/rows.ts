import { BinflashError } from '../errors.ts';
import { bitmapBytes } from '../wire/bitmap.ts';
import { Cursor } from '../wire/cursor.ts';
import { readU16, readU48, writeU16, writeU48 } from '../wire/integers.ts';
import { HEADER_LENGTH } from './event-header.ts';
import { EventCode } from './event-types.ts';

export const RowsFlag = {
  /** Last rows event of its statement: tables are closed and table ids forgotten. */
  STMT_END: 0x0001,
  NO_FOREIGN_KEY_CHECKS: 0x0002,
  /** MySQL 9.6 and later: foreign keys ran in the SQL layer, so cascaded changes are in the log. */
  USE_SQL_FOREIGN_KEY: 0x0010,
} as const;

/** What a rows event does, whatever its version. */
export type ChangeKind = 'insert' | 'update' | 'delete';

/** Version of a rows event: 1 is written by MariaDB and MySQL 5.1 to 5.5, 2 by MySQL 5.6 and later. */
export type RowsVersion = 1 | 2;

const KINDS: readonly ChangeKind[] = ['insert', 'update', 'delete'];
const INVERSE: Record<ChangeKind, ChangeKind> = { insert: 'delete', update: 'update', delete: 'insert' };

export function changeKind(type: number): ChangeKind {
  if (type === EventCode.PARTIAL_UPDATE_ROWS) return 'update';
  return KINDS[type < EventCode.WRITE_ROWS ? type - EventCode.WRITE_ROWS_V1 : type - EventCode.WRITE_ROWS]!;
}

export function rowsVersion(type: number): RowsVersion {
  return type < EventCode.WRITE_ROWS ? 1 : 2;
}

export function rowsType(kind: ChangeKind, version: RowsVersion): number {
  return (version === 1 ? EventCode.WRITE_ROWS_V1 : EventCode.WRITE_ROWS) + KINDS.indexOf(kind);
}

export function inverseKind(kind: ChangeKind): ChangeKind {
  return INVERSE[kind];
}

/** Where the parts of a rows event stand, as indexes into the window; one object is reused for all events. */
export interface RowsEvent {
  kind: ChangeKind;
  version: RowsVersion;
  /** PARTIAL_UPDATE_ROWS: after images hold documents as differences, see {@link partialImageStart}. */
  partial: boolean;
  tableId: number;
  flags: number;
  /** Extra data without its length field; empty in version 1. */
  extraStart: number;
  extraEnd: number;
  columnCount: number;
  /** First bitmap: the before image's columns, or those of the only image. */
  bitmapStart: number;
  /** Where the rows begin. In an UPDATE the after image's bitmap stands right before. */
  rowsStart: number;
  rowsEnd: number;
}

export function emptyRowsEvent(): RowsEvent {
  return {
    kind: 'insert',
    version: 2,
    partial: false,
    tableId: 0,
    flags: 0,
    extraStart: 0,
    extraEnd: 0,
    columnCount: 0,
    bitmapStart: 0,
    rowsStart: 0,
    rowsEnd: 0,
  };
}

/**
 * Parses the head of a rows event; `bytes[start, end)` is the event without its checksum.
 *
 * | field | v1 | v2 |
 * |---|---|---|
 * | table_id | u48 | u48 |
 * | flags | u16 | u16 |
 * | var_header_len | - | u16, its own 2 bytes included |
 * | extra data | - | var_header_len - 2 bytes |
 * | column_count n | packed integer | packed integer |
 * | bitmap 1 (and 2 in UPDATE) | (n+7)/8 bytes each | the same |
 * | rows | to the end | to the end |
 *
 * `type` stands in for the type byte of MariaDB's compressed events, which are alike up to the rows.
 *
 * Source: MySQL, libs/mysql/binlog/event/rows_event.h, class Rows_event.
 *
 * @throws BinflashError `DAMAGED` when the event is too short for its own lengths
 */
export function parseRows(
  bytes: Uint8Array,
  start: number,
  end: number,
  into: RowsEvent,
  type: number = bytes[start + 4]!,
): void {
  into.kind = changeKind(type);
  into.version = rowsVersion(type);
  into.partial = type === EventCode.PARTIAL_UPDATE_ROWS;
  let at = start + HEADER_LENGTH + 8;
  if (at > end) throw tooShort();
  into.tableId = readU48(bytes, at - 8);
  into.flags = readU16(bytes, at - 2);
  into.extraStart = at;
  into.extraEnd = at;
  if (into.version === 2) {
    if (at + 2 > end) throw tooShort();
    const length = readU16(bytes, at);
    if (length < 2) throw new BinflashError('DAMAGED', `impossible extra data length ${length}`);
    into.extraStart = at + 2;
    into.extraEnd = at + length;
    at += length;
  }
  if (at >= end) throw tooShort();
  const first = bytes[at]!;
  if (first < 251) {
    into.columnCount = first;
    at++;
  } else {
    const cursor = new Cursor(bytes, at, end);
    into.columnCount = cursor.lenenc('column count');
    at = cursor.at;
  }
  into.bitmapStart = at;
  at += bitmapBytes(into.columnCount) * (into.kind === 'update' ? 2 : 1);
  if (at > end) throw tooShort();
  into.rowsStart = at;
  into.rowsEnd = end;
}

function tooShort(): BinflashError {
  return new BinflashError('DAMAGED', 'the rows event is too short for its header');
}

/** The one value option there is: a bitmap follows that says which documents are differences. */
const PARTIAL_JSON = 1;

/**
 * Where the after image of a PARTIAL_UPDATE_ROWS row begins, or -1 when it would run over `end`. Before it
 * stand the value options (a packed integer, 0 or 1) and, with option 1, a bit for each JSON column of the
 * table, in the image or not: set where the value is a list of differences to the before image. Source: MySQL,
 * sql/log_event.cc, Rows_log_event::unpack_current_row.
 *
 * @throws BinflashError `DAMAGED` for other options
 */
export function partialImageStart(bytes: Uint8Array, at: number, end: number, jsonColumns: number): number {
  if (at >= end) return -1;
  const options = bytes[at]!;
  if (options > PARTIAL_JSON) throw new BinflashError('DAMAGED', `value options ${options} are not known`);
  const start = at + 1 + (options === PARTIAL_JSON ? bitmapBytes(jsonColumns) : 0);
  return start > end ? -1 : start;
}

/** Type byte of the extra data chunk that holds partition ids (MySQL 8.0.16 and later). */
const PARTITION_CHUNK = 1;

/**
 * Writes a rows event's table_id, flags and extra data at `at`; answers where the column count belongs.
 * The partition ids of an UPDATE (`01`, target u16, source u16) change places, for the row moves back;
 * chunks of other kinds are copied. In version 1 there is no place for extra data.
 */
export function writeRowsHead(
  bytes: Uint8Array,
  at: number,
  tableId: number,
  flags: number,
  version: RowsVersion,
  extra: Uint8Array,
  kind: ChangeKind,
): number {
  writeU48(bytes, at, tableId);
  writeU16(bytes, at + 6, flags);
  if (version === 1) return at + 8;
  writeU16(bytes, at + 8, extra.length + 2);
  bytes.set(extra, at + 10);
  if (kind === 'update' && extra.length === 5 && extra[0] === PARTITION_CHUNK) {
    bytes.copyWithin(at + 11, at + 13, at + 15);
    bytes.set(extra.subarray(1, 3), at + 13);
  }
  return at + 10 + extra.length;
}

/**
 * A rows event without a table, there only to carry STMT_END_F where the real last event was filtered
 * out (MariaDB: sql/log_event_server.cc, Rows_log_event::do_apply_event).
 */
export function isDummy(rows: RowsEvent): boolean {
  return rows.columnCount === 0;
}
