import { CHECKSUM_LENGTH, writeChecksum } from '../../src/binlog/checksum.ts';
import { HEADER_LENGTH, MAGIC, sealHeader } from '../../src/binlog/event-header.ts';
import { EventCode } from '../../src/binlog/event-types.ts';
import { RowsFlag } from '../../src/binlog/rows.ts';

/**
 * An undo with checksums whose rows events are put together into statements of at most `limit` bytes, as a server's
 * own binary log has them: STMT_END_F on the last event of each alone, and the TABLE_MAP before the first alone.
 */
export function grouped(undo: Buffer, limit: number): Buffer {
  const output = Buffer.alloc(undo.length);
  let at = MAGIC.length;
  undo.copy(output, 0, 0, at);
  /** Where the last rows event stands in the output, or -1 when the next one begins a statement. */
  let last = -1;
  let statement = 0;
  const put = (event: Uint8Array): number => {
    const start = at;
    output.set(event, start);
    at += event.length;
    seal(start, event.length);
    return start;
  };
  const seal = (start: number, size: number): void => {
    sealHeader(output, start, size, start + size);
    writeChecksum(output, start, start + size - CHECKSUM_LENGTH);
  };
  let map = undo.subarray(0, 0);
  for (let from = MAGIC.length; from < undo.length; ) {
    const size = undo.readUInt32LE(from + 9);
    const event = undo.subarray(from, from + size);
    from += size;
    const type = event[4]!;
    if (type === EventCode.TABLE_MAP) {
      map = event;
      continue;
    }
    if (type < EventCode.WRITE_ROWS_V1 || type > EventCode.DELETE_ROWS) {
      put(event);
      last = -1;
      continue;
    }
    if (last < 0 || output[last + 4] !== type || statement + size > limit) {
      put(map);
      statement = map.length;
    } else {
      output[last + HEADER_LENGTH + 6]! &= ~RowsFlag.STMT_END;
      seal(last, output.readUInt32LE(last + 9));
    }
    statement += size;
    last = put(event);
  }
  return output.subarray(0, at);
}
