import { makePlan, type Plan, type PlanOptions } from '../../src/flashback/plan.ts';
import { SKIPPABLE } from '../../src/flashback/refusals.ts';
import { BinflashError, type ErrorCode } from '../../src/index.ts';
import type { SourceFile } from '../../src/io/source.ts';
import { readIndex } from '../../src/read/binlogs.ts';
import type { Proof } from '../../src/verify/tally.ts';
import { prove } from '../../src/verify/verify.ts';

/** A file that is only in memory: thousands of undos are held against one source. */
export function memoryFile(path: string, bytes: Uint8Array): SourceFile {
  const file = {
    path,
    size: bytes.length,
    identity: path,
    read: async (into: Uint8Array, at: number, length: number, position: number): Promise<void> =>
      into.set(bytes.subarray(position, position + length), at),
    again: async (): Promise<unknown> => file,
    close: async (): Promise<void> => {},
  };
  return file as unknown as SourceFile;
}

/** Sources that were scanned once, and what is to be undone of them. */
export class Sources {
  readonly plan: Plan;
  readonly #files: readonly SourceFile[];

  private constructor(plan: Plan, files: readonly SourceFile[]) {
    this.plan = plan;
    this.#files = files;
  }

  static async of(files: readonly Uint8Array[], options: PlanOptions = {}): Promise<Sources> {
    const opened = files.map((bytes, i) => memoryFile(`bin.00000${i + 1}`, bytes));
    const index = await readIndex(opened, { window: 64 * 1024, select: options.select });
    return new Sources(makePlan(index, { skip: SKIPPABLE, ...options }), opened);
  }

  /** What is proved of an undo, given as its parts. @throws BinflashError */
  prove(parts: readonly Uint8Array[], maxEventSize?: number, window: number = 8 * 1024): Promise<Proof> {
    const opened = parts.map((bytes, i) => ({ name: `undo.${i}`, file: memoryFile(`undo.${i}`, bytes) }));
    return prove(this.plan, this.#files, opened, { window, maxEventSize });
  }

  /** The error with which an undo is turned down, or undefined when it is proved. */
  async refusal(parts: readonly Uint8Array[]): Promise<BinflashError | undefined> {
    try {
      await this.prove(parts);
      return undefined;
    } catch (error) {
      if (error instanceof BinflashError) return error;
      throw error;
    }
  }

  async verdict(parts: readonly Uint8Array[]): Promise<ErrorCode | 'proved'> {
    return (await this.refusal(parts))?.code ?? 'proved';
  }
}
