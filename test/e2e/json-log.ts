/** The images of rows in a binary log of one table: an INT, then JSON columns, all there in every image. */
import { type BinlogRecord, readBinlog } from '../builder/reader.ts';

/** A JSON column in an image: its bytes without their length, or its diffs. */
export interface JsonCell {
  readonly bytes: Buffer;
  readonly isDiff: boolean;
}

export interface RowImage {
  readonly id: number;
  /** Null is NULL. */
  readonly cells: readonly (JsonCell | null)[];
}

export interface RowChange {
  readonly before: RowImage | undefined;
  readonly after: RowImage | undefined;
}

/** `columns`: how many JSON columns follow the INT; they are the table's only others. */
export function rowChanges(log: Buffer, columns: number): RowChange[] {
  return readBinlog(log).events.flatMap((event) => changesIn(event, columns));
}

const WRITE_ROWS = 30;
const UPDATE_ROWS = 31;
const DELETE_ROWS = 32;
const PARTIAL_UPDATE_ROWS = 39;

function changesIn({ type, body }: BinlogRecord['events'][number], columns: number): RowChange[] {
  if (![WRITE_ROWS, UPDATE_ROWS, DELETE_ROWS, PARTIAL_UPDATE_ROWS].includes(type)) return [];
  const two = type === UPDATE_ROWS || type === PARTIAL_UPDATE_ROWS;
  // table id, flags, extra data, column count, bitmaps of up to 8 columns
  let at = 8 + body.readUInt16LE(8) + 1 + (two ? 2 : 1);
  const image = (partial: boolean): RowImage => {
    const isPartial = partial && body[at++] === 1;
    const diffBits = isPartial ? body[at++]! : 0;
    const nulls = body[at++]!;
    const id = body.readInt32LE(at);
    at += 4;
    const cells = Array.from({ length: columns }, (_, i) => {
      if ((nulls >> (i + 1)) & 1) return null;
      const start = at + 4;
      at = start + body.readUInt32LE(at);
      if (at > body.length) throw new Error('a row runs over its event');
      return { bytes: body.subarray(start, at), isDiff: ((diffBits >> i) & 1) === 1 };
    });
    return { id, cells };
  };
  const changes: RowChange[] = [];
  while (at < body.length) {
    const before = type === WRITE_ROWS ? undefined : image(false);
    const after = type === DELETE_ROWS ? undefined : image(type === PARTIAL_UPDATE_ROWS);
    changes.push({ before, after });
  }
  return changes;
}
