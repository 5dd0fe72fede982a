import { ColumnType } from '../../binlog/columns/types.ts';
import { opaqueDecimal, scalarText } from '../../binlog/columns/values/json-text.ts';
import { BinflashError } from '../../errors.ts';
import type { ByteText } from '../../wire/byte-text.ts';
import { readU64 } from '../../wire/integers.ts';
import type { TypedValue } from './json-document.ts';

type Opaque = Extract<TypedValue, { kind: 'opaque' }>;

/** Bytes of BIT(64) and of BINARY(255). */
const MOST_BIT_BYTES = 8;
const MOST_BINARY_BYTES = 255;

/** What might be so many bytes long is a MEDIUMBLOB or a LONGBLOB, however long it is. */
const MEDIUM = 2 ** 16;
const LONG = 2 ** 24;

/**
 * Writes an expression that a JSON function makes this very value of, type and all; for values whose text does not.
 *
 * | stored as | written as |
 * |---|---|
 * | signed integer from 2^32 on | `4294967296` |
 * | unsigned integer below 2^32 | `CAST(5 AS UNSIGNED)` |
 * | DECIMAL | `1.50`, `5.` |
 * | DATE, TIME, DATETIME | `DATE'2024-02-29'`, `TIME'-01:00:00.000000'`, `TIMESTAMP'...'` |
 * | VARBINARY | `x'00FF'` |
 * | BLOB, MEDIUMBLOB, LONGBLOB | the same beside a NULL that gives its type to it |
 * | TIMESTAMP, BIT, BINARY | from a column of that type in JSON_TABLE, which MySQL has from 8.0 on |
 *
 * A decimal keeps its digits and its scale. The precision that the server stores with it, which nothing shows, becomes
 * that of its digits.
 *
 * @throws BinflashError `UNSUPPORTED` for a value that no expression has
 */
export function putJsonScalar(out: ByteText, value: TypedValue): void {
  if (value.kind === 'opaque') putOpaque(out, value);
  else if (value.kind === 'uint') out.ascii(`CAST(${value.value} AS UNSIGNED)`);
  else out.ascii(String(value.value));
}

function putOpaque(out: ByteText, value: Opaque): void {
  const { fieldType, bytes } = value;
  switch (fieldType) {
    case ColumnType.NEWDECIMAL:
      out.ascii(decimalLiteral(value));
      break;
    case ColumnType.DATE:
    case ColumnType.TIME:
    case ColumnType.DATETIME:
    case ColumnType.TIMESTAMP:
      out.ascii(temporalLiteral(value));
      break;
    case ColumnType.VARCHAR:
      putHex(out, bytes);
      break;
    case ColumnType.BLOB:
      // The columns of a derived table know but one type of blob.
      out.ascii('(SELECT v FROM (SELECT ');
      putAs(out, bytes, MEDIUM);
      out.ascii(' v LIMIT 1) d)');
      break;
    case ColumnType.MEDIUM_BLOB:
      putAs(out, bytes, MEDIUM);
      break;
    case ColumnType.LONG_BLOB:
      putAs(out, bytes, LONG);
      break;
    case ColumnType.BIT:
      if (bytes.length === 0 || bytes.length > MOST_BIT_BYTES) throw unsupported(value);
      out.ascii(fromColumn(`'[${bitValue(bytes)}]'`, `BIT(${bytes.length * 8})`));
      break;
    case ColumnType.STRING:
      if (bytes.length > MOST_BINARY_BYTES) throw unsupported(value);
      out.ascii(
        fromColumn(
          `JSON_ARRAY(x'${Buffer.from(bytes).toString('hex').toUpperCase()}')`,
          `BINARY(${bytes.length})`,
        ),
      );
      break;
    default:
      throw unsupported(value);
  }
}

/** A literal with a decimal point is a DECIMAL of just its digits, the 0 before the point included. */
function decimalLiteral(value: Opaque): string {
  const text = opaqueDecimal(value.bytes);
  // No server keeps the sign of zero.
  if (text === undefined || /^-[0.]*$/.test(text)) throw unsupported(value);
  if (!text.includes('.')) return `${text}.`;
  const [precision, scale] = value.bytes;
  return precision === scale ? text.replace('0.', '.') : text;
}

