import { type ChangeKind, inverseKind } from '../binlog/rows.ts';
import type { TableDefinition } from '../binlog/table-map.ts';
import type { Shape } from '../scan/shapes.ts';
import { bitmapBytes, hasBit } from '../wire/bitmap.ts';
import type { KnownKeys } from './primary-keys.ts';

/**
 * How the rows of one shape are inverted.
 *
 * - `keep`  one image a row, the same bytes: INSERT becomes DELETE and the reverse
 * - `swap`  UPDATE with the same columns in both images: they change places
 * - `merge` UPDATE whose after image holds only some columns of the before image, or documents as differences
 * - `refuse` the old values are not in the log
 * - `repeat` not at all: the changes are to be made again, not turned back
 *
 * The column bitmaps never change: for an UPDATE with bitmaps B and A, the undo finds its row by the B
 * columns (with A's new values among them) and sets the A columns.
 */
export interface Inversion {
  readonly kind: ChangeKind;
  readonly how: 'keep' | 'swap' | 'merge' | 'refuse' | 'repeat';
  /** For `refuse`: the columns whose values are missing, as numbers. */
  readonly missing: readonly number[];
}

/**
 * Decides from the bitmaps, and where they leave columns out from the table's key: the row image is a session
 * variable and may change with every event.
 */
export function invertShape(shape: Shape, keys: KnownKeys): Inversion {
  const kind = inverseKind(shape.kind);
  const present = shape.first.columns;
  const { table } = shape;
  const count = table.types.length;
  const refuse = (missing: number[]): Inversion => ({ kind, how: 'refuse', missing });
  if (shape.kind === 'update') {
    const before = new Set(present);
    const missing = [...shape.second!.columns].filter((column) => !before.has(column));
    if (missing.length > 0 || present.length === 0) return refuse(missing);
    return { kind, how: sameBitmaps(shape, count) && !shape.partial ? 'swap' : 'merge', missing: [] };
  }
  const missing = missingColumns(present, count);
  // An inserted row is found again by its key alone; a deleted one must come back whole.
  if (missing.length === 0) return { kind, how: 'keep', missing };
  const isFound = shape.kind === 'insert' && hasKey(keys.of(table), new Set(present));
  return isFound ? { kind, how: 'keep', missing: [] } : refuse(missing);
}

/** To make a change again, whatever the log holds of it will do: a replica has no more. */
export function repeatShape({ kind }: Shape): Inversion {
  return { kind, how: 'repeat', missing: [] };
}

function sameBitmaps(shape: Shape, count: number): boolean {
  const second = bitmapBytes(count);
  for (let column = 0; column < count; column++) {
    if (hasBit(shape.bitmaps, 0, column) !== hasBit(shape.bitmaps, second, column)) return false;
  }
  return true;
}

function missingColumns(present: Int32Array, count: number): number[] {
  const there = new Set(present);
  return Array.from({ length: count }, (_, column) => column).filter((column) => !there.has(column));
}

function hasKey(key: readonly number[] | undefined, present: ReadonlySet<number>): boolean {
  return key !== undefined && key.length > 0 && key.every((column) => present.has(column));
}

/** Names a column as people know it: by name where the log has it, else as mysqlbinlog does, `@1`. */
export function columnName(table: TableDefinition, column: number): string {
  const name = table.optional.names?.[column];
  return name === undefined ? `@${column + 1}` : `\`${name}\``;
}
