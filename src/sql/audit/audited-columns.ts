import { ABSENT, type RowImage } from '../../read/row-image.ts';
import type { TableDescription } from '../../tables/description.ts';

/** Old and new values, as users of mysqlbinlog_flashback know them. */
export const BEFORE = 'bfr_';
export const AFTER = 'aft_';

/** The columns before and behind the values. */
export const HEAD: readonly string[] = ['op', 'op_datetime'];
export const TAIL: readonly string[] = ['file', 'position', 'gtid'];

/** MariaDB's hashes of long unique keys, which no user has ever seen. */
const HASH = /^DB_ROW_HASH_\d+$/;

/** Numbers of the columns whose values are written. */
export function auditedColumns({ columns }: TableDescription): number[] {
  return columns.flatMap(({ name }, column) => (HASH.test(name) ? [] : [column]));
}

/** Where the new value of a column stands: an after image has the before image's value where it leaves a column out. */
export function imageWith(
  column: number,
  before: RowImage | undefined,
  after: RowImage | undefined,
): RowImage | undefined {
  return before !== undefined && after?.starts[column] === ABSENT ? before : after;
}
