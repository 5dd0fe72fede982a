import { BinflashError } from '../errors.ts';
import { Cursor, utf8 } from '../wire/cursor.ts';
import { writeU16, writeU32 } from '../wire/integers.ts';
import { HEADER_LENGTH, HeaderFlag, writeHeader } from './event-header.ts';
import { EventCode } from './event-types.ts';

/** A statement in the log. */
export interface QueryEvent {
  readonly threadId: number;
  /** Error with which the statement ended on the source; 0 for none. */
  readonly errorCode: number;
  /** Default database; empty for none. */
  readonly database: string;
  readonly text: string;
  /** The text was longer than {@link MAX_TEXT} and is cut. */
  readonly cut: boolean;
  /**
   * The databases whose tables it changed, where the log tells (MySQL 5.6 and later); none when they are too many
   * or cannot be told, as with foreign keys. Undefined when the log says nothing of them.
   */
  readonly updatedDatabases: readonly string[] | undefined;
  /** In the text's strings a backslash is an ordinary character (sql_mode NO_BACKSLASH_ESCAPES). */
  readonly noBackslashEscapes: boolean;
  /** False when the client's character set was not UTF-8 and the text is not ASCII: its names are not as written. */
  readonly readable: boolean;
}

/** Bytes of a statement that are decoded: enough to tell what it does, however long its values are. */
const MAX_TEXT = 1024 * 1024;

/**
 * Parses a QUERY or EXECUTE_LOAD_QUERY event; `bytes[start, end)` is the event without its checksum.
 *
 * | field | bytes |
 * |---|---|
 * | thread_id, exec_time | u32, u32 |
 * | db length | u8 |
 * | error_code | u16 |
 * | status variables length | u16 |
 * | EXECUTE_LOAD_QUERY only: file id, positions, duplicate handling | 13 |
 * | status variables, db, NUL, text | the text runs to the end |
 *
 * Source: MySQL, libs/mysql/binlog/event/statement_events.h, class Query_event.
 */
export function parseQuery(bytes: Uint8Array, start: number, end: number): QueryEvent {
  const cursor = new Cursor(bytes, start + HEADER_LENGTH, end);
  const threadId = cursor.u32('thread_id');
  cursor.skip(4, 'exec_time');
  const databaseLength = cursor.u8('db length');
  const errorCode = cursor.u16('error_code');
  const statusLength = cursor.u16('status variables length');
  if (bytes[start + 4] === EventCode.EXECUTE_LOAD_QUERY) cursor.skip(13, 'load file header');
  const status = cursor.skip(statusLength, 'status variables');
  const { collation, updatedDatabases, sqlMode = 0n } = readStatus(new Cursor(bytes, status, cursor.at));
  const database = cursor.text(databaseLength, 'db');
  cursor.skip(1, 'NUL after db');
  const cut = cursor.left > MAX_TEXT;
  const text = cursor.text(cut ? MAX_TEXT : cursor.left, 'statement');
  return {
    threadId,
    errorCode,
    database,
    text,
    cut,
    updatedDatabases,
    noBackslashEscapes: (sqlMode & NO_BACKSLASH_ESCAPES) !== 0n,
    readable: isReadable(text, collation),
  };
}

/** Where the text of a QUERY begins, which in QUERY_COMPRESSED is the only part that is compressed. */
export function queryTextStart(bytes: Uint8Array, start: number, end: number): number {
  const cursor = new Cursor(bytes, start + HEADER_LENGTH, end);
  cursor.skip(8, 'thread_id and exec_time');
  const databaseLength = cursor.u8('db length');
  cursor.skip(2, 'error_code');
  cursor.skip(cursor.u16('status variables length'), 'status variables');
  cursor.skip(databaseLength + 1, 'db');
  return cursor.at;
}

/** The status variables that are asked for; the others are passed over. */
const Status = { SQL_MODE: 1, CHARSET: 4, INVOKER: 11, UPDATED_DB_NAMES: 12 } as const;

