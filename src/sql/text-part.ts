import { ChunkSink } from '../io/chunk-sink.ts';
import type { Output } from '../io/output.ts';
import { allocate } from '../wire/allocate.ts';
import { ByteText } from '../wire/byte-text.ts';
import type { ChangeWriter } from './change-writer.ts';

/** Output chunks; one is filled while others are written. */
const CHUNKS = 4;

/** One output of text: what is written into {@link text} goes to it behind the caller's back. */
export class TextPart {
  readonly writer: ChangeWriter;
  /** The transaction that is open in it, or -1. */
  #transaction = -1;
  readonly #text: ByteText;
  readonly #sink: ChunkSink;
  readonly #chunk: number;
  /** How much had been written when the sink was last waited for. */
  #waitedAt = 0;

  /** `chunk` bytes are written at a time, at least 64 KiB. */
  constructor(output: Output, makeWriter: (out: ByteText) => ChangeWriter, chunk: number) {
    this.#chunk = chunk;
    this.#sink = new ChunkSink(output, allocate(CHUNKS * chunk), 0, chunk, CHUNKS);
    this.#text = new ByteText((bytes) => this.#sink.put(bytes));
    this.writer = makeWriter(this.#text);
    this.writer.open();
  }

  /** Bytes so far. */
  get size(): number {
    return this.#text.total;
  }

  /** Goes on with a transaction, ending the one before it. */
  enter(transaction: number): void {
    if (transaction === this.#transaction) return;
    this.leave();
    this.#transaction = transaction;
    this.writer.begin(transaction);
  }

  /** Ends the open transaction. */
  leave(): void {
    if (this.#transaction < 0) return;
    this.writer.end(this.#transaction);
    this.#transaction = -1;
  }

  /** Has so much been written that it is time to wait in {@link room}? */
  get isFull(): boolean {
    return this.#text.total - this.#waitedAt >= this.#chunk;
  }

  /** Waits until there is room for more. @throws BinflashError `IO` */
  async room(): Promise<void> {
    this.#waitedAt = this.#text.total;
    await this.#sink.room();
  }

  /** Ends the text and waits until all of it is written. @throws BinflashError `IO` */
  async close(): Promise<void> {
    this.leave();
    this.writer.close();
    this.#text.flush();
    await this.#sink.drain();
  }

  /** Waits for writes under way, whatever becomes of them. */
  async settle(): Promise<void> {
    await this.#sink.settle();
  }
}
