import type { LiteralWriter } from '../column-sql.ts';

/** Not to be written as text. */
export const UNREADABLE = 0;
/** Text of ASCII's characters alone. */
export const PLAIN = 1;
/** Text with other characters. */
export const UNICODE = 2;

/** What a value can be written as. */
export type Judgement = typeof UNREADABLE | typeof PLAIN | typeof UNICODE;

/** How values of a character set become text that a server turns back into the very same bytes. */
export interface ReadableSet {
  /** Judges `bytes[start, end)`. */
  readonly judge: (bytes: Uint8Array, start: number, end: number) => Judgement;
  /** Puts what has been judged readable in UTF-8, quotes doubled. */
  readonly put: LiteralWriter;
  /** Up to which judgement the UTF-8 is byte by byte what is stored. */
  readonly sameBytes: Judgement;
}
