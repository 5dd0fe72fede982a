import { readU16, readU32, writeU16, writeU32 } from '../../wire/integers.ts';
import { compareBytes } from './keys.ts';
import { isContainer, isInlined, JsonType } from './types.ts';

/**
 * An array or object inside a binary document: getters over its bytes that check nothing. `checkJson` has
 * walked the document before, and changes in place keep what it found.
 *
 * | field | small | large |
 * |---|---|---|
 * | count | u16 | u32 |
 * | size in bytes, from `count` on | u16 | u32 |
 * | object: count key entries: offset, length | u16, u16 | u32, u16 |
 * | count value entries: type, offset or inlined value | u8, u16 | u8, u32 |
 * | object: keys | | |
 * | values that are not inlined | | |
 *
 * Offsets count from `count`. After changes in place there may be gaps before, between and after the keys and
 * the values, but both still stand in the order of their entries: the server looks for room only between a
 * value's neighbours.
 *
 * Source: MySQL, sql-common/json_binary.h.
 */
export class JsonContainer {
  readonly bytes: Uint8Array;
  /** Where `count` stands. */
  readonly start: number;
  readonly large: boolean;
  readonly isObject: boolean;
  readonly count: number;
  readonly size: number;
  /** Offsets of the first key entry and of the first value entry. */
  readonly keyEntries: number;
  readonly valueEntries: number;

  constructor(bytes: Uint8Array, type: number, start: number) {
    this.bytes = bytes;
    this.start = start;
    this.large = type === JsonType.LARGE_OBJECT || type === JsonType.LARGE_ARRAY;
    this.isObject = type <= JsonType.LARGE_OBJECT;
    this.count = this.number(0);
    this.size = this.number(this.numberSize);
    this.keyEntries = 2 * this.numberSize;
    this.valueEntries = this.keyEntries + (this.isObject ? this.count * this.keyEntrySize : 0);
  }

  /** Bytes of a count, size or offset. */
  get numberSize(): number {
    return this.large ? 4 : 2;
  }

  get keyEntrySize(): number {
    return this.numberSize + 2;
  }

  get valueEntrySize(): number {
    return this.numberSize + 1;
  }

  /** Offset right after the value entries. */
  get headEnd(): number {
    return this.valueEntries + this.count * this.valueEntrySize;
  }

  keyEntry(i: number): number {
    return this.keyEntries + i * this.keyEntrySize;
  }

  valueEntry(i: number): number {
    return this.valueEntries + i * this.valueEntrySize;
  }

  keyOffset(i: number): number {
    return this.number(this.keyEntry(i));
  }

  keyLength(i: number): number {
    return readU16(this.bytes, this.start + this.keyEntry(i) + this.numberSize);
  }

  key(i: number): Uint8Array {
    const start = this.start + this.keyOffset(i);
    return this.bytes.subarray(start, start + this.keyLength(i));
  }

  valueType(i: number): number {
    return this.bytes[this.start + this.valueEntry(i)]!;
  }

  isInlined(i: number): boolean {
    return isInlined(this.valueType(i), this.large);
  }

  /** Offset of a value: into its entry when it is inlined. */
  valueOffset(i: number): number {
    const at = this.valueEntry(i) + 1;
    return this.isInlined(i) ? at : this.number(at);
  }

  /** Offset right after a value that is not inlined. */
  valueEnd(i: number): number {
    const offset = this.valueOffset(i);
    const type = this.valueType(i);
    const at = this.start + offset;
    if (isContainer(type)) return offset + new JsonContainer(this.bytes, type, at).size;
    return offset + scalarSize(this.bytes, type, at);
  }

  /** Offset from which on values may stand: behind the last key. */
  get firstValueOffset(): number {
    if (!this.isObject || this.count === 0) return this.headEnd;
    return this.keyOffset(this.count - 1) + this.keyLength(this.count - 1);
  }

  /** The place of a key, or -1. */
  find(key: Uint8Array): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const length = this.keyLength(middle);
      const order =
        key.length - length || compareBytes(key, 0, this.bytes, this.start + this.keyOffset(middle), length);
      if (order === 0) return middle;
      if (order > 0) low = middle + 1;
      else high = middle;
    }
    return -1;
  }

  /** Reads a count, size or offset. */
  number(offset: number): number {
    const at = this.start + offset;
    return this.large ? readU32(this.bytes, at) : readU16(this.bytes, at);
  }

  /** Writes a count, size or offset. */
  setNumber(offset: number, value: number): void {
    const at = this.start + offset;
    if (this.large) writeU32(this.bytes, at, value);
    else writeU16(this.bytes, at, value);
  }
}

/** Bytes of a scalar's value, without its type byte; nothing is checked. */
export function scalarSize(bytes: Uint8Array, type: number, at: number): number {
  switch (type) {
    case JsonType.LITERAL:
      return 1;
    case JsonType.INT16:
    case JsonType.UINT16:
      return 2;
    case JsonType.INT32:
    case JsonType.UINT32:
      return 4;
    case JsonType.INT64:
    case JsonType.UINT64:
    case JsonType.DOUBLE:
      return 8;
    case JsonType.STRING:
      return lengthSize(bytes, at) + readLength(bytes, at);
    default:
      return 1 + lengthSize(bytes, at + 1) + readLength(bytes, at + 1);
  }
}

/** Most bytes of the length in front of a string: 5 hold any length of 32 bits. */
const MAX_LENGTH_BYTES = 5;

/** The length in front of a string: 7 bits a byte, the least significant first, the high bit if more follow. */
export function readLength(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = lengthSize(bytes, at) - 1; i >= 0; i--) value = value * 128 + (bytes[at + i]! & 0x7f);
  return value;
}

/** Bytes of the length in front of a string. */
export function lengthSize(bytes: Uint8Array, at: number): number {
  let size = 1;
  while (size < MAX_LENGTH_BYTES && bytes[at + size - 1]! >= 0x80) size++;
  return size;
}
