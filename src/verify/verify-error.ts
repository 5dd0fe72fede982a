import { BinflashError, type ErrorPlace } from '../errors.ts';

/** Where in the source stands what the undo was held against. */
export interface SourcePlace {
  readonly file: string;
  /** Byte offset of the event, or of the one that holds it. */
  readonly offset: number;
}

/** What must stand somewhere in an event, and what does. */
export interface Difference {
  readonly expected: string;
  readonly found: string;
}

/** What is wrong with an undo: the place in it and in the source, what is expected and what stands there. */
export class VerifyError extends BinflashError {
  readonly expected: string;
  readonly found: string;
  /** Undefined where no event of the source is concerned. */
  readonly source: SourcePlace | undefined;

  constructor(expected: string, found: string, place: ErrorPlace, source: SourcePlace | undefined) {
    const where = source === undefined ? '' : ` (source: ${source.file}:${source.offset})`;
    super('VERIFY_FAILED', `expected ${expected}, found ${found}${where}`, {
      hint: HINT,
      ...place,
    });
    this.expected = expected;
    this.found = found;
    this.source = source;
  }
}

const HINT =
  'Do not replay this file: it is not the undo of this source and selection. Were they the same when it was made?';
