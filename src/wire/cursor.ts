import { BinflashError } from '../errors.ts';
import { readU16, readU24, readU32, readU48, readU64 } from './integers.ts';

/** No text that is read at once is longer: names are short, and statements are cut before. */
const MAX_TEXT = 2 ** 24;

/**
 * A bounds-checked reader over one event's bytes, for everything but rows.
 *
 * Each method moves on; each throws `DAMAGED`, naming the field, when the event ends first. That is the
 * whole defence against lengths that lie: no decoder trusts a length before this class has checked it.
 */
export class Cursor {
  readonly bytes: Uint8Array;
  readonly end: number;
  at: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  get left(): number {
    return this.end - this.at;
  }

  /** Moves over `length` bytes and answers where they begin. */
  skip(length: number, field: string): number {
    if (length > this.end - this.at) {
      throw new BinflashError(
        'DAMAGED',
        `${field} needs ${length} bytes but only ${this.end - this.at} are left in the event`,
      );
    }
    const start = this.at;
    this.at += length;
    return start;
  }

  u8(field: string): number {
    return this.bytes[this.skip(1, field)]!;
  }

  u16(field: string): number {
    return readU16(this.bytes, this.skip(2, field));
  }

  u32(field: string): number {
    return readU32(this.bytes, this.skip(4, field));
  }

  u48(field: string): number {
    return readU48(this.bytes, this.skip(6, field));
  }

  u64(field: string): bigint {
    return readU64(this.bytes, this.skip(8, field));
  }

  /**
   * A packed integer: 0..250 is the value, 252, 253 and 254 announce 2, 3 and 8 bytes.
   * 251 (NULL) and 255 are never legal in a binary log, nor are values above 2^53.
   */
  lenenc(field: string): number {
    const first = this.u8(field);
    if (first < 251) return first;
    if (first === 252) return this.u16(field);
    if (first === 253) return readU24(this.bytes, this.skip(3, field));
    if (first === 254) {
      const value = this.u64(field);
      if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
    }
    throw new BinflashError('DAMAGED', `${field} is not a valid packed integer`);
  }

  /** A view of the next bytes; it dies with the window it looks into. */
  view(length: number, field: string): Uint8Array {
    const start = this.skip(length, field);
    return this.bytes.subarray(start, start + length);
  }

  /** Text in utf8mb3 or ASCII, as names and versions are. */
  text(length: number, field: string): string {
    if (length > MAX_TEXT) throw new BinflashError('DAMAGED', `${field} has ${length} bytes`);
    const start = this.skip(length, field);
    return utf8(this.bytes, start, start + length);
  }
}

/** Decodes UTF-8, invalid bytes as U+FFFD. */
export function utf8(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
}
