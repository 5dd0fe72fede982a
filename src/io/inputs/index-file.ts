import { readFile, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { BinflashError } from '../../errors.ts';
import { ioError } from '../source.ts';

/** Servers list thousands of logs at most. */
const LARGEST = 16 * 1024 * 1024;

/**
 * The paths of the binary logs that an `.index` file lists, one a line, as servers write it: absolute, or relative to
 * the folder of the index. Where the index and its logs were copied together, they are found beside it, also in archives.
 *
 * @throws BinflashError `IO` when it cannot be read, `NOT_A_BINLOG` when it is no such list
 */
export async function indexedPaths(path: string): Promise<string[]> {
  const lines = (await readText(path)).split(/\r?\n/).filter((line) => line !== '');
  if (lines.length === 0) {
    throw new BinflashError('NOT_A_BINLOG', 'the index lists no binary logs', { file: path });
  }
  return Promise.all(lines.map((line) => placeOf(line, dirname(path))));
}

async function readText(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    const { size } = await stat(path);
    bytes = size > LARGEST ? Buffer.alloc(1) : await readFile(path);
  } catch (error) {
    throw ioError('cannot be read', path, error);
  }
  if (!bytes.includes(0)) return bytes.toString();
  throw new BinflashError(
    'NOT_A_BINLOG',
    'is named like an index of binary logs, but is not a list of paths',
    {
      file: path,
      hint: 'Name the binary logs themselves.',
    },
  );
}

async function placeOf(line: string, folder: string): Promise<string> {
  const path = isAbsolute(line) ? line : join(folder, line);
  // Servers on Windows write their own separators.
  const name = line.split(/[\\/]/).findLast((part) => part !== '') ?? line;
  const beside = join(folder, name);
  for (const place of [path, beside]) {
    for (const ending of ENDINGS) if (await isThere(place + ending)) return place + ending;
  }
  return line.includes('\\') ? beside : path;
}

/** Of a log, and of an archive that has taken its place. */
const ENDINGS = ['', '.gz', '.zst', '.gzip', '.zstd'];

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
