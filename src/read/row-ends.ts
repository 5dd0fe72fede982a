import { imageEnd } from '../binlog/columns/layout.ts';
import { partialImageStart, type RowsEvent } from '../binlog/rows.ts';
import type { Shape } from '../scan/shapes.ts';

/**
 * Where the images of an event's rows end: what it takes to walk them from the last to the first. One object is reused
 * for all events.
 */
export class RowEnds {
  /** Relative to the event's first row; of an UPDATE two a row. Grown to the largest event met. */
  ends: Uint32Array = new Uint32Array(1024);

  /** Finds the ends of all `rows` rows; the scan has counted them, so it is known that every image ends where it should. */
  find(bytes: Uint8Array, event: RowsEvent, shape: Shape, rows: number): void {
    const { first, second } = shape;
    const images = second === undefined ? rows : 2 * rows;
    if (this.ends.length < images) this.ends = new Uint32Array(images * 2);
    const { ends } = this;
    const { rowsStart, rowsEnd } = event;
    let at = rowsStart;
    if (second === undefined) {
      for (let i = 0; i < images; i++) {
        at = imageEnd(bytes, at, rowsEnd, first);
        ends[i] = at - rowsStart;
      }
      return;
    }
    for (let i = 0; i < images; i += 2) {
      at = imageEnd(bytes, at, rowsEnd, first);
      ends[i] = at - rowsStart;
      if (shape.partial) at = partialImageStart(bytes, at, rowsEnd, shape.table.jsonColumns.length);
      at = imageEnd(bytes, at, rowsEnd, second);
      ends[i + 1] = at - rowsStart;
    }
  }
}
