import { ASCII, isText, trimmed } from './collated-text.ts';
import type { Collation } from './collation.ts';
import { type Element, ElementReader } from './collation-elements.ts';
import type { CollationTraits } from './collation-traits.ts';

/** Whatever is compared element by element, of which some are certain and others are not. */
export class ElementCollation implements Collation {
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
