import { EventCode } from '../../binlog/event-types.ts';
import { parseFormatDescription, versionAtLeast } from '../../binlog/format-description.ts';
import { BinflashError } from '../../errors.ts';
import { readU32 } from '../../wire/integers.ts';
import type { InputFile } from '../source.ts';

const MAGIC = 4;
const HEADER = 19;

/** FORMAT_DESCRIPTION, and the header of what follows it. */
const BEGINNING = 1024;

/** No server logs it so. */
const GTID_NEXT = 'SET @@SESSION.GTID_NEXT=';

/**
 * Is it an undo that was written by this program, found among the logs that it undoes? It begins with a QUERY: that of
 * GTID_NEXT, or BEGIN where the server that the FORMAT_DESCRIPTION is of begins its own logs with the GTIDs before them. Of
 * MySQL before 5.6.5 and MariaDB before 10.0.2 nothing tells it.
 */
export async function isUndo(file: InputFile): Promise<boolean> {
  const bytes = Buffer.alloc(Math.min(BEGINNING, file.size));
  await file.read(bytes, 0, bytes.length, 0);
  if (bytes.length < MAGIC + HEADER) return false;
  const next = MAGIC + readU32(bytes, MAGIC + 9);
  if (bytes[MAGIC + 4] !== EventCode.FORMAT_DESCRIPTION || bytes[next + 4] !== EventCode.QUERY) return false;
  try {
    const { flavour, version, created, isRelay } = parseFormatDescription(bytes, MAGIC, next);
    const since: [number, number, number] = flavour === 'mariadb' ? [10, 0, 2] : [5, 7, 6];
    if (created !== 0 || isRelay) return false;
    return (
      versionAtLeast(version, since) ||
      bytes.subarray(next, next + readU32(bytes, next + 9)).includes(GTID_NEXT)
    );
  } catch (error) {
    // The scan says what is wrong with it.
    if (error instanceof BinflashError) return false;
    throw error;
  }
}
