import type { RowLayout } from '../src/binlog/columns/layout.ts';
import type { ValueDecoder } from '../src/binlog/columns/values/decoder.ts';
import type { Value } from '../src/binlog/columns/values/value.ts';
import { RowImage } from '../src/read/row-image.ts';

/** By column number: null is NULL, undefined a column that the image does not hold. */
export type DecodedImage = (Value | null | undefined)[];

/** All values of the row image at `bytes[start]`. */
export function decodeImage(
  bytes: Uint8Array,
  start: number,
  layout: RowLayout,
  { columns }: ValueDecoder,
): DecodedImage {
  const image = new RowImage(columns.length);
  image.locate(bytes, start, layout);
  return columns.map((_, column) => image.value(column, columns));
}
