import type { Run } from '../io/backward-windows.ts';
import type { ByteSource } from '../io/source.ts';
import { PLAIN } from '../scan/event-table.ts';
import type { Plan } from './plan.ts';

/** A packed event that unpacks to more than this is unpacked into a temporary file, not into memory. */
const IN_MEMORY = 8 * 1024 * 1024;

/** A run of the plan's events. */
export interface UndoRun extends Run {
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
 * Cuts the plan's events, last first, into runs of neighbours that can be read with one call: each spans at
 * most `window` bytes and unpacks to at most as many, or is one event, or one packed event.
 */
export function* undoRuns(plan: Plan, sources: RunSources, window: number): Generator<UndoRun> {
  for (let last = plan.events.length - 1; last >= 0; ) {
    const run = isSpooled(plan, last)
      ? spooledRun(plan, sources, window, last)
      : fileRun(plan, sources, window, last);
    yield run;
    last = run.first - 1;
  }
}

/** Most bytes that a run unpacks in memory. */
export function unpackRoom(plan: Plan, window: number): number {
  const { events } = plan.index;
  let most = 0;
  for (const event of plan.events) {
    const packed = events.packed[event]!;
    if (packed === PLAIN) continue;
    const size = events.containers.unpacked[packed]!;
    if (size <= IN_MEMORY) most = Math.max(most, size, window);
  }
  return most;
}

const fileOf = ({ index, events }: Plan, i: number): number =>
  index.transactions.file[index.events.transaction[events[i]!]!]!;

function unpackedSize({ index, events }: Plan, i: number): number {
  const packed = index.events.packed[events[i]!]!;
  return packed === PLAIN ? 0 : index.events.containers.unpacked[packed]!;
}

const isSpooled = (plan: Plan, i: number): boolean => unpackedSize(plan, i) > IN_MEMORY;

function spooledRun(plan: Plan, sources: RunSources, window: number, last: number): UndoRun {
  const { events } = plan.index;
  const at = (i: number): number => events.offset[plan.events[i]!]!;
  const packed = events.packed[plan.events[last]!]!;
  const end = at(last) + events.size[plan.events[last]!]!;
  let first = last;
  while (first > 0 && events.packed[plan.events[first - 1]!] === packed && end - at(first - 1) <= window)
    first--;
  const source = sources.unpacked(fileOf(plan, last), packed);
  return { source, first, last, position: at(first), length: end - at(first), spooled: true, unpacked: 0 };
}

function fileRun(plan: Plan, sources: RunSources, window: number, last: number): UndoRun {
  const { events } = plan.index;
  const file = fileOf(plan, last);
  const end = events.fileEnd(plan.events[last]!);
  let first = last;
  let unpacked = unpackedSize(plan, last);
  while (first > 0 && fileOf(plan, first - 1) === file && !isSpooled(plan, first - 1)) {
    const [before, event] = [plan.events[first - 1]!, plan.events[first]!];
    const packed = events.packed[before]!;
    // A packed event is unpacked once, however large it is.
    if (packed === PLAIN || packed !== events.packed[event]) {
      const size = unpackedSize(plan, first - 1);
      if (end - events.fileOffset(before) > window || (size > 0 && unpacked + size > window)) break;
      unpacked += size;
    }
    first--;
  }
  const position = events.fileOffset(plan.events[first]!);
  const source = sources.file(file);
  return { source, first, last, position, length: end - position, spooled: false, unpacked };
}
