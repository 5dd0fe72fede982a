import { charsetOf } from './charsets.ts';
import { multiByteDecoding } from './multi-byte.ts';
import { singleByteTable } from './single-byte.ts';
import { unicodeDecodings } from './unicode.ts';
import type { BytesValue, ColumnDecoder } from './value.ts';

/** Decodes text of one character set; NO_CHARACTER stands for what is none. */
export type TextDecoding = (bytes: Uint8Array) => string;

/** No character of any set is longer. */
const MOST_BYTES = 4;

/** Half a surrogate pair without the other half. */
const LONE_SURROGATE = /\p{Surrogate}/u;

const decodings = new Map<string, TextDecoding>();

/** How to decode text with a collation; where there is none or it is not known, text is taken for UTF-8. */
export function textDecoding(collation: number | undefined): TextDecoding {
  const charset = (collation === undefined ? undefined : charsetOf(collation)) ?? 'utf8mb4';
  let decoding = decodings.get(charset);
  if (decoding === undefined) {
    decoding = unicodeDecodings[charset] ?? multiByteDecoding(charset) ?? singleByteDecoding(charset);
    decodings.set(charset, decoding);
  }
  return decoding;
}

function singleByteDecoding(charset: string): TextDecoding {
  const table = singleByteTable(charset)!;
  return (bytes) => {
    let text = '';
    for (let i = 0; i < bytes.length; i++) text += table[bytes[i]!]!;
    return text;
  };
}

/** Bytes that do not decode; undefined for text that does. */
export function decodedText(decode: TextDecoding, bytes: Uint8Array): string | undefined {
  const text = decode(bytes);
  return LONE_SURROGATE.test(text) ? undefined : text;
}

/**
 * CHAR, VARCHAR and TEXT of at most `most` characters, of longer ones the beginning. Bytes that are no text
 * of the character set are shown as bytes.
 */
export function textDecoder(decode: TextDecoding, most: number): ColumnDecoder {
  const keepsAscii = decode(ASCII_BYTES) === ASCII_TEXT;
  return (bytes, start, end) => {
    const length = end - start;
    if (keepsAscii) {
      const shown = length > most ? start + most : end;
      if (isAscii(bytes, start, shown)) {
        return { kind: 'text', text: asciiText(bytes, start, shown), length, cut: length > most };
      }
    }
    const head = Math.min(end, start + most * MOST_BYTES);
    const decoded = decode(bytes.subarray(start, head));
    const text = length > most ? firstCharacters(decoded, most) : decoded;
    if (LONE_SURROGATE.test(text)) return bytesValue(bytes, start, end, most);
    return { kind: 'text', text, length, cut: head < end || text.length < decoded.length };
  };
}

const ASCII_BYTES: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => code);
const ASCII_TEXT: string = String.fromCharCode(...ASCII_BYTES);

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at]! > 0x7f) return false;
  return true;
}

/** The window that text was last taken from: making a view costs more than taking the text. */
let view: Buffer = Buffer.alloc(0);

function asciiText(bytes: Uint8Array, start: number, end: number): string {
  if (view.buffer !== bytes.buffer || view.byteOffset !== bytes.byteOffset || view.length !== bytes.length) {
    view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }
  return view.toString('latin1', start, end);
}

function firstCharacters(text: string, most: number): string {
  if (text.length <= most) return text;
  let at = 0;
  for (let left = most; left > 0 && at < text.length; left--) at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  return text.slice(0, at);
}

/**
 * Binary strings, of which `most` hexadecimal digits are wanted. BINARY(`width`) is stored without the zeros
 * at its end, which are put back.
 */
export function bytesDecoder(
  most: number,
  width = 0,
): (bytes: Uint8Array, start: number, end: number) => BytesValue {
  return (bytes, start, end) => {
    if (end - start >= width) return bytesValue(bytes, start, end, most);
    const padded = new Uint8Array(width);
    padded.set(bytes.subarray(start, end));
    return bytesValue(padded, 0, width, most);
  };
}

function bytesValue(bytes: Uint8Array, start: number, end: number, most: number): BytesValue {
  const length = end - start;
  const wanted = Math.ceil(most / 2);
  return {
    kind: 'bytes',
    bytes: bytes.subarray(start, start + Math.min(length, wanted)),
    length,
    cut: length > wanted,
  };
}
