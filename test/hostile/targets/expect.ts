import { BinflashError } from '../../../src/errors.ts';

/** Runs something that may fail with a BinflashError and with no other. */
export function expectBinflashError(run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof BinflashError)) throw error;
  }
}
