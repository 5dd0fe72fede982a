/**
 * Column bitmaps: bit i is bit `i & 7` of byte `i >> 3`.
 *
 * Unused high bits of the last byte are 1 when MySQL writes and 0 when MariaDB does, so nothing here
 * looks at more than the first `count` bits.
 */

export function bitmapBytes(count: number): number {
  return (count + 7) >> 3;
}

export function hasBit(bytes: Uint8Array, start: number, bit: number): boolean {
  return (bytes[start + (bit >> 3)]! & (1 << (bit & 7))) !== 0;
}

/** Bits of the last byte that are in use: 0xff when `count` fills it. */
export function lastByteMask(count: number): number {
  return (count & 7) === 0 ? 0xff : (1 << (count & 7)) - 1;
}

/** The numbers of the set bits, ascending. */
export function setBits(bytes: Uint8Array, start: number, count: number): number[] {
  const bits: number[] = [];
  for (let bit = 0; bit < count; bit++) if (hasBit(bytes, start, bit)) bits.push(bit);
  return bits;
}

/** A set bit in a bitmap whose bytes are filled from the most significant bit down (SIGNEDNESS, COLUMN_VISIBILITY). */
export function hasBitMsbFirst(bytes: Uint8Array, bit: number): boolean {
  return (bytes[bit >> 3]! & (0x80 >> (bit & 7))) !== 0;
}
