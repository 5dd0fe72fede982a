import { allocate } from './allocate.ts';

/** Bytes of a piece; a larger value is handed over in several. */
const CHUNK = 64 * 1024;

/** Takes what has been written; the bytes are its own from then on. */
export type TakeChunk = (chunk: Uint8Array) => void;

/** Bytes that are looked at before room is made again. */
const STRETCH = 4096;
/** From here on a copy with one call is faster than one byte by byte. */
const LONG_RUN = 16;
/** Most bytes that stand for one. */
const WIDEST = 4;

/** Powers of ten that a number of up to 16 digits is cut by. */
const POWERS = Array.from({ length: 17 }, (_, i) => 10 ** i);

const ZERO = 0x30;

const HEX_DIGITS = Uint8Array.from('0123456789ABCDEF', (digit) => digit.charCodeAt(0));

/**
 * Text as bytes of any character set, put together piece by piece and handed over in chunks. For writers of
 * millions of values: strings made of them and then encoded cost several times as much.
 */
export class ByteText {
  readonly #take: TakeChunk;
  /** The chunk in hand; {@link length} bytes of it are written. After {@link reserve} it may be written to. */
  bytes: Uint8Array = allocate(CHUNK);
  length = 0;
  #handedOver = 0;

  constructor(take: TakeChunk) {
    this.#take = take;
  }

  /** Makes room for `size` further bytes, at most a chunk. */
  reserve(size: number): void {
    if (this.length + size > CHUNK) this.flush();
  }

  /** Hands over what has been written. */
  flush(): void {
    if (this.length === 0) return;
    const { bytes, length } = this;
    this.bytes = allocate(CHUNK);
    this.length = 0;
    this.#handedOver += length;
    this.#take(bytes.subarray(0, length));
  }

  /** Bytes written so far, handed over or not. */
  get total(): number {
    return this.#handedOver + this.length;
  }

  byte(code: number): void {
    this.reserve(1);
    this.bytes[this.length++] = code;
  }

  /** Puts `source[start, end)`. */
  copy(source: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      this.reserve(1);
      const next = Math.min(end, at + CHUNK - this.length);
      this.bytes.set(source.subarray(at, next), this.length);
      this.length += next - at;
      at = next;
    }
  }

  /** Puts all of a piece, which is no longer than a chunk. */
  put(piece: Uint8Array): void {
    this.reserve(piece.length);
    this.bytes.set(piece, this.length);
    this.length += piece.length;
  }

  /** Puts a short text of ASCII characters. */
  ascii(text: string): void {
    this.reserve(text.length);
    const { bytes } = this;
    let at = this.length;
    for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
    this.length = at;
  }

  /** Puts text in UTF-8. */
  utf8(text: string): void {
    const bytes = Buffer.from(text);
    this.copy(bytes, 0, bytes.length);
  }

  /** Puts two hexadecimal digits for each byte of `source[start, end)`. */
  hex(source: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      this.reserve(2);
      const next = Math.min(end, at + ((CHUNK - this.length) >> 1));
      const { bytes } = this;
      let to = this.length;
      for (; at < next; at++) {
        const byte = source[at]!;
        bytes[to++] = HEX_DIGITS[byte >> 4]!;
        bytes[to++] = HEX_DIGITS[byte & 15]!;
      }
      this.length = to;
    }
  }

  /**
   * Puts `source[start, end)` with up to four other bytes in the place of some: `ordinary` has a 1 for the bytes that
   * always stand for themselves, `replacement` answers what stands for the one at `i`, or undefined if it is itself.
   */
  replaced(
    source: Uint8Array,
    start: number,
    end: number,
    ordinary: Uint8Array,
    replacement: (i: number) => Uint8Array | undefined,
  ): void {
    for (let from = start; from < end; from += STRETCH) {
      const to = Math.min(end, from + STRETCH);
      this.reserve(WIDEST * STRETCH);
      const { bytes } = this;
      let at = this.length;
      for (let i = from; i < to; i++) {
        const run = i;
        while (i < to && ordinary[source[i]!] === 1) i++;
        if (i - run > LONG_RUN) {
          bytes.set(source.subarray(run, i), at);
          at += i - run;
        } else for (let k = run; k < i; k++) bytes[at++] = source[k]!;
        if (i === to) break;
        const other = replacement(i);
        if (other === undefined) bytes[at++] = source[i]!;
        else for (let k = 0; k < other.length; k++) bytes[at++] = other[k]!;
      }
      this.length = at;
    }
  }

  /** Puts the digits of an integer from 0 to 2^53. */
  digits(value: number): void {
    let width = 1;
    while (value >= POWERS[width]!) width++;
    this.padded(value, width);
  }

  /** Puts an integer from 0 to 2^53 with zeros before it; of one that is too long the last `width` digits. */
  padded(value: number, width: number): void {
    this.reserve(width);
    const { bytes } = this;
    let at = this.length + width;
    this.length = at;
    let left = value;
    for (let i = width; i > 0; i--) {
      // Division of 32-bit integers is much faster than that of doubles.
      const rest = left <= 0xffff_ffff ? ((left >>> 0) / 10) >>> 0 : Math.floor(left / 10);
      bytes[--at] = ZERO + (left - rest * 10);
      left = rest;
    }
  }
}
