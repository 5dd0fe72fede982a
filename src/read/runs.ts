import type { Run } from '../io/run-windows.ts';
import type { ByteSource } from '../io/source.ts';
import { PLAIN } from '../scan/event-table.ts';
import { fileEnd, fileOffset, type Places, unpackedSize } from './places.ts';

/** A packed event that unpacks to more than this is unpacked into a temporary file, not into memory. */
const IN_MEMORY = 8 * 1024 * 1024;

/** A run of neighbours among {@link Places}. */
export interface EventRun extends Run {
  /** The run stands among the plain events of a packed event, not in a file of the user's. */
  readonly spooled: boolean;
  /** Bytes of all that is to be unpacked in memory for this run. */
  readonly unpacked: number;
}

/** Where the bytes are that runs are read from. */
export interface RunSources {
  /** File number `file`. */
  file(file: number): ByteSource;
  /** The plain events of a packed event. */
  unpacked(file: number, packed: number): ByteSource;
}

/**
 * Cuts the places, last first, into runs of neighbours that can be read with one call: each spans at most
 * `window` bytes and unpacks to at most as many, or is one event, or one packed event.
 */
export function backwardRuns(places: Places, sources: RunSources, window: number): Generator<EventRun> {
  return cut(places, sources, window, places.length - 1, -1);
}

/** The same from the first place on. */
export function forwardRuns(places: Places, sources: RunSources, window: number): Generator<EventRun> {
  return cut(places, sources, window, 0, 1);
}

function* cut(
  places: Places,
  sources: RunSources,
  window: number,
  from: number,
  step: 1 | -1,
): Generator<EventRun> {
  for (let i = from; i >= 0 && i < places.length; ) {
    const run = new RunCutter(places, window, i);
    do i += step;
    while (i >= 0 && i < places.length && run.take(i, i - step));
    yield run.cut(sources);
  }
}

/** Most bytes that a run of these places unpacks in memory. */
export function unpackRoom(places: Places, window: number): number {
  let most = 0;
  for (let i = 0; i < places.length; i++) {
    const size = unpackedSize(places, i);
    if (size > 0 && size <= IN_MEMORY) most = Math.max(most, size, window);
  }
  return most;
}

const isSpooled = (places: Places, i: number): boolean => unpackedSize(places, i) > IN_MEMORY;

/** A run while it grows. */
class RunCutter {
  readonly #places: Places;
  readonly #window: number;
  readonly #spooled: boolean;
  #first: number;
  #last: number;
  #begin: number;
  #end: number;
  #unpacked: number;

  constructor(places: Places, window: number, i: number) {
    this.#places = places;
    this.#window = window;
    this.#first = i;
    this.#last = i;
    this.#spooled = isSpooled(places, i);
    this.#begin = this.#beginOf(i);
    this.#end = this.#endOf(i);
    this.#unpacked = this.#spooled ? 0 : unpackedSize(places, i);
  }

  #beginOf(i: number): number {
    return this.#spooled ? this.#places.offset(i) : fileOffset(this.#places, i);
  }

  #endOf(i: number): number {
    return this.#spooled ? this.#places.offset(i) + this.#places.size(i) : fileEnd(this.#places, i);
  }

  /** Takes place `i`, whose neighbour is at an end of the run, into it; false when it does not fit. */
  take(i: number, neighbour: number): boolean {
    const places = this.#places;
    if (places.file(i) !== places.file(neighbour)) return false;
    const packed = places.packed(i);
    const sameHolder = packed !== PLAIN && packed === places.packed(neighbour);
    if (this.#spooled ? !sameHolder : isSpooled(places, i)) return false;
    const begin = Math.min(this.#begin, this.#beginOf(i));
    const end = Math.max(this.#end, this.#endOf(i));
    // A packed event is unpacked once, however large it is.
    if (this.#spooled || !sameHolder) {
      const size = this.#spooled ? 0 : unpackedSize(places, i);
      if (end - begin > this.#window || (size > 0 && this.#unpacked + size > this.#window)) return false;
      this.#unpacked += size;
    }
    this.#begin = begin;
    this.#end = end;
    this.#first = Math.min(this.#first, i);
    this.#last = Math.max(this.#last, i);
    return true;
  }

  cut(sources: RunSources): EventRun {
    const file = this.#places.file(this.#first);
    return {
      source: this.#spooled ? sources.unpacked(file, this.#places.packed(this.#first)) : sources.file(file),
      first: this.#first,
      last: this.#last,
      position: this.#begin,
      length: this.#end - this.#begin,
      spooled: this.#spooled,
      unpacked: this.#unpacked,
    };
  }
}
