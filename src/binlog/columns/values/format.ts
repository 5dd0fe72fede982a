import { doubleText, floatText, shortestFloat } from './reals.ts';
import { padded } from './temporals.ts';
import type { Value } from './value.ts';

/** Control and format characters could write over a terminal; quotes and backslashes end or change a string. */
const UNSAFE = /[\\'\p{Cc}\p{Cf}\u2028\u2029]/gu;

const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '\0': '\\0',
  '\b': '\\b',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/**
 * A value for people to read, on one line: numbers as they are, text and times in quotes, binary strings as
 * `0x` and hexadecimal digits, bits as `b'101'`, geometry as `SRID=4326;POINT(1 2)`. What is cut ends with an
 * ellipsis and, where it is known, the length of the whole. An integer that may be unsigned has that in
 * parentheses; an ENUM or SET whose labels are not in the log is the label's number, or the bits.
 */
export function formatValue(value: Value | null): string {
  if (value === null) return 'NULL';
  switch (value.kind) {
    case 'integer':
      return value.orUnsigned === undefined ? `${value.value}` : `${value.value} (${value.orUnsigned})`;
    case 'text':
      return quoted(value.text) + ellipsis(value.cut, value.length);
    case 'bytes':
      return plainText(value) + ellipsis(value.cut, value.length);
    case 'json':
    case 'geometry':
    case 'vector':
      return quoted(plainText(value)) + ellipsis(value.cut);
    case 'enum':
      return value.label === undefined ? plainText(value) : quoted(value.label);
    case 'set':
      return value.labels === undefined ? plainText(value) : quoted(plainText(value));
    case 'date':
    case 'time':
    case 'datetime':
    case 'timestamp':
    case 'inet4':
    case 'inet6':
    case 'uuid':
      return quoted(value.text);
    default:
      return plainText(value);
  }
}

function ellipsis(cut: boolean, length?: number): string {
  if (!cut) return '';
  return length === undefined ? '…' : `… (${length} bytes)`;
}

function quoted(text: string): string {
  // Most text is plain and short, and a look at it costs less than the search.
  if (text.length <= PLAIN_LENGTH && isPlain(text)) return `'${text}'`;
  return `'${text.replace(UNSAFE, (character) => ESCAPES[character] ?? escaped(character))}'`;
}

const PLAIN_LENGTH = 128;

/** Is it ASCII without control characters, quotes and backslashes? */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code > 0x7e || code === 0x27 || code === 0x5c) return false;
  }
  return true;
}

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

/** What the server's SELECT prints, but for binary strings and bits, which it does not print readably. */
export function plainText(value: Value): string {
  switch (value.kind) {
    case 'integer':
      return String(value.value);
    case 'year':
      return padded(value.value, 4);
    case 'float':
      return floatText(value.value);
    case 'double':
      return doubleText(value.value);
    case 'bit':
      return bits(value.value, value.width);
    case 'enum':
      return value.label ?? String(value.index);
    case 'set':
      return value.labels?.join(',') ?? bits(value.mask, value.width);
    case 'bytes':
      return `0x${hex(value.bytes)}`;
    case 'geometry':
      return value.srid === 0 ? value.text : `SRID=${value.srid};${value.text}`;
    default:
      return value.text;
  }
}

function bits(value: bigint, width: number): string {
  return `b'${value.toString(2).padStart(width, '0')}'`;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex').toUpperCase();
}

/** A value as JSON takes it. */
export type JsonSafe =
  | null
  | number
  | string
  /** `length` in bytes, of the whole. */
  | { readonly hex: string; readonly length: number }
  | { readonly beginning: string; readonly length?: number };

/**
 * A value for programs: numbers of up to 32 bits and floating point as numbers, those of 64 bits, decimals
 * and bits as strings of digits, binary strings as hexadecimal digits, an ENUM without label as its number, a
 * SET without labels as its mask in digits, everything else as text. What is cut says so.
 */
export function jsonValue(value: Value | null): JsonSafe {
  if (value === null) return null;
  switch (value.kind) {
    case 'integer':
      return typeof value.value === 'bigint' ? String(value.value) : value.value;
    case 'year':
      return value.value;
    case 'float':
      // Its digits have no sign where it is -0.
      return realNumber(value.value === 0 ? value.value : Number(shortestFloat(value.value)));
    case 'double':
      return realNumber(value.value);
    case 'bit':
      return String(value.value);
    case 'enum':
      return value.label ?? value.index;
    case 'set':
      return value.labels?.join(',') ?? String(value.mask);
    case 'bytes':
      return { hex: hex(value.bytes), length: value.length };
    case 'text':
      return value.cut ? { beginning: value.text, length: value.length } : value.text;
    case 'json':
    case 'geometry':
    case 'vector':
      return value.cut ? { beginning: plainText(value) } : plainText(value);
    default:
      return value.text;
  }
}

/** JSON has no infinities and no negative zero; no server stores the former. */
function realNumber(value: number): number | string {
  return Number.isFinite(value) && !Object.is(value, -0) ? value : doubleText(value);
}