/** `x'00FF'`: unlike 0x, x may have no digits. */
function putHex(out: ByteText, bytes: Uint8Array): void {
  out.ascii("x'");
  out.hex(bytes, 0, bytes.length);
  out.ascii("'");
}

/** The bytes as a string that has room for `length` of them. */
function putAs(out: ByteText, bytes: Uint8Array, length: number): void {
  out.ascii('IF(TRUE, ');
  putHex(out, bytes);
  out.ascii(`, CAST(NULL AS BINARY(${length})))`);
}

/** The only value of a JSON array as a column's value; without ERROR ON ERROR it would become NULL where it does not fit. */
function fromColumn(array: string, type: string): string {
  return `(SELECT v FROM JSON_TABLE(${array}, '$[*]' COLUMNS (v ${type} PATH '$' ERROR ON ERROR)) t)`;
}

function bitValue(bytes: Uint8Array): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

const LAST_MICROS = 999_999;
const LAST_YEAR = 9999;
/** TIMESTAMP begins with the second after the epoch, for 0 is its zero date. */
const FIRST_TIMESTAMP = '1970-01-01 00:00:01';
const LAST_TIMESTAMP = '2038-01-19 03:14:07.999999';
const NO_TIMESTAMP = '0000-00-00 00:00:00.000000';
const LAST_TIME = '838:59:59.000000';

/** What is stored is the server's packed form, see json-text.ts; a value that no literal has would not be packed so. */
function temporalLiteral(value: Opaque): string {
  if (value.bytes.length !== 8) throw unsupported(value);
  const text = scalarText(value).slice(1, -1);
  if (!isPossible(value.fieldType, BigInt.asIntN(64, readU64(value.bytes, 0)), text))
    throw unsupported(value);
  switch (value.fieldType) {
    case ColumnType.DATE:
      return `DATE'${text}'`;
    case ColumnType.TIME:
      return `TIME'${text}'`;
    case ColumnType.DATETIME:
      return `TIMESTAMP'${text}'`;
    default:
      return fromColumn(`'["${text}"]'`, 'TIMESTAMP(6)');
  }
}

function isPossible(fieldType: number, packed: bigint, text: string): boolean {
  const size = packed < 0n ? -packed : packed;
  const clock = Number((size >> 24n) & 0x1ffffn);
  if (((clock >> 6) & 63) > 59 || (clock & 63) > 59 || (size & 0xff_ffffn) > LAST_MICROS) return false;
  if (fieldType === ColumnType.TIME) {
    const time = text.replace('-', '');
    return time.length < LAST_TIME.length || time <= LAST_TIME;
  }
  if (packed < 0n || clock >> 12 > 23 || (size >> 46n) / 13n > LAST_YEAR) return false;
  if (fieldType === ColumnType.DATE) return (size & 0x1ff_ffff_ffffn) === 0n;
  if (fieldType === ColumnType.DATETIME) return true;
  return text === NO_TIMESTAMP || (text >= FIRST_TIMESTAMP && text <= LAST_TIMESTAMP);
}

const TYPE_NAMES: Readonly<Record<number, string>> = {
  [ColumnType.NEWDECIMAL]: 'DECIMAL',
  [ColumnType.DATE]: 'DATE',
  [ColumnType.TIME]: 'TIME',
  [ColumnType.DATETIME]: 'DATETIME',
  [ColumnType.TIMESTAMP]: 'TIMESTAMP',
  [ColumnType.BIT]: 'BIT',
  [ColumnType.STRING]: 'BINARY',
  [ColumnType.TINY_BLOB]: 'TINYBLOB',
};

function unsupported({ fieldType }: Opaque): BinflashError {
  const type = TYPE_NAMES[fieldType] ?? `field type ${fieldType}`;
  return new BinflashError('UNSUPPORTED', `a JSON document holds a value of ${type} that no SQL gives back`);
}
