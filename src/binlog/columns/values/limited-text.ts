/** Text put together piece by piece, up to a number of characters: what no one will see is not made. */
export class LimitedText {
  readonly #most: number;
  #text = '';

  constructor(most: number) {
    this.#most = most;
  }

  /** Is there more text than asked for? */
  get isFull(): boolean {
    return this.#text.length > this.#most;
  }

  put(piece: string): void {
    if (!this.isFull) this.#text += piece;
  }

  /** Items with `, ` between them; `put` writes the one of a number. */
  list(count: number, separator: string, put: (i: number) => void): void {
    for (let i = 0; i < count && !this.isFull; i++) {
      if (i > 0) this.put(separator);
      put(i);
    }
  }

  /** The text, cut if it is too long; never between the halves of a surrogate pair. */
  finish(): string {
    if (!this.isFull) return this.#text;
    const last = this.#text.charCodeAt(this.#most - 1);
    return this.#text.slice(0, last >= 0xd800 && last < 0xdc00 ? this.#most - 1 : this.#most);
  }
}
