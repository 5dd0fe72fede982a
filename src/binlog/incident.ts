import { Cursor } from '../wire/cursor.ts';
import { HEADER_LENGTH } from './event-header.ts';

/** What an INCIDENT event says: u16 number, u8 length, text. Empty when it says nothing. */
export function parseIncident(bytes: Uint8Array, start: number, end: number): string {
  const cursor = new Cursor(bytes, start + HEADER_LENGTH, end);
  cursor.skip(2, 'incident number');
  return cursor.left === 0 ? '' : cursor.text(cursor.u8('message length'), 'message');
}
