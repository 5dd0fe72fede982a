import { RunWindows } from '../io/run-windows.ts';
import type { InputFile } from '../io/source.ts';
import type { Waits } from '../io/waits.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import { allocate } from '../wire/allocate.ts';
import { LoadedEvents } from './loaded-events.ts';
import type { Places } from './places.ts';
import { backwardRuns, forwardRuns, unpackRoom } from './runs.ts';
import { Sources } from './sources.ts';
import { UnpackRoom } from './unpacking.ts';

/** From the first event to the last, as the source made its changes, or as they are undone. */
export type Direction = 'forward' | 'backward';

/** Events that have been read together: those at the places from `first` to `last`. */
export interface Batch {
  readonly first: number;
  readonly last: number;
  /** {@link LoadedEvents.open} takes one of them in hand; what it shows dies with the next batch. */
  readonly events: LoadedEvents;
}

export interface BatchReaderOptions {
  /** Bytes read at a time; the result does not depend on it. */
  readonly window: number;
  /** Folder for temporary files, in which large packed events are unpacked. */
  readonly spoolFolder: string;
  readonly signal?: AbortSignal | undefined;
  /** Told how long the reader waits. */
  readonly waits?: Waits | undefined;
}

/**
 * Reads events of the index again, for all who look into rows and texts. One reader may be used many times, one after
 * the other; its windows are made once.
 */
export class BatchReader {
  readonly #index: BinlogIndex;
  readonly #files: readonly InputFile[];
  readonly #options: BatchReaderOptions;
  readonly #arena: Uint8Array;
  #room: Uint8Array = new Uint8Array(0);

  constructor(index: BinlogIndex, files: readonly InputFile[], options: BatchReaderOptions) {
    this.#index = index;
    this.#files = files;
    this.#options = options;
    this.#arena = allocate(2 * options.window);
  }

  /**
   * Reads from the first place to the last, or the other way; within a batch the order is the caller's affair.
   *
   * @throws BinflashError `IO`; and the signal's reason when it is aborted
   */
  async *read(places: Places, direction: Direction = 'forward'): AsyncGenerator<Batch> {
    const { window, spoolFolder, signal, waits } = this.#options;
    const { files } = this.#index;
    const size = unpackRoom(places, window);
    if (this.#room.length < size) this.#room = allocate(size);
    const events = new LoadedEvents(places, files, new UnpackRoom(this.#room, 0, this.#room.length));
    const sources = new Sources(places.containers, files, this.#files, spoolFolder);
    const runs = direction === 'forward' ? forwardRuns : backwardRuns;
    const windows = new RunWindows(runs(places, sources, window), this.#arena, window, waits);
    try {
      for (let loaded = await windows.next(); loaded !== undefined; loaded = await windows.next()) {
        signal?.throwIfAborted();
        events.use(loaded);
        yield { first: loaded.run.first, last: loaded.run.last, events };
      }
    } finally {
      await windows.settle();
      await sources.close();
    }
  }
}
