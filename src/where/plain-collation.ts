import { isSurrogate, isText, lengthWithoutSpaces, SPACE } from './collated-text.ts';
import type { Collation } from './collation.ts';
import type { CollationTraits } from './collation-traits.ts';
import type { Fold } from './letter-folds.ts';

/** One weight a character: those of the first servers. */
export class PlainCollation implements Collation {
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
