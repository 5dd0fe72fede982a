import type { Flavour } from '../../binlog/event-types.ts';
import { ABSENT, type RowImage } from '../../read/row-image.ts';
import type { TableDescription } from '../../tables/description.ts';
import { tableFacts } from '../table-facts.ts';

/** Old and new values, as users of mysqlbinlog_flashback know them. */
export const BEFORE = 'bfr_';
export const AFTER = 'aft_';

/** The columns before and behind the values; the latter are ours. */
export const HEAD: readonly string[] = ['op', 'op_datetime'];
export const TAIL: readonly string[] = ['binlog_file', 'binlog_position', 'gtid'];

/** Numbers of the columns whose values are written: all that a user can see, generated ones too. */
export function auditedColumns(description: TableDescription, flavour: Flavour): number[] {
  const { comparable } = tableFacts(description, flavour);
  return [...comparable.keys()].filter((column) => comparable[column]);
}

/**
 * Columns, by number, of which an after image without them does not say that they are as before: MariaDB leaves virtual
 * ones out even where they changed (`binlog_row_image=FULL_NODUP`). Nobody but a schema file tells which these are.
 */
export function hiddenColumns({ columns, defined }: TableDescription, flavour: Flavour): boolean[] {
  return columns.map((_, column) => flavour === 'mariadb' && defined?.columns[column]?.generated === true);
}

/**
 * Where the new value of a column stands: an after image has the before image's value where it leaves a column out that
 * is not one of the {@link hiddenColumns}.
 */
export function imageWith(
  column: number,
  before: RowImage | undefined,
  after: RowImage | undefined,
  hidden: readonly boolean[],
): RowImage | undefined {
  return before !== undefined && after?.starts[column] === ABSENT && !hidden[column] ? before : after;
}
