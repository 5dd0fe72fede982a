import { dirname } from 'node:path';
import { BinflashError } from '../errors.ts';
import { AtomicFile, checkTarget, exists, syncFolder } from './output.ts';
import { withRoomHint } from './room.ts';

/** `undo.binlog` becomes `undo.binlog.000001` and so on: the order in which the parts are to be used. */
export function partName(path: string, number: number): string {
  return `${path}.${String(number).padStart(6, '0')}`;
}

/** The files of one run: all of them get their names when all are complete, or none does. */
export class PartFiles {
  readonly #inputs: ReadonlySet<string>;
  readonly #force: boolean;
  readonly #parts: AtomicFile[] = [];

  /** `inputs` by their identities; `force`: existing files are replaced. */
  constructor(inputs: ReadonlySet<string>, force: boolean) {
    this.#inputs = inputs;
    this.#force = force;
  }

  get count(): number {
    return this.#parts.length;
  }

  /** In the order in which they were opened. */
  get list(): readonly AtomicFile[] {
    return this.#parts;
  }

  get paths(): string[] {
    return this.#parts.map((part) => part.path);
  }

  /** @throws BinflashError as {@link checkTarget}, `IO` */
  async open(path: string): Promise<AtomicFile> {
    await checkTarget(path, this.#inputs, this.#force);
    const part = await AtomicFile.create(path);
    this.#parts.push(part);
    return part;
  }

  /** Makes sure that no further numbered part of an earlier run is there: it would be used with these. */
  async refuseStalePart(path: string): Promise<void> {
    const stale = partName(path, this.#parts.length + 1);
    if (!(await exists(stale))) return;
    await checkTarget(stale, this.#inputs, true);
    throw new BinflashError(
      'USAGE',
      'is left from an earlier, larger undo and would be replayed with this one',
      {
        file: stale,
        hint: 'Remove the files of the earlier undo, or choose another name for -o.',
      },
    );
  }

  /** Flushes what is not flushed yet. @throws BinflashError `IO` */
  async finish(): Promise<void> {
    for (const part of this.#parts) await part.finish();
  }

  /**
   * Flushes what is not flushed yet, and gives all files their names, the first one last: where a run of several files
   * is killed just then, the first is missing. Answers what there is to say of files that could not be removed.
   *
   * @throws BinflashError `IO`, `USAGE`; the signal's reason
   */
  async publish(signal?: AbortSignal): Promise<string[]> {
    await this.finish();
    const parts = this.#parts;
    // The last moment at which it can be stopped.
    signal?.throwIfAborted();
    // One file is replaced in one step; of several, the names of all are free before one is given.
    if (this.#force) for (const part of parts) await part.setAside(parts.length > 1);
    for (const part of parts.toReversed()) await part.publish(this.#force);
    for (const folder of new Set(parts.map(({ path }) => dirname(path)))) await syncFolder(folder);
    const left: string[] = [];
    for (const part of parts) {
      const path = await part.settle();
      if (path !== undefined) left.push(`${path} could not be removed: it is what was replaced`);
    }
    return left;
  }

  /**
   * Takes everything back because of `error`, and answers the error to be thrown: it says what could not be removed,
   * and of a full disk how much room is needed, if `needed` is known.
   */
  async abandon(error: unknown, needed?: number): Promise<unknown> {
    const left = (await Promise.all(this.#parts.map((part) => part.discard()))).flat();
    if (!(error instanceof BinflashError)) return error;
    withRoomHint(error, needed);
    if (left.length > 0) {
      const remark = `Could not be removed, so remove it yourself: ${left.join(', ')}`;
      error.hint = error.hint === undefined ? remark : `${error.hint} ${remark}`;
    }
    return error;
  }
}
