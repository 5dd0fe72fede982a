import { BinflashError } from '../../errors.ts';
import { Cursor } from '../../wire/cursor.ts';
import { checkJson } from './check.ts';
import { type PathLeg, parsePath } from './path.ts';
import { NULL_DOCUMENT } from './types.ts';

export type JsonOperation = 'replace' | 'insert' | 'remove';

/** By their number in the log. */
const OPERATIONS: readonly JsonOperation[] = ['replace', 'insert', 'remove'];

/** One step from the document before an UPDATE to the one after it. */
export interface JsonDiff {
  readonly operation: JsonOperation;
  /** Where the parent is; no legs for the whole document. */
  readonly parent: readonly PathLeg[];
  /** The member or element of the parent that the step is about. */
  readonly last: PathLeg;
  /** A document of its own, checked; a view of the diffs. Nothing in REMOVE. */
  readonly value: Uint8Array;
}

const NOTHING = new Uint8Array(0);

/**
 * Reads the diffs of one JSON column one after the other.
 *
 * | field | size |
 * |---|---|
 * | operation: 0 REPLACE, 1 INSERT, 2 REMOVE | u8 |
 * | length of the path | packed integer |
 * | path, utf8mb4 | |
 * | REPLACE and INSERT: length of the value | packed integer |
 * | value: binary JSON with its type byte | |
 *
 * Source: MySQL, sql/json_diff.cc, Json_diff_vector::read_binary.
 *
 * @throws BinflashError `DAMAGED`
 */
export function* readJsonDiffs(bytes: Uint8Array): Generator<JsonDiff, void> {
  const cursor = new Cursor(bytes, 0, bytes.length);
  while (cursor.left > 0) {
    const code = cursor.u8('operation of a JSON diff');
    const operation = OPERATIONS[code];
    if (operation === undefined) {
      throw new BinflashError('DAMAGED', `operation ${code} of a JSON diff is unknown`);
    }
    const path = parsePath(cursor.view(cursor.lenenc('JSON path length'), 'JSON path'));
    const last = path.pop();
    if (last === undefined) {
      throw new BinflashError('DAMAGED', 'a JSON diff is about the whole document');
    }
    const value = operation === 'remove' ? NOTHING : readValue(cursor);
    yield { operation, parent: path, last, value };
  }
}

function readValue(cursor: Cursor): Uint8Array {
  const value = cursor.view(cursor.lenenc('JSON value length'), 'JSON value');
  if (value.length === 0) return NULL_DOCUMENT;
  checkJson(value);
  return value;
}
