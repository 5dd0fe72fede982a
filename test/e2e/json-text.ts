/** MySQL's text of a binary JSON document, written for tests: what is printed must come out of SELECT as well. */
import type { JsonValue } from '../../src/binlog/json/dom.ts';

const FieldType = { TIMESTAMP: 7, DATE: 10, TIME: 11, DATETIME: 12, NEWDECIMAL: 246 } as const;

export function jsonText(value: JsonValue): string {
  switch (value.kind) {
    case 'object': {
      const members = value.members.map(({ key, value: of }) => `${quoted(key)}: ${jsonText(of)}`);
      return `{${members.join(', ')}}`;
    }
    case 'array':
      return `[${value.elements.map(jsonText).join(', ')}]`;
    case 'double':
      return doubleText(value.value);
    case 'string':
      return quoted(value.bytes);
    case 'opaque':
      return opaqueText(value.fieldType, Buffer.from(value.bytes));
    default:
      return String(value.value);
  }
}

/** Escapes as JSON.stringify does; the server does not escape U+007F and lone surrogates cannot be. */
function quoted(bytes: Uint8Array): string {
  return JSON.stringify(Buffer.from(bytes).toString());
}

/** Right for numbers that neither the server nor JavaScript writes with an exponent. */
function doubleText(value: number): string {
  const text = Object.is(value, -0) ? '-0' : String(value);
  return text.includes('.') ? text : `${text}.0`;
}

function opaqueText(fieldType: number, bytes: Buffer): string {
  switch (fieldType) {
    case FieldType.NEWDECIMAL:
      return decimalText(bytes);
    case FieldType.DATE:
      return `"${datePart(bytes.readBigInt64LE() >> 24n)}"`;
    case FieldType.DATETIME:
    case FieldType.TIMESTAMP: {
      const packed = bytes.readBigInt64LE();
      return `"${datePart(packed >> 24n)} ${timePart(packed & 0x1ff_ffff_ffffn)}"`;
    }
    case FieldType.TIME: {
      const packed = bytes.readBigInt64LE();
      return packed < 0n ? `"-${timePart(-packed)}"` : `"${timePart(packed)}"`;
    }
    default:
      return `"base64:type${fieldType}:${bytes.toString('base64').replace(/.{76}(?=.)/g, '$&\\n')}"`;
  }
}

const digits = (value: bigint, width: number): string => String(value).padStart(width, '0');

function datePart(packed: bigint): string {
  const yearMonth = packed >> 22n;
  return `${digits(yearMonth / 13n, 4)}-${digits(yearMonth % 13n, 2)}-${digits((packed >> 17n) & 31n, 2)}`;
}

function timePart(packed: bigint): string {
  const time = packed >> 24n;
  const parts = [time >> 12n, (time >> 6n) & 63n, time & 63n];
  return `${parts.map((part) => digits(part, 2)).join(':')}.${digits(packed & 0xffffffn, 6)}`;
}

const BYTES_OF_DIGITS = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];

function decimalText(bytes: Buffer): string {
  const [precision, scale] = [bytes[0]!, bytes[1]!];
  const body = Buffer.from(bytes.subarray(2));
  const negative = body[0]! < 0x80;
  body[0]! ^= 0x80;
  if (negative) for (let i = 0; i < body.length; i++) body[i]! ^= 0xff;
  let at = 0;
  const group = (length: number): string => {
    const size = BYTES_OF_DIGITS[length]!;
    at += size;
    return size === 0 ? '' : String(body.readUIntBE(at - size, size)).padStart(length, '0');
  };
  const whole = precision - scale;
  let integer = group(whole % 9);
  for (let i = 0; i < Math.floor(whole / 9); i++) integer += group(9);
  let fraction = '';
  for (let i = 0; i < Math.floor(scale / 9); i++) fraction += group(9);
  fraction += group(scale % 9);
  const text = integer.replace(/^0+/, '') || '0';
  return `${negative ? '-' : ''}${text}${scale > 0 ? `.${fraction}` : ''}`;
}
