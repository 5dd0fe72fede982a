import { readU16, readU24, readU32, readU64 } from '../../../wire/integers.ts';
import type { ColumnDecoder, IntegerValue } from './value.ts';

type Read = (bytes: Uint8Array, at: number) => number;

/** Integers of one to four bytes, by their width. */
export const unsignedReaders: Readonly<Record<number, Read>> = {
  1: (bytes, at) => bytes[at]!,
  2: readU16,
  3: readU24,
  4: readU32,
};

/**
 * TINYINT to BIGINT: `width` bytes, little-endian, two's complement unless `unsigned`. Where the log does not
 * tell the sign (`undefined`), the value is read as signed and says what it would be unsigned.
 */
export function integerDecoder(width: number, unsigned: boolean | undefined): ColumnDecoder {
  if (width === 8) return bigintDecoder(unsigned);
  const read = unsignedReaders[width]!;
  const half = 2 ** (8 * width - 1);
  return (bytes, start): IntegerValue => {
    const value = read(bytes, start);
    if (unsigned || value < half) return { kind: 'integer', value };
    const signed = value - 2 * half;
    if (unsigned === false) return { kind: 'integer', value: signed };
    return { kind: 'integer', value: signed, orUnsigned: value };
  };
}

/** Below this, as the higher half of a number, the whole is exact as a JavaScript number. */
const EXACT_HALF = 2 ** 21;

function bigintDecoder(unsigned: boolean | undefined): ColumnDecoder {
  return (bytes, start): IntegerValue => {
    const high = readU32(bytes, start + 4);
    // Most numbers are small, and one BigInt is made faster than five.
    if (high < EXACT_HALF) {
      return { kind: 'integer', value: BigInt(high * 0x1_0000_0000 + readU32(bytes, start)) };
    }
    const value = readU64(bytes, start);
    const signed = BigInt.asIntN(64, value);
    if (unsigned) return { kind: 'integer', value };
    if (unsigned === false || signed >= 0n) return { kind: 'integer', value: signed };
    return { kind: 'integer', value: signed, orUnsigned: value };
  };
}

/** BIT(n): big-endian in as many bytes as n bits need; `meta` is bytes << 8 | further bits. */
export function bitDecoder(meta: number): ColumnDecoder {
  const width = (meta >> 8) * 8 + (meta & 0xff);
  return (bytes, start, end) => {
    let value = 0n;
    for (let at = start; at < end; at++) value = (value << 8n) | BigInt(bytes[at]!);
    return { kind: 'bit', value, width };
  };
}

/** YEAR: one byte, years since 1900, 0 for the zero year. */
export const decodeYear: ColumnDecoder = (bytes, start) => {
  const year = bytes[start]!;
  return { kind: 'year', value: year === 0 ? 0 : 1900 + year };
};

/** ENUM: the place of the label from 1 on, little-endian in one or two bytes. */
export function enumDecoder(labels: readonly string[] | undefined): ColumnDecoder {
  return (bytes, start, end) => {
    const index = end - start === 1 ? bytes[start]! : readU16(bytes, start);
    return { kind: 'enum', index, label: index === 0 && labels ? '' : labels?.[index - 1] };
  };
}

/** SET: a bit for each label, the first one's is the lowest; little-endian in 1, 2, 3, 4 or 8 bytes. */
export function setDecoder(labels: readonly string[] | undefined): ColumnDecoder {
  return (bytes, start, end) => {
    let mask = 0n;
    for (let at = end - 1; at >= start; at--) mask = (mask << 8n) | BigInt(bytes[at]!);
    const known = labels !== undefined && mask >> BigInt(labels.length) === 0n;
    const chosen = known ? labels.filter((_, i) => (mask >> BigInt(i)) & 1n) : undefined;
    return { kind: 'set', mask, width: 8 * (end - start), labels: chosen };
  };
}
