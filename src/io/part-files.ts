import { BinflashError } from '../errors.ts';
import { AtomicFile, checkTarget, exists } from './output.ts';

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

  /** Flushes what is not flushed yet, and gives all files their names. @throws BinflashError `IO`, `USAGE` */
  async publish(): Promise<void> {
    await this.finish();
    for (const part of this.#parts) await part.publish(this.#force);
  }

  async discard(): Promise<void> {
    await Promise.all(this.#parts.map((part) => part.discard()));
  }
}
