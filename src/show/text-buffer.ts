import type { TextSink } from './change-formatter.ts';

/** Enough text for one write. */
const FULL = 128 * 1024;

/** A piece as long as this stays by itself: no string may be longer than half a billion characters. */
const LARGE = 1024 * 1024;

/** Text on its way out. */
export class TextBuffer implements TextSink {
  #pieces: (string | Uint8Array)[] = [];
  #text = '';

  put(text: string | Uint8Array): void {
    if (typeof text !== 'string') {
      if (this.#text !== '') this.#cut();
      this.#pieces.push(text);
      return;
    }
    this.#text += text;
    if (this.#text.length > LARGE) this.#cut();
  }

  #cut(): void {
    this.#pieces.push(this.#text);
    this.#text = '';
  }

  /** Is there enough to be written? */
  get isFull(): boolean {
    return this.#text.length >= FULL || this.#pieces.length > 0;
  }

  /** Hands all text to `write`, piece by piece. */
  async flush(write: (text: string | Uint8Array) => Promise<void>): Promise<void> {
    if (this.#text !== '') this.#cut();
    const pieces = this.#pieces;
    this.#pieces = [];
    for (const piece of pieces) await write(piece);
  }
}
