import { LimitedText } from './limited-text.ts';
import { floatText, readFloat } from './reals.ts';
import { bytesDecoder } from './text.ts';
import type { ColumnDecoder } from './value.ts';

/** VECTOR: floats of four bytes, little-endian, one after the other. */
export function vectorDecoder(most: number): ColumnDecoder {
  const asBytes = bytesDecoder(most);
  return (bytes, start, end) => {
    if ((end - start) % 4 !== 0) return asBytes(bytes, start, end);
    const text = new LimitedText(most);
    text.put('[');
    text.list((end - start) / 4, ',', (i) => text.put(floatText(readFloat(bytes, start + 4 * i))));
    text.put(']');
    return { kind: 'vector', text: text.finish(), cut: text.isFull };
  };
}
