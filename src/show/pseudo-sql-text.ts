import type { Flavour } from '../binlog/event-types.ts';
import type { ByteText } from '../wire/byte-text.ts';

const QUOTE = 0x27;
const BACKTICK = 0x60;
const DELETE = 0x7f;
/** First byte in UTF-8 of the control characters U+0080 to U+009F, whose second byte is their number. */
const C1_LEAD = 0xc2;

const hexDigits = '0123456789abcdef';

/** What stands for a byte between quotes; undefined for those that stand for themselves. */
type Escapes = readonly (Uint8Array | undefined)[];

function escapes(named: Readonly<Record<string, string>>): Escapes {
  return Array.from({ length: 256 }, (_, code) => {
    const character = String.fromCharCode(code);
    if (named[character] !== undefined) return Buffer.from(named[character]);
    return code < 0x20 || code === DELETE ? Buffer.from(hexEscape(code)) : undefined;
  });
}

function hexEscape(code: number): string {
  return `\\x${hexDigits[code >> 4]}${hexDigits[code & 15]}`;
}

const LETTERS = { '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const QUOTES = { "'": "\\'", '\\': '\\\\' };

/**
 * MySQL's mysqlbinlog has letters for some control characters. MariaDB's escapes neither quotes nor backslashes, by
 * mistake (it means to), so that its text cannot be read back.
 */
const byFlavour: Readonly<Record<Flavour, Escapes>> = {
  mysql: escapes({ ...QUOTES, ...LETTERS }),
  mariadb: escapes(QUOTES),
};

/** Puts `source[start, end)`, text of any character set or none, in quotes and escaped as mysqlbinlog does. */
export type Quote = (source: Uint8Array, start: number, end: number, out: ByteText) => void;

export function quoteOf(flavour: Flavour): Quote {
  const table = byFlavour[flavour];
  return (source, start, end, out) => {
    out.byte(QUOTE);
    putEscaped(source, start, end, table, out);
    out.byte(QUOTE);
  };
}

/**
 * Puts bytes, each as `table` has it. The control characters U+0080 to U+009F are escaped too, where the text is
 * UTF-8, for terminals obey them.
 */
function putEscaped(source: Uint8Array, start: number, end: number, table: Escapes, out: ByteText): void {
  out.replaced(source, start, end, ordinary, (i) => {
    const code = source[i]!;
    const isC1 =
      code === C1_LEAD
        ? i + 1 < end && isC1Tail(source[i + 1]!)
        : isC1Tail(code) && i > start && source[i - 1] === C1_LEAD;
    return isC1 ? hexEscaped(code) : table[code];
  });
}

function isC1Tail(code: number): boolean {
  return (code & 0xe0) === 0x80;
}

/** 1 for the bytes that always stand for themselves, which are most in most texts. */
const ordinary: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) =>
  code < 0x20 ||
  code === DELETE ||
  code === C1_LEAD ||
  isC1Tail(code) ||
  "'\\".includes(String.fromCharCode(code))
    ? 0
    : 1,
);

function hexEscaped(code: number): Uint8Array {
  return Buffer.from(hexEscape(code));
}

/** A name in backticks. Control characters, which mysqlbinlog prints as they are, would end a line or worse. */
export function quotedName(name: string): string {
  const safe = name.replace(/\p{Cc}/gu, (character) => [...Buffer.from(character)].map(hexEscape).join(''));
  const backtick = String.fromCharCode(BACKTICK);
  return backtick + safe.replaceAll(backtick, backtick + backtick) + backtick;
}

const lineEscapes: Escapes = escapes(LETTERS);

/** Puts text on one line of a comment. */
export function putOneLine(source: Uint8Array, start: number, end: number, out: ByteText): void {
  putEscaped(source, start, end, lineEscapes, out);
}
