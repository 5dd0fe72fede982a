import { ColumnType, isEnum, isSet, realStringType, stringMaxLength } from '../binlog/columns/types.ts';
import { charsetOf } from '../binlog/columns/values/charsets.ts';
import type { HiddenType } from '../binlog/columns/values/decoder.ts';
import type { Flavour } from '../binlog/event-types.ts';
import { longestCharacter } from './collation-names.ts';
import { blobPrefix } from './sql-types.ts';
import type { ColumnSchema } from './table-schema.ts';

const T = ColumnType;

/** Type codes and metadata (see `readMetadata`) under which a server may log a column; any `meta` if left out. */
interface LoggedType {
  readonly types: readonly number[];
  readonly meta?: number | undefined;
}

const plain: Partial<Record<ColumnSchema['type'], readonly number[]>> = {
  tinyint: [T.TINY],
  smallint: [T.SHORT],
  mediumint: [T.INT24],
  int: [T.LONG],
  bigint: [T.LONGLONG],
  float: [T.FLOAT],
  double: [T.DOUBLE],
  year: [T.YEAR],
  date: [T.DATE, T.NEWDATE],
  geometry: [T.GEOMETRY],
};

/** MariaDB logs these as binary strings. */
const BINARY_LENGTHS: Partial<Record<ColumnSchema['type'], number>> = { inet4: 4, inet6: 16, uuid: 16 };

const TEMPORALS: Partial<Record<ColumnSchema['type'], readonly [now: number, old: number]>> = {
  time: [T.TIME2, T.TIME],
  datetime: [T.DATETIME2, T.DATETIME],
  timestamp: [T.TIMESTAMP2, T.TIMESTAMP],
};

/** Does the log's column have the type that the file says? */
export function fits(column: ColumnSchema, type: number, meta: number, flavour: Flavour): boolean {
  // Temporals of before MySQL 5.6 and MariaDB 10.1 have no precision in the log.
  if (TEMPORALS[column.type]?.[1] === type) return true;
  // MySQL takes REAL for FLOAT under sql_mode REAL_AS_FLOAT; servers themselves never write the word.
  if (column.text === 'real' && type === T.FLOAT) return true;
  if (column.charset === undefined && isText(column)) return textFits(column, type, meta);
  const { types, meta: expected } = loggedType(column, flavour);
  return types.includes(type) && (expected === undefined || expected === meta);
}

const isText = ({ type }: ColumnSchema): boolean => type === 'char' || type === 'varchar';

/** Where the file has no character set: any whose longest character the log's length is a multiple by. */
function textFits(column: ColumnSchema, type: number, meta: number): boolean {
  const header = column.compressed ? 1 : 0;
  const isChar = column.type === 'char';
  if (isChar ? !isString(type, meta) : type !== varcharType(column)) return false;
  const length = (isChar ? stringMaxLength(meta) : meta) - header;
  return [1, 2, 3, 4].some((bytes) => length === column.length * bytes);
}

const isString = (type: number, meta: number): boolean =>
  type === T.STRING && realStringType(meta) === T.STRING;

const varcharType = ({ compressed }: ColumnSchema): number => (compressed ? T.VARCHAR_COMPRESSED : T.VARCHAR);

function loggedType(column: ColumnSchema, flavour: Flavour): LoggedType {
  const { type, length, scale } = column;
  const simple = plain[type];
  if (simple !== undefined) return { types: simple };
  const temporal = TEMPORALS[type];
  if (temporal !== undefined) return { types: [temporal[0]], meta: length };
  const prefix = blobPrefix(type) ?? (type === 'json' && flavour === 'mariadb' ? 4 : undefined);
  if (prefix !== undefined) {
    if (column.compressed) return { types: [T.BLOB_COMPRESSED], meta: prefix };
    return { types: [T.BLOB, T.TINY_BLOB, T.MEDIUM_BLOB, T.LONG_BLOB], meta: prefix };
  }
  const bytes = length * (column.charset === undefined ? 1 : longestCharacter(column.charset));
  switch (type) {
    case 'decimal':
      return { types: [T.NEWDECIMAL], meta: (length << 8) | scale };
    case 'bit':
      return { types: [T.BIT], meta: ((length >> 3) << 8) | (length & 7) };
    case 'varchar':
    case 'varbinary':
      return { types: [varcharType(column)], meta: bytes + (column.compressed ? 1 : 0) };
    case 'char':
    case 'binary':
      return stringOf(bytes);
    case 'enum':
      return { types: [T.STRING, T.ENUM], meta: (T.ENUM << 8) | (column.labels!.length < 256 ? 1 : 2) };
    case 'set':
      return { types: [T.STRING, T.SET], meta: (T.SET << 8) | setBytes(column.labels!.length) };
    case 'json':
      return { types: [T.JSON], meta: 4 };
    case 'vector':
      return flavour === 'mysql' ? { types: [T.VECTOR] } : { types: [T.VARCHAR], meta: 4 * length };
    default:
      return stringOf(BINARY_LENGTHS[type]!);
  }
}

