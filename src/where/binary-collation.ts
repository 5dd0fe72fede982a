import { isSurrogate, isText, LONE_SURROGATE, SPACE, trimmed } from './collated-text.ts';
import type { Collation } from './collation.ts';
import type { CollationTraits } from './collation-traits.ts';

/** Character sets of which the numbers of the characters are in the order of their bytes. */
const BY_CODE = new Set(['utf8mb3', 'utf8mb4', 'ucs2', 'utf16', 'utf16le', 'utf32', 'ascii', 'binary']);

/** By the numbers of the characters; of other sets by bytes, all of which are above the plain characters'. */
export class BinaryCollation implements Collation {
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
