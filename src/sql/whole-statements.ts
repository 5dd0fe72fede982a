import type { Output } from '../io/output.ts';
import { allocate } from '../wire/allocate.ts';

const SEMICOLON = 0x3b;
const NEWLINE = 0x0a;

/** A statement that is longer is not held back: memory stays flat. */
const MOST = 1024 * 1024;

/**
 * A stream whose writes end where statements do. A client that finds the end of its input in the midst of a statement
 * runs what it has: of a stream that breaks off, an UPDATE without its WHERE. What looks like an end inside a string does no
 * harm, because a string that does not end is an error.
 */
export class WholeStatements implements Output {
  readonly #output: Output;
  readonly #held: Uint8Array = allocate(MOST);
  #length = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const end = lastEnd(bytes);
    let from = 0;
    if (end > 0 && this.#length > 0) {
      from = this.#hold(bytes, 0, firstEnd(bytes));
      await this.#release();
    }
    if (end > from) await this.#output.write(bytes.subarray(from, end));
    if (this.#length + bytes.length - end > MOST) await this.#release();
    const at = this.#hold(bytes, Math.max(from, end), bytes.length);
    if (at < bytes.length) await this.#output.write(bytes.subarray(at));
  }

  /** Holds `bytes[start, end)` back, if there is room; answers up to where. */
  #hold(bytes: Uint8Array, start: number, end: number): number {
    if (this.#length + end - start > MOST) return start;
    this.#held.set(bytes.subarray(start, end), this.#length);
    this.#length += end - start;
    return end;
  }

  async #release(): Promise<void> {
    const held = this.#held.subarray(0, this.#length);
    this.#length = 0;
    if (held.length > 0) await this.#output.write(held);
  }

  /** Writes what is left, which is no statement if anything. */
  close(): Promise<void> {
    return this.#release();
  }
}

/** Behind the first semicolon at the end of a line, of which there is one. */
function firstEnd(bytes: Uint8Array): number {
  let at = bytes.indexOf(NEWLINE);
  while (bytes[at - 1] !== SEMICOLON) at = bytes.indexOf(NEWLINE, at + 1);
  return at + 1;
}

/** Behind the last semicolon at the end of a line. */
function lastEnd(bytes: Uint8Array): number {
  for (let at = bytes.length - 1; at > 0; at--) {
    if (bytes[at] === NEWLINE && bytes[at - 1] === SEMICOLON) return at + 1;
  }
  return 0;
}
