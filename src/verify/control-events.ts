import type { FormatDescription } from '../binlog/format-description.ts';
import type { UndoReader } from './undo-reader.ts';

/** Offsets in a FORMAT_DESCRIPTION: end_log_pos, its header's flags, and the field `created`. */
const END_LOG_POS = 13;
const FLAGS = 17;
const CREATED = 71;

/** The body of a QUERY before its text: thread 1, no database, no error, and the status variable FLAGS2 = 0. */
const QUERY_HEAD = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0];

/** SUPPRESS_USE, by which clients print no USE before a QUERY. */
const QUERY_FLAGS = 8;

const HEADER = 19;

/**
 * Is the event in hand the FORMAT_DESCRIPTION of the source file, but closed, without `created`, and with checksums or
 * without? Answers which of them, or undefined for anything else.
 */
export function checksumsOf(undo: UndoReader, source: FormatDescription): boolean | undefined {
  const { bytes, start, end } = undo;
  const expected = source.bytes;
  const body = expected.length - 4;
  if (end - start !== body) return undefined;
  const algorithm = body - 1;
  for (let i = 0; i < algorithm; i++) {
    // The reader has checked where it ends.
    const isPosition = i >= END_LOG_POS && i < FLAGS;
    const isCleared = (i >= FLAGS && i < HEADER) || (i >= CREATED && i < CREATED + 4);
    if (!isPosition && bytes[start + i] !== (isCleared ? 0 : expected[i])) return undefined;
  }
  const checksums = bytes[start + algorithm]!;
  return checksums > 1 ? undefined : checksums === 1;
}

const queryBody = (text: string): readonly number[] => [...QUERY_HEAD, ...Buffer.from(text, 'latin1')];

/** The bodies of the two statements that an undo has. */
export const BEGIN: readonly number[] = queryBody('BEGIN');
export const AUTOMATIC: readonly number[] = queryBody("SET @@SESSION.GTID_NEXT='AUTOMATIC'");

/** Is the event in hand a QUERY of this body, with the header that an undo's has? */
export function isQuery(
  undo: UndoReader,
  body: readonly number[],
  timestamp: number,
  serverId: number,
): boolean {
  const { bytes, start, end } = undo;
  if (undo.type !== 2 || !hasHeader(undo, timestamp, serverId, QUERY_FLAGS)) return false;
  if (end - start !== HEADER + body.length) return false;
  for (let i = 0; i < body.length; i++) if (bytes[start + HEADER + i] !== body[i]) return false;
  return true;
}

/** Is the event in hand an XID of this number? */
export function isXid(undo: UndoReader, xid: bigint, timestamp: number, serverId: number): boolean {
  const { bytes, start, end } = undo;
  if (undo.type !== 16 || !hasHeader(undo, timestamp, serverId, 0) || end - start !== HEADER + 8)
    return false;
  return new DataView(bytes.buffer, bytes.byteOffset + start + HEADER, 8).getBigUint64(0, true) === xid;
}

/** Are these the timestamp, server id and flags of the event in hand? */
export function hasHeader(undo: UndoReader, timestamp: number, serverId: number, flags: number): boolean {
  return undo.timestamp === timestamp && undo.serverId === serverId && undo.headerFlags === flags;
}
