import { imageEnd } from '../binlog/columns/layout.ts';
import type { RowsEvent } from '../binlog/rows.ts';
import { changedError } from '../io/source.ts';
import type { Shape } from '../scan/shapes.ts';
import { copyInside } from '../wire/copy.ts';

/**
 * Copies all rows of an event to `at`, the last one first, and the images of an UPDATE in the other order. It takes one
 * walk from the first row to the last: where a row goes follows from where it ends. `view` shows the same bytes.
 *
 * @throws BinflashError `IO` when a row does not end in the event, as all did when they were counted
 */
export function mirrorRows(
  bytes: Uint8Array,
  view: DataView,
  { rowsStart, rowsEnd }: RowsEvent,
  { first, second }: Shape,
  at: number,
): void {
  const mirror = at + rowsEnd;
  for (let row = rowsStart; row < rowsEnd; ) {
    const middle = imageEnd(bytes, row, rowsEnd, first);
    const end = second === undefined || middle < 0 ? middle : imageEnd(bytes, middle, rowsEnd, second);
    if (end <= row) throw changedError('its rows end elsewhere than before');
    const to = mirror - end;
    if (second !== undefined) copyInside(bytes, view, to, middle, end);
    copyInside(bytes, view, to + end - middle, row, middle);
    row = end;
  }
}
