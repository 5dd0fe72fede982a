import type { RowsEvent } from '../binlog/rows.ts';
import { PartialImages } from '../read/partial-image.ts';
import { RowEnds } from '../read/row-ends.ts';
import type { Shape } from '../scan/shapes.ts';
import { allocate } from '../wire/allocate.ts';
import { ChainGuard } from './chain-guard.ts';
import type { EventWriter } from './event-writer.ts';
import type { Inversion } from './inversion.ts';
import { BorrowedImages, CopiedImages, mergeImages } from './merge-images.ts';
import { mirrorRows } from './mirror-rows.ts';

/** Merged rows up to this size share one buffer. */
const MERGE_BUFFER = 128 * 1024;

/**
 * Hands the rows of an event to the writer, inverted, from the last to the first. The scan has counted the
 * rows, so it is known that every image ends where it should.
 */
export class RowInverter {
  readonly #ends = new RowEnds();
  readonly #merged: CopiedImages = new CopiedImages(new Uint8Array(MERGE_BUFFER));
  readonly #writer: EventWriter;
  readonly #guard: ChainGuard = new ChainGuard();
  readonly #partial: PartialImages = new PartialImages();
  /** Number of the output event whose rows the guard knows. */
  #guardedEvent = -1;

  constructor(writer: EventWriter) {
    this.#writer = writer;
  }

  /**
   * `guarded`: never let a row into an output event that sets what this row looks for, see {@link ChainGuard}.
   * `isSelected` says by their numbers which rows are wanted, if not all are.
   */
  invert(
    bytes: Uint8Array,
    event: RowsEvent,
    shape: Shape,
    inversion: Inversion,
    rows: number,
    guarded: boolean,
    isSelected?: (row: number) => boolean,
  ): void {
    const writer = this.#writer;
    const length = event.rowsEnd - event.rowsStart;
    const mayMirror = inversion.how === 'keep' || (inversion.how === 'swap' && !guarded);
    if (mayMirror && isSelected === undefined && writer.fits(length)) {
      // Rows that can stay together do so whichever way they are written: windows must not show in the output.
      writer.reserve(length);
      if (writer.bytes === bytes) {
        mirrorRows(bytes, writer.view, event, shape, writer.openEnd);
        writer.take(length);
        return;
      }
    }
    const images = shape.second === undefined ? rows : 2 * rows;
    this.#ends.find(bytes, event, shape, rows);
    const { ends } = this.#ends;
    const start = event.rowsStart;
    let end = event.rowsEnd;
    if (inversion.how === 'keep') {
      for (let i = images - 1; i >= 0; i--) {
        const first = i === 0 ? start : start + ends[i - 1]!;
        if (isSelected === undefined || isSelected(i)) writer.row(bytes, first, end);
        end = first;
      }
      return;
    }
    for (let i = images - 2; i >= 0; i -= 2) {
      const first = i === 0 ? start : start + ends[i - 1]!;
      const middle = start + ends[i]!;
      if (isSelected === undefined || isSelected(i >> 1)) {
        if (inversion.how === 'merge') this.#mergeRow(bytes, first, middle, end, shape, guarded);
        else this.#swapRow(bytes, first, middle, end, guarded);
      }
      end = first;
    }
  }

  #swapRow(bytes: Uint8Array, first: number, middle: number, end: number, guarded: boolean): void {
    const writer = this.#writer;
    if (guarded) this.#cutChain(bytes, middle, end);
    writer.swappedRow(bytes, first, middle, end);
    // A row that stands alone in its event is followed by another event anyway.
    const { openEnd } = writer;
    if (guarded && openEnd >= 0) this.#remember(writer.bytes, openEnd - (middle - first), openEnd);
  }

  /**
   * Inverts an update whose after image A holds only some of the before image's columns B, or documents as
   * differences: the undo finds the row by B with A's values among them, and sets A's columns to B's values.
   */
  #mergeRow(
    bytes: Uint8Array,
    first: number,
    second: number,
    end: number,
    shape: Shape,
    guarded: boolean,
  ): void {
    const before = shape.first;
    const after = shape.second!;
    let [over, overStart, overLength] = [bytes, second, end - second];
    if (shape.partial) {
      overLength = this.#partial.make(bytes, first, second, end, shape);
      [over, overStart] = [this.#partial.bytes, 0];
    }
    // The undo has the same values, each once: it is as long.
    const length = second - first + overLength;
    if (!this.#writer.fits(length)) {
      const row = new BorrowedImages();
      mergeImages(row, bytes, before, first, before.columns, after, over, overStart);
      mergeImages(row, bytes, before, first, after.columns);
      this.#writer.rowAlone(row.finish());
      // The writer writes the document from where it is, later.
      if (shape.partial) this.#partial.bytes = new Uint8Array(0);
      return;
    }
    const room = length + second - first;
    const target = room > MERGE_BUFFER ? new CopiedImages(allocate(room)) : this.#merged;
    target.at = 0;
    mergeImages(target, bytes, before, first, before.columns, after, over, overStart);
    const whereEnd = target.at;
    mergeImages(target, bytes, before, first, after.columns);
    const setEnd = target.at;
    if (guarded) {
      this.#guard.compareWhole();
      this.#cutChain(target.bytes, 0, whereEnd);
    }
    this.#writer.row(target.bytes, 0, setEnd);
    if (!guarded || this.#writer.openEnd < 0) return;
    // What the row becomes is the whole before image, written like the image that the next row looks for.
    mergeImages(target, bytes, before, first, before.columns);
    this.#remember(target.bytes, setEnd, target.at);
  }

  /** Ends the open event before a row that looks for what an earlier row of it sets. */
  #cutChain(bytes: Uint8Array, start: number, end: number): void {
    if (this.#writer.rowsEvents !== this.#guardedEvent) return;
    if (this.#guard.isFull || this.#guard.hasSet(bytes, start, end)) this.#writer.closeRows();
  }

  /** Takes note of the image that the row just written sets. */
  #remember(bytes: Uint8Array, start: number, end: number): void {
    const { rowsEvents } = this.#writer;
    if (rowsEvents !== this.#guardedEvent) {
      this.#guard.forget();
      this.#guardedEvent = rowsEvents;
    }
    this.#guard.sets(bytes, start, end);
  }
}
