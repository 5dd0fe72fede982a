import { CachedView } from '../wire/cached-view.ts';

/**
 * Looks for chains among the UPDATE rows of one event: a row that is looked for by the very values that an earlier row of
 * the event sets. MySQL 8.0 and later do not always apply such an event to a table without a key (error 1032), so none
 * may stand in an undo for them.
 *
 * Images are told apart by 64 bits of hash, null bits that stand for no column left out.
 */
export class ChainCheck {
  #low: Int32Array = new Int32Array(1024);
  #high: Int32Array = new Int32Array(1024);
  #count = 0;
  readonly #view = new CachedView();
  #lowHash = 0;
  #highHash = 0;

  /** Another event: what was set before does not matter any more. */
  forget(): void {
    if (this.#count > 0) this.#low.fill(0);
    this.#count = 0;
  }

  /** Has an earlier row of the event set the image `bytes[start, end)` of `columns` columns? */
  hasSet(bytes: Uint8Array, start: number, end: number, columns: number): boolean {
    if (this.#count === 0) return false;
    this.#hash(bytes, start, end, columns);
    const slot = this.#slotOf();
    return this.#low[slot] !== 0;
  }

  /** Takes note of an image that a row of the event sets. */
  sets(bytes: Uint8Array, start: number, end: number, columns: number): void {
    if (2 * (this.#count + 1) > this.#low.length) this.#grow();
    this.#hash(bytes, start, end, columns);
    this.#put();
  }

  #put(): void {
    const slot = this.#slotOf();
    if (this.#low[slot] === 0) this.#count++;
    this.#low[slot] = this.#lowHash;
    this.#high[slot] = this.#highHash;
  }

  /** Where the hash in hand stands, or would stand. */
  #slotOf(): number {
    const low = this.#low;
    const mask = low.length - 1;
    let slot = this.#highHash & mask;
    while (low[slot] !== 0 && (low[slot] !== this.#lowHash || this.#high[slot] !== this.#highHash)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #grow(): void {
    const [low, high] = [this.#low, this.#high];
    this.#low = new Int32Array(2 * low.length);
    this.#high = new Int32Array(2 * low.length);
    this.#count = 0;
    for (let i = 0; i < low.length; i++) {
      if (low[i] === 0) continue;
      this.#lowHash = low[i]!;
      this.#highHash = high[i]!;
      this.#put();
    }
  }

  #hash(bytes: Uint8Array, start: number, end: number, columns: number): void {
    const view = this.#view.of(bytes);
    const lastNulls = start + ((columns + 7) >> 3) - 1;
    let a = 0x811c9dc5 ^ (end - start);
    let b = 0x2545f491;
    let at = start;
    for (; at <= lastNulls; at++) {
      const unused = at === lastNulls && (columns & 7) !== 0 ? 0xff << (columns & 7) : 0;
      a = Math.imul(a ^ (bytes[at]! & ~unused), 0x01000193);
    }
    for (; at + 4 <= end; at += 4) {
      const word = view.getInt32(at, true);
      a = Math.imul(a ^ word ^ (a >>> 15), 0x9e3779b1);
      b = Math.imul(b ^ word ^ (b >>> 13), 0x5bd1e995);
    }
    for (; at < end; at++) {
      a = Math.imul(a ^ bytes[at]! ^ (a >>> 15), 0x9e3779b1);
      b = Math.imul(b ^ bytes[at]! ^ (b >>> 13), 0x5bd1e995);
    }
    a ^= a >>> 16;
    // 0 marks a free slot.
    this.#lowHash = a === 0 ? 1 : a;
    this.#highHash = Math.imul(b ^ (b >>> 16) ^ a, 0x85ebca6b);
  }
}
