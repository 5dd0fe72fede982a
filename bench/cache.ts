import { mkdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the bench keeps what it reads, from run to run. */
export const CACHE: string = join(
  process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
  'binflash',
  'bench',
);

/** The path of a file that `make` writes where it is missing; half of one never has the name. */
export async function cached(name: string, make: (path: string) => Promise<void>): Promise<string> {
  const path = join(CACHE, name);
  if (await stat(path).catch(() => undefined)) return path;
  await mkdir(CACHE, { recursive: true });
  const partial = `${path}.${process.pid}.partial`;
  try {
    await make(partial);
    await rename(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
  return path;
}

/** Bytes that a file may still take where the bench writes. */
export async function freeSpace(): Promise<number> {
  await mkdir(CACHE, { recursive: true });
  const { bavail, bsize } = await statfs(CACHE);
  return bavail * bsize;
}
