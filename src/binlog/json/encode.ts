import { BinflashError } from '../../errors.ts';
import { allocate } from '../../wire/allocate.ts';
import { writeU16, writeU32, writeU64 } from '../../wire/integers.ts';
import type { JsonArray, JsonObject, JsonValue } from './dom.ts';
import { isInlined, JsonLiteral, JsonType, MAX_JSON_DEPTH } from './types.ts';

/** Most of what 16 bits hold: sizes and offsets in a small container, and the length of any key. */
const MAX_U16 = 0xffff;

/**
 * Writes a document the way the server does when it writes one anew: no gaps, integers as short as they can
 * be, and every array or object small when it fits 65535 bytes with nothing large inside.
 *
 * @throws BinflashError `DAMAGED` when no server could have written it: nested too deep, or a key too long
 */
export function encodeJson(value: JsonValue): Uint8Array {
  const sizes: number[] = [];
  const size = measure(value, 1, sizes);
  const bytes = allocate(1 + size);
  bytes[0] = typeOf(value, sizes[0]!);
  new Writer(bytes, sizes).value(value, 1);
  return bytes;
}

/**
 * Bytes of a value without its type. The sizes of arrays and objects are noted in the order in which they are
 * met, those of large ones as negative numbers, so that the writer need not measure again.
 */
function measure(value: JsonValue, depth: number, sizes: number[]): number {
  if (value.kind !== 'array' && value.kind !== 'object') return scalarSize(value);
  if (depth > MAX_JSON_DEPTH) {
    throw new BinflashError('DAMAGED', `a JSON document nests deeper than ${MAX_JSON_DEPTH} levels`);
  }
  const place = sizes.push(0) - 1;
  let keys = 0;
  if (value.kind === 'object') {
    for (const { key } of value.members) {
      if (key.length > MAX_U16) throw new BinflashError('DAMAGED', 'a JSON key is longer than 65535 bytes');
      keys += key.length;
    }
  }
  const count = countOf(value);
  const isObject = value.kind === 'object';
  let small = 4 + keys + count * (isObject ? 4 + 3 : 3);
  let large = 8 + keys + count * (isObject ? 6 + 5 : 5);
  for (let i = 0; i < count; i++) {
    const child = childOf(value, i);
    const childPlace = sizes.length;
    const size = measure(child, depth + 1, sizes);
    const type = typeOf(child, sizes[childPlace] ?? 0);
    // Even when it is shorter than it would be as a small one, as many integers of 32 bits are.
    if (isLargeType(type)) small = Number.POSITIVE_INFINITY;
    if (!isInlined(type, false)) small += size;
    if (!isInlined(type, true)) large += size;
  }
  const isSmall = small <= MAX_U16;
  sizes[place] = isSmall ? small : -large;
  return isSmall ? small : large;
}

function isLargeType(type: number): boolean {
  return type === JsonType.LARGE_ARRAY || type === JsonType.LARGE_OBJECT;
}

function countOf(value: JsonArray | JsonObject): number {
  return value.kind === 'array' ? value.elements.length : value.members.length;
}

function childOf(value: JsonArray | JsonObject, i: number): JsonValue {
  return value.kind === 'array' ? value.elements[i]! : value.members[i]!.value;
}

/** The type byte; `size` as {@link measure} noted it, for arrays and objects alone. */
function typeOf(value: JsonValue, size: number): number {
  switch (value.kind) {
    case 'object':
      return size < 0 ? JsonType.LARGE_OBJECT : JsonType.SMALL_OBJECT;
    case 'array':
      return size < 0 ? JsonType.LARGE_ARRAY : JsonType.SMALL_ARRAY;
    case 'literal':
      return JsonType.LITERAL;
    case 'int':
      if (value.value >= -0x8000 && value.value <= 0x7fff) return JsonType.INT16;
      return value.value >= -0x8000_0000 && value.value <= 0x7fff_ffff ? JsonType.INT32 : JsonType.INT64;
    case 'uint':
      if (value.value <= MAX_U16) return JsonType.UINT16;
      return value.value <= 0xffff_ffff ? JsonType.UINT32 : JsonType.UINT64;
    case 'double':
      return JsonType.DOUBLE;
    case 'string':
      return JsonType.STRING;
    case 'opaque':
      return JsonType.OPAQUE;
  }
}

