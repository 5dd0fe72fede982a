import { type TableDefinition, tableName } from '../binlog/table-map.ts';
import { BinflashError } from '../errors.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import { compileTable, splitList, splitOutsideBackticks, unquote } from '../select/patterns.ts';
import type { TableDescriptions } from '../tables/description.ts';

export interface KnownKeys {
  /** Column numbers of the table's primary key; undefined where it is not known. @throws BinflashError `SCHEMA` */
  of(table: TableDefinition): readonly number[] | undefined;
}

const OPTION = '--primary-key';

/**
 * The primary keys that the log tells (`binlog_row_metadata=FULL`); where it does not, those that the user gives as
 * `db.table=column,column`, each column by name or, as mysqlbinlog numbers them, `@1`; else those of a schema file.
 *
 * @throws BinflashError `USAGE` for a key that does not parse, names what is not there, or contradicts the log
 */
export function knownKeys(
  index: BinlogIndex,
  given: readonly string[] | undefined,
  descriptions: TableDescriptions | undefined,
): KnownKeys {
  const keys = new Map<TableDefinition, readonly number[]>();
  for (const table of index.tables) {
    const key = keyOf(table);
    if (key !== undefined) keys.set(table, key);
  }
  const complete = (table: TableDefinition): TableDefinition =>
    descriptions?.of(table, index.files.at(-1)!.format.flavour).table ?? table;
  for (const text of given ?? []) addKey(index, keys, text, complete);
  // A schema file is asked for the tables that matter and for no others: a mismatch is an error.
  return { of: (table) => keys.get(table) ?? keyOf(complete(table)) };
}

const keyOf = ({ optional }: TableDefinition): number[] | undefined =>
  optional.primaryKey?.map(({ column }) => column);

function addKey(
  index: BinlogIndex,
  keys: Map<TableDefinition, readonly number[]>,
  text: string,
  complete: (table: TableDefinition) => TableDefinition,
): void {
  const [pattern, list, ...more] = splitOutsideBackticks(text, '=');
  const columns = splitList(list === undefined ? [] : [list]);
  if (columns.length === 0 || more.length > 0) {
    throw new BinflashError('USAGE', `${OPTION} "${text}" is not of the form db.table=column,column`);
  }
  const matches = compileTable(OPTION, pattern!.trim());
  const tables = index.tables.filter(({ schema, name }) => matches(schema, name));
  if (tables.length === 0) {
    throw new BinflashError('USAGE', `${OPTION} "${text}" matches no table with row changes in these files`);
  }
  for (const table of tables) {
    const key = columns.map((column) => columnNumber(table, column, complete));
    const logged = keys.get(table);
    if (logged !== undefined && !sameColumns(logged, key)) {
      throw new BinflashError('USAGE', `${OPTION} "${text}" is not the primary key that the log tells`, {
        table: tableName(table),
        hint: 'Leave the option out for this table.',
      });
    }
    keys.set(table, key);
  }
}

function columnNumber(
  table: TableDefinition,
  column: string,
  complete: (table: TableDefinition) => TableDefinition,
): number {
  const place = { table: tableName(table) };
  const count = table.types.length;
  const number = /^@(\d+)$/.exec(column);
  if (number !== null) {
    const value = Number(number[1]);
    if (value >= 1 && value <= count) return value - 1;
    throw new BinflashError(
      'USAGE',
      `${OPTION}: there is no column ${column}, the table has ${count}`,
      place,
    );
  }
  const { names } = complete(table).optional;
  if (names === undefined) {
    throw new BinflashError('USAGE', `${OPTION}: the log does not tell column names`, {
      ...place,
      hint: 'Give the columns by their numbers, the first one as @1, or a file that tells them with --schema.',
    });
  }
  const wanted = unquote(column).toLowerCase();
  const found = names.findIndex((name) => name.toLowerCase() === wanted);
  if (found >= 0) return found;
  throw new BinflashError('USAGE', `${OPTION}: there is no column "${column}"`, {
    ...place,
    hint: `The table has ${names.join(', ')}.`,
  });
}

const sameColumns = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((column) => b.includes(column));
