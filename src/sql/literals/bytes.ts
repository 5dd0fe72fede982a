import type { ByteText } from '../../wire/byte-text.ts';
import type { LiteralWriter } from '../column-sql.ts';

const EMPTY: Uint8Array = Buffer.from("''");
const HEX: Uint8Array = Buffer.from('0x');
const ZERO = 0x30;

/** Bytes as they are. */
export const putBytes: LiteralWriter = (out, bytes, start, end) => {
  if (start === end) {
    out.put(EMPTY);
    return;
  }
  out.put(HEX);
  out.hex(bytes, start, end);
};

/** Bytes of a column of `width`, which is stored without the zeros at its end. */
export function paddedBytes(width: number): LiteralWriter {
  return (out, bytes, start, end) => {
    if (end - start >= width) {
      putBytes(out, bytes, start, end);
      return;
    }
    out.put(HEX);
    out.hex(bytes, start, end);
    putZeros(out, 2 * (width - (end - start)));
  };
}

function putZeros(out: ByteText, count: number): void {
  for (let left = count; left > 0; left--) out.byte(ZERO);
}
