/** Ranges kept of one source; more than any server has holes. The lowest are forgotten, as the least likely to matter. */
const MOST_RANGES = 10_000;

/** Keeps which GTIDs there were, as ranges of numbers by source: a server numbers its transactions all but in order. */
export class GtidRanges {
  readonly #bySource = new Map<number, bigint[]>();

  /** Adds one; answers whether it was there already. */
  add(source: number, sequence: bigint): boolean {
    const bounds = this.#bySource.get(source);
    if (bounds === undefined) {
      this.#bySource.set(source, [sequence, sequence]);
      return false;
    }
    return addTo(bounds, sequence);
  }
}

/** `bounds` are first and last of each range, in order. */
function addTo(bounds: bigint[], sequence: bigint): boolean {
  if (sequence === bounds.at(-1)! + 1n) {
    bounds[bounds.length - 1] = sequence;
    return false;
  }
  // The first range that ends at or behind it.
  let low = 0;
  let high = bounds.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bounds[middle * 2 + 1]! < sequence) low = middle + 1;
    else high = middle;
  }
  const at = low * 2;
  if (at < bounds.length && bounds[at]! <= sequence) return true;
  const joinsBefore = at > 0 && bounds[at - 1]! === sequence - 1n;
  const joinsNext = at < bounds.length && bounds[at]! === sequence + 1n;
  if (joinsBefore && joinsNext) bounds.splice(at - 1, 2);
  else if (joinsBefore) bounds[at - 1] = sequence;
  else if (joinsNext) bounds[at] = sequence;
  else bounds.splice(at, 0, sequence, sequence);
  if (bounds.length > MOST_RANGES * 2) bounds.splice(0, 2);
  return false;
}
