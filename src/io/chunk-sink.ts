import { allocate } from '../wire/allocate.ts';
import type { Output } from './output.ts';
import { Waits } from './waits.ts';

/** Writes that may be under way while the caller goes on: the disk is not even. */
const MAX_UNDER_WAY = 2;

/** From here on memory grows with what the caller makes: who can stop in the middle of something does. */
const FAR_BEHIND = 8;

interface Chunk {
  readonly bytes: Uint8Array;
  readonly base: number;
}

/**
 * Collects output in chunks and writes full ones behind the caller's back, in order.
 *
 * The caller reserves room with {@link ensure}, writes at `bytes[at]` and moves `at` on; none of this
 * waits. Once a window it waits in {@link room} until the writing has caught up.
 */
export class ChunkSink {
  /** The current chunk: `bytes[at, limit)` is free. */
  bytes: Uint8Array;
  at: number;
  #limit: number;
  #chunk: Chunk;
  readonly #size: number;
  readonly #free: Chunk[] = [];
  #output: Output;
  #writes: Promise<void> = Promise.resolve();
  /** The writes under way, oldest first. */
  readonly #underWay: Promise<void>[] = [];
  #borrowed = false;
  readonly #waits: Waits;

  /** `arena[base, base + count * size)` is the sink's; a chunk beyond it is allocated only if all are in use. */
  constructor(
    output: Output,
    arena: Uint8Array,
    base: number,
    size: number,
    count: number,
    waits: Waits = new Waits(),
  ) {
    this.#output = output;
    this.#waits = waits;
    this.#size = size;
    for (let i = 0; i < count; i++) this.#free.push({ bytes: arena, base: base + i * size });
    this.#chunk = this.#take();
    this.bytes = this.#chunk.bytes;
    this.at = this.#chunk.base;
    this.#limit = this.at + size;
  }

  #take(): Chunk {
    return this.#free.pop() ?? { bytes: allocate(this.#size), base: 0 };
  }

  /** Makes sure that `length` bytes (at most the chunk size) can be written at `at` without a break. */
  ensure(length: number): void {
    if (this.#limit - this.at < length) this.ship();
  }

  /** Copies bytes that fit into one chunk. */
  put(bytes: Uint8Array): void {
    this.ensure(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** Hands the current chunk to the writer and takes a free one. */
  ship(): void {
    const chunk = this.#chunk;
    if (this.at > chunk.base) {
      this.#enqueue(chunk.bytes.subarray(chunk.base, this.at), chunk);
      this.#chunk = this.#take();
    }
    this.bytes = this.#chunk.bytes;
    this.at = this.#chunk.base;
    this.#limit = this.at + this.#size;
  }

  /**
   * Writes bytes from where they are, without a copy. They must stay as they are until {@link room} or
   * {@link drain} returns.
   */
  borrow(bytes: Uint8Array): void {
    this.ship();
    this.#borrowed = true;
    this.#enqueue(bytes, undefined);
  }

  #enqueue(bytes: Uint8Array, chunk: Chunk | undefined): void {
    const output = this.#output;
    this.#writes = this.#writes.then(async () => {
      await output.write(bytes);
      this.#underWay.shift();
      if (chunk) this.#free.push(chunk);
    });
    this.#underWay.push(this.#writes);
    // A failure is met in room() or drain(); without this it would count as unhandled before.
    this.#writes.catch(() => {});
  }

  /** Is so much to be written that the caller had better wait in {@link room}? */
  get isBehind(): boolean {
    return this.#underWay.length > FAR_BEHIND;
  }

  /** Waits until enough chunks are free for the next window and nothing is borrowed. @throws BinflashError `IO` */
  async room(): Promise<void> {
    if (this.#borrowed) await this.#waits.writing(this.#writes);
    while (this.#underWay.length > MAX_UNDER_WAY) await this.#waits.writing(this.#underWay[0]!);
    this.#borrowed = false;
  }

  /** Writes out all there is. @throws BinflashError `IO` */
  async drain(): Promise<void> {
    this.ship();
    await this.#waits.writing(this.#writes);
    this.#borrowed = false;
  }

  /** From here on, writes to another output; call {@link drain} first. */
  redirect(output: Output): void {
    this.#output = output;
  }

  /** Waits for writes under way, whatever becomes of them. */
  async settle(): Promise<void> {
    await this.#writes.catch(() => {});
  }
}
