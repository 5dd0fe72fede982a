import type { RowsVersion } from '../binlog/rows.ts';

/** The versions of an undo's rows events: each is its source's, or they are one for all that the user has asked for. */
export class RowsVersions {
  /** Has the undo's format rows events of version 1? Not since MySQL 8.4. */
  readonly #hasV1: boolean;
  #first: RowsVersion | undefined;
  #isOne = true;
  #isSource = true;

  constructor(hasV1: boolean) {
    this.#hasV1 = hasV1;
  }

  /** May the next rows event be of this version, where that of its source is `expected`? */
  take(version: RowsVersion, expected: RowsVersion): boolean {
    this.#first ??= version;
    if (version !== this.#first) this.#isOne = false;
    if (version !== expected) this.#isSource = false;
    return (this.#isOne || this.#isSource) && (version === 2 || this.#hasV1);
  }
}
