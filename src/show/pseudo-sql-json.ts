import { jsonDecoder } from '../binlog/columns/values/json-text.ts';
import type { PutValue } from '../binlog/columns/writers/put-value.ts';
import type { ByteText } from '../wire/byte-text.ts';
import { Cursor } from '../wire/cursor.ts';
import { quoteOf } from './pseudo-sql-text.ts';

const quote = quoteOf('mysql');
const decode = jsonDecoder(Number.POSITIVE_INFINITY);

/** The text of a document as SELECT prints it; undefined for bytes that are none. */
function jsonText(source: Uint8Array, start: number, end: number): string | undefined {
  const value = decode(source, start, end);
  return value.kind === 'json' ? value.text : undefined;
}

function putQuoted(text: string, out: ByteText): void {
  const bytes = Buffer.from(text);
  quote(bytes, 0, bytes.length, out);
}

/**
 * A whole document. Of one that is a mere string or a date mysqlbinlog leaves out the JSON's own quotes, so that
 * `"1"` looks like `1`.
 */
export const putJson: PutValue = (source, start, end, out) => {
  const text = jsonText(source, start, end);
  if (text === undefined) quote(source, start, end, out);
  else putQuoted(text, out);
};

/** One difference, its parts as they stand in the event. */
interface Difference {
  readonly call: string;
  readonly path: Uint8Array;
  /** Undefined in JSON_REMOVE. */
  readonly value: Uint8Array | undefined;
}

const REPLACE = 0;
const REMOVE = 2;
const CLOSE_BRACKET = 0x5d;

/** See `readJsonDiffs` for what stands where. @throws BinflashError `DAMAGED` */
function readDifferences(source: Uint8Array, start: number, end: number): Difference[] {
  const cursor = new Cursor(source, start, end);
  const differences: Difference[] = [];
  while (cursor.left > 0) {
    const operation = cursor.u8('operation of a JSON diff');
    const path = cursor.view(cursor.lenenc('JSON path length'), 'JSON path');
    const value =
      operation === REMOVE ? undefined : cursor.view(cursor.lenenc('JSON value length'), 'JSON value');
    differences.push({ call: callOf(operation, path), path, value });
  }
  return differences;
}

function callOf(operation: number, path: Uint8Array): string {
  if (operation === REPLACE) return 'JSON_REPLACE';
  if (operation === REMOVE) return 'JSON_REMOVE';
  return path.at(-1) === CLOSE_BRACKET ? 'JSON_ARRAY_INSERT' : 'JSON_INSERT';
}

/** Begins a further line of the same value. */
const NEW_LINE = '\n###      ';

/**
 * The differences of a partial update, as calls around the column: `JSON_REPLACE(@2, '$.a', 1, '$.b', 'x')`. Runs
 * of the same function are one call, the first innermost. No differences leave the column itself.
 *
 * @throws BinflashError `DAMAGED`
 */
export function putJsonDifferences(
  source: Uint8Array,
  start: number,
  end: number,
  column: number,
  out: ByteText,
): void {
  const differences = readDifferences(source, start, end);
  const beginsCall = (i: number): boolean => differences[i]?.call !== differences[i - 1]?.call;
  const calls = differences.filter((_, i) => beginsCall(i)).map(({ call }) => `${call}(`);
  out.ascii(calls.reverse().join(NEW_LINE));
  out.ascii(`@${column + 1}`);
  for (const [i, { path, value }] of differences.entries()) {
    out.ascii(i === 0 ? ', ' : `,${NEW_LINE}`);
    quote(path, 0, path.length, out);
    if (value !== undefined) {
      out.ascii(', ');
      putSqlValue(value, out);
    }
    if (beginsCall(i + 1)) out.ascii(')');
  }
}

/** A document as an argument of these functions: numbers and literals as they are, text and the like as text. */
function putSqlValue(document: Uint8Array, out: ByteText): void {
  const text = jsonText(document, 0, document.length);
  if (text === undefined) quote(document, 0, document.length, out);
  else if (text.startsWith('{') || text.startsWith('[')) {
    out.ascii('CAST(');
    putQuoted(text, out);
    out.ascii(' AS JSON)');
  } else if (text.startsWith('"')) putQuoted(JSON.parse(text) as string, out);
  else out.ascii(text);
}
