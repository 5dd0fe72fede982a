import { isUtf8 } from 'node:buffer';
import { quoted, scalarText } from '../../binlog/columns/values/json-text.ts';
import type { JsonArray, JsonObject, JsonValue } from '../../binlog/json/dom.ts';
import { BinflashError } from '../../errors.ts';

type JsonScalar = Exclude<JsonValue, JsonArray | JsonObject>;

/** A value of which text may bring back another type. */
export type TypedValue = Extract<JsonScalar, { kind: 'int' | 'uint' | 'opaque' }>;

/** A value of a document that its text does not bring back with its type. */
export interface JsonHole {
  /** Where it stands, as a path of SQL's JSON functions: `$.a[3]`. */
  readonly path: string;
  readonly value: TypedValue;
}

/** A document as text that the server reads, and what has to be put into it afterwards. */
export interface JsonParts {
  /** `null` stands in each hole. */
  readonly text: string;
  readonly holes: readonly JsonHole[];
}

/** Names that stand in a path without quotes. */
const BARE_NAME = /^[A-Za-z_]\w*$/;

/** What the server reads from text as UNSIGNED: positive integers beyond 32 bits. */
const FIRST_UNSIGNED = 2 ** 32;

/**
 * Parts a document into its text and the values that come back from text with another type.
 *
 * @throws BinflashError `UNSUPPORTED` for what no server could have stored as text
 */
export function partJson(document: JsonValue): JsonParts {
  const holes: JsonHole[] = [];
  const text = part(document, [], holes);
  return { text, holes };
}

/** `legs` lead to the value: names in their quotes, and places in arrays. */
function part(value: JsonValue, legs: (string | number)[], holes: JsonHole[]): string {
  const child = (leg: string | number, of: JsonValue): string => {
    legs.push(leg);
    const text = part(of, legs, holes);
    legs.pop();
    return text;
  };
  if (value.kind === 'array') return `[${value.elements.map((element, i) => child(i, element)).join(', ')}]`;
  if (value.kind === 'object') {
    const members = value.members.map((member) => {
      const name = quoted(wellFormed(member.key));
      return `${name}: ${child(name, member.value)}`;
    });
    return `{${members.join(', ')}}`;
  }
  if (!isHole(value)) return scalarText(value);
  holes.push({ path: `$${legs.map(legText).join('')}`, value });
  return 'null';
}

function legText(leg: string | number): string {
  if (typeof leg === 'number') return `[${leg}]`;
  const bare = leg.slice(1, -1);
  return `.${BARE_NAME.test(bare) ? bare : leg}`;
}

/** Does the server read another type from the text of this value? */
function isHole(value: JsonScalar): value is TypedValue {
  switch (value.kind) {
    case 'int':
      return value.value >= FIRST_UNSIGNED;
    case 'uint':
      return value.value < FIRST_UNSIGNED;
    case 'opaque':
      return true;
    case 'double':
      if (Number.isFinite(value.value)) return false;
      throw new BinflashError('UNSUPPORTED', 'a JSON document holds a number that is not finite');
    case 'string':
      wellFormed(value.bytes);
      return false;
    default:
      return false;
  }
}

function wellFormed(bytes: Uint8Array): Uint8Array {
  if (isUtf8(bytes)) return bytes;
  throw new BinflashError('UNSUPPORTED', 'a JSON document holds text that is not UTF-8');
}

/** How the server prints values that are no strings: dates, times and binary. */
const LIKE_OPAQUE =
  /^(?:\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d\.\d{6})?|-?\d{2,3}:\d\d:\d\d\.\d{6}|base64:type\d+:[A-Za-z0-9+/=\n]*)$/;

/** Could another document, one that the server holds for different, have the same text? */
export function isAmbiguous(value: JsonValue): boolean {
  switch (value.kind) {
    case 'array':
      return value.elements.some(isAmbiguous);
    case 'object':
      return value.members.some((member) => isAmbiguous(member.value));
    case 'string':
      return LIKE_OPAQUE.test(Buffer.from(value.bytes).toString());
    default:
      return value.kind === 'opaque';
  }
}
