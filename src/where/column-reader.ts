import { ColumnType, isEnum, isSet, realStringType, stringMaxLength } from '../binlog/columns/types.ts';
import { decimalText } from '../binlog/columns/values/decimal.ts';
import { plainText } from '../binlog/columns/values/format.ts';
import { unsignedReaders } from '../binlog/columns/values/integers.ts';
import { readDouble, readFloat } from '../binlog/columns/values/reals.ts';
import { textDecoding } from '../binlog/columns/values/text.ts';
import type { TimeZone } from '../binlog/columns/values/time-zone.ts';
import type { ColumnDecoder } from '../binlog/columns/values/value.ts';
import type { TableDescription } from '../tables/description.ts';
import { readU32, readU64 } from '../wire/integers.ts';
import type { AddressKind } from './addresses.ts';
import { type Collation, collationOf } from './collation.ts';
import { datetimeReader, type MomentReader, readDate, timeReader, timestampReader } from './moments.ts';
import { parseMoment, parseTime } from './temporal-literals.ts';

type Read<T> = (bytes: Uint8Array, start: number, end: number) => T;

/** Numbers without loss. */
export interface ExactReader {
  /** The value with the decimal point left out. */
  readonly units: Read<bigint>;
  readonly scale: number;
  /** The same as a number, for columns of up to 48 bits without a fraction. */
  readonly small: Read<number> | undefined;
  /** BIGINT with a known sign, which is compared in two halves. */
  readonly halves: 'signed' | 'unsigned' | undefined;
  /** Digits of a DECIMAL, which is compared by its bytes. */
  readonly precision?: number;
  /** The nearest double. */
  readonly real: Read<number>;
  /**
   * Where the log does not tell the sign: what a negative value has to be added to it to be what the same bytes
   * mean unsigned.
   */
  readonly orAdd: bigint | undefined;
}

export interface TextReader {
  readonly text: Read<string>;
  /** A character for every byte, as it is stored; undefined for compressed columns. */
  readonly raw?: Read<string> | undefined;
  /** Undefined for binary strings, whose `text` has a character for every byte. */
  readonly collation: Collation | undefined;
}

/** How the values of a column are read for comparisons. */
export type ColumnReader = { readonly name: string } & (
  | ({ readonly family: 'exact' | 'year' | 'bit' } & ExactReader)
  | { readonly family: 'real'; readonly real: Read<number>; readonly float: boolean }
  /** ENUM and SET: their numbers, and their labels unless the log does not tell them. */
  | ({ readonly family: 'label'; readonly labels: TextReader | undefined } & ExactReader)
  | {
      readonly family: 'moment' | 'time';
      readonly moment: MomentReader;
      readonly text: Read<string>;
      /** DATE, which has no time. */
      readonly dateOnly?: boolean;
    }
  | ({ readonly family: 'text' | 'bytes' } & TextReader)
  /** What can only be compared by its canonical text (INET6, UUID), or looked into (JSON). */
  | { readonly family: 'printed'; readonly kind: AddressKind; readonly text: Read<string> }
  | { readonly family: 'json'; readonly text: Read<string> }
  /** GEOMETRY and VECTOR: NULL or not, changed or not. */
  | { readonly family: 'opaque' }
);

const BINARY = 63;

