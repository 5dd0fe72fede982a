import type { RowLayout } from '../binlog/columns/layout.ts';
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

interface EventInHand {
  readonly bytes: Uint8Array;
  readonly event: RowsEvent;
  readonly shape: Shape;
  readonly inversion: Inversion;
  readonly guarded: boolean;
  readonly isSelected: ((row: number) => boolean) | undefined;
}

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

  /** The event that was begun, and how many images of the section in hand are left. */
  #inHand: EventInHand | undefined;
  #images = 0;

  constructor(writer: EventWriter) {
    this.#writer = writer;
  }

  /**
   * Begins an event. `guarded`: never let a row into an output event that sets what this row looks for, see
   * {@link ChainGuard}. `isSelected` says by their numbers which rows are wanted, if not all are. Answers false where
   * {@link goOn} must be called for the rest, once the disk has taken what there is: each row may become an event.
   */
  invert(
    bytes: Uint8Array,
    event: RowsEvent,
    shape: Shape,
    inversion: Inversion,
    rows: number,
    guarded: boolean,
    isSelected?: (row: number) => boolean,
  ): boolean {
    const writer = this.#writer;
    const length = event.rowsEnd - event.rowsStart;
    const mayMirror = inversion.how === 'keep' || (inversion.how === 'swap' && !guarded);
    if (mayMirror && isSelected === undefined && writer.fits(length)) {
      // Rows that can stay together do so whichever way they are written: windows must not show in the output.
      writer.reserve(length);
      if (writer.bytes === bytes) {
        mirrorRows(bytes, writer.view, event, shape, writer.openEnd);
        writer.take(length);
        return true;
      }
    }
    this.#ends.find(bytes, event, shape, rows);
    this.#inHand = { bytes, event, shape, inversion, guarded, isSelected };
    this.#images = this.#ends.count;
    return this.goOn();
  }

  /** The rest of the event that was begun, or as much as the disk takes; false where there is more of it. */
  goOn(): boolean {
    const inHand = this.#inHand!;
    for (;;) {
      const isDone = inHand.inversion.how === 'keep' ? this.#keepRows(inHand) : this.#turnRows(inHand);
      if (!isDone) return false;
      if (!this.#ends.back(inHand.bytes, inHand.event, inHand.shape)) break;
      this.#images = this.#ends.count;
    }
    this.#inHand = undefined;
    return true;
  }

  /** Writes rows of one image, of the section in hand, as they are. */
  #keepRows({ bytes, event, isSelected }: EventInHand): boolean {
    const writer = this.#writer;
    const { ends, first } = this.#ends;
    const start = event.rowsStart;
    while (this.#images > 0) {
      if (writer.isBehind) return false;
      const image = --this.#images;
      if (isSelected === undefined || isSelected(first + image)) {
        writer.row(bytes, start + ends[image]!, start + ends[image + 1]!);
      }
    }
    return true;
  }

  /** The same with rows of two. */
  #turnRows({ bytes, event, shape, inversion, guarded, isSelected }: EventInHand): boolean {
    const writer = this.#writer;
    const { ends, first } = this.#ends;
    const start = event.rowsStart;
    const merges = inversion.how === 'merge';
    while (this.#images > 0) {
      if (writer.isBehind) return false;
      this.#images -= 2;
      const image = this.#images;
      if (isSelected !== undefined && !isSelected((first + image) >> 1)) continue;
      const begin = start + ends[image]!;
      const middle = start + ends[image + 1]!;
      const end = start + ends[image + 2]!;
      if (merges) this.#mergeRow(bytes, begin, middle, end, shape, guarded);
      else this.#swapRow(bytes, begin, middle, end, guarded ? shape.first : undefined);
    }
    return true;
  }

  /** `guarded`: the layout of both images, where the guard is to see them. */
  #swapRow(
    bytes: Uint8Array,
    first: number,
    middle: number,
    end: number,
    guarded: RowLayout | undefined,
  ): void {
    const writer = this.#writer;
    if (guarded !== undefined) this.#cutChain(bytes, middle, end, guarded);
    writer.swappedRow(bytes, first, middle, end);
    // A row that stands alone in its event is followed by another event anyway.
    const { openEnd } = writer;
    if (guarded !== undefined && openEnd >= 0) {
      this.#remember(writer.bytes, openEnd - (middle - first), openEnd, guarded);
    }
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
      this.#cutChain(target.bytes, 0, whereEnd, before);
    }
    this.#writer.row(target.bytes, 0, setEnd);
    if (!guarded || this.#writer.openEnd < 0) return;
    // What the row becomes is the whole before image, written like the image that the next row looks for.
    mergeImages(target, bytes, before, first, before.columns);
    this.#remember(target.bytes, setEnd, target.at, before);
  }

  /** Ends the open event before a row that looks for what an earlier row of it sets. */
  #cutChain(bytes: Uint8Array, start: number, end: number, layout: RowLayout): void {
    if (this.#writer.rowsEvents !== this.#guardedEvent) return;
    if (this.#guard.isFull || this.#guard.hasSet(bytes, start, end, layout)) this.#writer.closeRows();
  }

  /** Takes note of the image that the row just written sets. */
  #remember(bytes: Uint8Array, start: number, end: number, layout: RowLayout): void {
    const { rowsEvents } = this.#writer;
    if (rowsEvents !== this.#guardedEvent) {
      this.#guard.forget();
      this.#guardedEvent = rowsEvents;
    }
    this.#guard.sets(bytes, start, end, layout);
  }
}
