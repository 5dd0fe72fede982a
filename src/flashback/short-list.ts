/** A log may give millions of reasons to say the same: so many are told, the others counted. */
export const MOST_TOLD = 1000;

/** Messages, the first ones kept and the others counted. */
export class ShortList {
  readonly #items: string[] = [];
  #more = 0;

  push(message: string): void {
    if (this.#items.length < MOST_TOLD) this.#items.push(message);
    else this.#more++;
  }

  /** `what` names those that are only counted. */
  list(what: string): string[] {
    return this.#more === 0 ? this.#items : [...this.#items, `and ${this.#more} more ${what}`];
  }
}
