import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BinflashError } from '../../errors.ts';
import { ioError } from '../source.ts';
import { isPattern, matchingPaths } from './glob.ts';
import { indexedPaths } from './index-file.ts';

/** The name of standard input. */
export const STANDARD_INPUT = '-';

/** A file to be opened. */
export interface InputName {
  readonly path: string;
  /**
   * The index, folder or pattern that stands for it; undefined when the user named the file itself. What only happens
   * to be there may be passed over, and what was named may not.
   */
  readonly from: string | undefined;
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
    const paths = await pathsOf(name);
    if (paths === undefined) expanded.push({ path: name, from: undefined });
    else expanded.push(...paths.map((path) => ({ path, from: name })));
  }
  return expanded;
}

/** Undefined for what is a file itself, or will be an error when it is opened. */
async function pathsOf(name: string): Promise<string[] | undefined> {
  if (name === STANDARD_INPUT) return undefined;
  const found = await stat(name).catch(() => undefined);
  if (found?.isDirectory()) return pathsIn(name);
  if (found?.isFile()) return name.endsWith('.index') ? indexedPaths(name) : undefined;
  if (found !== undefined || !isPattern(name)) return undefined;
  const paths = await matchingPaths(name);
  if (paths.length > 0) return paths;
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
