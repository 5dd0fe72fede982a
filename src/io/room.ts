import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BinflashError } from '../errors.ts';
import { formatBytes } from '../wire/format-bytes.ts';
import { errorCode } from './source.ts';

/** What the operating system says when there is no room for more. */
const NO_ROOM = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/** Less than this part of the room that is needed is clearly too little, even for a file system that compresses. */
const CLEARLY_TOO_LITTLE = 0.5;

/** Adds to an error what to do about a disk that is full, if that is what it says. */
export function withRoomHint(error: BinflashError, needed?: number): BinflashError {
  if (!NO_ROOM.includes(errorCode(error.cause) ?? '')) return error;
  const how = needed === undefined ? '' : ` About ${formatBytes(needed)} are needed.`;
  return error.locate({ hint: `Nothing was left. Make room, or choose another folder.${how}` });
}

/**
 * Makes sure that a file of about `needed` bytes has a chance, before it is begun.
 *
 * @throws BinflashError `IO` when its file system says that it has clearly less
 */
export async function checkRoom(path: string, needed: number): Promise<void> {
  const folder = dirname(path);
  const free = await freeIn(folder);
  if (free >= needed * CLEARLY_TOO_LITTLE) return;
  throw new BinflashError(
    'IO',
    `cannot be written: about ${formatBytes(needed)} are needed, and ${formatBytes(free)} are free in ${folder}`,
    { file: path, hint: 'Make room, choose another folder, or write to a pipe with -o -.' },
  );
}

/** The same for an archive that is unpacked to `needed` bytes at least. @throws BinflashError `IO` */
export async function checkUnpackRoom(folder: string, archive: string, needed: number): Promise<void> {
  const free = await freeIn(folder);
  if (free >= needed) return;
  throw new BinflashError(
    'IO',
    `cannot be unpacked: more than ${formatBytes(needed)} are needed, and ${formatBytes(free)} are free in ${folder}`,
    { file: archive, hint: "It is unpacked in the output's folder, or else in the one that TMPDIR names." },
  );
}

/** Free bytes of a file system; who cannot tell is asked by writing. */
async function freeIn(folder: string): Promise<number> {
  const system = await statfs(folder).catch(() => undefined);
  return system === undefined ? Infinity : system.bavail * system.bsize;
}
