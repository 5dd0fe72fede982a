import { BinflashError } from '../../errors.ts';
import type { InputFile } from '../source.ts';
import type { LeftOut } from './left-out.ts';
import { headOf, isSameLog } from './same-log.ts';

interface One {
  readonly file: InputFile;
  /** See {@link InputName}. */
  readonly from: string | undefined;
  readonly head: string;
}

/** The files that have been opened, each log once. */
export class Opened {
  readonly #all: One[] = [];
  readonly #leftOut: LeftOut;

  constructor(leftOut: LeftOut) {
    this.#leftOut = leftOut;
  }

  get files(): InputFile[] {
    return this.#all.map(({ file }) => file);
  }

  /**
   * Adds a file, unless an index, folder or pattern stands for what is there already: then one of the two is closed.
   *
   * @throws BinflashError `USAGE` when the user has named one log twice
   */
  async add(file: InputFile, from: string | undefined): Promise<void> {
    const one: One = { file, from, head: await headOf(file) };
    const twin = await this.#twinOf(one);
    if (twin === undefined) {
      this.#all.push(one);
      return;
    }
    if (from === undefined && twin.from === undefined) throw givenTwice(file, twin.file);
    const isLess = twin.file.size < file.size;
    const [kept, gone] = isLess ? [one, twin] : [twin, one];
    // What the user has named counts as named.
    this.#all[this.#all.indexOf(twin)] = { ...kept, from: from === undefined ? from : twin.from };
    if (file.identity !== twin.file.identity) this.#leftOut.repeat(gone.file.path, kept.file.path);
    await gone.file.close();
  }

  async #twinOf({ file, head }: One): Promise<One | undefined> {
    for (const other of this.#all) {
      if (other.file.identity === file.identity) return other;
      // What has no first event is told by the scan.
      if (head.length > MAGIC_LENGTH && other.head === head && (await isSameLog(other.file, file)))
        return other;
    }
    return undefined;
  }

  async close(): Promise<void> {
    await Promise.all(this.files.map((file) => file.close()));
  }
}

const MAGIC_LENGTH = 4;

function givenTwice(file: InputFile, earlier: InputFile): BinflashError {
  const isFile = file.identity === earlier.identity;
  const other =
    earlier.path === file.path ? '' : `, ${isFile ? 'also as' : 'which is a copy:'} ${earlier.path}`;
  return new BinflashError('USAGE', `is given twice${other}`, {
    file: file.path,
    hint: isFile ? undefined : 'Both hold the same log. Name one of them, the larger one.',
  });
}
