import type { RowsVersion } from '../binlog/rows.ts';
import type { UndoFormat } from './format-event.ts';

/** The versions of an undo's rows events: each is its source's, or they are one for all that the user has asked for. */
export class RowsVersions {
  #hasV1 = false;
  #hasV2 = false;
  #first: RowsVersion | undefined;
  #isOne = true;
  #isSource = true;

  /** Which versions has the format of the undo's part in hand? */
  inFormat({ hasV1, hasV2 }: Pick<UndoFormat, 'hasV1' | 'hasV2'>): void {
    this.#hasV1 = hasV1;
    this.#hasV2 = hasV2;
  }

  /** May the next rows event be of this version, where that of its source is `expected`? */
  take(version: RowsVersion, expected: RowsVersion): boolean {
    this.#first ??= version;
    if (version !== this.#first) this.#isOne = false;
    if (version !== expected) this.#isSource = false;
    return (this.#isOne || this.#isSource) && (version === 2 ? this.#hasV2 : this.#hasV1);
  }
}
