import { Cursor } from '../wire/cursor.ts';
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
  cursor.skip(statusLength, 'status variables');
  const database = cursor.text(databaseLength, 'db');
  cursor.skip(1, 'NUL after db');
  const cut = cursor.left > MAX_TEXT;
  return { threadId, errorCode, database, text: cursor.text(cut ? MAX_TEXT : cursor.left, 'statement'), cut };
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
