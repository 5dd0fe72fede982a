import { singleByteTable } from '../binlog/columns/values/single-byte.ts';
import { isSurrogate } from './collated-text.ts';

/** What stands for a letter where characters are compared by one weight each. */
export type Fold = (character: string) => string;

/** Combining marks. */
const MARKS = /\p{M}/gu;

/** Where utf8mb4_general_ci knows letters otherwise than Unicode. */
const GENERAL: Readonly<Record<string, string>> = { ß: 'S', й: 'Й', Й: 'Й', '\u0387': '\u0387', ϲ: 'Σ' };

/** utf8mb4_general_ci and its like: one capital letter without accent for each; all beyond the BMP is one. */
export function foldGeneral(character: string): string {
  return GENERAL[character] ?? foldLetter(character);
}

function foldLetter(character: string): string {
  if (character.length > 1) return '\ufffd';
  const base = character.normalize('NFD').replace(MARKS, '');
  // A mark for itself keeps being one.
  const letter = base.length === 1 ? base : character;
  const upper = letter.toUpperCase();
  return upper.length === 1 ? upper : letter;
}

/** Where all servers fold letters as today's Unicode does; it has got more letters since. */
export function isGeneral(code: number): boolean {
  return (
    code < 0x180 ||
    (code > 0x385 && code < 0x3d0) ||
    (code >= 0x400 && code < 0x460) ||
    isWord(code) ||
    code > 0xffff
  );
}

/** Han characters and Hangul syllables. */
function isWord(code: number): boolean {
  return (code >= 0x4e00 && code <= 0x9fa5) || (code >= 0xac00 && code <= 0xd7a3);
}

export function isLatin1(code: number): boolean {
  return !isSurrogate(code);
}

/** What latin1_swedish_ci makes of letters that do not lose their accent, as its WEIGHT_STRING says. */
const SWEDISH: Readonly<Record<string, string>> = {
  Å: '[',
  å: '[',
  Ä: '\\',
  ä: '\\',
  Æ: '\\',
  æ: '\\',
  Ö: ']',
  ö: ']',
  Ü: 'Y',
  ü: 'Y',
  Ð: 'D',
  ð: 'D',
  ø: 'Ø',
  þ: 'Þ',
  ÿ: 'ÿ',
};

/** Bytes of the signs that latin1 has before U+00A0. */
const latin1Bytes: ReadonlyMap<string, string> = new Map(
  Array.from(singleByteTable('latin1')!, (character, byte) => [character, String.fromCharCode(byte)]),
);

/** By the weights of the bytes, most of which are themselves. */
export function foldSwedish(character: string): string {
  return SWEDISH[character] ?? (character < '\u0080' ? character.toUpperCase() : signOrLetter(character));
}

function signOrLetter(character: string): string {
  const byte = latin1Bytes.get(character);
  return byte !== undefined && byte < '\u00c0' ? byte : foldLetter(character);
}
