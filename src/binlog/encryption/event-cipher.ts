import { createCipheriv, createDecipheriv } from 'node:crypto';
import { readU32, writeU32 } from '../../wire/integers.ts';
import { HEADER_LENGTH, MAGIC } from '../event-header.ts';
import { BlockQueue } from './block-queue.ts';

/** MariaDB's file_key_management_encryption_algorithm, which binary logs do not tell. */
export const eventAlgorithms = ['AES_CBC', 'AES_CTR'] as const;
export type EventAlgorithm = (typeof eventAlgorithms)[number];

const MAGIC_NUMBER = readU32(MAGIC, 0);

/** Bytes of a block of AES. */
const BLOCK = 16;

/** Bytes of an event of AES_CTR from which on it is not deciphered together with others. */
const LARGE = 1024;

/** What of such an event is deciphered at a time. */
const PIECE = 64 * 1024;

/** Where an event's size stands, which is never encrypted; what belongs there stands at the event's beginning. */
const SIZE_AT = 9;

/**
 * Decrypts the events of a MariaDB binary log in place. Each is encrypted on its own, by where it stands in its file.
 *
 * What is encrypted of an event of L bytes are L-4: its first 4 bytes, which are moved to 9, and those behind them; the
 * size takes the place of the first 4. Its initialization vector is the nonce and the event's offset, in 4 bytes. With
 * AES_CTR all bytes are so; with AES_CBC whole blocks, and what is left is added to the encrypted vector.
 *
 * A cipher costs more to make than an event takes to decrypt, so that of many events is done at once: one AES-CBC
 * decipher is fed with each event's vector before its blocks, which leaves it as if it had been made with that vector;
 * and AES-ECB of counters is the key stream of AES-CTR.
 *
 * Source: MariaDB, sql/log_event.cc, Log_event::read_log_event, and include/my_crypt.h.
 */
export class EventCipher {
  readonly #key: Uint8Array;
  readonly #nonce: readonly [number, number, number];
  /** What is deciphered as it is, and what becomes a key stream. */
  readonly #blocks: BlockQueue | undefined;
  readonly #stream: BlockQueue;
  /** Events whose bytes are all in the queues: where they begin, and their sizes. */
  readonly #queued: number[] = [];

  /** `key` has 16, 24 or 32 bytes, `nonce` 12. */
  constructor(key: Uint8Array, nonce: Uint8Array, algorithm: EventAlgorithm) {
    const bits = 8 * key.length;
    this.#key = key;
    this.#nonce = [0, 4, 8].map((at) => readU32(nonce, at)) as [number, number, number];
    this.#stream = new BlockQueue(createCipheriv(`aes-${bits}-ecb`, key, null), true);
    if (algorithm === 'AES_CTR') return;
    this.#blocks = new BlockQueue(createDecipheriv(`aes-${bits}-cbc`, key, Buffer.alloc(BLOCK)), false);
  }

  /**
   * Decrypts the events at `bytes[start, end)`, the first of which stands at `offset` of its log; answers where the
   * first begins that is not whole, or cannot be an event, or, behind the first, where the magic of another log stands.
   */
  decrypt(bytes: Uint8Array, start: number, end: number, offset: number): number {
    let at = start;
    while (end - at >= HEADER_LENGTH) {
      const size = readU32(bytes, at + SIZE_AT);
      if (size < HEADER_LENGTH || size > end - at) break;
      if (at > start && readU32(bytes, at) === MAGIC_NUMBER) break;
      this.#take(bytes, at, size, offset + at - start);
      at += size;
    }
    this.#flush(bytes);
    return at;
  }

  #take(bytes: Uint8Array, at: number, size: number, offset: number): void {
    bytes.copyWithin(at + SIZE_AT, at, at + 4);
    const begin = at + 4;
    const end = at + size;
    const wholeEnd = this.#blocks === undefined ? begin : end - ((end - begin) % BLOCK);
    if (wholeEnd > begin) this.#takeBlocks(this.#blocks!, bytes, begin, wholeEnd, offset);
    if (end - wholeEnd > LARGE) this.#decryptLarge(bytes, begin, end, offset);
    else this.#takeStream(bytes, wholeEnd, end, offset);
    this.#queued.push(at, size);
  }

  #takeStream(bytes: Uint8Array, begin: number, end: number, offset: number): void {
    for (let from = begin, block = 0; from < end; ) {
      const blocks = Math.min(Math.ceil((end - from) / BLOCK), this.#stream.room(bytes));
      const length = Math.min(end - from, blocks * BLOCK);
      this.#stream.expect(from, length);
      for (let i = 0; i < blocks; i++) this.#putCounter(this.#stream, offset, block + i);
      from += length;
      block += blocks;
    }
  }

  /** An event of AES_CTR for which a cipher of its own is worth its making. */
  #decryptLarge(bytes: Uint8Array, begin: number, end: number, offset: number): void {
    const vector = new Uint8Array(BLOCK);
    for (const [i, word] of [...this.#nonce, offset].entries()) writeU32(vector, 4 * i, word);
    const cipher = createDecipheriv(`aes-${8 * this.#key.length}-ctr`, this.#key, vector);
    for (let at = begin; at < end; at += PIECE) {
      bytes.set(cipher.update(bytes.subarray(at, Math.min(end, at + PIECE))), at);
    }
  }

  #takeBlocks(queue: BlockQueue, bytes: Uint8Array, begin: number, end: number, offset: number): void {
    queue.room(bytes);
    this.#putCounter(queue, offset, 0);
    for (let from = begin; from < end; ) {
      const length = Math.min(end - from, queue.room(bytes) * BLOCK);
      queue.expect(from, length);
      queue.put(bytes, from, length);
      from += length;
    }
  }

  /** Puts the nonce and the offset, `block` added to all of it as to one big-endian number. */
  #putCounter(queue: BlockQueue, offset: number, block: number): void {
    const [first, second, third] = this.#nonce;
    const last = swapped(offset % 0x1_0000_0000) + block;
    if (last < 0x1_0000_0000) {
      queue.putWords(first, second, third, swapped(last));
      return;
    }
    const vector = new Uint8Array(BLOCK);
    for (const [i, word] of [first, second, third, swapped(last)].entries()) writeU32(vector, 4 * i, word);
    // A byte that becomes 0 carries into the one before it.
    for (let i = 11; i >= 0; i--) {
      vector[i]! += 1;
      if (vector[i] !== 0) break;
    }
    queue.putWords(readU32(vector, 0), readU32(vector, 4), readU32(vector, 8), readU32(vector, 12));
  }

  /** Deciphers what is left, and puts the sizes and what they displaced where they belong. */
  #flush(bytes: Uint8Array): void {
    this.#blocks?.flush(bytes);
    this.#stream.flush(bytes);
    const queued = this.#queued;
    for (let i = 0; i < queued.length; i += 2) {
      const at = queued[i]!;
      bytes.copyWithin(at, at + SIZE_AT, at + SIZE_AT + 4);
      writeU32(bytes, at + SIZE_AT, queued[i + 1]!);
    }
    queued.length = 0;
  }
}

/** The number that the same 4 bytes are, read from their other end. */
function swapped(word: number): number {
  return ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
}
