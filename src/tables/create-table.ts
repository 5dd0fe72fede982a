import { charsetOfCollation } from './collation-names.ts';
import {
  type ColumnDefinition,
  columnDefinition,
  completeColumn,
  knownCharset,
} from './column-definition.ts';
import { SyntaxProblem, type TokenCursor } from './sql-tokens.ts';
import { blobPrefix } from './sql-types.ts';
import type { ColumnSchema, KeyColumn, TableSchema, UniqueKey } from './table-schema.ts';

/** A table's definition without its place. */
export type TableDefinitionText = Pick<
  TableSchema,
  'columns' | 'primaryKey' | 'uniqueKeys' | 'versioned' | 'rowEnd' | 'expressions'
>;

/** What stands between the parentheses. */
interface Elements {
  readonly columns: ColumnDefinition[];
  primaryKey: KeyDefinition | undefined;
  readonly uniqueKeys: KeyDefinition[];
  /** What generated columns and indexes are made of. */
  readonly expressions: string[];
  /** MariaDB: PERIOD FOR name (start, end). */
  readonly periods: { readonly name: string; readonly start: string; readonly end: string }[];
}

interface KeyDefinition {
  /** Undefined for a key over an expression. */
  readonly columns: readonly (KeyColumn & { readonly isPeriod: boolean })[] | undefined;
  readonly usesHash: boolean;
  /** What the expressions in it are made of. */
  readonly expressions: readonly string[];
}

interface Options {
  inMemory: boolean;
  charset?: string | undefined;
  collation?: string | undefined;
  versioned: boolean;
}

/** Of every server. */
const MAX_COLUMNS = 4096;

/** Words with which an element begins that is neither a column nor a key of uniqueness. */
const OTHER_ELEMENTS = new Set(['KEY', 'INDEX', 'FULLTEXT', 'SPATIAL', 'FOREIGN', 'CHECK', 'CLUSTERING']);

/** Reads a table's definition from the parenthesis behind its name on. @throws SyntaxProblem */
export function tableDefinition(cursor: TokenCursor): TableDefinitionText {
  cursor.expect('(');
  const elements: Elements = {
    columns: [],
    primaryKey: undefined,
    uniqueKeys: [],
    expressions: [],
    periods: [],
  };
  do {
    const isIndex = ['KEY', 'INDEX'].includes(cursor.peek()?.word ?? '');
    element(cursor, elements);
    const nested = cursor.skipElement();
    if (isIndex) addAll(elements.expressions, nested);
  } while (cursor.accept(','));
  cursor.expect(')');
  if (elements.columns.length > MAX_COLUMNS) {
    throw new SyntaxProblem(`it has ${elements.columns.length} columns, more than any server allows`);
  }
  const options = tableOptions(cursor);
  const columns = elements.columns.map((column) => completeColumn(column, options));
  const ofColumn = elements.columns.find(({ attributes }) => attributes.primary);
  const primaryKey = elements.primaryKey
    ? (keyOf(elements.primaryKey, elements) ?? [])
    : ofColumn && keyOfColumn(ofColumn);
  const uniqueKeys = elements.uniqueKeys.flatMap((key): UniqueKey[] => {
    const found = keyOf(key, elements);
    if (found === undefined) return [];
    const hashed = !options.inMemory && (key.usesHash || found.some((part) => isWholeBlob(part, columns)));
    return [{ columns: found, hashed }];
  });
  return {
    columns: columns.map((column) => notNull(column, primaryKey)),
    primaryKey,
    uniqueKeys: [
      ...elements.columns
        .filter(({ attributes }) => attributes.unique)
        .map((column) => ({ columns: keyOfColumn(column), hashed: blobPrefix(column.type) !== undefined })),
      ...uniqueKeys,
    ],
    versioned: options.versioned || elements.columns.some(({ attributes }) => attributes.withVersioning),
    rowEnd: elements.columns.find(({ attributes }) => attributes.row === 'END')?.name,
    expressions: [
      ...elements.columns.flatMap(({ attributes }) => attributes.expression),
      ...elements.expressions,
    ],
  };
}

