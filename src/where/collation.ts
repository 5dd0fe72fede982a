import { singleByteTable } from '../binlog/columns/values/single-byte.ts';
import { type Element, ElementReader } from './collation-elements.ts';
import { type CollationTraits, collationTraits } from './collation-traits.ts';

/**
 * How a column's text compares, as far as it is certain that every server decides so. An answer of undefined means
 * that nobody knows without the server.
 */
export interface Collation {
  /** What messages call it; undefined when the log does not tell it. */
  readonly name: string | undefined;
  equal(a: string, b: string): boolean | undefined;
  /** Negative, 0 or positive. */
  order(a: string, b: string): number | undefined;
  /** What LIKE compares of a character: characters with one key are equal. */
  key(character: string): string;
  /** May LIKE find the characters, of which the keys are not the same, equal? */
  mayEqual(a: string, b: string): boolean;
}

/** The collation of a number; undefined for a column of which the log tells none. */
export function collationOf(id: number | undefined): Collation {
  const number = id ?? -1;
  let collation = known.get(number);
  if (collation === undefined) {
    const traits = id === undefined ? undefined : collationTraits(id);
    collation = traits === undefined ? new UnknownCollation() : compile(traits);
    known.set(number, collation);
  }
  return collation;
}

const known = new Map<number, Collation>();

function compile(traits: CollationTraits): Collation {
  switch (traits.kind) {
    case 'binary':
      return new BinaryCollation(traits);
    case 'general':
      return new PlainCollation(traits, foldGeneral, isGeneral);
    case 'swedish':
      return new PlainCollation(traits, foldSwedish, isLatin1);
    default:
      return new ElementCollation(traits);
  }
}

type Fold = (character: string) => string;

/** One weight a character: those of the first servers. */
class PlainCollation implements Collation {
  readonly name: string;
  readonly #isCertain: (code: number) => boolean;
  readonly #padded: boolean;
  readonly #fold: Fold;
  /** What ASCII characters are folded to: most text is nothing else. */
  readonly #ascii: Uint16Array = new Uint16Array(128);

  /** `isCertain` of two characters whose folds are one: are they equal? Other folds always differ. */
  constructor({ name, padded }: CollationTraits, fold: Fold, isCertain: (code: number) => boolean) {
    this.name = name;
    this.#padded = padded;
    this.#fold = fold;
    this.#isCertain = isCertain;
    for (let code = 0; code < 128; code++) this.#ascii[code] = fold(String.fromCharCode(code)).charCodeAt(0);
  }

