import { imageEnd, type RowLayout } from '../binlog/columns/layout.ts';
import { partialImageStart } from '../binlog/rows.ts';
import type { Shape } from '../scan/shapes.ts';
import { PartialImages } from './partial-image.ts';
import { DIFFERENCES, RowImage } from './row-image.ts';

/** The one or two images of a row, located one row after the other for all rows of a shape. */
export class RowPair {
  /** The row before a DELETE or UPDATE. */
  readonly before: RowImage | undefined;
  /** The row after an INSERT or UPDATE; documents of partial updates are made whole. */
  readonly after: RowImage | undefined;
  /** Where the images of the row in hand stand, as logged: the first from `start` to `middle`, what else there is up to `end`. */
  start = 0;
  middle = 0;
  end = 0;
  readonly #shape: Shape;
  readonly #first: RowLayout;
  readonly #second: RowLayout | undefined;
  readonly #firstImage: RowImage;
  readonly #secondImage: RowImage | undefined;
  readonly #partial: PartialImages | undefined;

  /** The layouts are the shape's, if nobody knows better: lengths that the log does not tell may have become known. */
  constructor(shape: Shape, first: RowLayout = shape.first, second: RowLayout | undefined = shape.second) {
    const columns = shape.table.types.length;
    this.#shape = shape;
    this.#first = first;
    this.#second = second;
    this.#firstImage = new RowImage(columns);
    this.#secondImage = second && new RowImage(columns);
    this.#partial = shape.partial ? new PartialImages() : undefined;
    this.before = shape.kind === 'insert' ? undefined : this.#firstImage;
    this.after = shape.kind === 'insert' ? this.#firstImage : this.#secondImage;
  }

  /**
   * Takes the row at `bytes[start]` in hand; `limit` is where the rows of its event end. Answers where it ends, which is
   * beyond the limit if the lengths are not what they are said to be.
   *
   * @throws BinflashError `DAMAGED` for a partial update that does not fit its document
   */
  locate(bytes: Uint8Array, start: number, limit: number): number {
    this.start = start;
    this.middle = this.#firstImage.locate(bytes, start, this.#first);
    this.end = this.middle;
    const second = this.#second;
    if (second === undefined) return this.end;
    if (this.#partial === undefined) this.end = this.#secondImage!.locate(bytes, this.middle, second);
    else this.end = this.#locatePartial(bytes, limit, second, this.#partial);
    return this.end;
  }

  #locatePartial(bytes: Uint8Array, limit: number, layout: RowLayout, partial: PartialImages): number {
    const shape = this.#shape;
    const image = this.#secondImage!;
    const start = partialImageStart(bytes, this.middle, limit, shape.table.jsonColumns.length);
    const end = imageEnd(bytes, start, limit, layout);
    partial.make(bytes, this.start, this.middle, end, shape);
    image.locate(partial.bytes, 0, layout);
    for (const column of partial.lost) image.starts[column] = DIFFERENCES;
    return end;
  }
}
