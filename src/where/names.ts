import { closest, distance } from 'fastest-levenshtein';
import type { BinflashError } from '../errors.ts';
import type { TableDescription } from '../tables/description.ts';
import { filterError } from './filter-error.ts';
import type { ColumnOperand } from './syntax.ts';

/** Most columns that a message lists. */
const LISTED = 12;

/**
 * The number of a column by its name (case does not count, as in SQL) or by `@1`.
 *
 * @throws BinflashError `USAGE` with the names that there are
 */
export function resolveColumn(text: string, { name, at }: ColumnOperand, table: TableDescription): number {
  const { columns } = table;
  const number = /^@(\d+)$/.exec(name);
  if (number !== null) {
    const column = Number(number[1]) - 1;
    if (column >= 0 && column < columns.length) return column;
    throw nameError(
      text,
      at,
      table,
      `there is no column ${name}`,
      `The table has ${columns.length} columns.`,
    );
  }
  const exact = columns.findIndex((column) => column.named && column.name === name);
  if (exact >= 0) return exact;
  const lower = name.toLowerCase();
  const found = columns.findIndex((column) => column.named && column.name.toLowerCase() === lower);
  if (found >= 0) return found;
  const names = columns.filter(({ named }) => named).map((column) => column.name);
  if (names.length === 0) {
    throw nameError(
      text,
      at,
      table,
      `the log does not tell the names of the columns, ${name} among them`,
      'Tell them with --schema FILE, or write @1 for the first column and so on.',
    );
  }
  const near = closest(name, names);
  const listed =
    names.slice(0, LISTED).join(', ') + (names.length > LISTED ? ` and ${names.length - LISTED} more` : '');
  const guess =
    distance(lower, near.toLowerCase()) <= Math.max(2, name.length / 3) ? `Did you mean ${near}? ` : '';
  throw nameError(text, at, table, `there is no column ${name}`, `${guess}The columns are ${listed}.`);
}

function nameError(
  text: string,
  at: number,
  { name }: TableDescription,
  message: string,
  hint: string,
): BinflashError {
  return filterError(text, at, `${message} in table ${name}`, hint);
}
