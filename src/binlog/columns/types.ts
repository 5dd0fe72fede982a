import { BinflashError } from '../../errors.ts';
import type { Cursor } from '../../wire/cursor.ts';
import type { Flavour } from '../event-types.ts';

/** Column type codes as they stand in TABLE_MAP (MySQL: include/field_types.h; MariaDB: enum_field_types). */
export const ColumnType = {
  DECIMAL: 0,
  TINY: 1,
  SHORT: 2,
  LONG: 3,
  FLOAT: 4,
  DOUBLE: 5,
  NULL: 6,
  TIMESTAMP: 7,
  LONGLONG: 8,
  INT24: 9,
  DATE: 10,
  TIME: 11,
  DATETIME: 12,
  YEAR: 13,
  NEWDATE: 14,
  VARCHAR: 15,
  BIT: 16,
  TIMESTAMP2: 17,
  DATETIME2: 18,
  TIME2: 19,
  TYPED_ARRAY: 20,
  BLOB_COMPRESSED: 140,
  VARCHAR_COMPRESSED: 141,
  VECTOR: 242,
  JSON: 245,
  NEWDECIMAL: 246,
  ENUM: 247,
  SET: 248,
  TINY_BLOB: 249,
  MEDIUM_BLOB: 250,
  LONG_BLOB: 251,
  BLOB: 252,
  VAR_STRING: 253,
  STRING: 254,
  GEOMETRY: 255,
} as const;

const T = ColumnType;

/**
 * Reads one column's metadata in TABLE_MAP and answers it as one number: byte0 << 8 | byte1 for STRING,
 * ENUM, SET and NEWDECIMAL; byte1 << 8 | byte0 for VARCHAR and BIT; the byte itself where there is one.
 * Source: MySQL, sql/rpl_utility.cc, table_def::table_def.
 *
 * @throws BinflashError `UNSUPPORTED` for a type that is never logged
 */
export function readMetadata(type: number, cursor: Cursor): number {
  switch (type) {
    case T.TINY:
    case T.SHORT:
    case T.LONG:
    case T.LONGLONG:
    case T.INT24:
    case T.NULL:
    case T.TIMESTAMP:
    case T.DATE:
    case T.TIME:
    case T.DATETIME:
    case T.YEAR:
    case T.NEWDATE:
      return 0;
    case T.FLOAT:
    case T.DOUBLE:
    case T.TIMESTAMP2:
    case T.DATETIME2:
    case T.TIME2:
    case T.BLOB_COMPRESSED:
    case T.VECTOR:
    case T.JSON:
    case T.TINY_BLOB:
    case T.MEDIUM_BLOB:
    case T.LONG_BLOB:
    case T.BLOB:
    case T.GEOMETRY:
      return cursor.u8('column metadata');
    case T.VARCHAR:
    case T.VARCHAR_COMPRESSED:
    case T.VAR_STRING:
    case T.BIT:
      return cursor.u16('column metadata');
    case T.STRING:
    case T.ENUM:
    case T.SET:
    case T.NEWDECIMAL: {
      const first = cursor.u8('column metadata');
      return (first << 8) | cursor.u8('column metadata');
    }
    default:
      throw new BinflashError('UNSUPPORTED', `column type ${type} is not supported`);
  }
}

/** Bytes of 0 to 9 decimal digits in NEWDECIMAL. */
const DIGIT_BYTES = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];

/** Bytes of a decimal with so many digits before and after its point. */
export function digitBytes(integer: number, fraction: number): number {
  const whole = 4 * Math.floor(integer / 9) + DIGIT_BYTES[integer % 9]!;
  return whole + 4 * Math.floor(fraction / 9) + DIGIT_BYTES[fraction % 9]!;
}

function decimalBytes(precision: number, scale: number): number {
  if (precision > 65 || scale > precision) {
    throw new BinflashError('DAMAGED', `impossible DECIMAL(${precision},${scale})`);
  }
  return digitBytes(precision - scale, scale);
}