  equal(a: string, b: string): boolean | undefined {
    if (a === b) return isText(a) ? true : undefined;
    let isSure = true;
    const order = this.#compare(a, b, () => {
      isSure = false;
      return 0;
    });
    return order !== 0 ? false : isSure ? true : undefined;
  }

  order(a: string, b: string): number | undefined {
    return this.#compare(a, b, () => Number.NaN);
  }

  /** `unsure` answers for characters of which it is not certain; NaN, which ends it, is undefined. */
  #compare(a: string, b: string, unsure: () => number): number | undefined {
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
      if (x === y && !isSurrogate(x)) continue;
      if (x < 128 && y < 128) {
        const order = ascii[x]! - ascii[y]!;
        if (order !== 0) return order;
        continue;
      }
      const order = this.#weight(x) - this.#weight(y);
      const isSure = this.#isCertain(x) && this.#isCertain(y);
      if (order !== 0 && (isSure || unsure() === 0)) return order;
      if (!isSure && Number.isNaN(unsure())) return undefined;
    }
    return 0;
  }

  key(character: string): string {
    return this.#isCertain(character.codePointAt(0)!) ? this.#fold(character) : character;
  }

  mayEqual(a: string, b: string): boolean {
    const isSure = this.#isCertain(a.codePointAt(0)!) && this.#isCertain(b.codePointAt(0)!);
    return !isSure && this.#fold(a) === this.#fold(b);
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

/** Where utf8mb4_general_ci knows letters otherwise than Unicode. */
const GENERAL: Readonly<Record<string, string>> = { ß: 'S', й: 'Й', Й: 'Й', '\u0387': '\u0387', ϲ: 'Σ' };

/** utf8mb4_general_ci and its like: one capital letter without accent for each; all beyond the BMP is one. */
function foldGeneral(character: string): string {
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
function isGeneral(code: number): boolean {
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

function isLatin1(code: number): boolean {
  return !isSurrogate(code);
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}

const LONE_SURROGATE = /\p{Surrogate}/u;

/** Text holds half a surrogate pair where the bytes are none: what these are is not known. */
function isText(text: string): boolean {
  return ASCII.test(text) || !LONE_SURROGATE.test(text);
}

const ASCII = /^[\0-\x7f]*$/;

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
  return SWEDISH[character] ?? (character < '\u0080' ? character.toUpperCase() : signOrLetter(character));
}

function signOrLetter(character: string): string {
  const byte = latin1Bytes.get(character);
  return byte !== undefined && byte < '\u00c0' ? byte : foldLetter(character);
}

/** Character sets of which the numbers of the characters are in the order of their bytes. */
const BY_CODE = new Set(['utf8mb3', 'utf8mb4', 'ucs2', 'utf16', 'utf16le', 'utf32', 'ascii', 'binary']);

/** By the numbers of the characters; of other sets by bytes, all of which are above the plain characters'. */
class BinaryCollation implements Collation {
  readonly name: string;
  readonly #padded: boolean;
  readonly #byCode: boolean;
  readonly #charset: string;

  constructor({ name, padded, charset }: CollationTraits) {
    this.name = name;
    this.#padded = padded;
    this.#byCode = BY_CODE.has(charset);
    this.#charset = charset;
  }

  equal(a: string, b: string): boolean | undefined {
    const isSame = a === b || (this.#padded && trimmed(a) === trimmed(b));
    return !isSame || isText(a) ? isSame : undefined;
  }

  order(a: string, b: string): number | undefined {
    const [left, right] = this.#padded ? [trimmed(a), trimmed(b)] : [a, b];
    let at = 0;
    while (at < left.length || at < right.length) {
      if (!this.#padded && (at >= left.length || at >= right.length)) return left.length - right.length;
      const x = at < left.length ? left.codePointAt(at)! : SPACE;
      const y = at < right.length ? right.codePointAt(at)! : SPACE;
      if (isSurrogate(x) || isSurrogate(y)) return undefined;
      if (x !== y) return this.#byCode || this.#arePlain(x, y) ? x - y : undefined;
      at += x > 0xffff ? 2 : 1;
    }
    return 0;
  }

  /** swe7 has letters among the signs. */
  #arePlain(x: number, y: number): boolean {
    return this.#charset === 'swe7' ? x < 128 && y < 128 : x < 128 || y < 128;
  }

  key(character: string): string {
    return character;
  }

  mayEqual(a: string): boolean {
    return LONE_SURROGATE.test(a);
  }
}

function trimmed(text: string): string {
  return text.slice(0, lengthWithoutSpaces(text));
}

/** Whatever is compared element by element, of which some are certain and others are not. */
class ElementCollation implements Collation {
  readonly name: string | undefined;
  readonly #traits: CollationTraits;
  readonly #reader: ElementReader;
  readonly #space: Element;

  constructor(traits: CollationTraits) {
    this.name = traits.name;
    this.#traits = traits;
    this.#reader = new ElementReader(traits);
    this.#space = this.#reader.of(' ');
  }

  equal(a: string, b: string): boolean | undefined {
    if (a === b) return isText(a) ? true : undefined;
    const { padded, caseless } = this.#traits;
    const [left, right] = padded ? [trimmed(a), trimmed(b)] : [a, b];
    // The usual case: no plain character is left out, and none stands for another.
    if (this.#reader.isPlain(left) && this.#reader.isPlain(right)) {
      return left === right || (caseless && left.toLowerCase() === right.toLowerCase());
    }
    const [x, y] = [this.#reader.elements(left), this.#reader.elements(right)];
    const fromStart = walk(x, y, 1);
    if (fromStart !== undefined) return fromStart === SAME;
    return walk(x, y, -1) === DIFFERENT ? false : undefined;
  }

  order(a: string, b: string): number | undefined {
    if (a === b) return isText(a) ? 0 : undefined;
    const { padded, caseless, accentless, kind, language } = this.#traits;
    const [left, right] = padded ? [trimmed(a), trimmed(b)] : [a, b];
    const [x, y] = [this.#reader.elements(left), this.#reader.elements(right)];
    /** By case, the small letter first, unless other letters decide. */
    let tie: number | undefined = 0;
    for (let i = 0; i < x.length || i < y.length; i++) {
      if (!padded && (i >= x.length || i >= y.length))
        return this.#countsAll(x, y, i) ? x.length - y.length : undefined;
      const [one, other] = [x[i] ?? this.#space, y[i] ?? this.#space];
      if (one.key === other.key) continue;
      if (one.base === undefined || one.base !== other.base) return orderOf(one, other);
      // Old collations have one level: the first letters that differ decide.
      if (!one.strict || kind !== 'unicode') return undefined;
      const isPlain = language === '' && ASCII.test(one.key + other.key);
      if (!isPlain) tie = undefined;
      else if (tie === 0) tie = one.key === one.base ? -1 : 1;
    }
    return caseless && accentless && tie !== undefined ? 0 : tie;
  }

  /** Are there no elements behind the place that may not count? */
  #countsAll(x: readonly Element[], y: readonly Element[], from: number): boolean {
    return [x, y].every((elements) =>
      elements.slice(from).every(({ base, foreign }) => base !== undefined || foreign),
    );
  }

  key(character: string): string {
    return this.#reader.of(character).key;
  }

  mayEqual(a: string, b: string): boolean {
    const [one, other] = [this.#reader.of(a), this.#reader.of(b)];
    if (one.base !== undefined && other.base !== undefined) return one.base === other.base && !one.strict;
    return !isApart(one, other);
  }
}

const SAME = 1;
const DIFFERENT = 2;

/** Are elements apart, one of the plain ones and one of another script? */
function isApart(one: Element, other: Element): boolean {
  return (
    (one.base !== undefined && !one.foreign && other.foreign) ||
    (other.base !== undefined && !other.foreign && one.foreign)
  );
}

/** Compares elements from the start (`step` 1) or from the end (-1); undefined as soon as one is not certain. */
function walk(
  x: readonly Element[],
  y: readonly Element[],
  step: 1 | -1,
): typeof SAME | typeof DIFFERENT | undefined {
  let isSame = true;
  for (let i = 0; i < x.length || i < y.length; i++) {
    const one = x[step > 0 ? i : x.length - 1 - i];
    const other = y[step > 0 ? i : y.length - 1 - i];
    if (one === undefined || other === undefined) {
      const { base, foreign } = (one ?? other)!;
      return base !== undefined || foreign ? DIFFERENT : undefined;
    }
    if (one.key === other.key) continue;
    if (one.base === undefined || other.base === undefined)
      return isApart(one, other) ? DIFFERENT : undefined;
    if (one.base !== other.base) return DIFFERENT;
    if (!one.strict || !other.strict) return undefined;
    isSame = false;
  }
  return isSame ? SAME : DIFFERENT;
}

function orderOf(one: Element, other: Element): number | undefined {
  return one.rank === undefined || other.rank === undefined ? undefined : one.rank - other.rank;
}

/** What is certain whatever collation it is. */
const NO_TRAITS: CollationTraits = {
  name: '',
  kind: 'old',
  charset: '',
  language: 'any',
  caseless: false,
  accentless: false,
  padded: true,
  modern: false,
};

/** Nothing is known: what the strictest and the most tolerant collation agree about. */
class UnknownCollation implements Collation {
  readonly name: undefined;
  readonly #loose = new ElementCollation({ ...NO_TRAITS, caseless: true, accentless: true });

  equal(a: string, b: string): boolean | undefined {
    if (a === b) return isText(a) ? true : undefined;
    return this.#loose.equal(a, b) === false ? false : undefined;
  }

  order(a: string, b: string): number | undefined {
    const order = this.#loose.order(a, b);
    // Capital letters are before all small ones where case counts.
    const binary = a < b ? -1 : 1;
    return order !== undefined && Math.sign(order) === binary ? order : undefined;
  }

  key(character: string): string {
    return character;
  }

  mayEqual(a: string, b: string): boolean {
    return this.#loose.key(a) === this.#loose.key(b) || this.#loose.mayEqual(a, b);
  }
}
