/** Slots of the hash set; a power of two, four times what an event of 1 MiB with 16-byte rows holds. */
const SLOTS = 1 << 18;

/**
 * Finds chains among the UPDATE rows of one output event: a row that is looked for by the very values that
 * an earlier row of the event sets.
 *
 * MySQL 8.0 and later apply an event to a table without a usable key as one batch: they hash what all rows
 * look for and scan the table once (HASH_SCAN; sql/log_event.cc, do_hash_scan_and_update). In a chain
 * 6 to 5, 5 to 0 the scan may meet the first result with the wrong entry, and the replay ends with
 * error 1032. Two events, one after the other, do the chain right.
 *
 * The set holds 32-bit hashes: a collision costs one needless cut and nothing else.
 */
export class ChainGuard {
  readonly #slots: Int32Array = new Int32Array(SLOTS);
  #count = 0;
  /** Every event forgets the rows of the one before. */
  forget(): void {
    if (this.#count > 0) this.#slots.fill(0);
    this.#count = 0;
  }

  /** Remembers the image `bytes[start, end)` that a row of the open event sets. */
  sets(bytes: Uint8Array, start: number, end: number): void {
    // A full set would be searched for ever; what is not remembered is only not guarded against.
    if (this.#count >= SLOTS / 2) this.forget();
    const hash = hashImage(bytes, start, end);
    const slots = this.#slots;
    let slot = hash & (SLOTS - 1);
    while (slots[slot] !== 0 && slots[slot] !== hash) slot = (slot + 1) & (SLOTS - 1);
    if (slots[slot] === 0) this.#count++;
    slots[slot] = hash;
  }

  /** Has an earlier row of the open event set the image that this row looks for? */
  hasSet(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#count === 0) return false;
    const hash = hashImage(bytes, start, end);
    const slots = this.#slots;
    let slot = hash & (SLOTS - 1);
    while (slots[slot] !== 0) {
      if (slots[slot] === hash) return true;
      slot = (slot + 1) & (SLOTS - 1);
    }
    return false;
  }
}

/** A hash of the bytes, four at a time, never 0 (which marks a free slot). */
function hashImage(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x85ebca6b) ^ (hash >>> 13);
  hash = Math.imul(hash ^ (hash >>> 16), 0xc2b2ae35);
  hash ^= hash >>> 13;
  return hash === 0 ? 1 : hash;
}
