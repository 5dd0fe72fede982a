import type { ByteText } from '../../wire/byte-text.ts';
import { type Judgement, PLAIN, type ReadableSet, UNICODE, UNREADABLE } from './readable-set.ts';
import { isSafe } from './safe-characters.ts';

/** Reads the character at `at` into {@link next}; answers it, or -1 where there is none. */
type ReadCharacter = (bytes: Uint8Array, at: number, end: number) => number;

/** Where the character that was read last ends. */
let next = 0;

const NONE = -1;

const QUOTE = 0x27;

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00;
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000;

/** Units of two bytes, the `high` byte of which stands at 0 or 1. */
function units(high: 0 | 1, pairs: boolean): ReadCharacter {
  const unit = (bytes: Uint8Array, at: number): number => (bytes[at + high]! << 8) | bytes[at + 1 - high]!;
  return (bytes, at, end) => {
    if (at + 2 > end) return NONE;
    const first = unit(bytes, at);
    next = at + 2;
    if (!isHigh(first) || !pairs) return first;
    if (at + 4 > end) return NONE;
    const second = unit(bytes, at + 2);
    next = at + 4;
    return isLow(second) ? 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00) : NONE;
  };
}

const utf32: ReadCharacter = (bytes, at, end) => {
  next = at + 4;
  if (next > end) return NONE;
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
};

/** A set in which each character stands in two or four bytes. */
function wide(read: ReadCharacter): ReadableSet {
  return {
    judge: (bytes, start, end) => {
      let judgement: Judgement = PLAIN;
      for (let at = start; at < end; at = next) {
        const character = read(bytes, at, end);
        if (character === NONE || !isSafe(character)) return UNREADABLE;
        if (character > 0x7f) judgement = UNICODE;
      }
      return judgement;
    },
    put: (out, bytes, start, end) => {
      for (let at = start; at < end; at = next) putCharacter(out, read(bytes, at, end));
    },
    sameBytes: UNREADABLE,
  };
}

function putCharacter(out: ByteText, character: number): void {
  if (character < 0x80) {
    if (character === QUOTE) out.byte(QUOTE);
    out.byte(character);
    return;
  }
  const tails = character < 0x800 ? 1 : character < 0x1_0000 ? 2 : 3;
  out.byte((0xf0 << (3 - tails)) | (character >> (6 * tails)));
  for (let tail = tails - 1; tail >= 0; tail--) out.byte(0x80 | ((character >> (6 * tail)) & 0x3f));
}

/** In ucs2 the halves of surrogate pairs are nothing, which other sets know no counterpart of. */
export const wideSets: Readonly<Record<string, ReadableSet>> = {
  ucs2: wide(units(0, false)),
  utf16: wide(units(0, true)),
  utf16le: wide(units(1, true)),
  utf32: wide(utf32),
};
