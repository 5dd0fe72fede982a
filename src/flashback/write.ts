import { hasRows } from '../binlog/output-format.ts';
import type { RowsVersion } from '../binlog/rows.ts';
import { BinflashError } from '../errors.ts';
import { ChunkSink } from '../io/chunk-sink.ts';
import type { Output } from '../io/output.ts';
import { RunWindows } from '../io/run-windows.ts';
import type { InputFile } from '../io/source.ts';
import { LoadedEvents } from '../read/loaded-events.ts';
import { eventPlaces } from '../read/places.ts';
import { backwardRuns, unpackRoom } from '../read/runs.ts';
import { Sources } from '../read/sources.ts';
import { UnpackRoom } from '../read/unpacking.ts';
import { allocate } from '../wire/allocate.ts';
import { type Plan, selectedBytes } from './plan.ts';
import { UndoWriter, type WriteOptions, type WriteResult } from './undo-writer.ts';

/** Packed size of output events: the smallest that has all of what packing gains a replay (docs/replay.md). */
export const DEFAULT_MAX_EVENT_SIZE: number = 1024 * 1024;

/** Output chunks in the arena; one is filled while others are written. */
const CHUNKS = 4;
/** What a chunk holds at least when it is written, however small the events are: each begins with room for a full one. */
const MIN_WRITTEN = 3 * 1024 * 1024;

/**
 * Writes the undo: the plan's events from the last to the first, each inverted, in transactions as they
 * were. `nextPart` opens the first output and each further one that `maxFileSize` asks for.
 *
 * @throws BinflashError `IO`; `USAGE` for a rows version that the format does not allow
 */
export async function writeUndo(
  plan: Plan,
  files: readonly InputFile[],
  nextPart: () => Promise<Output>,
  options: WriteOptions,
): Promise<WriteResult> {
  const { window } = options;
  const chunk = chunkSize(plan, options);
  const { index } = plan;
  const places = eventPlaces(index, plan.events);
  const unpacked = unpackRoom(places, window);
  // Input windows, what is unpacked and output chunks share one array, see copy() in event-writer.ts.
  const arena = allocate(2 * window + CHUNKS * chunk + unpacked);
  const sink = new ChunkSink(await nextPart(), arena, 2 * window, chunk, CHUNKS, options.waits);
  const room = new UnpackRoom(arena, arena.length - unpacked, unpacked);
  const undo = new UndoWriter(plan, sink, new LoadedEvents(places, index.files, room), options);
  const sources = new Sources(places.containers, index.files, files, options.spoolFolder);
  const windows = new RunWindows(backwardRuns(places, sources, window), arena, window, options.waits);
  let done = 0;
  try {
    undo.beginFile();
    for (let loaded = await windows.next(); loaded !== undefined; loaded = await windows.next()) {
      let next = undo.writeRun(loaded, loaded.run.last);
      while (next >= loaded.run.first) {
        if (undo.isWaiting) {
          await sink.room();
          options.signal?.throwIfAborted();
        } else {
          // A part ends between two transactions, and its last bytes must be on their way before the next begins.
          await sink.drain();
          sink.redirect(await nextPart());
          undo.beginFile();
        }
        next = undo.writeRun(loaded, next);
      }
      await sink.room();
      for (let i = loaded.run.first; i <= loaded.run.last; i++) {
        done += selectedBytes(index, plan.mask, plan.events.get(i));
      }
      options.onProgress?.(done);
      options.signal?.throwIfAborted();
    }
    undo.endTransaction();
    await sink.drain();
  } finally {
    await windows.settle();
    await sink.settle();
    await sources.close();
  }
  return undo.result();
}

function chunkSize(plan: Plan, options: WriteOptions): number {
  const largestMap = plan.index.tables.reduce((most, table) => Math.max(most, table.body.length), 0);
  return MIN_WRITTEN + options.maxEventSize + largestMap + 4096;
}

/** Makes sure that the wanted rows version exists in the format that the output begins with. */
export function checkRowsVersion(plan: Plan, version: RowsVersion | undefined): void {
  const { format } = plan.index.files.at(-1)!;
  if (version === 1 && !hasRows(format, 1)) {
    throw new BinflashError(
      'USAGE',
      `--row-events v1 is not possible: server ${format.serverVersion} has no v1 rows events`,
      {
        hint: 'Leave --row-events out, or use v2.',
      },
    );
  }
}
