import type { PageStore } from '../io/page-store.ts';
import { F64Column, U32Column } from './paged-column.ts';
import type { StatementEffect, TableReference } from './statement.ts';
import { TextPages } from './text-pages.ts';

/** So many different effects are written once, and kept at hand: the statements of a log do much the same. */
const MOST_KNOWN = 1000;

/** Of statements that name hundreds of tables none is: they would take all memory, and do not come again. */
const LONGEST_KNOWN = 4000;

/** What statements do, as texts: each is alike to many, and there may be millions that are not. */
export class EffectTable {
  readonly #place: F64Column;
  readonly #size: U32Column;
  readonly #texts: TextPages;
  readonly #places = new Map<string, number>();
  readonly #effects = new Map<number, StatementEffect>();
  #last: StatementEffect | undefined;
  #lastPlace = 0;
  #lastSize = 0;

  constructor(store: PageStore) {
    this.#place = new F64Column(store);
    this.#size = new U32Column(store);
    this.#texts = new TextPages(store);
  }

  /** @throws BinflashError `IO` */
  set(i: number, effect: StatementEffect): void {
    if (this.#last === undefined || !isSame(effect, this.#last)) this.#write(effect);
    this.#place.set(i, this.#lastPlace);
    this.#size.set(i, this.#lastSize);
  }

  /** @throws BinflashError `IO` */
  get(i: number): StatementEffect {
    const place = this.#place.get(i);
    const known = this.#effects.get(place);
    if (known !== undefined) return known;
    const size = this.#size.get(i);
    const effect = JSON.parse(this.#texts.get(place, size)) as StatementEffect;
    if (size <= LONGEST_KNOWN && this.#effects.size < MOST_KNOWN) this.#effects.set(place, effect);
    return effect;
  }

  #write(effect: StatementEffect): void {
    const text = JSON.stringify(effect);
    const known = this.#places.get(text);
    this.#last = text.length <= LONGEST_KNOWN ? effect : undefined;
    this.#lastPlace = known ?? this.#texts.add(text);
    this.#lastSize = known === undefined ? this.#texts.end - this.#lastPlace : Buffer.byteLength(text);
    if (known === undefined && text.length <= LONGEST_KNOWN && this.#places.size < MOST_KNOWN) {
      this.#places.set(text, this.#lastPlace);
    }
  }
}

function isSame(a: StatementEffect, b: StatementEffect): boolean {
  return (
    a.kind === b.kind &&
    a.certain === b.certain &&
    areAll(a.databases, b.databases, (one, other) => one === other) &&
    areAll(a.tables, b.tables, isSameTable)
  );
}

function isSameTable(a: TableReference, b: TableReference): boolean {
  return a.schema === b.schema && a.name === b.name;
}

function areAll<T>(a: readonly T[], b: readonly T[], are: (one: T, other: T) => boolean): boolean {
  return a.length === b.length && a.every((one, i) => are(one, b[i]!));
}
