import { unsignedReaders } from '../binlog/columns/values/integers.ts';
import { putBits } from '../binlog/columns/writers/numbers.ts';
import type { PutValue } from '../binlog/columns/writers/put-value.ts';
import { readU16, readU32 } from '../wire/integers.ts';

const MINUS = 0x2d;

/** Integers of one to four bytes: signed, and where that is negative unsigned in parentheses, whatever the column is. */
export function integerPutter(width: number): PutValue {
  const read = unsignedReaders[width]!;
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

/**
 * SET: a bit for each label, the first one's is the lowest. Its lowest byte is stored first, which mysqlbinlog
 * overlooks: the bits of its larger sets are in no order.
 */
export const putSet: PutValue = (source, start, end, out) => {
  putBits(source, start, 1, 8 * (end - start), out);
};

/** ENUM: the number of the label. */
export const putEnum: PutValue = (source, start, end, out) => {
  out.digits(end - start === 1 ? source[start]! : readU16(source, start));
};
