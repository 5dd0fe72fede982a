import { readU16, readU32, readU64 } from '../../wire/integers.ts';
import { checkJson } from './check.ts';
import { JsonContainer, lengthSize, readLength } from './container.ts';
import type { JsonMember, JsonValue } from './dom.ts';
import { isContainer, JsonLiteral, JsonType, NULL_DOCUMENT } from './types.ts';

/**
 * Reads a binary document into a tree; strings and keys are views of `bytes`.
 *
 * | field | size |
 * |---|---|
 * | type | u8 |
 * | value | see {@link JsonContainer} for arrays and objects |
 *
 * A column of length 0 is the null literal.
 *
 * @throws BinflashError `DAMAGED`
 */
export function parseJson(bytes: Uint8Array): JsonValue {
  if (bytes.length === 0) return parseJson(NULL_DOCUMENT);
  checkJson(bytes);
  return buildValue(bytes, bytes[0]!, 1);
}

/** Reads a document that has been checked. */
export function buildValue(bytes: Uint8Array, type: number, at: number): JsonValue {
  return isContainer(type)
    ? buildContainer(new JsonContainer(bytes, type, at))
    : buildScalar(bytes, type, at);
}

function buildContainer(container: JsonContainer): JsonValue {
  const values: JsonValue[] = [];
  for (let i = 0; i < container.count; i++) {
    const at = container.start + container.valueOffset(i);
    values.push(buildValue(container.bytes, container.valueType(i), at));
  }
  if (!container.isObject) return { kind: 'array', elements: values };
  const members = values.map((value, i): JsonMember => ({ key: container.key(i), value }));
  return { kind: 'object', members };
}

function buildScalar(bytes: Uint8Array, type: number, at: number): JsonValue {
  switch (type) {
    case JsonType.LITERAL:
      return { kind: 'literal', value: literals[bytes[at]!]! };
    case JsonType.INT16:
      return { kind: 'int', value: (readU16(bytes, at) << 16) >> 16 };
    case JsonType.UINT16:
      return { kind: 'uint', value: readU16(bytes, at) };
    case JsonType.INT32:
      return { kind: 'int', value: readU32(bytes, at) | 0 };
    case JsonType.UINT32:
      return { kind: 'uint', value: readU32(bytes, at) };
    case JsonType.INT64:
      return { kind: 'int', value: BigInt.asIntN(64, readU64(bytes, at)) };
    case JsonType.UINT64:
      return { kind: 'uint', value: readU64(bytes, at) };
    case JsonType.DOUBLE:
      return { kind: 'double', value: new DataView(bytes.buffer, bytes.byteOffset + at).getFloat64(0, true) };
    case JsonType.STRING:
      return { kind: 'string', bytes: buildString(bytes, at) };
    default:
      return { kind: 'opaque', fieldType: bytes[at]!, bytes: buildString(bytes, at + 1) };
  }
}

const literals: (boolean | null)[] = [];
literals[JsonLiteral.NULL] = null;
literals[JsonLiteral.TRUE] = true;
literals[JsonLiteral.FALSE] = false;

function buildString(bytes: Uint8Array, at: number): Uint8Array {
  const start = at + lengthSize(bytes, at);
  return bytes.subarray(start, start + readLength(bytes, at));
}
