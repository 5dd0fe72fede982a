import { tmpdir } from 'node:os';
import { BinflashError, type ErrorCode } from '../../src/errors.ts';
import { makePlan } from '../../src/flashback/plan.ts';
import { RefusedError, type Skippable } from '../../src/flashback/refusals.ts';
import { writeUndo } from '../../src/flashback/write.ts';
import { PageStore } from '../../src/io/page-store.ts';
import type { InputFile } from '../../src/io/source.ts';
import { Waits } from '../../src/io/waits.ts';
import { scan } from '../../src/scan/scan.ts';
import { checkSequence } from '../../src/scan/sequence.ts';
import { fileName } from '../builder/arbitrary.ts';

/** An undo, or why there is none. */
export type Outcome =
  | { readonly undo: Buffer; readonly warnings: readonly string[] }
  | { readonly error: BinflashError };

export const codeOf = (outcome: Outcome): ErrorCode | 'undone' =>
  'error' in outcome ? outcome.error.code : 'undone';

const WINDOW = 4096;

/**
 * What `rewrite` makes of files, without any file system, a few thousand times a second. Throws what no user may see:
 * an error that is not a BinflashError.
 */
export async function outcomeOf(
  files: readonly Buffer[],
  skip: readonly Skippable[],
  stopPosition?: number,
): Promise<Outcome> {
  const inputs = files.map(inMemory);
  const pages = new PageStore();
  try {
    const index = await scan(inputs, { window: WINDOW, pages, stopPosition });
    checkSequence(index.files);
    const plan = makePlan(index, { skip, select: { stopPosition } });
    if (plan.refusals.length > 0) return { error: new RefusedError(plan.refusals) };
    const pieces: Buffer[] = [];
    const output = { write: async (piece: Uint8Array) => void pieces.push(Buffer.from(piece)) };
    const { checksum } = index.files.at(-1)!.format;
    await writeUndo(plan, inputs, async () => output, {
      checksum,
      maxEventSize: WINDOW,
      window: WINDOW,
      rowsVersion: undefined,
      maxFileSize: undefined,
      spoolFolder: tmpdir(),
      onProgress: undefined,
      signal: undefined,
      waits: new Waits(),
    });
    return { undo: Buffer.concat(pieces), warnings: plan.warnings };
  } catch (error) {
    if (error instanceof BinflashError) return { error };
    throw error;
  } finally {
    pages.close();
  }
}

function inMemory(bytes: Buffer, number: number): InputFile {
  return {
    path: fileName(number),
    size: bytes.length,
    identity: String(number),
    read: async (into, at, length, position) => into.set(bytes.subarray(position, position + length), at),
    check: async () => 'as it was',
    close: async () => {},
  };
}
