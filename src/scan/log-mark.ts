import { crc32 } from '../wire/crc32.ts';

/** Bytes after which a log is known, if its first transaction is that long. */
const ENOUGH = 64 * 1024;

/** Where the header of an event has its flags, and what follows it: FORMAT_DESCRIPTION says there that the log is in use. */
const FLAGS_AT = 17;
const FLAGS = 2;
const CHECKSUM = 4;

/**
 * Makes a number of how a log begins, up to the end of its first transaction: logs of one number are the same one, or one is
 * a copy of the other's beginning.
 */
export class LogMark {
  #crc = 0;
  #length = 0;
  /** Does more of the log belong to it? */
  isOpen = false;

  /** A log begins with the FORMAT_DESCRIPTION at `bytes[start, end)`. */
  begin(bytes: Uint8Array, start: number, end: number): void {
    this.#crc = crc32(bytes, start, start + FLAGS_AT);
    this.#crc = crc32(bytes, start + FLAGS_AT + FLAGS, end - CHECKSUM, this.#crc);
    this.#length = 0;
    this.isOpen = true;
  }

  /** A further event, without its checksum: with it, CRCs of all events are one. */
  add(bytes: Uint8Array, start: number, end: number): void {
    this.#crc = crc32(bytes, start, end, this.#crc);
    this.#length += end - start;
  }

  /** The number, where the log is known by it, having a transaction; else undefined. */
  take(hasTransaction: boolean): number | undefined {
    if (!this.isOpen || !(hasTransaction || this.#length >= ENOUGH)) return undefined;
    this.isOpen = false;
    return this.#crc;
  }
}
