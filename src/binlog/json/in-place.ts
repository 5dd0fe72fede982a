import { BinflashError } from '../../errors.ts';
import { writeU32 } from '../../wire/integers.ts';
import type { JsonContainer } from './container.ts';
import { isInlined, JsonType } from './types.ts';

/** Entries that may be looked at for one document: about two seconds. */
const MOST_ENTRIES = 2 ** 29;

/** Bytes of entries that are moved in the time in which one is looked at. */
const MOVED = 64;

/**
 * What changes in place of one document have cost. The server's rule has no shorter way: each may look at all entries
 * of a container, or move them, so a log of a few megabytes could ask for hours of it.
 */
export class Effort {
  #entries = 0;

  /** @throws BinflashError `UNSUPPORTED` */
  spend(entries: number): void {
    this.#entries += entries;
    if (this.#entries <= MOST_ENTRIES) return;
    throw new BinflashError(
      'UNSUPPORTED',
      'the differences of one JSON document are more work than any statement makes',
    );
  }
}

/** What came of a change in place. */
export type InPlaceResult = 'changed' | 'unchanged' | 'no room';

/**
 * Puts `value`, a document of its own with its type byte, where element `i` stands, without moving any other
 * value. There is room by the server's rule: first in the old value's own bytes, then up to the next value,
 * then from the end of the value before it on. What is not needed becomes a gap with its old bytes in it.
 *
 * Source: MySQL, sql-common/json_binary.cc, Value::has_space and Value::update_in_shadow.
 */
export function replaceInPlace(
  container: JsonContainer,
  i: number,
  value: Uint8Array,
  effort: Effort,
): InPlaceResult {
  const { bytes, start, large, numberSize } = container;
  const type = value[0]!;
  const entry = new Uint8Array(5);
  entry[0] = type;
  let changed = false;
  if (isInlined(type, large)) {
    writeU32(entry, 1, inlinedValue(type, value));
  } else {
    const offset = findRoom(container, i, value.length - 1, effort);
    if (offset < 0) return 'no room';
    changed = overwrite(bytes, start + offset, value.subarray(1));
    writeU32(entry, 1, offset);
  }
  const at = start + container.valueEntry(i);
  changed = overwrite(bytes, at, entry.subarray(0, 1 + numberSize)) || changed;
  return changed ? 'changed' : 'unchanged';
}

/** The value as it fills its entry: signed ones bring their sign. */
function inlinedValue(type: number, value: Uint8Array): number {
  const number = value.subarray(1).reduceRight((high, byte) => high * 256 + byte, 0);
  return type === JsonType.INT16 ? ((number << 16) >> 16) >>> 0 : number;
}

/** The offset at which `needed` bytes may replace the value of element `i`, or -1. */
function findRoom(container: JsonContainer, i: number, needed: number, effort: Effort): number {
  const hasBytes = !container.isInlined(i);
  const old = container.valueOffset(i);
  if (hasBytes && container.valueEnd(i) - old >= needed) return old;
  let next = i + 1;
  while (next < container.count && container.isInlined(next)) next++;
  effort.spend(next - i);
  const end = next < container.count ? container.valueOffset(next) : container.size;
  if (hasBytes && end - old >= needed) return old;
  let previous = i - 1;
  while (previous >= 0 && container.isInlined(previous)) previous--;
  effort.spend(i - previous);
  const start = previous >= 0 ? container.valueEnd(previous) : container.firstValueOffset;
  return end - start >= needed ? start : -1;
}

function overwrite(bytes: Uint8Array, at: number, source: Uint8Array): boolean {
  let changed = false;
  for (let i = 0; i < source.length && !changed; i++) changed = bytes[at + i] !== source[i];
  if (changed) bytes.set(source, at);
  return changed;
}

/**
 * Removes element `i` by closing the ranks of the entries behind it. Its key and value become gaps, and so do
 * the last bytes of the entries.
 *
 * Source: MySQL, sql-common/json_binary.cc, Value::remove_in_shadow.
 */
export function removeInPlace(container: JsonContainer, i: number, effort: Effort): void {
  const { bytes, start, count } = container;
  const value = start + container.valueEntry(i);
  const nextValue = start + container.valueEntry(i + 1);
  const end = start + container.valueEntry(count);
  let target = value;
  if (container.isObject) {
    bytes.copyWithin(start + container.keyEntry(i), start + container.keyEntry(i + 1), value);
    target -= container.keyEntrySize;
  }
  bytes.copyWithin(target, nextValue, end);
  effort.spend((end - target) / MOVED);
  container.setNumber(0, count - 1);
}