/** One by one, for as arguments they could be too many. */
function addAll(to: string[], texts: readonly string[]): void {
  for (const text of texts) to.push(text);
}

const keyOfColumn = ({ name }: ColumnDefinition): KeyColumn[] => [{ name, prefixLength: 0 }];

/** A period in a key stands for its end and its start. */
function keyOf({ columns }: KeyDefinition, { periods }: Pick<Elements, 'periods'>): KeyColumn[] | undefined {
  return columns?.flatMap(({ name, prefixLength, isPeriod }) => {
    const period = isPeriod ? periods.find((one) => sameName(one.name, name)) : undefined;
    if (period === undefined) return [{ name, prefixLength }];
    return [period.end, period.start].map((column) => ({ name: column, prefixLength: 0 }));
  });
}

function isWholeBlob({ name, prefixLength }: KeyColumn, columns: readonly ColumnSchema[]): boolean {
  const column = columns.find((one) => sameName(one.name, name));
  return prefixLength === 0 && column !== undefined && blobPrefix(column.type) !== undefined;
}

/** A column of the primary key is never NULL, whatever its definition says. */
export function notNull(column: ColumnSchema, key: readonly KeyColumn[] | undefined): ColumnSchema {
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
  if (cursor.accept('PRIMARY', 'KEY')) into.primaryKey = keyDefinition(cursor);
  else if (cursor.accept('UNIQUE')) {
    const key = keyDefinition(cursor);
    into.uniqueKeys.push(key);
    addAll(into.expressions, key.expressions);
  } else if (word === 'PERIOD' && next === 'FOR') into.periods.push(period(cursor));
  else if (OTHER_ELEMENTS.has(word) || (word === 'VECTOR' && ['KEY', 'INDEX'].includes(next))) cursor.at++;
  else into.columns.push(columnDefinition(cursor));
}

function period(cursor: TokenCursor): Elements['periods'][number] {
  cursor.at += 2;
  const name = cursor.name();
  cursor.expect('(');
  const start = cursor.name();
  cursor.expect(',');
  const end = cursor.name();
  cursor.expect(')');
  return { name, start, end };
}

const isConstraint = (cursor: TokenCursor): boolean =>
  ['PRIMARY', 'UNIQUE', 'FOREIGN', 'CHECK'].includes(cursor.peek()?.word ?? '');

/** `[KEY] [name] [USING HASH] (column(10) DESC, ...) [USING HASH]` */
export function keyDefinition(cursor: TokenCursor): KeyDefinition {
  let usesHash = false;
  while (!cursor.accept('(')) {
    if (cursor.accept('USING', 'HASH')) usesHash = true;
    else cursor.next();
  }
  const columns: (KeyColumn & { isPeriod: boolean })[] = [];
  const expressions: string[] = [];
  let plain = true;
  do {
    if (cursor.accept('(')) {
      addAll(expressions, cursor.skipParentheses());
      plain = false;
    } else {
      const name = cursor.name();
      const prefixLength = cursor.accept('(') ? Number(cursor.next().text) : 0;
      if (prefixLength > 0) cursor.expect(')');
      columns.push({ name, prefixLength, isPeriod: cursor.peek()?.word === 'WITHOUT' });
    }
    cursor.skipElement();
  } while (cursor.accept(','));
  cursor.expect(')');
  while (!cursor.ended && ![',', ')'].includes(cursor.peek()!.word)) {
    if (cursor.accept('USING', 'HASH')) usesHash = true;
    else cursor.at++;
  }
  return { columns: plain ? columns : undefined, usesHash, expressions };
}

/** What stands behind the closing parenthesis, up to the partitions. */
function tableOptions(cursor: TokenCursor): Options {
  const options: Options = { versioned: false, inMemory: false };
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
    } else if (word === 'ENGINE') {
      cursor.accept('=');
      options.inMemory = ['MEMORY', 'HEAP'].includes(cursor.next().text.toUpperCase());
    } else if (word === 'WITH' && cursor.accept('SYSTEM', 'VERSIONING')) options.versioned = true;
  }
  options.charset ??= options.collation === undefined ? undefined : charsetOfCollation(options.collation);
  return options;
}
