import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BinflashError,
  type ErrorCode,
  type RewriteOptions,
  type RewriteResult,
  rewrite,
} from '../src/index.ts';
import { pageLimits } from '../src/io/page-store.ts';
import { fileName } from './builder/arbitrary.ts';
import { type Effect, effects } from './builder/oracle.ts';
import { type BinlogRecord, readBinlog } from './builder/reader.ts';

/** Runs a test in a folder of its own, which is gone afterwards. */
export async function inFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'binflash-test-'));
  try {
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes binlogs under server-like names and answers their paths. */
export async function writeFiles(folder: string, files: readonly Uint8Array[]): Promise<string[]> {
  const paths = files.map((_, number) => join(folder, fileName(number)));
  await Promise.all(paths.map((path, number) => writeFile(path, files[number]!)));
  return paths;
}

/** What is made with pages of a few numbers, of which none stays in memory. */
export async function spilled<T>(make: () => Promise<T>): Promise<T> {
  const before = { ...pageLimits };
  Object.assign(pageLimits, { inMemory: 0, page: 8, firstPage: 4, buffer: 100 });
  try {
    return await make();
  } finally {
    Object.assign(pageLimits, before);
  }
}

export interface Undo {
  readonly bytes: Buffer;
  readonly log: BinlogRecord;
  readonly result: RewriteResult;
}

type Options = Omit<RewriteOptions, 'inputs' | 'output'>;

/** Undoes binlogs through the library, as a user would, and decodes the undo with the tests' own reader. */
export function undo(files: readonly Uint8Array[], options: Options = {}): Promise<Undo> {
  return inFolder(async (folder) => {
    const output = join(folder, 'undo.binlog');
    const result = await rewrite({ ...options, inputs: await writeFiles(folder, files), output });
    const bytes = await readFile(output);
    return { bytes, log: readBinlog(bytes), result };
  });
}

/** The bytes of an undo, streamed into memory, which is faster. */
export function undoBytes(
  files: readonly Uint8Array[],
  options: Options = {},
): Promise<{ bytes: Buffer; result: RewriteResult }> {
  return inFolder(async (folder) => {
    const pieces: Buffer[] = [];
    const output = { write: async (piece: Uint8Array) => void pieces.push(Buffer.from(piece)) };
    const result = await rewrite({ ...options, inputs: await writeFiles(folder, files), output });
    return { bytes: Buffer.concat(pieces), result };
  });
}

/** The undo, or the code of the error with which it ends. */
export async function attempt(
  files: readonly Uint8Array[],
  options: Options = {},
): Promise<Undo | ErrorCode> {
  try {
    const { bytes, result } = await undoBytes(files, options);
    return { bytes, log: readBinlog(bytes), result };
  } catch (error) {
    if (error instanceof BinflashError) return error.code;
    throw error;
  }
}

/** Numbers in the first column (INT) of inserted rows, by transaction, as they were before the undo took them out. */
export function insertedIds(log: BinlogRecord): number[][] {
  const id = ({ before }: Effect): number => Buffer.from(before![0]!, 'hex').readUInt32LE();
  return effects([log])
    .map((changes) => changes.map(id).reverse())
    .reverse();
}

/**
 * The error with which an undo is refused. Fails when there is none, when it is not a BinflashError, and
 * when anything but the inputs, as they were, is in the folder afterwards.
 */
export function refusal(files: readonly Uint8Array[], options: Options = {}): Promise<BinflashError> {
  return inFolder(async (folder) => {
    const inputs = await writeFiles(folder, files);
    let error: unknown;
    try {
      await rewrite({ ...options, inputs, output: join(folder, 'undo.binlog') });
    } catch (thrown) {
      error = thrown;
    }
    if (error === undefined) throw new Error('the undo was not refused');
    if (!(error instanceof BinflashError)) throw error;
    await checkUntouched(folder, files);
    return error;
  });
}

/** Makes sure that a folder holds the inputs, byte for byte, and nothing else. */
export async function checkUntouched(folder: string, files: readonly Uint8Array[]): Promise<void> {
  const names = (await readdir(folder)).sort();
  const expected = files.map((_, number) => fileName(number));
  if (names.join() !== expected.join()) throw new Error(`left in the folder: ${names.join()}`);
  for (const [number, bytes] of files.entries()) {
    const now = await readFile(join(folder, fileName(number)));
    if (!now.equals(bytes)) throw new Error(`${fileName(number)} was changed`);
  }
}

/** The BinflashError that `run` throws; fails when it throws none or another error. */
export function thrownBy(run: () => unknown): BinflashError {
  try {
    run();
  } catch (error) {
    if (error instanceof BinflashError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** Where a file may end without being damaged: its event boundaries. */
export function boundaries(file: Buffer): Set<number> {
  const ends = new Set<number>();
  for (let at = 4; at < file.length; ) {
    at += file.readUInt32LE(at + 9);
    ends.add(at);
  }
  return ends;
}
