import { allocate } from '../wire/allocate.ts';
import type { InputFile } from './source.ts';
import { Waits } from './waits.ts';

/**
 * A window that moves over a file from its beginning to its end, reading ahead by one chunk.
 *
 * The bytes `data[begin, end)` stand at the file's `position`. The caller looks at whole events and then
 * asks for more with {@link advance}, saying from where on it still needs the old bytes. These few are
 * carried over into the room before the next chunk, so nothing but a cut event is ever copied. An event
 * larger than a chunk gets a buffer of its own.
 */
export class ForwardWindow {
  data: Uint8Array;
  begin = 0;
  end = 0;
  /** File offset of `data[begin]`. */
  position = 0;

  readonly #file: InputFile;
  readonly #chunk: number;
  readonly #headroom: number;
  readonly #waits: Waits;
  #spare: Uint8Array;
  /** Kept for the next large event once there was one; the ordinary buffer it displaced is idle meanwhile. */
  #large: Uint8Array = new Uint8Array(0);
  #idle: Uint8Array;
  /** Where in the file the chunk being read ahead begins and how long it is; length 0 at the end. */
  #next = 0;
  #nextLength = 0;
  #reading: Promise<void> = Promise.resolve();

  constructor(file: InputFile, chunk: number, waits: Waits = new Waits()) {
    this.#file = file;
    this.#waits = waits;
    this.#chunk = chunk;
    this.#headroom = chunk;
    this.data = allocate(this.#headroom + chunk);
    this.#spare = allocate(this.#headroom + chunk);
    this.#idle = this.#spare;
    this.#readAhead(0);
  }

  /**
   * Moves on so that the window begins with what stood at `data[from]` and holds at least `need` bytes;
   * the caller has made sure that the file is long enough. @throws BinflashError `IO`
   */
  async advance(from: number, need: number): Promise<void> {
    const carried = this.end - from;
    const position = this.position + from - this.begin;
    await this.#waits.reading(this.#reading);
    if (carried <= this.#headroom && need <= carried + this.#nextLength) {
      const target = this.#spare;
      const begin = this.#headroom - carried;
      target.set(this.data.subarray(from, this.end), begin);
      this.#spare = this.data === this.#large ? this.#idle : this.data;
      this.data = target;
      this.begin = begin;
      this.end = this.#headroom + this.#nextLength;
    } else {
      await this.#growTo(from, carried, need);
    }
    this.position = position;
    this.#readAhead(position + this.end - this.begin);
  }

  /** Drops what stands from `data[from]` on, and reads it once more: it has become known how to read it. */
  async reread(from: number): Promise<void> {
    await this.settle();
    this.end = from;
    this.#readAhead(this.position + from - this.begin);
  }

  /** The chunk read ahead is too short for the event: collects it in a large buffer. */
  async #growTo(from: number, carried: number, need: number): Promise<void> {
    const large = this.#large.length >= need ? this.#large : allocate(need);
    large.set(this.data.subarray(from, this.end), 0);
    const ahead = Math.min(this.#nextLength, need - carried);
    large.set(this.#spare.subarray(this.#headroom, this.#headroom + ahead), carried);
    const have = carried + ahead;
    if (need > have) {
      await this.#waits.reading(this.#file.read(large, have, need - have, this.#next + ahead));
    }
    if (this.data !== this.#large) this.#idle = this.data;
    this.#large = large;
    this.data = large;
    this.begin = 0;
    this.end = need;
  }

  #readAhead(position: number): void {
    this.#next = position;
    this.#nextLength = Math.min(this.#chunk, this.#file.size - position);
    this.#reading = this.#file.read(this.#spare, this.#headroom, this.#nextLength, position);
    // A failure is met where the chunk is awaited; without this it would count as unhandled before.
    this.#reading.catch(() => {});
  }

  /** Waits for the read that is under way, so that the file may be closed. */
  async settle(): Promise<void> {
    await this.#reading.catch(() => {});
  }
}
