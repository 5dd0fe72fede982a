import { basename, dirname, join } from 'node:path';
import { BinflashError } from '../../errors.ts';
import { errorCode } from '../source.ts';
import { type InputName, plainName } from './names.ts';

/** Names that one warning lists; the rest is counted. */
const LISTED = 10;

/** What an index, a folder or a pattern stands for besides binary logs. */
export class LeftOut {
  readonly #strangers = new Map<string, string[]>();
  readonly #unreadable: {
    readonly from: string;
    readonly isListed: boolean;
    readonly error: BinflashError;
  }[] = [];

  readonly #repeats: string[] = [];
  readonly #undos: string[] = [];
  readonly #begun: InputName[] = [];
  readonly #all: string[] = [];

  /** Another program's file. */
  stranger({ path, from = '' }: InputName): void {
    this.#all.push(path);
    const names = this.#strangers.get(from);
    if (names === undefined) this.#strangers.set(from, [path]);
    else names.push(path);
  }

  /** A log without events. */
  begun(input: InputName): void {
    this.#begun.push(input);
  }

  /** A log without events, which this log, of those that come in their order, must not follow. */
  begunBefore({ path, from }: InputName): string | undefined {
    const before = this.#begun.find(
      (begun) => begun.from === from && (begun.isListed || stemOf(begun.path) === stemOf(path)),
    );
    return before?.path;
  }

  /** What this program has made, and nobody named. */
  undo({ path, from = '' }: InputName): void {
    this.#undos.push(
      `${path} of ${from} is an undo that binflash has made, and was left out: name it to use it`,
    );
  }

  /** A stranger whose name is that of a further log beside `paths`, as servers give them; or why it cannot be read. */
  namedLike(paths: readonly string[]): string | BinflashError | undefined {
    const stems = new Set(paths.map(stemOf));
    const isLike = (path: string): boolean => /\d$/.test(plainName(path)) && stems.has(stemOf(path));
    // What is a folder or the like is no copy of a log.
    const unread = this.#unreadable.find(
      ({ error, isListed }) => !isListed && errorCode(error.cause) !== undefined && isLike(error.file!),
    );
    return this.#all.find(isLike) ?? unread?.error;
  }

  unreadable({ from = '', isListed = false }: InputName, error: BinflashError): void {
    this.#unreadable.push({ from, isListed, error });
  }

  /** A copy of what is there already. */
  repeat(path: string, kept: string): void {
    this.#repeats.push(`${path} holds the same log as ${kept} and was left out`);
  }

  /** In sentences. */
  warnings(): string[] {
    const warnings = [...this.#repeats, ...this.#undos];
    for (const [from, paths] of this.#strangers) {
      const [are, were] = paths.length === 1 ? ['is no binary log', 'was'] : ['are no binary logs', 'were'];
      warnings.push(`${listed(paths.map((path) => basename(path)))} of ${from} ${are} and ${were} left out`);
    }
    for (const { path, from } of this.#begun) {
      warnings.push(
        `${basename(path)} of ${from} ends before its first event and was left out: its server was killed as it began it`,
      );
    }
    const told = this.#unreadable.slice(0, LISTED);
    for (const { from, error } of told) {
      warnings.push(`${error.file} was left out, which ${from} names: it ${error.message}`);
    }
    const more = this.#unreadable.length - told.length;
    if (more > 0) warnings.push(`and ${more} more that cannot be opened`);
    return warnings;
  }

  /** Why there is nothing to read at all. */
  nothingElse(): BinflashError {
    const unreadable = this.#unreadable[0];
    if (unreadable !== undefined) return unreadable.error;
    const [from, paths] = [...this.#strangers][0] ?? [];
    return new BinflashError('NOT_A_BINLOG', 'there is no binary log', {
      file: from,
      hint: paths && `What was found there: ${listed(paths.map((path) => basename(path)))}.`,
    });
  }
}

/** With its folder and without its number. */
function stemOf(path: string): string {
  return join(dirname(path), plainName(path).replace(/\.\d+$/, ''));
}

function listed(names: readonly string[]): string {
  const more = names.length - LISTED;
  return names.slice(0, LISTED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
