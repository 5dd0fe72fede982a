import { multiByteDecoding } from '../../binlog/columns/values/multi-byte.ts';
import { singleByteTable } from '../../binlog/columns/values/single-byte.ts';
import { NO_CHARACTER } from '../../binlog/columns/values/unicode.ts';
import type { ByteText } from '../../wire/byte-text.ts';
import { type Judgement, PLAIN, type ReadableSet, UNICODE, UNREADABLE } from './readable-set.ts';
import { isSafe } from './safe-characters.ts';
import { wideSets } from './wide-sets.ts';

const QUOTE = 0x27;
const QUOTES: Uint8Array = Uint8Array.of(QUOTE, QUOTE);

/** 1 for the bytes that stand for themselves between quotes. */
const UNQUOTED: Uint8Array = new Uint8Array(256).fill(1);
UNQUOTED[QUOTE] = 0;

function putDoubled(out: ByteText, bytes: Uint8Array, start: number, end: number): void {
  out.replaced(bytes, start, end, UNQUOTED, () => QUOTES);
}

/** 1 for ASCII's characters that may stand in a literal. */
const SAFE_ASCII: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) =>
  code < 0x80 && isSafe(code) ? 1 : 0,
);

function isPlain(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (SAFE_ASCII[bytes[at]!] === 0) return false;
  return true;
}

/** ASCII in a set of which nothing else is certain. */
export const asciiOnly: ReadableSet = {
  judge: (bytes, start, end) => (isPlain(bytes, start, end) ? PLAIN : UNREADABLE),
  put: putDoubled,
  sameBytes: PLAIN,
};

const utf8: ReadableSet = { judge: judgeUtf8, put: putDoubled, sameBytes: UNICODE };

const isTail = (code: number | undefined): boolean => (code! & 0xc0) === 0x80;

/** Smallest code points of two, three and four bytes; smaller ones are forbidden there. */
const SMALLEST = [0, 0, 0x80, 0x800, 0x1_0000];

function judgeUtf8(bytes: Uint8Array, start: number, end: number): Judgement {
  let judgement: Judgement = PLAIN;
  for (let at = start; at < end; ) {
    const lead = bytes[at]!;
    if (lead < 0x80) {
      if (SAFE_ASCII[lead] === 0) return UNREADABLE;
      at++;
      continue;
    }
    judgement = UNICODE;
    const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (lead < 0xc0 || lead > 0xf7 || at + length > end) return UNREADABLE;
    let character = lead & (0x7f >> length);
    for (const last = at + length - 1; at < last; ) {
      const tail = bytes[++at];
      if (!isTail(tail)) return UNREADABLE;
      character = (character << 6) | (tail! & 0x3f);
    }
    at++;
    if (character < SMALLEST[length]! || !isSafe(character)) return UNREADABLE;
  }
  return judgement;
}

/** By byte, of a set of one byte a character. */
function singleByte(table: readonly string[]): ReadableSet {
  const judgements = table.map((character, code): Judgement => {
    // A character that two bytes mean may come back as the other: armscii8 has some of ASCII's a second time.
    const isUnique = table.indexOf(character) === table.lastIndexOf(character);
    if (character === NO_CHARACTER || !isUnique || !isSafe(character.codePointAt(0)!)) return UNREADABLE;
    return character === String.fromCharCode(code) && code < 0x80 ? PLAIN : UNICODE;
  });
  const ordinary = Uint8Array.from(judgements, (judgement, code) =>
    judgement === PLAIN && code !== QUOTE ? 1 : 0,
  );
  const replacements = table.map((character) => (character === "'" ? QUOTES : Buffer.from(character)));
  return {
    judge: (bytes, start, end) => {
      let all: Judgement = PLAIN;
      for (let at = start; at < end; at++) {
        const judgement = judgements[bytes[at]!]!;
        if (judgement === UNREADABLE) return UNREADABLE;
        if (judgement > all) all = judgement;
      }
      return all;
    },
    put: (out, bytes, start, end) =>
      out.replaced(bytes, start, end, ordinary, (i) => replacements[bytes[i]!]),
    sameBytes: PLAIN,
  };
}

const sets = new Map<string, ReadableSet>();

/** How text of a character set can be read. */
export function readableSet(charset: string): ReadableSet {
  let set = sets.get(charset);
  if (set === undefined) {
    set = makeSet(charset);
    sets.set(charset, set);
  }
  return set;
}

function makeSet(charset: string): ReadableSet {
  if (charset === 'utf8mb4' || charset === 'utf8mb3') return utf8;
  const wide = wideSets[charset];
  if (wide !== undefined) return wide;
  // What their other characters come back as is the server's to know.
  if (multiByteDecoding(charset) !== undefined) return asciiOnly;
  const table = singleByteTable(charset);
  return table === undefined ? asciiOnly : singleByte(table);
}
