import { HEADER_LENGTH, MAGIC, MAX_EVENT } from '../binlog/event-header.ts';
import { EventCode } from '../binlog/event-types.ts';
import { versionKnowsChecksums } from '../binlog/format-description.ts';
import { ForwardWindow } from '../io/forward-window.ts';
import type { SourceFile } from '../io/source.ts';
import { checkMagic } from '../scan/magic.ts';
import { crc32 } from '../wire/crc32.ts';
import { readU16, readU32 } from '../wire/integers.ts';
import type { UndoPart } from './undo-parts.ts';
import { VerifyError } from './verify-error.ts';

/** Bytes of the CRC-32 at the end of an event. */
const CHECKSUM = 4;

/** Of a large event at least so much is in hand at first: more than the head of any rows event. */
const LEAST_PART = 128 * 1024;

/** An event is large when it is more than so many windows. */
const LARGE = 16;

/**
 * Reads an undo forward, part after part, event after event. Of each event it is made sure that it ends inside the
 * file, that its end_log_pos says where it ends, and that its checksum is right, with code of its own: what the
 * writer takes for right is what is in question here.
 */
export class UndoReader {
  /** The event in hand is `bytes[start, end)`, without its checksum. */
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  /** Where in its part the event in hand begins, and where the next one does. */
  offset = 0;
  nextOffset = 0;
  /** Number of the part in hand. */
  part = -1;
  /** Bytes of the parts before the one in hand. */
  bytesBefore = 0;
  /** Do the part's events have checksums? Its FORMAT_DESCRIPTION says so, and has one itself in any case. */
  hasChecksums = true;
  /** Type code of the event in hand. */
  type = 0;
  /** Is only a piece of the event in hand, which is large? {@link more} takes the next one in hand, instead of it. */
  partly = false;
  /** Bytes of the event in hand that are behind the piece; and the CRC-32 of those up to its end. */
  #left = 0;
  #sum = 0;
  /** Is the next event to be in hand whole? */
  #wantsWhole = false;
  readonly #parts: readonly UndoPart[];
  readonly #windowSize: number;
  #file: SourceFile | undefined;
  #window: ForwardWindow | undefined;
  #at = 0;
  #need = HEADER_LENGTH;

  constructor(parts: readonly UndoPart[], windowSize: number) {
    this.#parts = parts;
    this.#windowSize = windowSize;
  }

  get timestamp(): number {
    return readU32(this.bytes, this.start);
  }

  get serverId(): number {
    return readU32(this.bytes, this.start + 5);
  }

  get headerFlags(): number {
    return readU16(this.bytes, this.start + 17);
  }

  /** Bytes of the event in hand, its checksum included. */
  get size(): number {
    return this.nextOffset - this.offset;
  }

  /** The same without its checksum; only as long as its beginning is in hand. */
  get plainSize(): number {
    return this.end - this.start + this.#left;
  }

  get name(): string {
    return this.#parts[Math.max(0, this.part)]!.name;
  }

  /** Is the event in hand the first one of its part? */
  get isFirst(): boolean {
    return this.offset === MAGIC.length;
  }

  /** Has every byte of the part in hand been taken? */
  get atEnd(): boolean {
    return this.part < 0 || this.nextOffset === this.#parts[this.part]!.file.size;
  }

