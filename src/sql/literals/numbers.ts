import { unsignedReaders } from '../../binlog/columns/values/integers.ts';
import { BinflashError } from '../../errors.ts';
import type { ByteText } from '../../wire/byte-text.ts';
import { readU32 } from '../../wire/integers.ts';
import type { LiteralWriter } from '../column-sql.ts';

const MINUS = 0x2d;
const TWO_32 = 0x1_0000_0000;
/** As the higher half of a number, from here on the whole is not exact as a JavaScript number. */
const INEXACT_HALF = 2 ** 21;

/** TINYINT to BIGINT of `width` bytes; what `unsigned` does not tell is asked of no value that is the same either way. */
export function integer(name: string, width: number, unsigned: boolean | undefined): LiteralWriter {
  const signed = width === 8 ? putSignedBigint : signedPutter(width);
  const plain = width === 8 ? putUnsignedBigint : unsignedPutter(width);
  if (unsigned === true) return plain;
  if (unsigned === false) return signed;
  return (out, bytes, start, end) => {
    if (bytes[end - 1]! >= 0x80) throw unknownSign(name);
    plain(out, bytes, start, end);
  };
}

function unknownSign(name: string): BinflashError {
  return new BinflashError(
    'UNSUPPORTED',
    `a value of ${name} is negative or very large: nothing tells which`,
    {
      hint: 'Give the definition of the table with --schema FILE, which tells the signs of its columns.',
    },
  );
}

function unsignedPutter(width: number): LiteralWriter {
  const read = unsignedReaders[width]!;
  return (out, bytes, start) => out.digits(read(bytes, start));
}

function signedPutter(width: number): LiteralWriter {
  const read = unsignedReaders[width]!;
  const half = 2 ** (8 * width - 1);
  return (out, bytes, start) => {
    const value = read(bytes, start);
    if (value < half) {
      out.digits(value);
      return;
    }
    out.byte(MINUS);
    out.digits(2 * half - value);
  };
}

const putUnsignedBigint: LiteralWriter = (out, bytes, start) =>
  putHalves(out, readU32(bytes, start + 4), readU32(bytes, start));

const putSignedBigint: LiteralWriter = (out, bytes, start) => {
  const high = readU32(bytes, start + 4);
  const low = readU32(bytes, start);
  if (high < 0x8000_0000) {
    putHalves(out, high, low);
    return;
  }
  out.byte(MINUS);
  // Two's complement: all bits turned over, and one.
  if (low === 0) putHalves(out, TWO_32 - high, 0);
  else putHalves(out, TWO_32 - 1 - high, TWO_32 - low);
};

/** Puts high * 2^32 + low. */
function putHalves(out: ByteText, high: number, low: number): void {
  if (high < INEXACT_HALF) out.digits(high * TWO_32 + low);
  else out.ascii(String((BigInt(high) << 32n) | BigInt(low)));
}

/** The number that stands in BIT's bytes, the highest first. */
export const bitNumber: LiteralWriter = (out, bytes, start, end) => {
  let high = 0;
  let low = 0;
  for (let at = start; at < end; at++) {
    high = end - at > 4 ? high * 256 + bytes[at]! : high;
    low = end - at > 4 ? low : low * 256 + bytes[at]!;
  }
  putHalves(out, high, low);
};

/** SET's bits as a number, the lowest byte first. */
export const setNumber: LiteralWriter = (out, bytes, start, end) => {
  let high = 0;
  let low = 0;
  for (let at = end - 1; at >= start; at--) {
    if (at - start >= 4) high = high * 256 + bytes[at]!;
    else low = low * 256 + bytes[at]!;
  }
  putHalves(out, high, low);
};
