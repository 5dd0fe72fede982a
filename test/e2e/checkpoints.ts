import { readFile } from 'node:fs/promises';

const BINLOG_CHECKPOINT = 161;

/**
 * Positions in a MariaDB log as they were asked for before an event was written, moved to where that one begins: the server
 * notes at any time, from the background, up to which log its engines have flushed.
 */
export async function behindCheckpoints(file: string, positions: readonly number[]): Promise<number[]> {
  const bytes = await readFile(file);
  return positions.map((position) => {
    let at = position;
    while (bytes[at + 4] === BINLOG_CHECKPOINT) at += bytes.readUInt32LE(at + 9);
    return at;
  });
}
