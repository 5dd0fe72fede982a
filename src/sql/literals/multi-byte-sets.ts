import { decodedText, textDecoding } from '../../binlog/columns/values/text.ts';
import { collationId } from '../../tables/collation-names.ts';
import { encodeText } from '../../tables/encode-text.ts';
import { type Judgement, type ReadableSet, UNICODE, UNREADABLE } from './readable-set.ts';
import { isSafe } from './safe-characters.ts';

/** Codes of two bytes, or of more: the first and the last one, as big-endian numbers. */
type Codes = readonly (readonly [first: number, last: number])[];

const ANY: Codes = [[0, 0xffff_ffff]];

/** A row of each lead byte, with the trail bytes of EUC. */
const eucRows = (first: number, last: number): Codes =>
  Array.from({ length: last - first + 1 }, (_, i) => [((first + i) << 8) | 0xa1, ((first + i) << 8) | 0xfe]);

/**
 * Codes of which all servers, asked for each character, make the same characters as we do and back. The others are in
 * our tables and not in theirs, or are one of two codes of a character.
 */
const certain: Readonly<Record<string, Codes>> = {
  // From kana and signs to the second level of kanji.
  sjis: [
    [0x8140, 0x84fc],
    [0x8840, 0x9ffc],
    [0xe040, 0xeafc],
  ],
  cp932: [
    [0x8140, 0x9ffc],
    [0xe040, 0xeafc],
    [0xf040, 0xf9fc],
  ],
  // But for the row of NEC's characters.
  ujis: [...eucRows(0x8e, 0x8e), ...eucRows(0xa1, 0xac), ...eucRows(0xae, 0xfe), [0x8f_a1a1, 0x8f_fefe]],
  eucjpms: ANY,
  euckr: ANY,
  gb18030: ANY,
  gb2312: [0xa1, 0xa3, 0xa4, 0xa5, 0xa7].flatMap((row) => eucRows(row, row)).concat(eucRows(0xb0, 0xf7)),
  gbk: [
    [0x8140, 0xa0fe],
    [0xa1a1, 0xa1fe],
    [0xa3a1, 0xa3fe],
    [0xa4a1, 0xa4f3],
    [0xa5a1, 0xa5f6],
    [0xb040, 0xd7f9],
    [0xd840, 0xf7fe],
  ],
  big5: [
    [0xa140, 0xa159],
    [0xa15b, 0xa1c2],
    [0xa1c4, 0xa1c4],
    [0xa1c6, 0xa1fd],
    [0xa241, 0xa2cb],
    [0xa340, 0xa3bf],
    [0xa440, 0xc7fe],
    [0xc940, 0xf8fe],
  ],
};

/** Text in a set of the far east, beside what is plain ASCII; undefined for another set. */
export function multiByteSet(charset: string, ascii: ReadableSet): ReadableSet | undefined {
  const codes = certain[charset];
  if (codes === undefined) return undefined;
  const collation = collationId(charset, undefined, 'mysql')!;
  const decoding = textDecoding(collation);
  const encoded = new Map<string, Uint8Array | undefined>();
  /** The bytes that a server makes of a character; undefined where that is not certain. */
  const encode = (character: string): Uint8Array | undefined => {
    if (!encoded.has(character)) {
      const bytes = encodeText(character, collation);
      const isCertain = bytes !== undefined && isSafe(character.codePointAt(0)!) && isIn(bytes, codes);
      encoded.set(character, isCertain ? bytes : undefined);
    }
    return encoded.get(character);
  };
  const judge = (bytes: Uint8Array, start: number, end: number): Judgement => {
    const plain = ascii.judge(bytes, start, end);
    if (plain !== UNREADABLE) return plain;
    const text = decodedText(decoding, bytes.subarray(start, end));
    if (text === undefined) return UNREADABLE;
    let at = start;
    for (const character of text) {
      const expected = encode(character);
      if (expected === undefined || !expected.every((byte, i) => bytes[at + i] === byte)) return UNREADABLE;
      at += expected.length;
    }
    return at === end ? UNICODE : UNREADABLE;
  };
  return {
    judge,
    put: (out, bytes, start, end) => {
      out.utf8(decoding(bytes.subarray(start, end)).replaceAll("'", "''"));
    },
    sameBytes: ascii.sameBytes,
  };
}

function isIn(bytes: Uint8Array, codes: Codes): boolean {
  // ASCII, and half-width kana in Japanese sets.
  if (bytes.length === 1) return bytes[0]! !== 0x80;
  const code = bytes.reduce((number, byte) => number * 256 + byte, 0);
  return codes.some(([first, last]) => code >= first && code <= last);
}
