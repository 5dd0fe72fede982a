import { PageFile } from './page-file.ts';

/** What bounds an index in memory. Only tests have reason to change it: they have no room for large logs. */
export const pageLimits: PageLimits = {
  inMemory: 256 * 1024 * 1024,
  page: 16 * 1024,
  firstPage: 64 * 1024,
  buffer: 1024 * 1024,
};

export interface PageLimits {
  /** Bytes of packed pages that stay in memory; what comes after them goes to a temporary file. */
  inMemory: number;
  /** Numbers in a page. */
  page: number;
  /**
   * Numbers in the first page of a column, which is larger so that nothing of most logs is ever packed: the engine would
   * spend more on making machine code for it than on doing it.
   */
  firstPage: number;
  /** Bytes of packed pages that are gathered before they are written to the temporary file. */
  buffer: number;
}

/** Where a packed page is: here, or at this position of the temporary file. */
export type Kept = Uint8Array | number;

/**
 * Keeps the packed pages of an index: the first in memory, and from a bound on all others in one temporary file.
 * Indexes are walked from one end to the other, so no page deserves memory more than another, and nothing is ever
 * moved.
 */
export class PageStore {
  /** For the temporary file; undefined: the system's. */
  folder: string | undefined;
  readonly limits: Readonly<PageLimits>;
  #inMemory = 0;
  #file: PageFile | undefined;

  constructor(limits: Readonly<PageLimits> = pageLimits) {
    this.limits = limits;
  }

  /** Bytes in memory. */
  get kept(): number {
    return this.#inMemory;
  }

  /** Bytes that have gone to the temporary file. */
  get spilled(): number {
    return this.#file?.length ?? 0;
  }

  /** Takes a packed page, which is the store's from here on. @throws BinflashError `IO` */
  keep(bytes: Uint8Array): Kept {
    if (this.#inMemory + bytes.length <= this.limits.inMemory) {
      this.#inMemory += bytes.length;
      return bytes;
    }
    this.#file ??= PageFile.create(this.limits.buffer, this.folder);
    return this.#file.append(bytes);
  }

  /** The bytes of a page; they are to be read at once, and not kept. @throws BinflashError `IO` */
  read(kept: Kept, length: number): Uint8Array {
    return typeof kept === 'number' ? this.#file!.read(kept, length) : kept;
  }

  /** Only the bytes of a page from `at` on; else as {@link read}. @throws BinflashError `IO` */
  readPart(kept: Kept, at: number, length: number): Uint8Array {
    return typeof kept === 'number' ? this.#file!.read(kept + at, length) : kept.subarray(at, at + length);
  }

  /** Forgets a page. Its room in the temporary file is lost: pages rarely change. */
  drop(kept: Kept): void {
    if (typeof kept !== 'number') this.#inMemory -= kept.length;
  }

  /** Gives the temporary file back. Pages in it cannot be read any more. */
  close(): void {
    this.#file?.close();
  }
}