function fractionBytes(fsp: number): number {
  if (fsp > 6) throw new BinflashError('DAMAGED', `impossible fractional seconds precision ${fsp}`);
  return (fsp + 1) >> 1;
}

function prefix(bytes: number): number {
  if (bytes < 1 || bytes > 4) throw new BinflashError('DAMAGED', `impossible length-of-length ${bytes}`);
  return -bytes;
}

/** The type that a STRING column's metadata hides: STRING itself, ENUM or SET. */
export function realStringType(meta: number): number {
  const first = meta >> 8;
  return (first & 0x30) === 0x30 ? first : first | 0x30;
}

/** Longest value of a STRING column in bytes; two bits of it hide, inverted, in the type byte. */
export function stringMaxLength(meta: number): number {
  return (((meta >> 4) & 0x300) ^ 0x300) + (meta & 0xff);
}

/**
 * How long a non-NULL value is: a number >= 0 is a fixed width in bytes, -1 to -4 says that the value
 * begins with so many bytes of little-endian length. Undo asks nothing else of a column.
 *
 * Source: MySQL, sql/log_event.cc calc_field_size and sql-common/my_time.cc; MariaDB's server-side helper reads only
 * one length byte for a long CHAR, its real packing two.
 */
export function valueLength(type: number, meta: number): number {
  switch (type) {
    case T.NULL:
      return 0;
    case T.TINY:
    case T.YEAR:
      return 1;
    case T.SHORT:
      return 2;
    case T.INT24:
    case T.DATE:
    case T.NEWDATE:
    case T.TIME:
      return 3;
    case T.LONG:
    case T.FLOAT:
    case T.TIMESTAMP:
      return 4;
    case T.LONGLONG:
    case T.DOUBLE:
    case T.DATETIME:
      return 8;
    case T.TIMESTAMP2:
      return 4 + fractionBytes(meta);
    case T.DATETIME2:
      return 5 + fractionBytes(meta);
    case T.TIME2:
      return 3 + fractionBytes(meta);
    case T.NEWDECIMAL:
      return decimalBytes(meta >> 8, meta & 0xff);
    case T.BIT:
      return (meta >> 8) + ((meta & 0xff) > 0 ? 1 : 0);
    case T.VARCHAR:
    case T.VARCHAR_COMPRESSED:
    case T.VAR_STRING:
      return meta > 255 ? -2 : -1;
    case T.STRING: {
      const real = realStringType(meta);
      if (real === T.ENUM || real === T.SET) return meta & 0xff;
      return stringMaxLength(meta) > 255 ? -2 : -1;
    }
    case T.ENUM:
    case T.SET:
      return meta & 0xff;
    default:
      return prefix(meta);
  }
}

/** Does SIGNEDNESS have a bit for this column? YEAR counts; BIT does not. */
export function isNumeric(type: number): boolean {
  return (
    (type >= T.TINY && type <= T.DOUBLE) ||
    type === T.LONGLONG ||
    type === T.INT24 ||
    type === T.YEAR ||
    type === T.NEWDECIMAL ||
    type === T.DECIMAL
  );
}

export function isEnum(type: number, meta: number): boolean {
  return type === T.ENUM || (type === T.STRING && realStringType(meta) === T.ENUM);
}

export function isSet(type: number, meta: number): boolean {
  return type === T.SET || (type === T.STRING && realStringType(meta) === T.SET);
}

/** Does the metadata give this column a character set? The flavours disagree on VECTOR, GEOMETRY and compressed columns. */
export function isCharacter(type: number, meta: number, flavour: Flavour): boolean {
  if (isEnum(type, meta) || isSet(type, meta)) return false;
  if (type === T.STRING || type === T.VAR_STRING || type === T.VARCHAR) return true;
  if (type === T.BLOB || (type >= T.TINY_BLOB && type <= T.LONG_BLOB)) return true;
  if (flavour === 'mysql') return type === T.VECTOR;
  return type === T.GEOMETRY || type === T.BLOB_COMPRESSED || type === T.VARCHAR_COMPRESSED;
}
