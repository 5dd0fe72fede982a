import { createHash } from 'node:crypto';
import type { ChangeKind } from '../binlog/rows.ts';
import type { TableDefinition } from '../binlog/table-map.ts';
import type { Shape } from '../scan/shapes.ts';
import { ImageWalk } from './image-walk.ts';

/**
 * What the undo of a shape must look like, worked out from its bitmaps without a look at what the writer decided.
 *
 * - `same`    one image a row, unchanged
 * - `swapped` two images of the same columns, exchanged
 * - `merged`  two images whose values come from both of the source's, column by column
 */
export interface ShapeForm {
  readonly shape: Shape;
  readonly kind: ChangeKind;
  readonly rows: 'same' | 'swapped' | 'merged';
  readonly first: ImageWalk;
  readonly second: ImageWalk | undefined;
  /** Column count and bitmaps as they must stand in the undo's rows events. */
  readonly columns: Uint8Array;
  /** Columns without which a row cannot be turned back: the after image has them and the before image has not. */
  readonly missing: readonly number[];
  /** What tells this kind of change from others in the digest: 64 hexadecimal digits. */
  readonly fingerprint: string;
}

const BACK: Record<ChangeKind, ChangeKind> = { insert: 'delete', update: 'update', delete: 'insert' };

export function formOf(shape: Shape): ShapeForm {
  const { table, bitmaps } = shape;
  const count = table.types.length;
  const width = Math.ceil(count / 8);
  const first = new ImageWalk(bitmaps.subarray(0, width), table.lengths);
  const second =
    shape.kind === 'update' ? new ImageWalk(bitmaps.subarray(width, 2 * width), table.lengths) : undefined;
  const kind = BACK[shape.kind];
  const same = second === undefined || first.columns.join() === second.columns.join();
  return {
    shape,
    kind,
    rows: second === undefined ? 'same' : same && !shape.partial ? 'swapped' : 'merged',
    first,
    second,
    columns: Uint8Array.from([...(count <= 250 ? [count] : [252, count % 256, count >> 8]), ...bitmaps]),
    missing: missingColumns(shape.kind, first.columns, second?.columns ?? [], count),
    fingerprint: createHash('sha256')
      .update(`${kind} ${table.body.length} `)
      .update(table.body)
      .update(bitmaps)
      .digest('hex'),
  };
}

/** An inserted row that is not logged whole is found by its key, and which columns that is the plan knows. */
function missingColumns(
  kind: ChangeKind,
  first: readonly number[],
  second: readonly number[],
  count: number,
): number[] {
  const there = new Set(first);
  if (kind === 'update') return second.filter((column) => !there.has(column));
  if (kind === 'insert') return [];
  return Array.from({ length: count }, (_, column) => column).filter((column) => !there.has(column));
}

/** A column as messages call it: by its name where the log has it, else `@1` and so on. */
export function columnName({ optional }: TableDefinition, column: number): string {
  return optional.names?.[column] ?? `@${column + 1}`;
}
