import type { ByteComparer } from './same-bytes.ts';

/** Bytes of the source that must stand next to each other in the undo. */
export type Range = readonly [start: number, end: number];

/** A row that is so large that the undo is held against it piece by piece: only the source's side is in memory whole. */
export class LargeRow {
  readonly #source: Uint8Array;
  readonly #ranges: readonly Range[];
  readonly #comparer: ByteComparer;
  /** The range that is due, and where in the source its rest begins. */
  #range = 0;
  #at: number;

  /** `ranges` are the row as it must stand in the undo. */
  constructor(source: Uint8Array, ranges: readonly Range[], comparer: ByteComparer) {
    this.#source = source;
    this.#ranges = ranges;
    this.#comparer = comparer;
    this.#at = ranges[0]![0];
  }

  /**
   * Holds the next piece `bytes[start, end)` against what is due; it is not longer than that. Answers the number of the
   * range that it differs from, and where in the source, or undefined.
   */
  take(bytes: Uint8Array, start: number, end: number): { range: number; at: number } | undefined {
    this.#comparer.use(this.#source, bytes);
    for (let at = start; at < end; ) {
      const left = this.#ranges[this.#range]![1] - this.#at;
      const length = Math.min(left, end - at);
      if (!this.#comparer.same(this.#at, at, length)) {
        while (this.#source[this.#at] === bytes[at]) [this.#at, at] = [this.#at + 1, at + 1];
        return { range: this.#range, at: this.#at };
      }
      at += length;
      this.#at += length;
      if (length === left && this.#range + 1 < this.#ranges.length)
        this.#at = this.#ranges[++this.#range]![0];
    }
    return undefined;
  }
}
