import {
  ColumnType,
  isEnum,
  isSet,
  realStringType,
  stringMaxLength,
  valueLength,
} from '../binlog/columns/types.ts';
import { compressedDecoder } from '../binlog/columns/values/compressed.ts';
import { decimalPutter } from '../binlog/columns/values/decimal.ts';
import { plainText } from '../binlog/columns/values/format.ts';
import { readDouble, readFloat } from '../binlog/columns/values/reals.ts';
import { bytesDecoder } from '../binlog/columns/values/text.ts';
import type { ColumnDecoder } from '../binlog/columns/values/value.ts';
import { bitPutter, putYear } from '../binlog/columns/writers/numbers.ts';
import type { PutValue } from '../binlog/columns/writers/put-value.ts';
import {
  datetimePutter,
  putOldDatetime,
  putOldTime,
  timePutter,
} from '../binlog/columns/writers/temporals.ts';
import type { Flavour } from '../binlog/event-types.ts';
import type { TableDescription } from '../tables/description.ts';
import { putJson } from './pseudo-sql-json.ts';
import { integerPutter, putBigint, putEnum, putSet } from './pseudo-sql-numbers.ts';
import { putDouble, putExponential, putFloat } from './pseudo-sql-reals.ts';
import { putDate, putOldTimestamp, timestampPutter } from './pseudo-sql-temporals.ts';
import { type Quote, quoteOf } from './pseudo-sql-text.ts';

const T = ColumnType;

/** How mysqlbinlog prints a column: what it calls the type, and its values. */
export interface SqlColumn {
  readonly type: string;
  readonly put: PutValue;
}

/** Compiles a column of a table. */
export function sqlColumn({ table, decoder }: TableDescription, column: number, flavour: Flavour): SqlColumn {
  const type = table.types[column]!;
  const meta = table.metas[column]!;
  const quote = quoteOf(flavour);
  // The log does not tell the digits of MariaDB's temporals of old; here they have become known, and there are some.
  if ((table.digits?.[column] ?? 0) > 1 || table.lengths[column] !== valueLength(type, meta))
    return oldTemporal(type, decoder.columns[column]!, quote);
  if (isEnum(type, meta)) {
    const size = meta & 0xff;
    return { type: size === 1 ? 'ENUM(1 byte)' : `ENUM(${size} bytes)`, put: putEnum };
  }
  if (isSet(type, meta)) return { type: `SET(${meta & 0xff} bytes)`, put: putSet };
  switch (type) {
    case T.TINY:
      return { type: 'TINYINT', put: integerPutter(1) };
    case T.SHORT:
      return { type: 'SHORTINT', put: integerPutter(2) };
    case T.INT24:
      return { type: 'MEDIUMINT', put: integerPutter(3) };
    case T.LONG:
      return { type: 'INT', put: integerPutter(4) };
    case T.LONGLONG:
      return { type: 'LONGINT', put: putBigint };
    case T.NEWDECIMAL:
      return { type: `DECIMAL(${meta >> 8},${meta & 0xff})`, put: decimalPutter(meta) };
    case T.FLOAT:
      return { type: 'FLOAT', put: (source, start, _end, out) => putFloat(readFloat(source, start), out) };
    case T.DOUBLE:
      return { type: 'DOUBLE', put: (source, start, _end, out) => putDouble(readDouble(source, start), out) };
    case T.BIT: {
      const width = (meta >> 8) * 8 + (meta & 0xff);
      return { type: `BIT(${width})`, put: bitPutter(width) };
    }
    case T.JSON:
      return { type: 'JSON', put: putJson };
    case T.VECTOR:
      return vector(table.optional.vectorDimensions?.[column]);
    default:
      return temporal(type, meta) ?? string(type, meta, quote);
  }
}

/** Such a column with fractions of seconds: as it is read elsewhere, for mariadb-binlog prints nonsense. */
function oldTemporal(type: number, decode: ColumnDecoder, quote: Quote): SqlColumn {
  const name = type === T.TIME ? 'TIME' : type === T.DATETIME ? 'DATETIME' : 'TIMESTAMP';
  const put: PutValue = (source, start, end, out) => {
    const text = Buffer.from(plainText(decode(source, start, end)));
    quote(text, 0, text.length, out);
  };
  return { type: name, put };
}

function temporal(type: number, meta: number): SqlColumn | undefined {
  switch (type) {
    case T.YEAR:
      return { type: 'YEAR', put: putYear };
    case T.DATE:
    case T.NEWDATE:
      return { type: 'DATE', put: putDate };
    case T.DATETIME2:
      return { type: `DATETIME(${meta})`, put: datetimePutter(meta) };
    case T.TIME2:
      return { type: `TIME(${meta})`, put: timePutter(meta) };
    case T.TIMESTAMP2:
      return { type: `TIMESTAMP(${meta})`, put: timestampPutter(meta) };
    case T.DATETIME:
      return { type: 'DATETIME', put: putOldDatetime };
    case T.TIME:
      return { type: 'TIME', put: putOldTime };
    case T.TIMESTAMP:
      return { type: 'TIMESTAMP', put: putOldTimestamp };
    default:
      return undefined;
  }
}

/** By bytes of length. */
const BLOBS = ['', 'TINYBLOB/TINYTEXT', 'BLOB/TEXT', 'MEDIUMBLOB/MEDIUMTEXT', 'LONGBLOB/LONGTEXT'];

function string(type: number, meta: number, quote: Quote): SqlColumn {
  switch (type) {
    case T.STRING:
      return {
        type: `STRING(${realStringType(meta) === T.STRING ? stringMaxLength(meta) : meta})`,
        put: quote,
      };
    case T.VARCHAR:
    case T.VAR_STRING:
      return { type: `VARSTRING(${meta})`, put: quote };
    case T.VARCHAR_COMPRESSED:
      return { type: `VARSTRING(${meta}) COMPRESSED`, put: uncompressed(quote) };
    case T.BLOB_COMPRESSED:
      return { type: `${BLOBS[meta]} COMPRESSED`, put: uncompressed(quote) };
    case T.GEOMETRY:
      return { type: 'GEOMETRY', put: quote };
    default:
      return { type: BLOBS[meta]!, put: quote };
  }
}

/** What was stored in a compressed column; bytes that cannot be unpacked as they are, as mysqlbinlog has all. */
function uncompressed(quote: Quote): PutValue {
  const asBytes = bytesDecoder(Number.POSITIVE_INFINITY);
  const decode = compressedDecoder(asBytes, Number.POSITIVE_INFINITY);
  return (source, start, end, out) => {
    const value = decode(source, start, end);
    if (value.kind === 'bytes') quote(value.bytes, 0, value.bytes.length, out);
  };
}

/** Bytes of a vector's number. */
const FLOAT_BYTES = 4;

/** `[1.00000e+00,2.50000e+00]`: six digits, though a float may have nine. */
function vector(dimensions = 0): SqlColumn {
  const put: PutValue = (source, start, end, out) => {
    out.byte(0x5b);
    for (let at = start; at + FLOAT_BYTES <= end; at += FLOAT_BYTES) {
      if (at > start) out.byte(0x2c);
      putExponential(readFloat(source, at), out);
    }
    out.byte(0x5d);
  };
  return { type: `VECTOR(${dimensions})`, put };
}
