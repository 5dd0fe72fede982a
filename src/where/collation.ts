import { singleByteTable } from '../binlog/columns/values/single-byte.ts';
import { collationTraits } from './collation-traits.ts';

/**
 * How a column's text compares, as well as it can be told without the server. An answer of undefined means that
 * the log does not name the column's collation, and that it would decide.
 */
export interface Collation {
  equal(a: string, b: string): boolean | undefined;
  /** Negative, 0 or positive. */
  order(a: string, b: string): number | undefined;
  /** A text as LIKE compares it, character by character; the same number of characters. */
  readonly folds: readonly ((character: string) => string)[];
}

/** The collation of a number; undefined for a column of which the log tells none. */
export function collationOf(id: number | undefined): Collation {
  if (id === undefined) return new UnknownCollation();
  let collation = known.get(id);
  if (collation === undefined) {
    const { binary, caseless, accentless, padded, unicode, swedish } = collationTraits(id);
    if (binary) collation = new PlainCollation(padded, (character) => character);
    else if (unicode) collation = new UnicodeCollation(padded, caseless, accentless);
    else if (swedish) collation = new PlainCollation(padded, foldSwedish);
    else if (!caseless) collation = new PlainCollation(padded, (character) => character);
    else collation = new PlainCollation(padded, accentless ? foldGeneral : foldCase);
    known.set(id, collation);
  }
  return collation;
}

const known = new Map<number, Collation>();

/** Only plain letters, digits and signs: what all collations of a kind agree about. */
const ASCII = /^[\x20-\x7e]*$/;

type Fold = (character: string) => string;

/** One weight a character: binary collations, and those of the first servers. */
class PlainCollation implements Collation {
  readonly folds: readonly Fold[];
  readonly #padded: boolean;
  readonly #fold: Fold;
  /** What ASCII characters are folded to: most text is nothing else. */
  readonly #ascii: Uint16Array = new Uint16Array(128);

  constructor(padded: boolean, fold: Fold) {
    this.#padded = padded;
    this.#fold = fold;
    this.folds = [fold];
    for (let code = 0; code < 128; code++) this.#ascii[code] = fold(String.fromCharCode(code)).charCodeAt(0);
  }

  equal(a: string, b: string): boolean {
    return a === b || this.order(a, b) === 0;
  }

  order(a: string, b: string): number {
    const padded = this.#padded;
    const ascii = this.#ascii;
    const left = padded ? lengthWithoutSpaces(a) : a.length;
    const right = padded ? lengthWithoutSpaces(b) : b.length;
    let [i, j] = [0, 0];
    while (i < left || j < right) {
      // The shorter one goes on with spaces where the collation pads, else it is the smaller one.
      if (!padded && (i >= left || j >= right)) return left - i - (right - j);
      const x = i < left ? a.codePointAt(i)! : SPACE;
      const y = j < right ? b.codePointAt(j)! : SPACE;
      i += x > 0xffff ? 2 : 1;
      j += y > 0xffff ? 2 : 1;
      if (x === y) continue;
      const order = (x < 128 ? ascii[x]! : this.#weight(x)) - (y < 128 ? ascii[y]! : this.#weight(y));
      if (order !== 0) return order;
    }
    return 0;
  }

  #weight(code: number): number {
    return this.#fold(String.fromCodePoint(code)).codePointAt(0)!;
  }
}

const SPACE = 0x20;

function lengthWithoutSpaces(text: string): number {
  let length = text.length;
  while (length > 0 && text.charCodeAt(length - 1) === SPACE) length--;
  return length;
}

/** Combining marks. */
const MARKS = /\p{M}/gu;

/** utf8mb4_general_ci and its like: one capital letter without accent for each; all beyond the BMP is one. */
function foldGeneral(character: string): string {
  return character === 'ß' ? 'S' : foldLetter(character);
}

function foldLetter(character: string): string {
  if (character.length > 1) return '\ufffd';
  const base = character.normalize('NFD').replace(MARKS, '');
  // A mark for itself keeps being one.
  const letter = base.length === 1 ? base : character;
  const upper = letter.toUpperCase();
  return upper.length === 1 ? upper : letter;
}

function foldCase(character: string): string {
  const upper = character.toUpperCase();
  return upper.length === character.length ? upper : character;
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
function foldSwedish(character: string): string {
  return SWEDISH[character] ?? (character < '\u00c0' ? character.toUpperCase() : signOrLetter(character));
}

function signOrLetter(character: string): string {
  const byte = latin1Bytes.get(character);
  return byte !== undefined && byte < '\u00c0' ? byte : foldLetter(character);
}

/** Collations by the Unicode Collation Algorithm, for which ICU's root collation stands in. */
class UnicodeCollation implements Collation {
  readonly folds: readonly Fold[];
  readonly #padded: boolean;
  readonly #caseless: boolean;
  readonly #collator: Intl.Collator;

  constructor(padded: boolean, caseless: boolean, accentless: boolean) {
    this.#padded = padded;
    this.#caseless = caseless;
    const sensitivity = accentless ? (caseless ? 'base' : 'case') : caseless ? 'accent' : 'variant';
    this.#collator = new Intl.Collator('und', { sensitivity, ignorePunctuation: false, caseFirst: 'false' });
    this.folds = [(character) => this.#fold(character, accentless)];
  }

  #fold(character: string, accentless: boolean): string {
    const base = accentless ? character.normalize('NFD').replace(MARKS, '') || character : character;
    return this.#caseless ? base.toLowerCase() : base;
  }

  equal(a: string, b: string): boolean {
    if (a === b) return true;
    if (!ASCII.test(a) || !ASCII.test(b)) return this.order(a, b) === 0;
    // The usual case, without asking ICU: no plain character is ignored, and none stands for another.
    const [left, right] = this.#trimmed(a, b);
    return left === right || (this.#caseless && left.toLowerCase() === right.toLowerCase());
  }

  order(a: string, b: string): number {
    return this.#collator.compare(...this.#trimmed(a, b));
  }

  #trimmed(a: string, b: string): [string, string] {
    if (!this.#padded) return [a, b];
    return [a.slice(0, lengthWithoutSpaces(a)), b.slice(0, lengthWithoutSpaces(b))];
  }
}

/** Nothing is known: what the strictest and the most tolerant collation agree about. */
class UnknownCollation implements Collation {
  readonly #strict = new PlainCollation(false, (character) => character);
  readonly #loose = new PlainCollation(true, foldGeneral);
  readonly #unicode = new UnicodeCollation(true, true, true);
  readonly folds: readonly Fold[] = [...this.#strict.folds, ...this.#loose.folds];

  equal(a: string, b: string): boolean | undefined {
    if (a === b) return true;
    return this.#loose.equal(a, b) || this.#unicode.equal(a, b) ? undefined : false;
  }

  order(a: string, b: string): number | undefined {
    const order = Math.sign(this.#strict.order(a, b));
    const agreed = [this.#loose, this.#unicode].every((other) => Math.sign(other.order(a, b)) === order);
    return agreed ? order : undefined;
  }
}
