import { columnDefinition, completeColumn } from './column-definition.ts';
import { keyDefinition, notNull, sameName } from './create-table.ts';
import { SyntaxProblem, type TokenCursor } from './sql-tokens.ts';
import type { KeyColumn, TableSchema } from './table-schema.ts';

/** What is altered without a trace in the log. */
const HARMLESS = new Set([
  'ENABLE',
  'DISABLE',
  'AUTO_INCREMENT',
  'ENGINE',
  'COMMENT',
  'ROW_FORMAT',
  'ORDER',
  'FORCE',
  'ALGORITHM',
  'LOCK',
  'DISCARD',
  'IMPORT',
  'STATS_PERSISTENT',
]);

const OTHER_KEYS = new Set([
  'KEY',
  'INDEX',
  'FULLTEXT',
  'SPATIAL',
  'FOREIGN',
  'CHECK',
  'VECTOR',
  'PARTITION',
]);

/**
 * Follows an ALTER TABLE as far as dumps have them: phpMyAdmin writes keys and AUTO_INCREMENT so, mysqlpump
 * indexes. Any other makes the definition unusable, which is told when the table is asked for.
 */
export function alterTable(table: TableSchema, cursor: TokenCursor): TableSchema {
  let altered = table;
  try {
    do {
      altered = clause(altered, cursor);
      cursor.skipElement();
    } while (cursor.accept(','));
    return altered;
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error;
    return { ...table, problem: error.message };
  }
}

function clause(table: TableSchema, cursor: TokenCursor): TableSchema {
  const word = cursor.next().word;
  if (HARMLESS.has(word)) return table;
  if (word === 'MODIFY') return modified(table, cursor);
  if (word === 'ADD') {
    if (cursor.accept('CONSTRAINT') && !['PRIMARY', 'UNIQUE', 'FOREIGN', 'CHECK'].includes(wordOf(cursor))) {
      cursor.name();
    }
    if (cursor.accept('PRIMARY', 'KEY')) return withPrimaryKey(table, keyDefinition(cursor).columns ?? []);
    if (cursor.accept('UNIQUE')) {
      const { columns, usesHash } = keyDefinition(cursor);
      if (columns === undefined) return table;
      return { ...table, uniqueKeys: [...table.uniqueKeys, { columns, hashed: usesHash }] };
    }
    if (OTHER_KEYS.has(wordOf(cursor))) return table;
  }
  throw new SyntaxProblem('it is changed by an ALTER TABLE further on, which is not followed');
}

function withPrimaryKey(table: TableSchema, primaryKey: readonly KeyColumn[]): TableSchema {
  return { ...table, primaryKey, columns: table.columns.map((column) => notNull(column, primaryKey)) };
}

const wordOf = (cursor: TokenCursor): string => cursor.peek()?.word ?? '';

/** MODIFY COLUMN that leaves the column where it is. */
function modified(table: TableSchema, cursor: TokenCursor): TableSchema {
  cursor.accept('COLUMN');
  const column = columnDefinition(cursor);
  const at = table.columns.findIndex(({ name }) => sameName(name, column.name));
  const old = table.columns[at];
  if (old === undefined) throw new SyntaxProblem(`ALTER TABLE modifies "${column.name}", which it has not`);
  const changed = completeColumn(column, old);
  return { ...table, columns: table.columns.with(at, changed) };
}
