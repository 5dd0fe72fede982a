import { SyntaxProblem, type TokenCursor } from './sql-tokens.ts';

/** Column types, each by one name. */
export type TypeName =
  | 'tinyint'
  | 'smallint'
  | 'mediumint'
  | 'int'
  | 'bigint'
  | 'decimal'
  | 'float'
  | 'double'
  | 'bit'
  | 'year'
  | 'date'
  | 'time'
  | 'datetime'
  | 'timestamp'
  | 'char'
  | 'varchar'
  | 'binary'
  | 'varbinary'
  | 'tinyblob'
  | 'blob'
  | 'mediumblob'
  | 'longblob'
  | 'tinytext'
  | 'text'
  | 'mediumtext'
  | 'longtext'
  | 'enum'
  | 'set'
  | 'json'
  | 'geometry'
  | 'vector'
  | 'inet4'
  | 'inet6'
  | 'uuid';

/** What a word for a type means, and what else it says. */
export interface TypeWord {
  readonly type: TypeName;
  readonly charset?: string;
  readonly unsigned?: boolean;
}

const same = (...types: readonly TypeName[]): [string, TypeWord][] =>
  types.map((type) => [type.toUpperCase(), { type }]);

const as = (type: TypeName, ...words: readonly string[]): [string, TypeWord][] =>
  words.map((word) => [word, { type }]);

/** Types of one word and their synonyms; NUMBER to CLOB are those of MariaDB's Oracle mode. */
const words = new Map<string, TypeWord>([
  ...same('tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'decimal', 'float', 'double', 'bit', 'year'),
  ...same('date', 'time', 'datetime', 'timestamp', 'char', 'varchar', 'binary', 'varbinary'),
  ...same('tinyblob', 'blob', 'mediumblob', 'longblob', 'tinytext', 'text', 'mediumtext', 'longtext'),
  ...same('enum', 'set', 'json', 'geometry', 'vector', 'inet4', 'inet6', 'uuid'),
  ...as('tinyint', 'INT1', 'BOOL', 'BOOLEAN'),
  ...as('smallint', 'INT2'),
  ...as('mediumint', 'INT3', 'MIDDLEINT'),
  ...as('int', 'INT4', 'INTEGER'),
  ...as('bigint', 'INT8'),
  ...as('decimal', 'DEC', 'FIXED', 'NUMERIC', 'NUMBER'),
  ...as('float', 'FLOAT4'),
  ...as('double', 'FLOAT8', 'REAL'),
  ...as('char', 'CHARACTER'),
  ...as('varchar', 'VARCHARACTER', 'VARCHAR2'),
  ...as('varbinary', 'RAW'),
  ...as('longtext', 'CLOB', 'XMLTYPE'),
  ...as('geometry', 'POINT', 'LINESTRING', 'POLYGON', 'MULTIPOINT', 'MULTILINESTRING', 'MULTIPOLYGON'),
  ...as('geometry', 'GEOMETRYCOLLECTION', 'GEOMCOLLECTION'),
  ['SERIAL', { type: 'bigint', unsigned: true }],
  ['NCHAR', { type: 'char', charset: 'utf8mb3' }],
  ['NVARCHAR', { type: 'varchar', charset: 'utf8mb3' }],
]);

/** The type that stands next: one word, or several such as NATIONAL CHARACTER VARYING. */
export function typeWord(cursor: TokenCursor): TypeWord {
  // MariaDB writes mariadb_schema.date where sql_mode would make DATE another type.
  if (cursor.peek(1)?.word === '.') cursor.at += 2;
  if (cursor.accept('LONG')) {
    if (cursor.accept('VARBINARY')) return { type: 'mediumblob' };
    if (cursor.acceptOne('CHAR', 'CHARACTER')) cursor.accept('VARYING');
    else cursor.acceptOne('VARCHAR', 'VARCHARACTER');
    return { type: 'mediumtext' };
  }
  const national = cursor.accept('NATIONAL');
  const { text, word } = cursor.next();
  const found = words.get(word);
  if (found === undefined) throw new SyntaxProblem(`the type "${text}" is not known`);
  if (word === 'DOUBLE') cursor.accept('PRECISION');
  if (found.type !== 'char') return national ? { ...found, charset: 'utf8mb3' } : found;
  const varying = cursor.acceptOne('VARYING', 'VARCHAR', 'VARCHARACTER') !== undefined;
  const charset = national ? 'utf8mb3' : found.charset;
  return { type: varying ? 'varchar' : 'char', ...(charset === undefined ? {} : { charset }) };
}

const DEFAULT_LENGTHS: Partial<Record<TypeName, number>> = {
  decimal: 10,
  bit: 1,
  char: 1,
  binary: 1,
  vector: 2048,
};

export function defaultLength(type: TypeName): number {
  return DEFAULT_LENGTHS[type] ?? 0;
}

const BINARY_TYPES: Partial<Record<TypeName, TypeName>> = {
  char: 'binary',
  varchar: 'varbinary',
  tinytext: 'tinyblob',
  text: 'blob',
  mediumtext: 'mediumblob',
  longtext: 'longblob',
};

/** What a text type is in the character set `binary`; undefined for what is no text. */
export function binaryType(type: TypeName): TypeName | undefined {
  return BINARY_TYPES[type];
}

/** Bytes of the length that stands before a BLOB or TEXT value; undefined for other types. */
export function blobPrefix(type: TypeName): number | undefined {
  const found = BLOBS.indexOf(BINARY_TYPES[type] ?? type);
  return found < 0 ? undefined : found + 1;
}

const BLOBS: readonly TypeName[] = ['tinyblob', 'blob', 'mediumblob', 'longblob'];
const TEXTS: readonly TypeName[] = ['tinytext', 'text', 'mediumtext', 'longtext'];

/** BLOB(n) and TEXT(n) are the smallest type that holds so many bytes. */
export function sizedBlob(type: 'blob' | 'text', bytes: number): TypeName {
  const prefix = bytes < 2 ** 8 ? 1 : bytes < 2 ** 16 ? 2 : bytes < 2 ** 24 ? 3 : 4;
  return (type === 'blob' ? BLOBS : TEXTS)[prefix - 1]!;
}
