import { charsetOf } from '../../binlog/columns/values/charsets.ts';
import type { LiteralWriter, TextLiterals } from '../column-sql.ts';
import { asciiOnly, readableSet } from './readable.ts';
import { type Judgement, PLAIN, type ReadableSet, UNREADABLE } from './readable-set.ts';

/** How SQL writes text of a character set. */
export interface TextSql {
  /** A literal that becomes the same bytes when it is stored. */
  readonly store: LiteralWriter;
  /** A literal of these very bytes, to compare a binary string with. */
  readonly bytes: LiteralWriter;
}

const QUOTE = 0x27;
const EMPTY: Uint8Array = Buffer.from("''");
const HEX: Uint8Array = Buffer.from('0x');
const PLAIN_QUOTE: Uint8Array = Buffer.from("'");
const UTF8_QUOTE: Uint8Array = Buffer.from("_utf8mb4'");

/**
 * Text of a collation. Where nobody tells that, its bytes are written without a set: servers store them as they are.
 */
export function textSql(collation: number | undefined, mode: TextLiterals): TextSql {
  const charset = (collation === undefined ? undefined : charsetOf(collation)) ?? 'binary';
  const set = charset === 'binary' ? asciiOnly : readableSet(charset);
  const isReadable = mode === 'readable';
  // MySQL 9.7 warns of utf8mb3, and its text is utf8mb4 as well.
  const introducer = charset === 'utf8mb3' ? 'utf8mb4' : charset;
  const hexHead = charset === 'binary' ? HEX : Buffer.from(`_${introducer} 0x`);
  return {
    store: writer(set, charset === 'binary' || !isReadable ? UNREADABLE : undefined, hexHead),
    bytes: writer(set, isReadable ? set.sameBytes : UNREADABLE, HEX),
  };
}

/** Text as text where it is judged no more than `most`; else with `hexHead` and hexadecimal digits. */
function writer(set: ReadableSet, most: Judgement | undefined, hexHead: Uint8Array): LiteralWriter {
  return (out, bytes, start, end) => {
    if (start === end) {
      out.put(EMPTY);
      return;
    }
    const judgement = most === UNREADABLE ? UNREADABLE : set.judge(bytes, start, end);
    if (judgement === UNREADABLE || (most !== undefined && judgement > most)) {
      out.put(hexHead);
      out.hex(bytes, start, end);
      return;
    }
    out.put(judgement === PLAIN ? PLAIN_QUOTE : UTF8_QUOTE);
    set.put(out, bytes, start, end);
    out.byte(QUOTE);
  };
}
