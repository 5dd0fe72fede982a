import { ColumnType, isEnum, isSet, realStringType, stringMaxLength } from '../../binlog/columns/types.ts';
import { compressedContent } from '../../binlog/columns/values/compressed.ts';
import { decimalPutter } from '../../binlog/columns/values/decimal.ts';
import { compileDecoder, type HiddenType } from '../../binlog/columns/values/decoder.ts';
import { decodeInet4, decodeInet6, decodeUuid } from '../../binlog/columns/values/network.ts';
import type { ColumnDecoder } from '../../binlog/columns/values/value.ts';
import { bitPutter, putYear } from '../../binlog/columns/writers/numbers.ts';
import type { PutValue } from '../../binlog/columns/writers/put-value.ts';
import {
  datePutter,
  datetimePutter,
  putOldDatetime,
  putOldTime,
  putOldUtc,
  timePutter,
  utcPutter,
} from '../../binlog/columns/writers/temporals.ts';
import { BinflashError } from '../../errors.ts';
import type { TableDescription } from '../../tables/description.ts';
import type { ColumnSql, LiteralWriter, TextLiterals } from '../column-sql.ts';
import { quotedName } from '../names.ts';
import { paddedBytes, putBytes } from './bytes.ts';
import { jsonColumn } from './json.ts';
import { enumSql, setSql } from './labels.ts';
import { bitNumber, integer } from './numbers.ts';
import { exactReal, floatAsDouble, storeDouble, storeFloat } from './reals.ts';
import { textSql } from './text.ts';

const T = ColumnType;

/** Collation of binary strings. */
const BINARY = 63;

export interface LiteralOptions {
  readonly textLiterals: TextLiterals;
}

/** Compiles the columns of a table, whose names must be known, once for all of its rows. */
export function compileColumns(description: TableDescription, { textLiterals }: LiteralOptions): ColumnSql[] {
  return description.columns.map((_, column) => compileColumn(description, column, textLiterals));
}

function compileColumn(
  { table, columns, defined }: TableDescription,
  column: number,
  textLiterals: TextLiterals,
): ColumnSql {
  const type = table.types[column]!;
  const meta = table.metas[column]!;
  const { optional } = table;
  const name = quotedName(columns[column]!.name);
  const hidden = defined?.hiddenTypes[column];
  if (hidden !== undefined) return hiddenSql(name, hidden);
  const collation = optional.collations?.[column];
  if (isEnum(type, meta)) return enumSql(name, optional.enumLabels?.[column], collation, textLiterals);
  if (isSet(type, meta)) return setSql(name, optional.setLabels?.[column], collation, textLiterals);
  switch (type) {
    case T.TINY:
    case T.SHORT:
    case T.INT24:
    case T.LONG:
    case T.LONGLONG: {
      const unsigned = optional.unsigned?.[column];
      const write = integer(name, table.lengths[column]!, unsigned);
      return { ...plain(name, write), mayThrow: unsigned === undefined };
    }
    case T.NEWDECIMAL:
      return plain(name, literal(decimalPutter(meta)));
    case T.FLOAT:
      return real(name, storeFloat, floatAsDouble);
    case T.DOUBLE:
      return real(name, storeDouble, storeDouble);
    case T.BIT:
      // Bits are compared as a number: MySQL 5.6 takes b'1...' of 64 bits for a negative one.
      return { ...plain(name, bitNumber), store: literal(bitPutter((meta >> 8) * 8 + (meta & 0xff))) };
    case T.JSON:
      return jsonColumn(name, textLiterals);
    case T.GEOMETRY:
      return plain(name, putBytes);
    case T.VECTOR:
      return vector(name);
    case T.BLOB_COMPRESSED:
    case T.VARCHAR_COMPRESSED:
      return compressed(stringSql(name, 0, collation, textLiterals));
    case T.STRING:
      return stringSql(
        name,
        realStringType(meta) === T.STRING ? stringMaxLength(meta) : 0,
        collation,
        textLiterals,
      );
    default: {
      // MariaDB's temporals of old, with fractions.
      if ((table.digits?.[column] ?? 0) > 1) {
        const { columns: decoders } = compileDecoder(table, 'mariadb', { timeZone: '+00:00' });
        return { ...plain(name, quoted(decoders[column]!)), mayThrow: true };
      }
      const put = temporal(type, meta);
      return put === undefined ? stringSql(name, 0, collation, textLiterals) : plain(name, literal(put));
    }
  }
}