/** The text of a number as the server prints it, but for ZEROFILL. */
export function exactText(units: bigint, scale: number): string {
  if (scale === 0) return String(units);
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Makes the reader of a column. `unsigned` is used where the log does not tell the sign. */
export function columnReader(
  { table, columns, decoder }: TableDescription,
  column: number,
  zone: TimeZone,
  unsigned: boolean | undefined,
): ColumnReader {
  const type = table.types[column]!;
  const meta = table.metas[column]!;
  const { name } = columns[column]!;
  const decode = decoder.columns[column]!;
  const collation = table.optional.collations?.[column];
  const printed: Read<string> = (bytes, start, end) => plainText(decode(bytes, start, end));
  if (isEnum(type, meta) || isSet(type, meta)) {
    const labelled = isEnum(type, meta) ? table.optional.enumLabels : table.optional.setLabels;
    const labels =
      labelled?.[column] === undefined ? undefined : { text: printed, collation: collationOf(collation) };
    return { name, family: 'label', labels, ...integer(table.lengths[column]!, true) };
  }
  switch (type) {
    case ColumnType.TINY:
    case ColumnType.SHORT:
    case ColumnType.INT24:
    case ColumnType.LONG:
    case ColumnType.LONGLONG:
      return {
        name,
        family: 'exact',
        ...integer(table.lengths[column]!, table.optional.unsigned?.[column] ?? unsigned),
      };
    case ColumnType.NEWDECIMAL:
      return { name, family: 'exact', ...decimal(meta) };
    case ColumnType.YEAR:
      return { name, family: 'year', ...small((bytes, at) => (bytes[at] === 0 ? 0 : 1900 + bytes[at]!)) };
    case ColumnType.BIT:
      return { name, family: 'bit', ...bits };
    case ColumnType.FLOAT:
      return { name, family: 'real', real: readFloat, float: true };
    case ColumnType.DOUBLE:
      return { name, family: 'real', real: readDouble, float: false };
    case ColumnType.DATE:
    case ColumnType.NEWDATE:
      return { name, family: 'moment', moment: readDate, text: printed, dateOnly: true };
    case ColumnType.DATETIME2:
      return { name, family: 'moment', moment: datetimeReader(meta), text: printed };
    case ColumnType.TIMESTAMP2:
      return { name, family: 'moment', moment: timestampReader(meta, zone), text: printed };
    case ColumnType.TIME2:
      return { name, family: 'time', moment: timeReader(meta), text: printed };
    // Those of old: by their text, for they come in many lengths and seldom.
    case ColumnType.DATETIME:
    case ColumnType.TIMESTAMP:
      return { name, family: 'moment', moment: parsed(printed, parseMoment), text: printed };
    case ColumnType.TIME:
      return { name, family: 'time', moment: parsed(printed, parseTime), text: printed };
    case ColumnType.JSON:
      return { name, family: 'json', text: printed };
    case ColumnType.GEOMETRY:
    case ColumnType.VECTOR:
      return { name, family: 'opaque' };
  }
  const hidden = hiddenKind(decode);
  if (hidden === 'vector') return { name, family: 'opaque' };
  if (hidden !== undefined) return { name, family: 'printed', kind: hidden, text: printed };
  return { name, ...stringReader(table.types[column]!, meta, collation, decode) };
}

/** MariaDB's types that look like binary strings, when the user told of them: their decoder takes anything. */
function hiddenKind(decode: ColumnDecoder): AddressKind | 'vector' | undefined {
  for (const length of [4, 16]) {
    const { kind } = decode(new Uint8Array(length), 0, length);
    if (kind === 'inet4' || kind === 'inet6' || kind === 'uuid' || kind === 'vector') return kind;
  }
  return undefined;
}

function stringReader(
  type: number,
  meta: number,
  collation: number | undefined,
  decode: ColumnDecoder,
): { family: 'text' | 'bytes' } & TextReader {
  const binary = collation === BINARY;
  const family = binary ? 'bytes' : 'text';
  const compares = binary ? undefined : collationOf(collation);
  if (type === ColumnType.BLOB_COMPRESSED || type === ColumnType.VARCHAR_COMPRESSED) {
    const text: Read<string> = (bytes, start, end) => {
      const value = decode(bytes, start, end);
      return value.kind === 'bytes' ? latin1(value.bytes, 0, value.bytes.length) : plainText(value);
    };
    return { family, text, collation: compares };
  }
  if (!binary) {
    const decoding = textDecoding(collation);
    const text: Read<string> = (bytes, start, end) => decoding(bytes.subarray(start, end));
    return { family, text, raw: latin1, collation: compares };
  }
  // BINARY(n) is stored without the zeros at its end.
  const width =
    type === ColumnType.STRING && realStringType(meta) === ColumnType.STRING ? stringMaxLength(meta) : 0;
  const padded: Read<string> = (bytes, start, end) => latin1(bytes, start, end).padEnd(width, '\0');
  return { family, text: padded, raw: padded, collation: compares };
}

/** A character for every byte. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}

function parsed(text: Read<string>, parse: typeof parseMoment): MomentReader {
  return (bytes, start, end, into) => {
    const moment = parse(text(bytes, start, end));
    into.high = moment?.high ?? 0;
    into.low = moment?.low ?? 0;
  };
}

function small(read: Read<number>): ExactReader {
  return {
    small: read,
    units: (bytes, start, end) => BigInt(read(bytes, start, end)),
    real: read,
    scale: 0,
    halves: undefined,
    orAdd: undefined,
  };
}

/** An integer of `width` bytes; where the sign is not known, it is read as signed. */
function integer(width: number, unsigned: boolean | undefined): ExactReader {
  if (width === 8) return wide(unsigned);
  const read = unsignedReaders[width]!;
  const half = 2 ** (8 * width - 1);
  const signedRead: Read<number> = (bytes, at) => {
    const value = read(bytes, at);
    return value < half ? value : value - 2 * half;
  };
  if (unsigned === true) return small(read);
  return { ...small(signedRead), orAdd: unsigned === false ? undefined : BigInt(2 * half) };
}

function wide(unsigned: boolean | undefined): ExactReader {
  return {
    small: undefined,
    units: unsigned === true ? readU64 : (bytes, at) => BigInt.asIntN(64, readU64(bytes, at)),
    // Both halves are exact, so their sum is rounded once.
    real: (bytes, at) => {
      const high = readU32(bytes, at + 4);
      return (unsigned === true ? high : high | 0) * 0x1_0000_0000 + readU32(bytes, at);
    },
    scale: 0,
    halves: unsigned === undefined ? undefined : unsigned ? 'unsigned' : 'signed',
    orAdd: unsigned === undefined ? 1n << 64n : undefined,
  };
}

function decimal(meta: number): ExactReader {
  const [precision, scale] = [meta >> 8, meta & 0xff];
  return {
    small: undefined,
    units: (bytes, at) => BigInt(decimalText(bytes, at, precision, scale).replace('.', '')),
    real: (bytes, at) => Number(decimalText(bytes, at, precision, scale)),
    scale,
    precision,
    halves: undefined,
    orAdd: undefined,
  };
}

/** BIT, big-endian. */
const bits: ExactReader = {
  small: undefined,
  units: (bytes, start, end) => {
    let value = 0n;
    for (let at = start; at < end; at++) value = (value << 8n) | BigInt(bytes[at]!);
    return value;
  },
  real: (bytes, start, end) => {
    let value = 0;
    for (let at = start; at < end; at++) value = value * 256 + bytes[at]!;
    return value;
  },
  scale: 0,
  halves: undefined,
  orAdd: undefined,
};
