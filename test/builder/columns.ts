import { u16 } from './bytes.ts';

/** A column as a server declares it: its bytes in TABLE_MAP, and how wide its values are by its SQL type. */
export interface Column {
  readonly sql: string;
  readonly type: number;
  /** What stands in the metadata of TABLE_MAP. */
  readonly meta: Buffer;
  /** Bytes of every value; undefined where a length stands before the value. */
  readonly width: number | undefined;
  /** Bytes of that length, else 0. */
  readonly prefix: number;
  readonly nullable: boolean;
  readonly flavour: 'mysql' | 'mariadb' | 'both';
}

function fixed(sql: string, type: number, width: number, ...meta: number[]): Column {
  return { sql, type, meta: Buffer.from(meta), width, prefix: 0, nullable: true, flavour: 'both' };
}

function variable(sql: string, type: number, prefix: number, meta: Buffer): Column {
  return { sql, type, meta, width: undefined, prefix, nullable: true, flavour: 'both' };
}

export const tinyint: Column = fixed('TINYINT', 1, 1);
export const smallint: Column = fixed('SMALLINT', 2, 2);
export const mediumint: Column = fixed('MEDIUMINT', 9, 3);
export const int: Column = fixed('INT', 3, 4);
export const bigint: Column = fixed('BIGINT', 8, 8);
export const float: Column = fixed('FLOAT', 4, 4, 4);
export const double: Column = fixed('DOUBLE', 5, 8, 8);
export const year: Column = fixed('YEAR', 13, 1);
export const date: Column = fixed('DATE', 10, 3);
export const oldTimestamp: Column = fixed('TIMESTAMP of 5.5', 7, 4);
export const oldTime: Column = fixed('TIME of 5.5', 11, 3);
export const oldDatetime: Column = fixed('DATETIME of 5.5', 12, 8);

/** Bytes of the fraction by its number of digits. */
const FRACTION = [0, 1, 1, 2, 2, 3, 3];

export function timestamp(digits: number): Column {
  return fixed(`TIMESTAMP(${digits})`, 17, 4 + FRACTION[digits]!, digits);
}

export function datetime(digits: number): Column {
  return fixed(`DATETIME(${digits})`, 18, 5 + FRACTION[digits]!, digits);
}

export function time(digits: number): Column {
  return fixed(`TIME(${digits})`, 19, 3 + FRACTION[digits]!, digits);
}

/** `width` is what the manual's table of decimal storage says, given by hand. */
export function decimal(precision: number, scale: number, width: number): Column {
  return fixed(`DECIMAL(${precision},${scale})`, 246, width, precision, scale);
}

export function bit(bits: number): Column {
  return fixed(`BIT(${bits})`, 16, Math.ceil(bits / 8), bits % 8, Math.floor(bits / 8));
}

export function enumeration(width: 1 | 2): Column {
  return fixed(`ENUM of ${width}`, 254, width, 247, width);
}

export function set(width: 1 | 2 | 3 | 4 | 8): Column {
  return fixed(`SET of ${width}`, 254, width, 248, width);
}

export function varchar(maxBytes: number): Column {
  return variable(`VARCHAR(${maxBytes})`, 15, maxBytes > 255 ? 2 : 1, u16(maxBytes));
}

/** Two bits of a length above 255 hide, inverted, in the type byte. */
export function char(maxBytes: number): Column {
  const type = 254 ^ ((maxBytes & 0x300) >> 4);
  return variable(`CHAR(${maxBytes})`, 254, maxBytes > 255 ? 2 : 1, Buffer.of(type, maxBytes & 0xff));
}

export function blob(prefix: 1 | 2 | 3 | 4): Column {
  return variable(`BLOB of ${prefix}`, 252, prefix, Buffer.of(prefix));
}

export const json: Column = { ...variable('JSON', 245, 4, Buffer.of(4)), flavour: 'mysql' };
export const vector: Column = { ...variable('VECTOR', 242, 4, Buffer.of(4)), flavour: 'mysql' };
export const geometry: Column = variable('GEOMETRY', 255, 4, Buffer.of(4));
export const compressedBlob: Column = {
  ...variable('BLOB COMPRESSED', 140, 2, Buffer.of(2)),
  flavour: 'mariadb',
};
export const compressedVarchar: Column = {
  ...variable('VARCHAR COMPRESSED', 141, 2, u16(1001)),
  flavour: 'mariadb',
};

export function notNull(column: Column): Column {
  return { ...column, sql: `${column.sql} NOT NULL`, nullable: false };
}

/** One column of every type and of every width that its metadata can ask for. */
export const everyColumn: readonly Column[] = [
  tinyint,
  smallint,
  mediumint,
  int,
  bigint,
  float,
  double,
  year,
  date,
  ...[0, 1, 2, 3, 4, 5, 6].flatMap((digits) => [timestamp(digits), datetime(digits), time(digits)]),
  decimal(1, 0, 1),
  decimal(9, 0, 4),
  decimal(10, 0, 5),
  decimal(10, 2, 5),
  decimal(20, 6, 10),
  decimal(18, 9, 8),
  decimal(30, 30, 14),
  decimal(65, 30, 30),
  decimal(65, 0, 29),
  ...[1, 7, 8, 9, 11, 63, 64].map(bit),
  enumeration(1),
  enumeration(2),
  set(1),
  set(2),
  set(3),
  set(4),
  set(8),
  varchar(20),
  varchar(255),
  varchar(256),
  varchar(65_000),
  char(5),
  char(20),
  char(255),
  char(256),
  char(400),
  char(800),
  char(1020),
  blob(1),
  blob(2),
  blob(3),
  blob(4),
  json,
  vector,
  geometry,
  compressedBlob,
  compressedVarchar,
];

export function columnsOf(flavour: 'mysql' | 'mariadb'): readonly Column[] {
  return everyColumn.filter((column) => column.flavour === 'both' || column.flavour === flavour);
}