/** A column whose values are compared and stored by one literal. */
function plain(name: string, write: LiteralWriter): ColumnSql {
  return {
    name,
    store: write,
    key: write,
    exactLeft: name,
    exact: write,
    needsLenient: undefined,
    mayThrow: false,
  };
}

function literal(put: PutValue): LiteralWriter {
  return (out, bytes, start, end) => put(bytes, start, end, out);
}

function real(name: string, store: LiteralWriter, compared: LiteralWriter): ColumnSql {
  return { ...plain(name, store), key: compared, exact: exactReal(name, compared) };
}

/** MySQL compares no vector with a binary string. */
function vector(name: string): ColumnSql {
  return { ...plain(name, putBytes), exactLeft: `CAST(${name} AS BINARY)` };
}

/** MariaDB's types that the log does not tell from binary strings. */
function hiddenSql(name: string, hidden: HiddenType): ColumnSql {
  return hidden === 'vector' ? vector(name) : plain(name, quoted(ADDRESSES[hidden]));
}

const ADDRESSES: Readonly<Record<Exclude<HiddenType, 'vector'>, ColumnDecoder>> = {
  inet4: decodeInet4,
  inet6: decodeInet6,
  uuid: decodeUuid,
};

/** What a decoder makes of a value, which is ASCII, in quotes. */
function quoted(decode: ColumnDecoder): LiteralWriter {
  return (out, bytes, start, end) => {
    const value = decode(bytes, start, end);
    if ('text' in value) out.ascii(`'${value.text}'`);
    else putBytes(out, bytes, start, end);
  };
}

function temporal(type: number, meta: number): PutValue | undefined {
  switch (type) {
    case T.YEAR:
      return putYear;
    case T.DATE:
    case T.NEWDATE:
      return datePutter('-');
    case T.DATETIME2:
      return datetimePutter(meta);
    case T.TIME2:
      return timePutter(meta);
    case T.TIMESTAMP2:
      return utcPutter(meta);
    case T.DATETIME:
      return putOldDatetime;
    case T.TIME:
      return putOldTime;
    case T.TIMESTAMP:
      return putOldUtc;
    default:
      return undefined;
  }
}

/** CHAR, BINARY and their like; `width` is that of BINARY, which is stored without the zeros at its end. */
function stringSql(
  name: string,
  width: number,
  collation: number | undefined,
  textLiterals: TextLiterals,
): ColumnSql {
  if (collation === BINARY) return plain(name, paddedBytes(width));
  const { store, bytes } = textSql(collation, textLiterals);
  return { ...plain(name, store), exactLeft: `CAST(${name} AS BINARY)`, exact: bytes };
}

/** MariaDB's columns declared COMPRESSED: what was stored in them. */
function compressed(column: ColumnSql): ColumnSql {
  const unpacked =
    (write: LiteralWriter): LiteralWriter =>
    (out, bytes, start, end) => {
      const content = compressedContent(bytes, start, end);
      if (content === undefined) {
        throw new BinflashError('UNSUPPORTED', `a compressed value of ${column.name} cannot be unpacked`);
      }
      write(out, content.bytes, content.start, content.end);
    };
  return {
    ...column,
    store: unpacked(column.store),
    key: unpacked(column.key),
    exact: unpacked(column.exact),
    mayThrow: true,
  };
}
