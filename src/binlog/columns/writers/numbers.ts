import type { ByteText } from '../../../wire/byte-text.ts';
import type { PutValue } from './put-value.ts';

/** BIT: all `width` bits of a number that is stored with its highest byte first, as `b'101'`. */
export function bitPutter(width: number): PutValue {
  return (source, _start, end, out) => putBits(source, end - 1, -1, width, out);
}

/** Puts bits, the lowest eight of which stand at `lowest`, the next at `lowest + step`. */
export function putBits(
  source: Uint8Array,
  lowest: number,
  step: 1 | -1,
  width: number,
  out: ByteText,
): void {
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
