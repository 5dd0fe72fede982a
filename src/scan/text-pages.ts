import type { Kept, PageStore } from '../io/page-store.ts';
import { utf8 } from '../wire/cursor.ts';

/** Bytes of a page, for each number that pages of numbers hold. */
const BYTES = 4;

/** Most bytes of UTF-8 that one unit of a string becomes. */
const MOST_PER_UNIT = 3;

/** Texts that are written once, one after the other, and read anywhere; full pages are kept by a {@link PageStore}. */
export class TextPages {
  readonly #store: PageStore;
  readonly #size: number;
  readonly #full: Kept[] = [];
  /** The page that is being filled, and how far it is. */
  #page: Buffer = Buffer.alloc(0);
  #used = 0;

  constructor(store: PageStore) {
    this.#store = store;
    this.#size = BYTES * store.limits.page;
  }

  /** Where the next text will stand, and the last one ends. */
  get end(): number {
    return this.#full.length * this.#size + this.#used;
  }

  /** Answers where the text stands: it ends at {@link end}. @throws BinflashError `IO` */
  add(text: string): number {
    const most = MOST_PER_UNIT * text.length;
    if (this.#used + most > this.#page.length || this.#used >= this.#size) this.#begin(most);
    const place = this.end;
    this.#used += this.#page.write(text, this.#used);
    return place;
  }

  /** The text of so many bytes at a place that {@link add} has answered. @throws BinflashError `IO` */
  get(place: number, length: number): string {
    const page = Math.floor(place / this.#size);
    const at = place % this.#size;
    if (page === this.#full.length) return utf8(this.#page, at, at + length);
    return utf8(this.#store.readPart(this.#full[page]!, at, length), 0, length);
  }

  /** Begins a page, a longer one for a text that is longer, so that no text is cut. */
  #begin(least: number): void {
    if (this.#used > 0) this.#full.push(this.#store.keep(new Uint8Array(this.#page.subarray(0, this.#used))));
    if (this.#page.length < Math.max(this.#size, least)) {
      this.#page = Buffer.allocUnsafeSlow(Math.max(this.#size, least));
    }
    this.#used = 0;
  }
}