function scalarSize(value: Exclude<JsonValue, JsonArray | JsonObject>): number {
  switch (value.kind) {
    case 'string':
      return lengthSize(value.bytes.length) + value.bytes.length;
    case 'opaque':
      return 1 + lengthSize(value.bytes.length) + value.bytes.length;
    default:
      return fixedSizes[typeOf(value, 0)]!;
  }
}

const fixedSizes: number[] = [];
fixedSizes[JsonType.LITERAL] = 1;
fixedSizes[JsonType.INT16] = 2;
fixedSizes[JsonType.UINT16] = 2;
fixedSizes[JsonType.INT32] = 4;
fixedSizes[JsonType.UINT32] = 4;
fixedSizes[JsonType.INT64] = 8;
fixedSizes[JsonType.UINT64] = 8;
fixedSizes[JsonType.DOUBLE] = 8;

/** Bytes of the length in front of a string. */
function lengthSize(length: number): number {
  let size = 1;
  for (let rest = length; rest >= 128; rest = Math.floor(rest / 128)) size++;
  return size;
}

/** Writes what {@link measure} measured. */
class Writer {
  private readonly bytes: Uint8Array;
  private readonly sizes: readonly number[];
  /** The next array's or object's place among the sizes. */
  private place = 0;

  constructor(bytes: Uint8Array, sizes: readonly number[]) {
    this.bytes = bytes;
    this.sizes = sizes;
  }

  /** Writes a value without its type; answers where it ends. */
  value(value: JsonValue, at: number): number {
    switch (value.kind) {
      case 'object':
      case 'array':
        return this.container(value, at);
      case 'string':
        return this.text(value.bytes, at);
      case 'opaque':
        this.bytes[at] = value.fieldType;
        return this.text(value.bytes, at + 1);
      default:
        return this.fixed(value, at, scalarSize(value));
    }
  }

  private container(value: JsonArray | JsonObject, start: number): number {
    const size = this.sizes[this.place++]!;
    const large = size < 0;
    const numberSize = large ? 4 : 2;
    const count = countOf(value);
    this.number(start, count, large);
    this.number(start + numberSize, Math.abs(size), large);
    let entry = start + 2 * numberSize;
    let next = entry + count * (numberSize + 1);
    if (value.kind === 'object') {
      next += count * (numberSize + 2);
      for (const { key } of value.members) {
        this.number(entry, next - start, large);
        writeU16(this.bytes, entry + numberSize, key.length);
        this.bytes.set(key, next);
        entry += numberSize + 2;
        next += key.length;
      }
    }
    for (let i = 0; i < count; i++) {
      const child = childOf(value, i);
      const type = typeOf(child, this.sizes[this.place] ?? 0);
      this.bytes[entry] = type;
      if (isInlined(type, large)) {
        this.fixed(child, entry + 1, numberSize);
      } else {
        this.number(entry + 1, next - start, large);
        next = this.value(child, next);
      }
      entry += numberSize + 1;
    }
    return next;
  }

  private text(text: Uint8Array, at: number): number {
    let rest = text.length;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.bytes[at++] = (rest & 0x7f) | 0x80;
    this.bytes[at++] = rest;
    this.bytes.set(text, at);
    return at + text.length;
  }

  /** Writes a scalar of fixed size; inlined ones fill their entry, signed ones with their sign. */
  private fixed(value: JsonValue, at: number, size: number): number {
    if (value.kind === 'double') {
      new DataView(this.bytes.buffer).setFloat64(at, value.value, true);
    } else {
      const number = integerOf(value);
      if (size === 8) writeU64(this.bytes, at, BigInt.asUintN(64, BigInt(number)));
      else if (size === 4) writeU32(this.bytes, at, Number(number) >>> 0);
      else if (size === 2) writeU16(this.bytes, at, Number(number));
      else this.bytes[at] = Number(number);
    }
    return at + size;
  }

  private number(at: number, value: number, large: boolean): void {
    if (large) writeU32(this.bytes, at, value);
    else writeU16(this.bytes, at, value);
  }
}

function integerOf(value: JsonValue): number | bigint {
  if (value.kind === 'int' || value.kind === 'uint') return value.value;
  if (value.kind !== 'literal' || value.value === null) return JsonLiteral.NULL;
  return value.value ? JsonLiteral.TRUE : JsonLiteral.FALSE;
}
