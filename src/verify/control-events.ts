import type { UndoReader } from './undo-reader.ts';
import type { Difference } from './verify-error.ts';

/** The body of a QUERY before its text: thread 1, no database, no error, and the status variable FLAGS2 = 0. */
const QUERY_HEAD = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0];

/** SUPPRESS_USE, by which clients print no USE before a QUERY. */
const QUERY_FLAGS = 8;

const HEADER = 19;

const queryBody = (text: string): readonly number[] => [...QUERY_HEAD, ...Buffer.from(text, 'latin1')];

/** The bodies of the two statements that an undo has. */
export const BEGIN: readonly number[] = queryBody('BEGIN');
export const AUTOMATIC: readonly number[] = queryBody("SET @@SESSION.GTID_NEXT='AUTOMATIC'");

/** What is wrong with the QUERY in hand, which must have this body and the header that an undo's has. */
export function queryDifference(
  undo: UndoReader,
  body: readonly number[],
  timestamp: number,
  serverId: number,
): Difference | undefined {
  const { bytes, start, end } = undo;
  let isSame = end - start === HEADER + body.length;
  for (let i = 0; i < body.length && isSame; i++) isSame = bytes[start + HEADER + i] === body[i];
  if (isSame) return headerDifference(undo, timestamp, serverId, QUERY_FLAGS);
  const text = Buffer.from(body.slice(QUERY_HEAD.length)).toString('latin1');
  return { expected: `the statement ${text} alone`, found: 'another statement or settings' };
}

/** What is wrong with the XID in hand, which must have this number. */
export function xidDifference(
  undo: UndoReader,
  xid: bigint,
  timestamp: number,
  serverId: number,
): Difference | undefined {
  const { bytes, start, end } = undo;
  if (end - start !== HEADER + 8)
    return { expected: 'the 8 bytes of an XID', found: `${end - start - HEADER}` };
  const found = new DataView(bytes.buffer, bytes.byteOffset + start + HEADER, 8).getBigUint64(0, true);
  if (found !== xid) return { expected: `XID number ${xid}`, found: `${found}` };
  return headerDifference(undo, timestamp, serverId, 0);
}

/** What is wrong with the header of the event in hand. */
export function headerDifference(
  undo: UndoReader,
  timestamp: number,
  serverId: number,
  flags: number,
): Difference | undefined {
  if (undo.timestamp !== timestamp) return { expected: `timestamp ${timestamp}`, found: `${undo.timestamp}` };
  if (undo.serverId !== serverId) return { expected: `server id ${serverId}`, found: `${undo.serverId}` };
  if (undo.headerFlags === flags) return undefined;
  return { expected: `header flags ${flags}`, found: `${undo.headerFlags}` };
}