/** Two bits of the length hide, inverted, in the type; see {@link stringMaxLength}. */
function stringOf(bytes: number): LoggedType {
  return { types: [T.STRING], meta: ((T.STRING ^ ((bytes & 0x300) >> 4)) << 8) | (bytes & 0xff) };
}

function setBytes(labels: number): number {
  const bytes = (labels + 7) >> 3;
  return bytes > 4 ? 8 : bytes;
}

/** The type that the log does not tell from a binary string. */
export function hiddenType({ type }: ColumnSchema, flavour: Flavour): HiddenType | undefined {
  if (flavour !== 'mariadb') return undefined;
  return type === 'inet4' || type === 'inet6' || type === 'uuid' || type === 'vector' ? type : undefined;
}

const NAMES = new Map<number, string>([
  [T.TINY, 'TINYINT'],
  [T.SHORT, 'SMALLINT'],
  [T.INT24, 'MEDIUMINT'],
  [T.LONG, 'INT'],
  [T.LONGLONG, 'BIGINT'],
  [T.FLOAT, 'FLOAT'],
  [T.DOUBLE, 'DOUBLE'],
  [T.YEAR, 'YEAR'],
  [T.DATE, 'DATE'],
  [T.NEWDATE, 'DATE'],
  [T.TIME, 'TIME of old'],
  [T.DATETIME, 'DATETIME of old'],
  [T.TIMESTAMP, 'TIMESTAMP of old'],
  [T.JSON, 'JSON'],
  [T.GEOMETRY, 'GEOMETRY'],
  [T.VECTOR, 'VECTOR'],
]);

const SIZES = ['TINY', '', 'MEDIUM', 'LONG'];

/** What a column of the log is, as far as the log says. */
export function loggedText(type: number, meta: number, collation: number | undefined): string {
  const charset = collation === undefined ? undefined : charsetOf(collation);
  const of = (bytes: number): string =>
    charset === undefined ? ` of ${bytes} bytes` : `(${bytes / longestCharacter(charset)}) in ${charset}`;
  const name = NAMES.get(type);
  if (name !== undefined) return name;
  if (isEnum(type, meta))
    return (meta & 0xff) === 1 ? 'ENUM of up to 255 labels' : 'ENUM of 256 labels or more';
  if (isSet(type, meta)) return setText(meta & 0xff);
  switch (type) {
    case T.NEWDECIMAL:
      return `DECIMAL(${meta >> 8},${meta & 0xff})`;
    case T.BIT:
      return `BIT(${(meta >> 8) * 8 + (meta & 0xff)})`;
    case T.TIME2:
      return `TIME(${meta})`;
    case T.DATETIME2:
      return `DATETIME(${meta})`;
    case T.TIMESTAMP2:
      return `TIMESTAMP(${meta})`;
    case T.STRING:
      return (charset === 'binary' ? 'BINARY' : 'CHAR') + of(stringMaxLength(meta));
    case T.VARCHAR:
    case T.VAR_STRING:
      return (charset === 'binary' ? 'VARBINARY' : 'VARCHAR') + of(meta);
    case T.VARCHAR_COMPRESSED:
      return `VARCHAR COMPRESSED${of(meta - 1)}`;
    default: {
      const size = SIZES[meta - 1] ?? '';
      const compressed = type === T.BLOB_COMPRESSED ? ' COMPRESSED' : '';
      if (charset === undefined) return `${size}BLOB or ${size}TEXT${compressed}`;
      return charset === 'binary' ? `${size}BLOB${compressed}` : `${size}TEXT${compressed} in ${charset}`;
    }
  }
}

/** By the bytes of its values. */
function setText(bytes: number): string {
  return `SET of ${bytes === 8 ? 33 : 8 * bytes - 7} to ${8 * bytes} labels`;
}

/** What a column of the file is. */
export function schemaText({ text, charset, labels }: ColumnSchema): string {
  const of = labels === undefined ? '' : ` of ${labels.length} labels`;
  return text.toUpperCase() + of + (charset === undefined ? '' : ` in ${charset}`);
}
