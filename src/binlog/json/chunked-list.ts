/** Most items in a chunk; a longer one is cut in half. */
const CHUNK = 1024;

/**
 * A list in chunks, so that putting something in or taking it out moves a chunk's items and not all that follow: a log
 * may ask for tens of thousands of either at the front of an array as long.
 */
export class ChunkedList<T> {
  readonly #chunks: T[][] = [];
  #length: number;
  /** Where {@link #seek} has arrived: the chunk's number, and the place in it. */
  #chunk = 0;
  #place = 0;

  constructor(items: readonly T[]) {
    this.#length = items.length;
    for (let at = 0; at < items.length; at += CHUNK / 2) this.#chunks.push(items.slice(at, at + CHUNK / 2));
  }

  get length(): number {
    return this.#length;
  }

  get(i: number): T {
    this.#seek(i);
    return this.#chunks[this.#chunk]![this.#place]!;
  }

  set(i: number, item: T): void {
    this.#seek(i);
    this.#chunks[this.#chunk]![this.#place] = item;
  }

  /** Puts an item before item `i`, or at the end, where `i` is the length. */
  insert(i: number, item: T): void {
    if (this.#chunks.length === 0) this.#chunks.push([]);
    this.#seek(i);
    const chunk = this.#chunks[this.#chunk]!;
    chunk.splice(this.#place, 0, item);
    if (chunk.length > CHUNK) this.#chunks.splice(this.#chunk + 1, 0, chunk.splice(CHUNK / 2));
    this.#length++;
  }

  remove(i: number): void {
    this.#seek(i);
    const chunk = this.#chunks[this.#chunk]!;
    chunk.splice(this.#place, 1);
    if (chunk.length === 0) this.#chunks.splice(this.#chunk, 1);
    this.#length--;
  }

  items(): T[] {
    return this.#chunks.flat();
  }

  #seek(i: number): void {
    let chunk = 0;
    let place = i;
    const last = this.#chunks.length - 1;
    while (chunk < last && place >= this.#chunks[chunk]!.length) place -= this.#chunks[chunk++]!.length;
    this.#chunk = chunk;
    this.#place = place;
  }
}
