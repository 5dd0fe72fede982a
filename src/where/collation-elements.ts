import type { CollationTraits } from './collation-traits.ts';
import { type LanguageLetters, lettersOf } from './language-letters.ts';

/**
 * What is certain of a character (or of letters that are one) in a collation. Elements with one `key` are equal.
 */
export interface Element {
  readonly key: string;
  /**
   * Elements of two `base`s differ, whatever else they are; undefined where nothing is certain, not even that the
   * character counts at all.
   */
  readonly base: string | undefined;
  /** Of one base, is another key certainly another text? Else nobody knows. */
  readonly strict: boolean;
  /** Not of the plain characters, from which it differs for certain. */
  readonly foreign: boolean;
  /** By which two bases are ordered; undefined where servers may differ. */
  readonly rank: number | undefined;
}

const PLAIN = /^[\x20-\x7e]*$/;
const MARK = /^\p{M}$/u;
const LATIN = /^\p{Script=Latin}$/u;
const LETTER = /^[\p{Lo}\p{Lu}\p{Ll}]$/u;
/** Symbols that come out of no composition have weights of their own everywhere, but nobody knows which. */
const SYMBOL = /^[\p{So}\p{Sc}\p{Sm}]$/u;

/** Plain signs as all versions of the Unicode Collation Algorithm order them, but for two. */
const SIGNS = '\t\n\v\f\r _-,;:!?.\'"()[]{}@*/\\&#%+<=>|~$0123456789';
/** They moved between versions 5.2 and 9.0. */
const MOVED_SIGNS = '`^';
/** Signs that old sets have as good as letters or leave out. */
const NATIONAL_SIGNS = /[`^~[\]{}|\\\t-\r]/;
const LATIN_RANK = 100;
const GREEK_RANK = 1000;
const CYRILLIC_RANK = 2000;
const LETTER_RANK = 3000;

/** Letters that are others since version 5.2, where accents do not count; `ß` and `œ` always were. */
const SPELT: Readonly<Record<string, string>> = { ø: 'o', ł: 'l', đ: 'd', Ø: 'o', Ł: 'l', Đ: 'd' };

/** Cuts texts into elements, remembering those of every character. */
export class ElementReader {
  readonly #traits: CollationTraits;
  readonly #language: LanguageLetters;
  readonly #known = new Map<string, Element>();
  /** Is `ß` as good as `ss`? */
  readonly #isDouble: boolean;

  constructor(traits: CollationTraits) {
    this.#traits = traits;
    this.#language = lettersOf(traits.language);
    const { kind, caseless, accentless } = traits;
    this.#isDouble =
      kind === 'unicode' && caseless && accentless && this.#language.plain && !this.#language.has('ß');
  }

  /** Are plain letters of the text not touched by the language, nor its signs by the character set? */
  isPlain(text: string): boolean {
    return (
      this.#language.plain &&
      PLAIN.test(text) &&
      (this.#traits.kind === 'unicode' || !NATIONAL_SIGNS.test(text))
    );
  }

  elements(text: string): Element[] {
    const elements: Element[] = [];
    const { pairs } = this.#language;
    for (let at = 0; at < text.length; ) {
      const pair = pairs?.exec(text.slice(at, at + 4));
      if (pair) {
        elements.push(this.#pair(pair[0]));
        at += pair[0].length;
        continue;
      }
      const character = String.fromCodePoint(text.codePointAt(at)!);
      at += character.length;
      if (character === 'ß' && this.#isDouble) {
        elements.push(this.of('s'), this.of('s'));
        continue;
      }
      const last = elements.at(-1);
      // A mark may make another letter of the one before it.
      if (last !== undefined && MARK.test(character)) {
        elements[elements.length - 1] = unsure(last.key + character, last.foreign);
      } else elements.push(this.of(character));
    }
    return elements;
  }

  /** The element of a character by itself. */
  of(character: string): Element {
    let element = this.#known.get(character);
    if (element === undefined) {
      element = this.#make(character);
      this.#known.set(character, element);
    }
    return element;
  }

  #pair(letters: string): Element {
    // Hungarian doubles a pair by its first letter alone, `aa` is `å`, and Lithuanian `ch` a `c`.
    if (letters.length > 2 || letters.toLowerCase() === 'aa' || this.#traits.language.startsWith('l'))
      return unsure(letters, false);
    return { key: letters, base: letters.toLowerCase(), strict: false, foreign: false, rank: undefined };
  }

  #make(character: string): Element {
    const code = character.codePointAt(0)!;
    if (code < 0x80) return this.#plain(character);
    if (code >= 0xd800 && code <= 0xdfff) return unsure(`\0${Math.random()}`, false);
    const { kind, charset } = this.#traits;
    const decomposed = character.normalize('NFD');
    const letter = decomposed.replace(/\p{M}/gu, '');
    const small = this.#small(character);
    if (kind === 'unicode') {
      if (/^[A-Za-z]$/.test(letter)) return this.#latin(character, letter, small);
      if (SPELT[character] !== undefined && this.#spelt(small)) return this.#plain(SPELT[character]);
    }
    if (MARK.test(character) || LATIN.test(character)) return unsure(character, false);
    const known = kind === 'unicode' && !this.#language.has('α');
    if (known && isBasic(code)) {
      const base = character.toLowerCase();
      const rank = this.#language.reordered ? undefined : basicRank(base);
      return {
        key: small,
        base,
        strict: this.#traits.accentless === this.#traits.caseless,
        foreign: true,
        rank,
      };
    }
    const isHan = code >= 0x4e00 && code <= 0x9fa5;
    if (isHan && (kind === 'unicode' || charset !== '')) {
      return { key: character, base: character, strict: true, foreign: true, rank: undefined };
    }
    const plainInside = /[\0-\x7f\u00a0-\u024f]/.test(character.normalize('NFKD'));
    if (!plainInside && LETTER.test(character) && code !== MICRO) return unsure(character, true);
    if (kind === 'unicode' && !plainInside && SYMBOL.test(character) && !UNCOUNTED.has(code))
      return unsure(character, true);
    return unsure(character, false);
  }

  /** Orders that are nowhere else: of latin2_czech_cs and cp1250_czech_cs, and macce_general_ci with N before M. */
  #isOdd(): boolean {
    const { kind, charset, language } = this.#traits;
    return kind === 'old' && (language.includes('czech') || charset === 'macce');
  }

  #small(character: string): string {
    return this.#traits.caseless ? character.toLowerCase() : character;
  }

  #spelt(small: string): boolean {
    const { modern, accentless, caseless } = this.#traits;
    return modern && accentless && caseless && !this.#language.has(small);
  }

  #latin(character: string, letter: string, small: string): Element {
    const { accentless, caseless } = this.#traits;
    if (this.#isOwn(character.toLowerCase()) || !this.#plain(letter).strict) return unsure(character, false);
    if (accentless && caseless) return this.#plain(letter);
    const base = this.#plain(letter);
    // Case without accents: what an accent is worth there is not the same everywhere.
    return { ...base, key: small, strict: !accentless };
  }

  /** Is it a letter of the language, with or without further marks? */
  #isOwn(small: string): boolean {
    const decomposed = small.normalize('NFD');
    for (let length = 2; length <= decomposed.length; length++) {
      if (this.#language.has(decomposed.slice(0, length).normalize('NFC'))) return true;
    }
    // Marks of different places on the letter are in an order of their own.
    const [letter, ...marks] = decomposed;
    return marks.some((mark) => this.#language.has((letter! + mark).normalize('NFC')));
  }

  #plain(character: string): Element {
    const code = character.charCodeAt(0);
    const { kind, caseless } = this.#traits;
    const small = character.toLowerCase();
    if (small >= 'a' && small <= 'z') {
      const moved = this.#language.moved[small];
      if (moved !== undefined) {
        return { key: character, base: moved, strict: false, foreign: false, rank: undefined };
      }
      const rank = this.#isOdd() ? undefined : LATIN_RANK + (code % 32);
      return { key: caseless ? small : character, base: small, strict: true, foreign: false, rank };
    }
    const sign = SIGNS.indexOf(character);
    const isKnown =
      (sign >= 0 || MOVED_SIGNS.includes(character)) &&
      (kind === 'unicode' || !NATIONAL_SIGNS.test(character));
    if (!isKnown) return unsure(character, false);
    // Other orders of signs are those of old collations, where only digits are certain.
    const isDigit = character >= '0' && character <= '9';
    const rank = sign >= 0 && (kind === 'unicode' || isDigit) && !this.#isOdd() ? sign : undefined;
    return { key: character, base: character, strict: true, foreign: false, rank };
  }
}

/** A sign in some sets, a letter in others. */
const MICRO = 0xb5;

/** Symbols without a weight in one version or another. */
const UNCOUNTED = new Set([0x6de, 0x214d]);

function unsure(key: string, foreign: boolean): Element {
  return { key, base: undefined, strict: false, foreign, rank: undefined };
}

/** Greek and Cyrillic letters without marks, which all versions have alike. */
function isBasic(code: number): boolean {
  const isGreek = (code >= 0x391 && code <= 0x3a9) || (code >= 0x3b1 && code <= 0x3c9 && code !== 0x3c2);
  return isGreek || (code >= 0x410 && code <= 0x44f);
}

function basicRank(small: string): number {
  const code = small.charCodeAt(0);
  return code < 0x400 ? GREEK_RANK + code : code < 0x500 ? CYRILLIC_RANK + code : LETTER_RANK;
}
