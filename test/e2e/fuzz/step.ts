/** What is undone in a round, step by step. */
import type { Selection } from '../../../src/index.ts';
import type { Fingerprint } from '../fingerprint.ts';
import type { UndoOptions } from '../support.ts';
import type { Part, Point } from './workload.ts';

/** One step: what is undone. */
export interface Step {
  readonly what: string;
  readonly later: Point;
  readonly earlier: Point;
  readonly inputs: readonly string[];
  readonly select: Selection;
  /** What was done in between. */
  readonly parts: readonly Part[];
}

/** Options that a refusal leads to. */
export type Help = Pick<UndoOptions, 'skip' | 'primaryKeys'>;

/** An undo that has led to the rows of that time. */
export interface Undone {
  readonly what: string;
  readonly later: Fingerprint;
  readonly earlier: Fingerprint;
  readonly inputs: readonly string[];
  readonly select: Selection;
  readonly help: Help;
  /** The row images of the changes. */
  readonly images: ReadonlySet<string>;
  /** Throws with the differences where the rows are others now; tables of which nothing is known are left out. */
  expectState(state: Fingerprint, what: string): Promise<void>;
}
