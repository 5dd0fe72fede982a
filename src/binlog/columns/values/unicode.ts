import { utf8 } from '../../../wire/cursor.ts';

/** Stands for bytes that are no character: half a surrogate pair, which no text holds. */
export const NO_CHARACTER = '\ud800';

const REPLACEMENT = '\ufffd';
/** The replacement character itself, where a text holds one. */
const REPLACEMENT_BYTES = [0xef, 0xbf, 0xbd] as const;

/** Decodes a Unicode encoding. */
export const unicodeDecodings: Readonly<Record<string, (bytes: Uint8Array) => string>> = {
  utf8mb3: decodeUtf8,
  utf8mb4: decodeUtf8,
  ucs2: decodeUtf16,
  utf16: decodeUtf16,
  utf16le: decodeUtf16le,
  utf32: decodeUtf32,
};

function decodeUtf8(bytes: Uint8Array): string {
  const text = utf8(bytes, 0, bytes.length);
  for (let from = 0; ; ) {
    const place = text.indexOf(REPLACEMENT, from);
    if (place < 0) return text;
    const before = Buffer.byteLength(text.slice(0, place));
    if (REPLACEMENT_BYTES.some((byte, i) => bytes[before + i] !== byte)) {
      return text.slice(0, place) + NO_CHARACTER;
    }
    from = place + 1;
  }
}

function decodeUtf16le(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf16le');
  return (bytes.length & 1) === 0 ? text : text + NO_CHARACTER;
}

function decodeUtf16(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.subarray(0, bytes.length & ~1))
    .swap16()
    .toString('utf16le');
  return (bytes.length & 1) === 0 ? text : text + NO_CHARACTER;
}

const MOST_CODE_POINT = 0x10_ffff;

function decodeUtf32(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    const code = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    if (at + 4 > bytes.length || code < 0 || code > MOST_CODE_POINT) return text + NO_CHARACTER;
    text += String.fromCodePoint(code);
  }
  return text;
}
