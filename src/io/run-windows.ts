import { allocate } from '../wire/allocate.ts';
import type { ByteSource } from './source.ts';
import { Waits } from './waits.ts';

/** A run of neighbouring events, read with one call. */
export interface Run {
  readonly source: ByteSource;
  /** First and last event, as numbers of the index. */
  readonly first: number;
  readonly last: number;
  readonly position: number;
  readonly length: number;
}

/** The bytes of a run: `bytes[base, base + run.length)` stand at `run.position` of the source. */
export interface LoadedRun<R extends Run> {
  readonly run: R;
  readonly bytes: Uint8Array;
  readonly base: number;
}

/**
 * Loads runs one after the other, the next one while the caller works on this one. Runs that fit use the
 * two halves of the arena in turn; a single event that is larger gets a buffer of its own, which is kept
 * and grown, and nothing is read ahead then: memory stays at the arena plus the largest event.
 */
export class RunWindows<R extends Run> {
  readonly #runs: Iterator<R>;
  readonly #arena: Uint8Array;
  readonly #half: number;
  readonly #waits: Waits;
  #large: Uint8Array = new Uint8Array(0);
  #turn = 0;
  #upcoming: R | undefined;
  #loading: Promise<LoadedRun<R>> | undefined;

  /** `arena[0, 2 * half)` is the loader's. */
  constructor(runs: Iterable<R>, arena: Uint8Array, half: number, waits: Waits = new Waits()) {
    this.#runs = runs[Symbol.iterator]();
    this.#arena = arena;
    this.#half = half;
    this.#waits = waits;
    this.#upcoming = this.#pull();
  }

  #pull(): R | undefined {
    const { value, done } = this.#runs.next();
    return done ? undefined : value;
  }

  /** The next run, or undefined at the end. The one before it must not be used any more. @throws BinflashError `IO` */
  async next(): Promise<LoadedRun<R> | undefined> {
    const run = this.#upcoming;
    if (run === undefined) return undefined;
    const loaded = await this.#waits.reading(this.#loading ?? this.#load(run));
    this.#loading = undefined;
    this.#upcoming = this.#pull();
    if (this.#upcoming !== undefined && this.#upcoming.length <= this.#half) {
      this.#loading = this.#load(this.#upcoming);
      // A failure is met at the next call; without this it would count as unhandled before.
      this.#loading.catch(() => {});
    }
    return loaded;
  }

  async #load(run: R): Promise<LoadedRun<R>> {
    let bytes = this.#arena;
    let base = 0;
    if (run.length <= this.#half) {
      base = this.#turn * this.#half;
      this.#turn = 1 - this.#turn;
    } else {
      if (this.#large.length < run.length) this.#large = allocate(run.length);
      bytes = this.#large;
    }
    await run.source.read(bytes, base, run.length, run.position);
    return { run, bytes, base };
  }

  /** Waits for the read that is under way, so that the files may be closed. */
  async settle(): Promise<void> {
    await this.#loading?.catch(() => {});
  }
}
