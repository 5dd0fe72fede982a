import { hasBit } from '../../../wire/bitmap.ts';
import { type RowLayout, valueEnd } from '../layout.ts';
import type { ValueDecoder } from './decoder.ts';
import type { Value } from './value.ts';

/** By column number: null is NULL, undefined a column that the image does not hold. */
export type DecodedImage = (Value | null | undefined)[];

/**
 * Decodes the row image at `start`, which has been found to end within its event (`imageEnd`). After images
 * of PARTIAL_UPDATE_ROWS hold documents as differences: they have to be made whole first.
 */
export function decodeImage(
  bytes: Uint8Array,
  start: number,
  layout: RowLayout,
  decoder: ValueDecoder,
): DecodedImage {
  const { columns, lengths, nullBytes } = layout;
  const image = new Array<Value | null | undefined>(decoder.columns.length).fill(undefined);
  let at = start + nullBytes;
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i]!;
    if (hasBit(bytes, start, i)) {
      image[column] = null;
      continue;
    }
    const length = lengths[i]!;
    const end = valueEnd(bytes, at, length);
    image[column] = decoder.columns[column]!(bytes, length < 0 ? at - length : at, end);
    at = end;
  }
  return image;
}
