import { MAGIC } from '../binlog/event-header.ts';
import { BinflashError } from '../errors.ts';
import type { InputFile } from '../io/source.ts';

/** Holds `--start-position` and `--stop-position` against the boundaries that the scan comes by. */
export class PositionChecks {
  readonly #file: InputFile;
  readonly #start: number | undefined;
  readonly #stop: number | undefined;

  constructor(file: InputFile, start: number | undefined, stop: number | undefined) {
    this.#file = file;
    this.#start = start;
    this.#stop = stop;
    if (start !== undefined && stop !== undefined && start >= stop) {
      throw new BinflashError('USAGE', `--start-position ${start} is not before --stop-position ${stop}`, {
        file: file.path,
      });
    }
    // Position 0 is the common way to say "from the beginning"; the first event stands at 4.
    for (const [option, position] of this.#positions()) {
      if (position < MAGIC.length && !(position === 0 && position === start)) {
        throw new BinflashError('USAGE', `${option} ${position} lies before the first event`, {
          file: file.path,
          hint: `The nearest event boundary is ${MAGIC.length}.`,
        });
      }
    }
  }

  #positions(): [option: string, position: number][] {
    const given: [string, number | undefined][] = [
      ['--start-position', this.#start],
      ['--stop-position', this.#stop],
    ];
    return given.filter((pair): pair is [string, number] => pair[1] !== undefined);
  }

  /** Is the scan done here? Past the stop position it goes on only to see how the open transaction ends. */
  stopsAt(offset: number, transactionOpen: boolean): boolean {
    return this.#stop !== undefined && offset >= this.#stop && !transactionOpen && offset > MAGIC.length;
  }

  /** @throws BinflashError `USAGE` when a position lies inside the event */
  event(begin: number, end: number): void {
    const start = this.#start;
    const stop = this.#stop;
    if (start !== undefined && start > begin && start < end)
      throw this.#inside('--start-position', start, begin, end);
    if (stop !== undefined && stop > begin && stop < end)
      throw this.#inside('--stop-position', stop, begin, end);
  }

  #inside(option: string, position: number, begin: number, end: number): BinflashError {
    return new BinflashError('USAGE', `${option} ${position} lies inside the event at ${begin}`, {
      file: this.#file.path,
      hint: `The nearest event boundaries are ${begin} and ${end}.`,
    });
  }

  /** @throws BinflashError `USAGE` when a position lies behind all events */
  end(offset: number): void {
    for (const [option, position] of this.#positions()) {
      if (position > offset) {
        throw new BinflashError('USAGE', `${option} ${position} lies behind the end of the file`, {
          file: this.#file.path,
          hint: `The last event ends at ${offset}.`,
        });
      }
    }
  }
}