  /**
   * Takes the next event in hand, or of a large one the beginning; false when {@link fill} must be called first. What was
   * in hand before stays where it is until then.
   */
  next(): boolean {
    const window = this.#window;
    if (window === undefined || window.end - this.#at < HEADER_LENGTH) return false;
    const { data } = window;
    const at = this.#at;
    const size = readU32(data, at + 9);
    const offset = this.nextOffset;
    const left = this.#parts[this.part]!.file.size - offset;
    if (size > MAX_EVENT) {
      throw this.#fault(`an event of at most ${MAX_EVENT} bytes`, `one of ${size} bytes`, offset);
    }
    if (size < HEADER_LENGTH + CHECKSUM || size > left) {
      throw this.#fault(
        'an event that ends inside the file',
        `one of ${size} bytes, with ${left} left`,
        offset,
      );
    }
    const isLarge = size > LARGE * this.#windowSize && size > 2 * LEAST_PART && !this.#wantsWhole;
    const least = isLarge ? LEAST_PART : size;
    if (window.end - at < least) {
      this.#need = least;
      return false;
    }
    const endLogPos = (offset + size) % 0x1_0000_0000;
    if (readU32(data, at + 13) !== endLogPos) {
      throw this.#fault(`end_log_pos ${endLogPos}`, String(readU32(data, at + 13)), offset);
    }
    const isFormat = data[at + 4] === EventCode.FORMAT_DESCRIPTION;
    const trailer = (isFormat ? formatHasChecksum(data, at, size) : this.hasChecksums) ? CHECKSUM : 0;
    this.#left = size - trailer;
    this.#sum = 0;
    if (!this.#take(trailer, offset)) return false;
    this.type = data[at + 4]!;
    this.offset = offset;
    this.nextOffset = offset + size;
    this.#wantsWhole = false;
    return true;
  }

  /** Takes the next piece of the event in hand; false when {@link fill} must be called first. */
  more(): boolean {
    return this.#take(this.hasChecksums ? CHECKSUM : 0, this.offset);
  }

  /** Lets the event of which the beginning is in hand be read whole: {@link next} takes it once more. */
  putBack(): void {
    this.#at = this.start;
    this.nextOffset = this.offset;
    this.partly = false;
    this.#wantsWhole = true;
  }

  /** Takes as much as there is of an event in hand, and checks its CRC-32 when that is its end. */
  #take(trailer: number, offset: number): boolean {
    const { data, end: limit } = this.#window!;
    const at = this.#at;
    const rest = this.#left + trailer;
    if (limit === at || (limit - at >= this.#left && limit - at < rest)) {
      this.#need = limit === at ? 1 : rest;
      return false;
    }
    this.#need = HEADER_LENGTH;
    const end = Math.min(limit, at + this.#left);
    this.#left -= end - at;
    this.partly = this.#left > 0;
    if (trailer > 0) {
      this.#sum = crc32(data, at, end, this.#sum);
      if (!this.partly && this.#sum !== readU32(data, end)) {
        throw this.#fault('the CRC-32 of the event at its end', 'another number', offset);
      }
    }
    this.bytes = data;
    this.start = at;
    this.end = end;
    this.#at = this.partly ? end : end + trailer;
    return true;
  }

  /**
   * Reads on, into the next part where this one is at its end; false when there is nothing more. The event in hand must
   * not be used any more.
   */
  async fill(): Promise<boolean> {
    if (this.atEnd && !this.partly) return this.#openNext();
    const window = this.#window!;
    const left = this.#parts[this.part]!.file.size - this.nextOffset;
    // That an event ends inside the file was seen when it was begun.
    if (left < this.#need && !this.partly) {
      throw this.#fault('an event', `only ${left} bytes, less than its header`, this.nextOffset);
    }
    await window.advance(this.#at, this.#need);
    this.#at = window.begin;
    return true;
  }

  async #openNext(): Promise<boolean> {
    if (this.nextOffset === MAGIC.length) throw this.#fault('events', 'none in this file', 0);
    if (this.part + 1 === this.#parts.length) return false;
    await this.close();
    if (this.part >= 0) this.bytesBefore += this.nextOffset;
    this.part++;
    const file = await this.#parts[this.part]!.file.again();
    this.#file = file;
    this.#window = new ForwardWindow(file, this.#windowSize);
    await checkMagic(file, this.#window);
    this.#at = this.#window.begin + MAGIC.length;
    this.nextOffset = MAGIC.length;
    this.hasChecksums = true;
    return true;
  }

  #fault(expected: string, found: string, offset: number): VerifyError {
    return new VerifyError(expected, found, { file: this.name, offset }, undefined);
  }

  /** Closes the part in hand, once the read that is under way has ended. */
  async close(): Promise<void> {
    await this.#window?.settle();
    await this.#file?.close();
    this.#file = undefined;
  }
}

/** Has a FORMAT_DESCRIPTION a checksum of its own? Those of servers that know none have not. */
function formatHasChecksum(bytes: Uint8Array, at: number, size: number): boolean {
  const version = Buffer.from(
    bytes.subarray(at + HEADER_LENGTH + 2, at + Math.min(size, HEADER_LENGTH + 52)),
  );
  return versionKnowsChecksums(version.toString('latin1'));
}