/** Lengths of those that may stand before them, by code; -1: u8 length, then so many bytes. */
const STATUS_LENGTHS: Record<number, number> = { 0: 4, 3: 4, 5: -1, 6: -1, 7: 2, 8: 2, 9: 8, 10: 4 };

/** UPDATED_DB_NAMES with this count says "too many to name". */
const TOO_MANY = 254;

/** A bit of SQL_MODE, the same in both flavours. */
const NO_BACKSLASH_ESCAPES = 1n << 20n;

type StatusVariables = { sqlMode?: bigint; collation?: number; updatedDatabases?: string[] };

/** As far as they can be read: forks have variables of their own, and what is asked for stands early. */
function readStatus(cursor: Cursor): StatusVariables {
  const found: StatusVariables = {};
  try {
    parseStatus(cursor, found);
  } catch (error) {
    if (!(error instanceof BinflashError)) throw error;
  }
  return found;
}

/**
 * Reads the status variables, each a code and a value whose length the code tells, up to the first one whose
 * length is not known here. Source: MySQL, Query_event, enum Query_event_status_vars.
 */
function parseStatus(cursor: Cursor, found: StatusVariables): void {
  while (cursor.left > 0) {
    const code = cursor.u8('status variable');
    if (code === Status.SQL_MODE) found.sqlMode = cursor.u64('sql_mode');
    else if (code === Status.CHARSET) {
      // character_set_client as a collation id, then two that matter to values only.
      found.collation = cursor.u16('character_set_client');
      cursor.skip(4, 'collations');
    } else if (code === Status.INVOKER) {
      for (const part of ['user', 'host']) cursor.skip(cursor.u8(`${part} length`), part);
    } else if (code === Status.UPDATED_DB_NAMES) {
      found.updatedDatabases = readNames(cursor);
      return;
    } else {
      const length = STATUS_LENGTHS[code];
      if (length === undefined) return;
      cursor.skip(length < 0 ? cursor.u8('status variable length') : length, 'status variable');
    }
  }
}

function readNames(cursor: Cursor): string[] {
  const count = cursor.u8('database count');
  if (count === TOO_MANY) return [];
  return Array.from({ length: count }, () => {
    const start = cursor.at;
    while (cursor.u8('database name') !== 0);
    return utf8(cursor.bytes, start, cursor.at - 1);
  });
}

function isReadable(text: string, collation: number | undefined): boolean {
  if (!/[\u0080-\uffff]/.test(text)) return true;
  return !text.includes('\ufffd') && (collation === undefined || isUtf8(collation));
}

/** Collation ids of utf8mb3 and utf8mb4; MariaDB's from 2048 on are of Unicode character sets too. */
function isUtf8(collation: number): boolean {
  return (
    [33, 45, 46, 76, 83].includes(collation) ||
    (collation >= 192 && collation <= 247) ||
    (collation >= 255 && collation <= 323) ||
    collation >= 576
  );
}

/**
 * Encodes a QUERY event with no default database and no status variables but FLAGS2 = 0, which turns
 * autocommit and all checks on; SUPPRESS_USE keeps clients from printing a USE before it. Size, position
 * and checksum are the writer's.
 */
export function encodeQuery(text: string, timestamp: number, serverId: number): Uint8Array {
  const statement = Buffer.from(text, 'utf8');
  const event = new Uint8Array(HEADER_LENGTH + 13 + 5 + 1 + statement.length);
  writeHeader(event, 0, EventCode.QUERY, timestamp, serverId, HeaderFlag.SUPPRESS_USE);
  // A thread id of 1: clients print it as pseudo_thread_id, and any number will do.
  writeU32(event, HEADER_LENGTH, 1);
  writeU16(event, HEADER_LENGTH + 11, 5);
  event.set(statement, HEADER_LENGTH + 19);
  return event;
}
