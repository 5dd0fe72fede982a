import { BinflashError } from '../errors.ts';
import { Cursor } from '../wire/cursor.ts';
import { HEADER_LENGTH } from './event-header.ts';

/** No server's path is longer (FN_REFLEN). */
const MAX_NAME = 512;

/** Which file follows, and from where on. */
export interface Rotate {
  readonly name: string;
  readonly position: bigint;
}

/** Reads a ROTATE event: a u64 position, then the name to the end. */
export function parseRotate(bytes: Uint8Array, start: number, end: number): Rotate {
  const cursor = new Cursor(bytes, start + HEADER_LENGTH, end);
  const position = cursor.u64('position');
  if (cursor.left > MAX_NAME) throw new BinflashError('DAMAGED', `a file name of ${cursor.left} bytes`);
  return { name: cursor.text(cursor.left, 'next file'), position };
}
