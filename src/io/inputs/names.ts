import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BinflashError } from '../../errors.ts';
import { type InputFile, ioError } from '../source.ts';
import { isPattern, matchingPaths } from './glob.ts';
import { indexedPaths } from './index-file.ts';

/** The name of standard input. */
export const STANDARD_INPUT = '-';

/** The name of a log without its folder; of an archive that of the log in it. */
export function plainName(path: string): string {
  return basename(path).replace(/\.(gz|gzip|zst|zstd)$/i, '');
}

/** A file to be opened. */
export interface InputName {
  readonly path: string;
  /**
   * The index, folder or pattern that stands for it; undefined when the user named the file itself. What only happens
   * to be there may be passed over, and what was named may not.
   */
  readonly from: string | undefined;
  /** Does an index list it? Then it is a binary log for certain, and all after the first ones that were purged are there. */
  readonly isListed?: boolean;
}

/**
 * The files that a user means: each name is that of a binary log or archive, of an `.index` file, of a folder, or a
 * pattern that no shell has resolved. Files whose names look like a pattern are taken as they are.
 *
 * @throws BinflashError `IO`, `NOT_A_BINLOG` when a name stands for nothing
 */
export async function expandNames(names: readonly string[]): Promise<InputName[]> {
  const expanded: InputName[] = [];
  for (const name of names) {
    const found = await pathsOf(name);
    if (found === undefined) expanded.push({ path: name, from: undefined });
    else expanded.push(...found.paths.map((path) => ({ path, from: name, isListed: found.isListed })));
  }
  return expanded;
}

/** What is not to be written to: the files that were opened, and whatever else the user named, as an index. */
export async function inputIdentities(
  names: readonly string[],
  files: readonly InputFile[],
): Promise<Set<string>> {
  const stats = await Promise.all(names.map((name) => stat(name).catch(() => undefined)));
  const named = stats.filter((one) => one !== undefined).map(({ dev, ino }) => `${dev}:${ino}`);
  return new Set([...files.map(({ identity }) => identity), ...named]);
}

/** Undefined for what is a file itself, or will be an error when it is opened. */
async function pathsOf(name: string): Promise<{ paths: string[]; isListed: boolean } | undefined> {
  if (name === STANDARD_INPUT) return undefined;
  const found = await stat(name).catch(() => undefined);
  if (found?.isDirectory()) return { paths: await pathsIn(name), isListed: false };
  if (found?.isFile()) {
    return name.endsWith('.index') ? { paths: await indexedPaths(name), isListed: true } : undefined;
  }
  if (found !== undefined || !isPattern(name)) return undefined;
  const paths = await matchingPaths(name);
  if (paths.length > 0) return { paths, isListed: false };
  throw new BinflashError('IO', 'no file has a name like this', {
    file: name,
    hint: 'In a pattern * is any run of characters, ? any one, [0-9] one of these.',
  });
}

async function pathsIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const files = entries.filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'));
    if (files.length > 0) return files.map(({ name }) => join(folder, name)).sort();
  } catch (error) {
    throw ioError('cannot be read', folder, error);
  }
  throw new BinflashError('IO', 'is a folder without files', { file: folder });
}
