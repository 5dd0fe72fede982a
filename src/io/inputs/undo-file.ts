import { HEADER_LENGTH, MAGIC } from '../../binlog/event-header.ts';
import { EventCode } from '../../binlog/event-types.ts';
import { parseFormatDescription } from '../../binlog/format-description.ts';
import { beginsWithGtids } from '../../binlog/previous-gtids.ts';
import { BinflashError } from '../../errors.ts';
import { readU32 } from '../../wire/integers.ts';
import type { InputFile } from '../source.ts';

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
  if (bytes.length < MAGIC.length + HEADER_LENGTH) return false;
  const next = MAGIC.length + readU32(bytes, MAGIC.length + 9);
  if (bytes[MAGIC.length + 4] !== EventCode.FORMAT_DESCRIPTION || bytes[next + 4] !== EventCode.QUERY)
    return false;
  try {
    const format = parseFormatDescription(bytes, MAGIC.length, next);
    if (format.created !== 0 || format.isRelay) return false;
    return (
      beginsWithGtids(format) || bytes.subarray(next, next + readU32(bytes, next + 9)).includes(GTID_NEXT)
    );
  } catch (error) {
    // The scan says what is wrong with it.
    if (error instanceof BinflashError) return false;
    throw error;
  }
}
