import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ioError } from '../source.ts';

/** Does the name hold what a shell would have put names in the place of, had it not been quoted? */
export function isPattern(name: string): boolean {
  return /[*?]|\[.+\]/.test(name);
}

/**
 * The paths that a shell's pattern stands for, in the order of their names: `*`, `?` and `[...]`, each inside of one
 * name, in any part of the path. Names that begin with a dot are not meant, as in a shell.
 *
 * @throws BinflashError `IO` when a folder on the way cannot be read
 */
export async function matchingPaths(pattern: string): Promise<string[]> {
  const parts = pattern.split('/');
  let paths = [pattern.startsWith('/') ? '/' : ''];
  for (const part of parts.filter((one) => one !== '')) {
    if (!isPattern(part)) paths = paths.map((path) => join(path, part));
    else paths = (await Promise.all(paths.map((path) => matchingNames(path, part)))).flat();
  }
  return paths.sort();
}

async function matchingNames(folder: string, pattern: string): Promise<string[]> {
  const expression = new RegExp(`^${expressionOf(pattern)}$`, 's');
  const names = await namesIn(folder === '' ? '.' : folder);
  return names
    .filter((name) => !(name.startsWith('.') && !pattern.startsWith('.')) && expression.test(name))
    .map((name) => (folder === '' ? name : join(folder, name)));
}

/** A folder that is not there, or a file in a folder's place, holds nothing that could match. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw ioError('cannot be read', folder, error);
  }
}

function expressionOf(pattern: string): string {
  return pattern.replace(/\[([!^]?)(\]?[^\]]+)\]|[\s\S]/g, (one, not: string | undefined, set: string) => {
    if (set !== undefined) return `[${not ? '^' : ''}${set.replace(/[\\\][^]/g, '\\$&')}]`;
    if (one === '*') return '.*';
    return one === '?' ? '.' : one.replace(/[\\^$.|+()[\]{}]/g, '\\$&');
  });
}
