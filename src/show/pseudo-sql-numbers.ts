import type { ByteText } from '../wire/byte-text.ts';
import { readU16, readU24, readU32 } from '../wire/integers.ts';

/** Puts the value that stands in `source[start, end)`, its length prefix left out. */
export type PutValue = (source: Uint8Array, start: number, end: number, out: ByteText) => void;

const MINUS = 0x2d;

const readers: Readonly<Record<number, (bytes: Uint8Array, at: number) => number>> = {
  1: (bytes, at) => bytes[at]!,
  2: readU16,
  3: readU24,
  4: readU32,
};

/** Integers of one to four bytes: signed, and where that is negative unsigned in parentheses, whatever the column is. */
export function integerPutter(width: number): PutValue {
  const read = readers[width]!;
  const half = 2 ** (8 * width - 1);
  return (source, start, _end, out) => {
    const value = read(source, start);
    if (value < half) {
      out.digits(value);
      return;
    }
    out.byte(MINUS);
    out.digits(2 * half - value);
    out.ascii(' (');
    out.digits(value);
    out.byte(0x29);
  };
}

/** BIGINT, the same. */
export const putBigint: PutValue = (source, start, _end, out) => {
  const low = readU32(source, start);
  const high = readU32(source, start + 4);
  if (high < 0x20_0000) {
    out.digits(high * 0x1_0000_0000 + low);
    return;
  }
  const value = (BigInt(high) << 32n) | BigInt(low);
  const signed = BigInt.asIntN(64, value);
  out.ascii(String(signed));
  if (signed < 0n) out.ascii(` (${value})`);
};

/** BIT: all `width` bits of a number that is stored with its highest byte first, as `b'101'`. */
export function bitPutter(width: number): PutValue {
  return (source, _start, end, out) => putBits(source, end - 1, -1, width, out);
}

/**
 * SET: a bit for each label, the first one's is the lowest. Its lowest byte is stored first, which mysqlbinlog
 * overlooks: the bits of its larger sets are in no order.
 */
export const putSet: PutValue = (source, start, end, out) => {
  putBits(source, start, 1, 8 * (end - start), out);
};

/** Puts bits, the lowest eight of which stand at `lowest`, the next at `lowest + step`. */
function putBits(source: Uint8Array, lowest: number, step: 1 | -1, width: number, out: ByteText): void {
  out.reserve(width + 3);
  const { bytes } = out;
  let at = out.length;
  bytes[at++] = 0x62;
  bytes[at++] = 0x27;
  for (let bit = width - 1; bit >= 0; bit--) {
    bytes[at++] = 0x30 + ((source[lowest + step * (bit >> 3)]! >> (bit & 7)) & 1);
  }
  bytes[at++] = 0x27;
  out.length = at;
}

/** YEAR: 0 is the zero year, of which mysqlbinlog makes 1900. */
export const putYear: PutValue = (source, start, _end, out) => {
  const year = source[start]!;
  out.padded(year === 0 ? 0 : 1900 + year, 4);
};

/** ENUM: the number of the label. */
export const putEnum: PutValue = (source, start, end, out) => {
  out.digits(end - start === 1 ? source[start]! : readU16(source, start));
};
