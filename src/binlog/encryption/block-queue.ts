import type { Cipher } from 'node:crypto';

const BLOCK = 16;

/** Bytes that go through the cipher at once. */
const ROOM = 32 * 1024;

/** Below this, a loop is faster than the call that copies. */
const FEW = 64;

/**
 * Blocks on their way through a cipher, many at a time, and where in the bytes of a window what comes of them goes. It
 * replaces what stands there, or, as a key stream, is added to it.
 */
export class BlockQueue {
  readonly #cipher: Cipher;
  readonly #isStream: boolean;
  readonly #input: Uint8Array = new Uint8Array(ROOM);
  readonly #words = new DataView(this.#input.buffer);
  #used = 0;
  /** For each piece of what comes: where it begins among it, where it goes, and its length. */
  readonly #pieces: number[] = [];

  /** Not to be padded. */
  constructor(cipher: Cipher, isStream: boolean) {
    this.#cipher = cipher.setAutoPadding(false);
    this.#isStream = isStream;
  }

  /** How many blocks may be put, at least one: what is in the queue goes to `bytes` when there is no room. */
  room(bytes: Uint8Array): number {
    if (this.#used === ROOM) this.flush(bytes);
    return (ROOM - this.#used) / BLOCK;
  }

  /** The blocks put from here on are for `length` bytes at `at`. */
  expect(at: number, length: number): void {
    this.#pieces.push(this.#used, at, length);
  }

  put(bytes: Uint8Array, from: number, length: number): void {
    const used = this.#used;
    const input = this.#input;
    if (length > FEW) input.set(bytes.subarray(from, from + length), used);
    else for (let i = 0; i < length; i++) input[used + i] = bytes[from + i]!;
    this.#used = used + length;
  }

  /** Puts one block, as 4 little-endian numbers. */
  putWords(first: number, second: number, third: number, fourth: number): void {
    const words = this.#words;
    const at = this.#used;
    words.setUint32(at, first, true);
    words.setUint32(at + 4, second, true);
    words.setUint32(at + 8, third, true);
    words.setUint32(at + 12, fourth, true);
    this.#used = at + BLOCK;
  }

  /** Sends all blocks through the cipher to their places in `bytes`. */
  flush(bytes: Uint8Array): void {
    if (this.#used === 0) return;
    const { buffer, byteOffset, length } = this.#cipher.update(this.#input.subarray(0, this.#used));
    const output = new Uint8Array(buffer, byteOffset, length);
    const pieces = this.#pieces;
    for (let i = 0; i < pieces.length; i += 3) {
      const [from, at, size] = [pieces[i]!, pieces[i + 1]!, pieces[i + 2]!];
      if (this.#isStream) for (let j = 0; j < size; j++) bytes[at + j]! ^= output[from + j]!;
      else if (size > FEW) bytes.set(output.subarray(from, from + size), at);
      else for (let j = 0; j < size; j++) bytes[at + j] = output[from + j]!;
    }
    pieces.length = 0;
    this.#used = 0;
  }
}
