/**
 * Bytes for tests, written without a line of src: what a test proves must not rest on what it tests.
 */

export function u8(value: number): Buffer {
  return Buffer.of(value);
}

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

export function u24(value: number): Buffer {
  const bytes = Buffer.alloc(3);
  bytes.writeUIntLE(value, 0, 3);
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function u48(value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntLE(value, 0, 6);
  return bytes;
}

export function u64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

/** MySQL's packed integer. */
export function lenenc(value: number): Buffer {
  if (value < 251) return u8(value);
  if (value < 0x1_0000) return join(u8(252), u16(value));
  if (value < 0x100_0000) return join(u8(253), u24(value));
  return join(u8(254), u64(value));
}

/** A length of `width` bytes and the bytes themselves, as VARCHAR and BLOB values are stored. */
export function prefixed(width: number, value: Uint8Array | string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(width);
  length.writeUIntLE(bytes.length, 0, width);
  return Buffer.concat([length, bytes]);
}

/** Puts pieces one after the other; text counts as UTF-8. */
export function join(...pieces: (Uint8Array | string)[]): Buffer {
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)));
}

/** Bytes from the hex of a specimen; blanks and bars are for the reader. */
export function hex(text: string): Buffer {
  const digits = text.replace(/[\s|]/g, '');
  const bytes = Buffer.from(digits, 'hex');
  if (bytes.length * 2 !== digits.length) throw new Error(`not hex: ${text}`);
  return bytes;
}

/** A column bitmap, bit 0 in the lowest bit of the first byte; unused bits are `padding`. */
export function bitmap(bits: readonly boolean[], padding: 0 | 1): Buffer {
  const bytes = Buffer.alloc(Math.ceil(bits.length / 8), padding === 1 ? 0xff : 0);
  for (const [i, bit] of bits.entries()) {
    const mask = 1 << (i % 8);
    const at = Math.floor(i / 8);
    bytes[at] = bit ? bytes[at]! | mask : bytes[at]! & ~mask;
  }
  return bytes;
}

/** A bitmap filled from the highest bit down (SIGNEDNESS, COLUMN_VISIBILITY). */
export function bitmapFromTop(bits: readonly boolean[]): Buffer {
  const bytes = Buffer.alloc(Math.ceil(bits.length / 8));
  for (const [i, bit] of bits.entries()) if (bit) bytes[Math.floor(i / 8)]! |= 0x80 >> (i % 8);
  return bytes;
}
