import { BinaryCollation } from './binary-collation.ts';
import { isText } from './collated-text.ts';
import { type CollationTraits, collationTraits } from './collation-traits.ts';
import { ElementCollation } from './element-collation.ts';
import { foldGeneral, foldSwedish, isGeneral, isLatin1 } from './letter-folds.ts';
import { PlainCollation } from './plain-collation.ts';

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
