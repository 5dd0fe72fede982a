import type { ByteText } from '../../../wire/byte-text.ts';

/** Puts the value that stands in `source[start, end)`, its length prefix left out. */
export type PutValue = (source: Uint8Array, start: number, end: number, out: ByteText) => void;
