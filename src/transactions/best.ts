/**
 * Keeps the places with the highest keys, of equal ones the earliest, in 12 bytes each: a heap whose first place is the
 * worst that is kept.
 */
export class Best {
  readonly #most: number;
  readonly #keys: Float64Array;
  readonly #places: Uint32Array;
  #length = 0;

  constructor(most: number) {
    this.#most = most;
    this.#keys = new Float64Array(most);
    this.#places = new Uint32Array(most);
  }

  /** Places are offered in ascending order. */
  offer(key: number, place: number): void {
    if (this.#length < this.#most) {
      this.#rise(this.#length++, key, place);
    } else if (this.#most > 0 && key > this.#keys[0]!) {
      this.#sink(key, place);
    }
  }

  /** The places, the highest key first. */
  places(): Uint32Array {
    const order = Uint32Array.from({ length: this.#length }, (_, i) => i);
    order.sort((a, b) => this.#keys[b]! - this.#keys[a]! || this.#places[a]! - this.#places[b]!);
    return order.map((i) => this.#places[i]!);
  }

  #isWorse(key: number, place: number, than: number): boolean {
    return key < this.#keys[than]! || (key === this.#keys[than] && place > this.#places[than]!);
  }

  #put(at: number, key: number, place: number): void {
    this.#keys[at] = key;
    this.#places[at] = place;
  }

  #rise(from: number, key: number, place: number): void {
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#isWorse(key, place, above)) break;
      this.#put(at, this.#keys[above]!, this.#places[above]!);
      at = above;
    }
    this.#put(at, key, place);
  }

  /** Puts what is offered in the place of the worst. */
  #sink(key: number, place: number): void {
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= this.#length) break;
      if (below + 1 < this.#length && this.#isWorse(this.#keys[below + 1]!, this.#places[below + 1]!, below))
        below++;
      if (this.#isWorse(key, place, below)) break;
      this.#put(at, this.#keys[below]!, this.#places[below]!);
      at = below;
    }
    this.#put(at, key, place);
  }
}
