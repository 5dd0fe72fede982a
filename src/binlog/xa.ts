import { BinflashError } from '../errors.ts';
import { Cursor } from '../wire/cursor.ts';
import { HEADER_LENGTH } from './event-header.ts';

/** How an XA_PREPARE event ends the transaction before it. */
export interface XaPrepare {
  /** Committed in one phase: nothing follows. Otherwise a later XA COMMIT or XA ROLLBACK decides. */
  readonly onePhase: boolean;
  /** The XID in the one spelling of this program, see {@link xidOf}. */
  readonly xid: string;
}

/** Bytes of each part of an XID. */
const MAX_PART = 64;

/**
 * Reads an XA_PREPARE event: one_phase u8, format id, gtrid length and bqual length u32 each, then the two
 * parts. Source: MySQL, libs/mysql/binlog/event/control_events.h, class XA_prepare_event; MariaDB the same.
 *
 * @throws BinflashError `DAMAGED`
 */
export function parseXaPrepare(bytes: Uint8Array, start: number, end: number): XaPrepare {
  const cursor = new Cursor(bytes, start + HEADER_LENGTH, end);
  const onePhase = cursor.u8('one_phase') !== 0;
  const format = cursor.u32('XID format id');
  const gtrid = cursor.u32('gtrid length');
  const bqual = cursor.u32('bqual length');
  if (gtrid > MAX_PART || bqual > MAX_PART) throw new BinflashError('DAMAGED', 'the XID is too long');
  return {
    onePhase,
    xid: xidOf(hex(cursor.view(gtrid, 'gtrid')), hex(cursor.view(bqual, 'bqual')), format),
  };
}

const hex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');

/** An XID as servers write it in the log. */
function xidOf(gtrid: string, bqual: string, format: number): string {
  return `X'${gtrid}',X'${bqual}',${format}`;
}

const DECISION = /^XA\s+(COMMIT|ROLLBACK)\s+X'([0-9a-f]*)',X'([0-9a-f]*)',(-?\d+)\s*$/i;

/**
 * Reads `XA COMMIT X'6162',X'',1` or XA ROLLBACK, which servers log in this form whatever the client wrote.
 * Undefined for any other text.
 */
export function parseXaDecision(
  text: string,
): { readonly commit: boolean; readonly xid: string } | undefined {
  const match = DECISION.exec(text);
  if (match === null) return undefined;
  const [, verb, gtrid, bqual, format] = match;
  return {
    commit: verb!.toUpperCase() === 'COMMIT',
    // The format id is signed in some texts and unsigned in others, and always a u32 in XA_PREPARE.
    xid: xidOf(gtrid!.toLowerCase(), bqual!.toLowerCase(), Number(format) >>> 0),
  };
}
