import { BinflashError } from '../../errors.ts';
import { JsonContainer, lengthSize, readLength } from './container.ts';
import { compareBytes } from './keys.ts';
import { isContainer, JsonLiteral, JsonType, MAX_JSON_DEPTH } from './types.ts';

/**
 * Walks a whole binary document once, so that whoever reads it afterwards need check nothing.
 *
 * Keys and values must stand in the order of their entries and must not overlap. The server always writes
 * them so, and it bounds the work: entries that all point at one value would make a document of a few
 * kilobytes stand for more than memory holds.
 *
 * @throws BinflashError `DAMAGED`
 */
export function checkJson(bytes: Uint8Array): void {
  if (bytes.length === 0) throw damaged('it is empty');
  const end = checkValue(bytes, bytes[0]!, 1, bytes.length, 1);
  if (end !== bytes.length) throw damaged(`${bytes.length - end} bytes follow its end`);
}

/** Checks a value that may reach up to `end`; answers where it ends. */
function checkValue(bytes: Uint8Array, type: number, at: number, end: number, depth: number): number {
  return isContainer(type) ? checkContainer(bytes, type, at, end, depth) : checkScalar(bytes, type, at, end);
}

function checkScalar(bytes: Uint8Array, type: number, at: number, end: number): number {
  switch (type) {
    case JsonType.LITERAL:
      if (at < end && bytes[at]! > JsonLiteral.FALSE) throw damaged(`literal ${bytes[at]} is unknown`);
      return within(at + 1, end);
    case JsonType.INT16:
    case JsonType.UINT16:
      return within(at + 2, end);
    case JsonType.INT32:
    case JsonType.UINT32:
      return within(at + 4, end);
    case JsonType.INT64:
    case JsonType.UINT64:
    case JsonType.DOUBLE:
      return within(at + 8, end);
    case JsonType.STRING:
      return checkString(bytes, at, end);
    case JsonType.OPAQUE:
      return checkString(bytes, within(at + 1, end), end);
    default:
      throw damaged(`value type ${type} is unknown`);
  }
}

function checkString(bytes: Uint8Array, at: number, end: number): number {
  within(at + 1, end);
  const text = within(at + lengthSize(bytes, at), end);
  if (bytes[text - 1]! >= 0x80) throw damaged('the length of a string does not end');
  return within(text + readLength(bytes, at), end);
}

function checkContainer(bytes: Uint8Array, type: number, at: number, end: number, depth: number): number {
  if (depth > MAX_JSON_DEPTH) throw damaged(`it nests deeper than ${MAX_JSON_DEPTH} levels`);
  within(at + (type === JsonType.LARGE_OBJECT || type === JsonType.LARGE_ARRAY ? 8 : 4), end);
  const container = new JsonContainer(bytes, type, at);
  within(at + container.size, end);
  within(container.headEnd, container.size);
  checkKeys(container);
  const limit = at + container.size;
  let next = at + container.firstValueOffset;
  for (let i = 0; i < container.count; i++) {
    const valueType = container.valueType(i);
    const value = at + container.valueOffset(i);
    if (container.isInlined(i)) {
      // It cannot leave its entry; only a literal can be wrong.
      checkScalar(bytes, valueType, value, limit);
    } else {
      if (value < next) throw damaged('values overlap or stand in the wrong order');
      next = checkValue(bytes, valueType, value, limit, depth + 1);
    }
  }
  return limit;
}

function checkKeys(container: JsonContainer): void {
  if (!container.isObject) return;
  const { bytes, start, size } = container;
  let next = container.headEnd;
  let previousLength = -1;
  for (let i = 0; i < container.count; i++) {
    const offset = container.keyOffset(i);
    const length = container.keyLength(i);
    if (offset < next) throw damaged('keys overlap or stand in the wrong order');
    within(offset + length, size);
    const previous = start + (i === 0 ? 0 : container.keyOffset(i - 1));
    const ascends =
      length > previousLength ||
      (length === previousLength && compareBytes(bytes, start + offset, bytes, previous, length) > 0);
    if (!ascends) throw damaged('keys are not in order');
    previousLength = length;
    next = offset + length;
  }
}

function within(at: number, end: number): number {
  if (at > end) throw damaged('it ends within a value');
  return at;
}

function damaged(what: string): BinflashError {
  return new BinflashError('DAMAGED', `a JSON document is damaged: ${what}`);
}
