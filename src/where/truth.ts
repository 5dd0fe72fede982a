import type { Comparison } from './syntax.ts';

/** SQL's three truth values. */
export const FALSE = 0;
export const TRUE = 1;
/** What a comparison with NULL is. */
export const UNKNOWN = 2;

export type Truth = typeof FALSE | typeof TRUE | typeof UNKNOWN;

/** What the test of a condition sees of a row: where the columns that it asks for stand. One for all rows. */
export class RowContext {
  /** The array of the first image (the before image of an UPDATE, else the only one), and of the second. */
  first: Uint8Array = new Uint8Array(0);
  second: Uint8Array = new Uint8Array(0);
  /** By slot: where the value begins, its length prefix left out; -1 is NULL. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;

  constructor(slots: number) {
    this.starts = new Int32Array(slots);
    this.ends = new Int32Array(slots);
  }
}

/** A compiled condition. */
export type Test = (row: RowContext) => Truth;

export const always =
  (truth: Truth): Test =>
  () =>
    truth;

/** Three bits by the outcome of a comparison: less is bit 0, equal bit 1, greater bit 2. */
export const OUTCOMES: Readonly<Record<Comparison, number>> = {
  '<': 0b001,
  '<=': 0b011,
  '=': 0b010,
  '<=>': 0b010,
  '<>': 0b101,
  '>': 0b100,
  '>=': 0b110,
};

/** The truth of a comparison whose two sides compare as `order` (negative, 0 or positive). */
export function outcome(outcomes: number, order: number): Truth {
  return ((outcomes >> (order < 0 ? 0 : order > 0 ? 2 : 1)) & 1) as Truth;
}

/** The same comparison with its sides exchanged. */
export const FLIPPED: Readonly<Record<Comparison, Comparison>> = {
  '<': '>',
  '<=': '>=',
  '=': '=',
  '<=>': '<=>',
  '<>': '<>',
  '>': '<',
  '>=': '<=',
};

export function not(test: Test): Test {
  return (row) => {
    const truth = test(row);
    return truth === UNKNOWN ? UNKNOWN : ((1 - truth) as Truth);
  };
}

export function and(tests: readonly Test[]): Test {
  if (tests.length === 1) return tests[0]!;
  return (row) => {
    let result: Truth = TRUE;
    for (let i = 0; i < tests.length; i++) {
      const truth = tests[i]!(row);
      if (truth === FALSE) return FALSE;
      if (truth === UNKNOWN) result = UNKNOWN;
    }
    return result;
  };
}

export function or(tests: readonly Test[]): Test {
  if (tests.length === 1) return tests[0]!;
  return (row) => {
    let result: Truth = FALSE;
    for (let i = 0; i < tests.length; i++) {
      const truth = tests[i]!(row);
      if (truth === TRUE) return TRUE;
      if (truth === UNKNOWN) result = UNKNOWN;
    }
    return result;
  };
}

export function xor(tests: readonly Test[]): Test {
  return (row) => {
    let result: number = FALSE;
    for (let i = 0; i < tests.length; i++) {
      const truth = tests[i]!(row);
      if (truth === UNKNOWN) return UNKNOWN;
      result ^= truth;
    }
    return result as Truth;
  };
}

export function is(truth: 'true' | 'false' | 'unknown', test: Test): Test {
  const wanted = truth === 'true' ? TRUE : truth === 'false' ? FALSE : UNKNOWN;
  return (row) => (test(row) === wanted ? TRUE : FALSE);
}
