import type { RowProver } from './row-prover.ts';
import { headLength, versionOf } from './rows-head.ts';
import type { SourceSide } from './source-side.ts';
import type { Tally } from './tally.ts';
import type { UndoReader } from './undo-reader.ts';
import type { VerifyError } from './verify-error.ts';

/** A rows event of the undo that is a single row, too large to be in memory beside that of the source. */
export class LargeEvent {
  /** Is one in hand that is not proved to its end? */
  isOpen = false;
  readonly #undo: UndoReader;
  readonly #rows: RowProver;
  readonly #tally: Tally;
  readonly #fault: (wrong: string) => VerifyError;

  /** `fault` says that the row in hand is wrong. */
  constructor(undo: UndoReader, rows: RowProver, tally: Tally, fault: (wrong: string) => VerifyError) {
    this.#undo = undo;
    this.#rows = rows;
    this.#tally = tally;
    this.#fault = fault;
  }

  /** Is the event, of which the beginning is in hand, the row that is due and nothing else, as far as its size tells? */
  isDue({ form, head }: SourceSide): boolean {
    const version = versionOf(this.#undo, form);
    const row = version && this.#rows.due();
    if (row === undefined) return false;
    const length = row.reduce((sum, [start, end]) => sum + end - start, 0);
    return this.#undo.plainSize === headLength(version!, head!, form) + length;
  }

  /** Takes the beginning in hand, where the row begins at `start`. @throws VerifyError */
  begin(start: number): void {
    this.isOpen = true;
    this.#rows.beginLarge();
    this.#take(start);
  }

  /** Goes on to the end; false when more of the undo must be read first. @throws VerifyError */
  advance(): boolean {
    const undo = this.#undo;
    while (undo.partly) {
      if (!undo.more()) return false;
      this.#take(undo.start);
    }
    this.isOpen = false;
    this.#rows.endLarge();
    return true;
  }

  #take(start: number): void {
    const { bytes, end } = this.#undo;
    const wrong = this.#rows.proveLarge(bytes, start, end);
    if (wrong !== undefined) throw this.#fault(wrong);
    this.#tally.part(bytes, start, end);
  }
}
