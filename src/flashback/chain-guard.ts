import type { RowLayout } from '../binlog/columns/layout.ts';
import { CachedView } from '../wire/cached-view.ts';

/** Most rows of an event that can be remembered; the set has twice as many slots. */
const MAX_ROWS = 1 << 13;
const SLOTS = MAX_ROWS * 2;

/** Images shorter than this are hashed whole at once. */
const SAMPLE = 20;

/**
 * Finds chains among the UPDATE rows of one output event: a row that is looked for by the very values that
 * an earlier row of the event sets.
 *
 * MySQL 8.0 and later apply an event to a table without a usable key as one batch: they hash what all rows
 * look for and scan the table once (HASH_SCAN; sql/log_event.cc, do_hash_scan_and_update). In a chain
 * 6 to 5, 5 to 0 the scan may meet the first result with the wrong entry, and the replay ends with
 * error 1032. Two events, one after the other, do the chain right.
 *
 * Rows are compared by 32-bit hashes of a few of their bytes until two in an event agree, from then on by
 * hashes of all bytes. A collision of those costs a needless cut and nothing else. Null bits that stand for no column tell
 * no rows apart: a server sets them all alike, and where they differ every row counts as set.
 */
export class ChainGuard {
  readonly #slots: Int32Array = new Int32Array(SLOTS);
  /** Where in the output chunk the images stand that the rows of the open event set. */
  readonly #starts: Uint32Array = new Uint32Array(MAX_ROWS);
  readonly #ends: Uint32Array = new Uint32Array(MAX_ROWS);
  #count = 0;
  #whole = false;
  #alwaysWhole = false;
  /** The null bits that stand for no column, of the first image that was set, and whether all others have the same. */
  #unused = 0;
  #isUniform = true;
  /** Views of the two arrays that images come from. */
  readonly #wanted: CachedView = new CachedView();
  readonly #set: CachedView = new CachedView();

  /** No more rows can be remembered: the event must end. */
  get isFull(): boolean {
    return this.#count === MAX_ROWS;
  }

  /** Every event forgets the rows of the one before. */
  forget(): void {
    if (this.#count > 0) this.#slots.fill(0);
    this.#count = 0;
    this.#whole = this.#alwaysWhole;
    this.#isUniform = true;
  }

  /** For images that do not stay where they are: compare all their bytes from the first row on. */
  compareWhole(): void {
    this.#alwaysWhole = true;
    this.#whole = true;
  }

  /**
   * Remembers the image `chunk[start, end)` of columns in this layout, which a row of the open event sets. It must stay there until
   * the event ends, unless {@link compareWhole} was called.
   */
  sets(chunk: Uint8Array, start: number, end: number, layout: RowLayout): void {
    const unused = unusedBits(chunk, start, layout);
    if (this.#count === 0) this.#unused = unused;
    else if (unused !== this.#unused) this.#isUniform = false;
    this.#starts[this.#count] = start;
    this.#ends[this.#count] = end;
    this.#count++;
    this.#insert(hashImage(this.#set.of(chunk), start, end, this.#whole));
  }

  /** Has an earlier row of the open event set the image `bytes[start, end)`? */
  hasSet(bytes: Uint8Array, start: number, end: number, layout: RowLayout): boolean {
    if (this.#count === 0) return false;
    if (!this.#isUniform || unusedBits(bytes, start, layout) !== this.#unused) return true;
    const view = this.#wanted.of(bytes);
    if (!this.#contains(hashImage(view, start, end, this.#whole))) return false;
    if (this.#whole) return true;
    // These few bytes do not tell the table's rows apart.
    this.#whole = true;
    this.#slots.fill(0);
    const set = this.#set.view;
    for (let i = 0; i < this.#count; i++)
      this.#insert(hashImage(set, this.#starts[i]!, this.#ends[i]!, true));
    return this.#contains(hashImage(view, start, end, true));
  }

  #insert(hash: number): void {
    const slots = this.#slots;
    let slot = hash & (SLOTS - 1);
    while (slots[slot] !== 0 && slots[slot] !== hash) slot = (slot + 1) & (SLOTS - 1);
    slots[slot] = hash;
  }

  #contains(hash: number): boolean {
    const slots = this.#slots;
    let slot = hash & (SLOTS - 1);
    while (slots[slot] !== 0) {
      if (slots[slot] === hash) return true;
      slot = (slot + 1) & (SLOTS - 1);
    }
    return false;
  }
}

function unusedBits(bytes: Uint8Array, start: number, { nullBytes, lastNullMask }: RowLayout): number {
  return bytes[start + nullBytes - 1]! & ~lastNullMask;
}

/** A hash of an image, never 0 (which marks a free slot): of all its bytes, or of its ends and its length. */
function hashImage(view: DataView, start: number, end: number, whole: boolean): number {
  let hash = end - start;
  if (whole || hash < SAMPLE) {
    let at = start;
    for (; at + 4 <= end; at += 4)
      hash = Math.imul(hash ^ (hash >>> 15) ^ view.getInt32(at, true), 0x9e3779b1);
    for (; at < end; at++) hash = Math.imul(hash ^ view.getUint8(at), 0x85ebca6b);
  } else {
    hash = Math.imul(hash ^ view.getInt32(start, true), 0x9e3779b1);
    hash = Math.imul(hash ^ view.getInt32(start + 4, true), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 15) ^ view.getInt32(start + 8, true), 0x27d4eb2f);
    hash = Math.imul(hash ^ view.getInt32(end - 8, true), 0x9e3779b1);
    hash ^= view.getInt32(end - 4, true);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0xc2b2ae35);
  hash ^= hash >>> 13;
  return hash === 0 ? 1 : hash;
}
