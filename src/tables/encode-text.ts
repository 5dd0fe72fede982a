import iconv from 'iconv-lite';
import { charsetOf } from '../binlog/columns/values/charsets.ts';
import { decodedText, type TextDecoding, textDecoding } from '../binlog/columns/values/text.ts';

/** By character set, the bytes of each character of one byte, two, or three. */
const reverses = new Map<string, ReadonlyMap<string, Uint8Array>>();

/** Of those sets that are too large to be turned around, and of those that need no table. */
const encoders: Readonly<Record<string, (text: string) => Uint8Array>> = {
  utf8mb3: (text) => Buffer.from(text),
  utf8mb4: (text) => Buffer.from(text),
  utf16le: (text) => Buffer.from(text, 'utf16le'),
  utf16: (text) => Buffer.from(text, 'utf16le').swap16(),
  ucs2: (text) => Buffer.from(text, 'utf16le').swap16(),
  utf32: (text) => {
    const bytes = Buffer.alloc([...text].length * 4);
    for (const [i, character] of [...text].entries()) bytes.writeUInt32BE(character.codePointAt(0)!, i * 4);
    return bytes;
  },
  binary: (text) => Buffer.from(text),
  gb18030: (text) => iconv.encode(text, 'gb18030'),
};

/** Text as the bytes of a collation's character set; undefined when the set lacks a character. */
export function encodeText(text: string, collation: number): Uint8Array | undefined {
  const charset = charsetOf(collation);
  if (charset === undefined) return undefined;
  const decoding = textDecoding(collation);
  const encode = encoders[charset] ?? ((all: string) => turnedAround(all, charset, decoding));
  const bytes = encode(text);
  // The binary set has no decoding of its own.
  return charset === 'binary' || decodedText(decoding, bytes) === text ? bytes : undefined;
}

function turnedAround(text: string, charset: string, decoding: TextDecoding): Uint8Array {
  let reverse = reverses.get(charset);
  if (reverse === undefined) {
    reverse = reverseOf(decoding);
    reverses.set(charset, reverse);
  }
  const none = Buffer.from('?');
  return Buffer.concat([...text].map((character) => reverse.get(character) ?? none));
}

/** The first code that means a character is the one that servers use. */
function reverseOf(decoding: TextDecoding): ReadonlyMap<string, Uint8Array> {
  const reverse = new Map<string, Uint8Array>();
  const add = (...code: number[]): boolean => {
    const bytes = Uint8Array.from(code);
    const character = decodedText(decoding, bytes);
    const isOne = character !== undefined && [...character].length === 1;
    if (isOne && !reverse.has(character)) reverse.set(character, bytes);
    return isOne;
  };
  for (let lead = 0; lead < 256; lead++) {
    if (add(lead)) continue;
    for (let trail = 0x40; trail < 256; trail++) add(lead, trail);
  }
  // JIS X 0212 of ujis and eucjpms.
  for (let row = 0xa1; row < 0xff; row++) for (let cell = 0xa1; cell < 0xff; cell++) add(0x8f, row, cell);
  return reverse;
}
