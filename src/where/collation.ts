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

const SPACES_AT_END = / +$/;

type Fold = (character: string) => string;

/** One weight a character: binary collations, and those of the first servers. */
class PlainCollation implements Collation {
  readonly folds: readonly Fold[];
  readonly #padded: boolean;
  readonly #fold: Fold;

  constructor(padded: boolean, fold: Fold) {
    this.#padded = padded;
    this.#fold = fold;
    this.folds = [fold];
  }

  equal(a: string, b: string): boolean {
    return a === b || this.order(a, b) === 0;
  }

  order(a: string, b: string): number {
    const [left, right] = this.#padded
      ? [a.replace(SPACES_AT_END, ''), b.replace(SPACES_AT_END, '')]
      : [a, b];
    let [i, j] = [0, 0];
    while (i < left.length || j < right.length) {
      // The shorter one goes on with spaces where the collation pads, else it is the smaller one.
      if (!this.#padded && (i >= left.length || j >= right.length))
        return left.length - i - (right.length - j);
      const x = i < left.length ? String.fromCodePoint(left.codePointAt(i)!) : ' ';
      const y = j < right.length ? String.fromCodePoint(right.codePointAt(j)!) : ' ';
      i += x.length;
      j += y.length;
      if (x === y) continue;
      const order = this.#fold(x).codePointAt(0)! - this.#fold(y).codePointAt(0)!;
      if (order !== 0) return order;
    }
    return 0;
  }
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
    return a === b || this.order(a, b) === 0;
  }

  order(a: string, b: string): number {
    const [left, right] = this.#padded
      ? [a.replace(SPACES_AT_END, ''), b.replace(SPACES_AT_END, '')]
      : [a, b];
    if (this.#caseless && left.length === right.length && ASCII.test(left)) {
      // The usual case, without asking ICU.
      if (left.toLowerCase() === right.toLowerCase()) return 0;
    }
    return this.#collator.compare(left, right);
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
