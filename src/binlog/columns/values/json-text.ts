import { utf8 } from '../../../wire/cursor.ts';
import { readU64 } from '../../../wire/integers.ts';
import { parseJson } from '../../json/binary.ts';
import type { JsonArray, JsonObject, JsonValue } from '../../json/dom.ts';
import { ColumnType, digitBytes } from '../types.ts';
import { decimalText } from './decimal.ts';
import { LimitedText } from './limited-text.ts';
import { doubleText } from './reals.ts';
import { clockText, datetimeText, signed } from './temporals.ts';
import { bytesDecoder } from './text.ts';
import type { ColumnDecoder } from './value.ts';

/** Literals and results of arithmetic have more digits than any DECIMAL column. Source: MySQL, include/my_decimal.h. */
const MOST_DIGITS = 81;

/** MySQL's JSON, as SELECT prints it, of at most `most` characters; bytes that are no document as bytes. */
export function jsonDecoder(most: number): ColumnDecoder {
  const asBytes = bytesDecoder(most);
  return (bytes, start, end) => {
    let document: JsonValue;
    try {
      document = parseJson(bytes.subarray(start, end));
    } catch {
      return asBytes(bytes, start, end);
    }
    const text = new LimitedText(most);
    putJson(document, text);
    return { kind: 'json', text: text.finish(), cut: text.isFull };
  };
}

/** A document as SELECT prints it. */
export function jsonText(document: JsonValue): string {
  const text = new LimitedText(Number.POSITIVE_INFINITY);
  putJson(document, text);
  return text.finish();
}

/** Members stand in the order in which they are stored: the shorter key first. */
function putJson(value: JsonValue, text: LimitedText): void {
  if (value.kind === 'object') {
    text.put('{');
    text.list(value.members.length, ', ', (i) => {
      const member = value.members[i]!;
      text.put(`${quoted(member.key)}: `);
      putJson(member.value, text);
    });
    text.put('}');
  } else if (value.kind === 'array') {
    text.put('[');
    text.list(value.elements.length, ', ', (i) => putJson(value.elements[i]!, text));
    text.put(']');
  } else {
    text.put(scalarText(value));
  }
}

/** A value that holds no others, as JSON. */
export function scalarText(value: Exclude<JsonValue, JsonArray | JsonObject>): string {
  switch (value.kind) {
    case 'double':
      return realText(value.value);
    case 'string':
      return quoted(value.bytes);
    case 'opaque':
      return opaqueText(value.fieldType, value.bytes);
    default:
      return String(value.value);
  }
}

/** The server escapes as JSON.stringify does, and stores well-formed text alone. */
export function quoted(bytes: Uint8Array): string {
  return JSON.stringify(utf8(bytes, 0, bytes.length));
}

/** A double is told from an integer by a fraction or an exponent. */
function realText(value: number): string {
  const text = doubleText(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** The digits of a decimal, or undefined where the bytes are none. */
export function opaqueDecimal(bytes: Uint8Array): string | undefined {
  return isDecimal(bytes) ? decimalText(bytes, 2, bytes[0]!, bytes[1]!) : undefined;
}

/** Values without a type in JSON; all but decimals become strings. Source: MySQL, sql-common/json_dom.cc. */
function opaqueText(fieldType: number, bytes: Uint8Array): string {
  const decimal = fieldType === ColumnType.NEWDECIMAL ? opaqueDecimal(bytes) : undefined;
  if (decimal !== undefined) return decimal;
  const temporal =
    bytes.length === 8 ? temporalText(fieldType, BigInt.asIntN(64, readU64(bytes, 0))) : undefined;
  if (temporal !== undefined) return `"${temporal}"`;
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
  return `"base64:type${fieldType}:${base64.replace(/.{76}(?=.)/g, '$&\\n')}"`;
}

/** Precision, scale, and as many bytes as these ask for. */
function isDecimal(bytes: Uint8Array): boolean {
  const [precision = 0, scale = 0] = bytes;
  if (precision > MOST_DIGITS || scale > precision) return false;
  return bytes.length === 2 + digitBytes(precision - scale, scale);
}

/** What stands in DATETIME(6) and TIME(6) without their first bit: all but microseconds over 24 bits of these. */
function temporalText(fieldType: number, packed: bigint): string | undefined {
  const size = packed < 0n ? -packed : packed;
  const [head, micros] = [Number(size >> 24n), Number(size & 0xff_ffffn)];
  switch (fieldType) {
    case ColumnType.DATE:
      return datetimeText(head, 0, 0).slice(0, 'YYYY-MM-DD'.length);
    case ColumnType.DATETIME:
    case ColumnType.TIMESTAMP:
      return datetimeText(head, micros, 6);
    case ColumnType.TIME:
      return signed(packed < 0n, clockText(head, micros, 6));
    default:
      return undefined;
  }
}
