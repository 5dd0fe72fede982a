import { valueEnd } from '../binlog/columns/layout.ts';
import { possibleDigits } from '../binlog/columns/old-digits.ts';
import type { RowsEvent } from '../binlog/rows.ts';
import type { TableDefinition } from '../binlog/table-map.ts';
import { hasBit } from '../wire/bitmap.ts';
import { countRows, type RowCount, type Shape } from './shapes.ts';

/** Rows that have no end in their event, whatever column it is that lies. */
export const NO_COLUMN = -1;

/**
 * Holds what users tell of the digits of fraction of MariaDB's temporal columns of old against the rows: what no server can
 * have stored is not read by them. A schema file tells what the table is now, not what it was.
 */
export class ToldDigits {
  /** The tables for which a rows event contradicts them, and the column in the first of these, or {@link NO_COLUMN}. */
  readonly contradicted: Map<TableDefinition, number> = new Map();

  /** Counts rows; false where lengths are known from elsewhere than the log, and do not fit these rows. */
  count(bytes: Uint8Array, rows: RowsEvent, shape: Shape, into: RowCount): boolean {
    const isTold = shape.table.digits !== undefined;
    let column: number | undefined;
    try {
      countRows(bytes, rows, shape, into);
      column = isTold ? impossibleColumn(shape, bytes, rows) : undefined;
    } catch (error) {
      if (!isTold) throw error;
      column = NO_COLUMN;
    }
    if (column !== undefined && !this.contradicted.has(shape.table)) {
      this.contradicted.set(shape.table, column);
    }
    return column === undefined;
  }
}

/** The first column with a value that is no time. */
function impossibleColumn(
  { table, first, second }: Shape,
  bytes: Uint8Array,
  { rowsStart, rowsEnd }: RowsEvent,
): number | undefined {
  const { types, lengths, digits } = table;
  const images = second === undefined ? [first] : [first, second];
  for (let at = rowsStart, image = 0; at < rowsEnd; image = (image + 1) % images.length) {
    const { columns, nullBytes } = images[image]!;
    const nulls = at;
    at += nullBytes;
    for (let i = 0; i < columns.length; i++) {
      if (hasBit(bytes, nulls, i)) continue;
      const column = columns[i]!;
      const mask = digits![column]!;
      if (mask !== 0 && possibleDigits(types[column]!, mask, bytes, at) === 0) return column;
      at = valueEnd(bytes, at, lengths[column]!);
    }
  }
  return undefined;
}
