import { charsetOfCollation } from './collation-names.ts';
import {
  type ColumnDefinition,
  columnDefinition,
  completeColumn,
  knownCharset,
} from './column-definition.ts';
import type { TokenCursor } from './sql-tokens.ts';
import type { ColumnSchema, KeyColumn, TableSchema } from './table-schema.ts';

/** A table's definition without its place. */
export type TableDefinitionText = Pick<
  TableSchema,
  'columns' | 'primaryKey' | 'uniqueKeys' | 'versioned' | 'rowEnd'
>;

/** What stands between the parentheses. */
interface Elements {
  readonly columns: ColumnDefinition[];
  primaryKey: KeyColumn[] | undefined;
  readonly uniqueKeys: KeyColumn[][];
}

interface Options {
  charset?: string | undefined;
  collation?: string | undefined;
  versioned: boolean;
}

/** Words with which an element begins that is neither a column nor a key of uniqueness. */
const OTHER_ELEMENTS = new Set(['KEY', 'INDEX', 'FULLTEXT', 'SPATIAL', 'FOREIGN', 'CHECK', 'CLUSTERING']);

/** Reads a table's definition from the parenthesis behind its name on. @throws SyntaxProblem */
export function tableDefinition(cursor: TokenCursor): TableDefinitionText {
  cursor.expect('(');
  const elements: Elements = { columns: [], primaryKey: undefined, uniqueKeys: [] };
  do {
    element(cursor, elements);
    cursor.skipElement();
  } while (cursor.accept(','));
  cursor.expect(')');
  const options = tableOptions(cursor);
  const columns = elements.columns.map((column) => completeColumn(column, options));
  const ofColumn = elements.columns.find(({ attributes }) => attributes.primary);
  const single = ({ name }: ColumnDefinition): KeyColumn[] => [{ name, prefixLength: 0 }];
  const primaryKey = elements.primaryKey ?? (ofColumn && single(ofColumn));
  return {
    columns: columns.map((column) => notNull(column, primaryKey)),
    primaryKey,
    uniqueKeys: [
      ...elements.columns.filter(({ attributes }) => attributes.unique).map(single),
      ...elements.uniqueKeys,
    ],
    versioned: options.versioned || elements.columns.some(({ attributes }) => attributes.withVersioning),
    rowEnd: elements.columns.find(({ attributes }) => attributes.row === 'END')?.name,
  };
}

function notNull(column: ColumnSchema, key: readonly KeyColumn[] | undefined): ColumnSchema {
  return key?.some(({ name }) => sameName(name, column.name)) ? { ...column, nullable: false } : column;
}

/** Names of columns are compared without case, as servers do. */
export function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function element(cursor: TokenCursor, into: Elements): void {
  if (cursor.accept('CONSTRAINT') && !isConstraint(cursor)) cursor.name();
  const { word } = cursor.peek() ?? { word: '' };
  const next = cursor.peek(1)?.word ?? '';
  if (cursor.accept('PRIMARY', 'KEY')) into.primaryKey = keyColumns(cursor) ?? [];
  else if (cursor.accept('UNIQUE')) {
    cursor.acceptOne('KEY', 'INDEX');
    const key = keyColumns(cursor);
    if (key !== undefined) into.uniqueKeys.push(key);
  } else if (OTHER_ELEMENTS.has(word) || (word === 'PERIOD' && next === 'FOR')) cursor.at++;
  else if (word === 'VECTOR' && ['KEY', 'INDEX'].includes(next)) cursor.at++;
  else into.columns.push(columnDefinition(cursor));
}

const isConstraint = (cursor: TokenCursor): boolean =>
  ['PRIMARY', 'UNIQUE', 'FOREIGN', 'CHECK'].includes(cursor.peek()?.word ?? '');

/** `[name] [USING BTREE] (column(10) DESC, ...)`; undefined for a key over an expression. */
export function keyColumns(cursor: TokenCursor): KeyColumn[] | undefined {
  while (!cursor.accept('(')) cursor.next();
  const columns: KeyColumn[] = [];
  let plain = true;
  do {
    if (cursor.accept('(')) {
      cursor.skipParentheses();
      plain = false;
    } else {
      const name = cursor.name();
      const prefixLength = cursor.accept('(') ? Number(cursor.next().text) : 0;
      if (prefixLength > 0) cursor.expect(')');
      // The period of WITHOUT OVERLAPS is no column; the key is not known by its name.
      if (cursor.accept('WITHOUT')) plain = false;
      columns.push({ name, prefixLength });
    }
    cursor.skipElement();
  } while (cursor.accept(','));
  cursor.expect(')');
  return plain ? columns : undefined;
}

/** What stands behind the closing parenthesis, up to the partitions. */
function tableOptions(cursor: TokenCursor): Options {
  const options: Options = { versioned: false };
  while (!cursor.ended) {
    const word = cursor.peek()!.word;
    if (word === 'PARTITION' || word === 'CREATE') break;
    cursor.at++;
    if (word === '(') cursor.skipParentheses();
    else if (word === 'CHARSET' || (['CHARACTER', 'CHAR'].includes(word) && cursor.accept('SET'))) {
      cursor.accept('=');
      options.charset = knownCharset(cursor.next().text);
    } else if (word === 'COLLATE') {
      cursor.accept('=');
      options.collation = cursor.next().text;
    } else if (word === 'WITH' && cursor.accept('SYSTEM', 'VERSIONING')) options.versioned = true;
  }
  options.charset ??= options.collation === undefined ? undefined : charsetOfCollation(options.collation);
  return options;
}
