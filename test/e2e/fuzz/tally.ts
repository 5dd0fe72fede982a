/** What came of a round, or of many. */
export interface Tally {
  /** Undos replayed whose result was the state of that time. */
  undone: number;
  /** Undos of undos, likewise. */
  redone: number;
  /** Undos refused because row images were not full, rightly. */
  refused: number;
  /** Undos that were refused but for `--primary-key`. */
  keyed: number;
  /** Undos of the tables that such a refusal did not name. */
  partly: number;
  /** Undos that were refused but for `--skip-rolled-back`. */
  skipped: number;
  /** What was done by SQL text, and what was refused. */
  readonly bySql: Record<string, number>;
  /** Events in the logs, by type. */
  readonly events: Record<string, number>;
  /** Statements that succeeded, by their first words. */
  readonly statements: Record<string, number>;
  /** Statements that failed, by the number of the error. */
  readonly errors: Record<string, number>;
}

export const emptyTally = (): Tally => ({
  undone: 0,
  redone: 0,
  refused: 0,
  keyed: 0,
  partly: 0,
  skipped: 0,
  bySql: {},
  events: {},
  statements: {},
  errors: {},
});

/** One more of a kind, or several. */
export function count(counts: Record<string, number>, kind: string | number, more = 1): void {
  counts[kind] = (counts[kind] ?? 0) + more;
}
