/** From this length on, the engine's own copying is faster. */
const LONG = 192;

/**
 * Copies `bytes[start, end)` to `at`; the two do not overlap. `view` shows the same bytes.
 *
 * A call of `copyWithin` takes longer than to copy the few dozen bytes that most row images have: measured on Node 20,
 * 23 against 5 ns for 16 bytes, 19 against 12 ns for 64, the same for 130.
 */
export function copyInside(bytes: Uint8Array, view: DataView, at: number, start: number, end: number): void {
  if (end - start > LONG) {
    bytes.copyWithin(at, start, end);
    return;
  }
  let from = start;
  let to = at;
  for (; from + 16 <= end; from += 16, to += 16) {
    view.setInt32(to, view.getInt32(from, true), true);
    view.setInt32(to + 4, view.getInt32(from + 4, true), true);
    view.setInt32(to + 8, view.getInt32(from + 8, true), true);
    view.setInt32(to + 12, view.getInt32(from + 12, true), true);
  }
  for (; from + 4 <= end; from += 4, to += 4) view.setInt32(to, view.getInt32(from, true), true);
  while (from < end) bytes[to++] = bytes[from++]!;
}
