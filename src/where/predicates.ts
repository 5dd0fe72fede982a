import type { Collation } from './collation.ts';
import { type ColumnReader, exactText } from './column-reader.ts';
import { compileComparison, notComparable } from './compare.ts';
import { signUnknown } from './compare-numbers.ts';
import { bytesOfText, collationUnknown } from './compare-text.ts';
import { leadingDouble, thresholdAt } from './exact.ts';
import { compileLike, compileUnsureLike } from './like.ts';
import { numberOf } from './literal-numbers.ts';
import {
  type BoundColumn,
  type BoundOperand,
  columnCalled,
  type Fail,
  onValue,
  unknown,
  type ValueTest,
} from './operands.ts';
import type { Literal } from './syntax.ts';
import { always, FALSE, or, type Test, TRUE, UNKNOWN } from './truth.ts';

/** `operand IS NULL`. */
export function compileIsNull(operand: BoundOperand): Test {
  if (operand.kind === 'missing') return unknown;
  if (operand.kind !== 'column') return always(operand.kind === 'null' ? TRUE : FALSE);
  const { slot } = operand;
  return (row) => (row.starts[slot]! < 0 ? TRUE : FALSE);
}

/** Lists from this length on are looked up instead of gone through. */
const LONG_LIST = 4;

/** `operand IN (list)`. */
export function compileIn(operand: BoundOperand, list: readonly BoundOperand[], fail: Fail): Test {
  const set =
    operand.kind === 'column' && list.length >= LONG_LIST ? smallSet(operand, list, fail) : undefined;
  if (set !== undefined) return set;
  return or(list.map((item) => compileComparison('=', operand, item, fail)));
}

/** A set of numbers for a column of small ones; undefined where it is not that simple. */
function smallSet(column: BoundColumn, list: readonly BoundOperand[], fail: Fail): Test | undefined {
  const { reader } = column;
  if (reader.family !== 'exact' || reader.small === undefined || reader.orAdd !== undefined) return undefined;
  const numbers = new Set<number>();
  for (const item of list) {
    const number = item.kind === 'number' ? numberOf(item, fail) : undefined;
    if (number === undefined || typeof number === 'number') return undefined;
    const { floor, whole } = thresholdAt(number, 0);
    if (whole) numbers.add(Number(floor));
  }
  const { small } = reader;
  return onValue(column, UNKNOWN, (bytes, start, end) =>
    numbers.has(small(bytes, start, end)) ? TRUE : FALSE,
  );
}

/** An operand for itself: true for a number other than 0. */
export function compileValue(operand: BoundOperand, fail: Fail): Test {
  if (operand.kind === 'missing' || operand.kind === 'null') return unknown;
  if (operand.kind !== 'column') {
    const number = numberOf(operand, fail);
    if (number === undefined)
      throw fail(operand.at, 'this is a value and no condition', 'Compare it with something.');
    return always((typeof number === 'number' ? number !== 0 : number.units !== 0n) ? TRUE : FALSE);
  }
  const { reader } = operand;
  if ('real' in reader) {
    const { real } = reader;
    return onValue(operand, UNKNOWN, (bytes, start, end) => (real(bytes, start, end) !== 0 ? TRUE : FALSE));
  }
  if (reader.family === 'text' || reader.family === 'bytes') {
    const { text } = reader;
    return onValue(operand, UNKNOWN, (bytes, start, end) =>
      leadingDouble(text(bytes, start, end)) !== 0 ? TRUE : FALSE,
    );
  }
  throw fail(
    operand.operand.at,
    `${columnCalled(operand)} is a value and no condition`,
    'Compare it with something.',
  );
}

/** `operand LIKE pattern ESCAPE escaping`. */
export function compileLikeTest(
  operand: BoundOperand,
  pattern: BoundOperand,
  escaping: string,
  fail: Fail,
): Test {
  if (operand.kind === 'missing' || pattern.kind === 'missing') return unknown;
  if (operand.kind !== 'column') throw fail(operand.at, 'LIKE looks into a column');
  if (pattern.kind === 'null') return unknown;
  if (pattern.kind !== 'string' && pattern.kind !== 'number') {
    throw fail(
      pattern.kind === 'column' ? pattern.operand.at : pattern.at,
      'the pattern of LIKE is a string',
    );
  }
  return onValue(operand, UNKNOWN, likeOf(operand, operand.reader, pattern, escaping, fail));
}

function likeOf(
  column: BoundColumn,
  reader: ColumnReader,
  pattern: Extract<Literal, { kind: 'string' | 'number' }>,
  escaping: string,
  fail: Fail,
): ValueTest {
  switch (reader.family) {
    case 'bytes': {
      const like = compileLike(bytesOfText(pattern.text), bytesOfText(escaping), same);
      return (bytes, start, end) => (like(reader.text(bytes, start, end)) ? TRUE : FALSE);
    }
    case 'text':
      return likeText(column, reader.text, reader.collation!, pattern.text, escaping);
    case 'label':
      if (reader.labels === undefined) {
        throw fail(
          column.operand.at,
          `the log does not tell the labels of ${columnCalled(column)}`,
          'Compare with their numbers, or tell them with --schema.',
        );
      }
      return likeText(column, reader.labels.text, reader.labels.collation!, pattern.text, escaping);
    case 'exact': {
      const like = compileLike(pattern.text, escaping, lower);
      const { units, scale, orAdd } = reader;
      return (bytes, start, end) => {
        const value = units(bytes, start, end);
        const found = like(exactText(value, scale));
        if (value < 0n && orAdd !== undefined && like(exactText(value + orAdd, scale)) !== found) {
          throw signUnknown(columnCalled(column), value, value + orAdd);
        }
        return found ? TRUE : FALSE;
      };
    }
    case 'year': {
      const like = compileLike(pattern.text, escaping, lower);
      return (bytes, start, end) =>
        like(String(reader.small!(bytes, start, end)).padStart(4, '0')) ? TRUE : FALSE;
    }
    case 'moment':
    case 'time':
    case 'printed':
      return likePrinted(reader.text, lower, pattern.text, escaping);
    case 'json':
      // The text of documents is utf8mb4_bin.
      return likePrinted(reader.text, same, pattern.text, escaping);
    case 'real':
    case 'bit':
      throw fail(column.operand.at, `LIKE cannot look into ${columnCalled(column)}, which is no text`);
    case 'opaque':
      throw notComparable(column, fail);
  }
}

const same = (character: string): string => character;
const lower = (character: string): string => character.toLowerCase();

function likePrinted(
  read: (bytes: Uint8Array, start: number, end: number) => string,
  fold: (character: string) => string,
  pattern: string,
  escaping: string,
): ValueTest {
  const like = compileLike(pattern, escaping, fold);
  return (bytes, start, end) => (like(read(bytes, start, end)) ? TRUE : FALSE);
}

function likeText(
  column: BoundColumn,
  read: (bytes: Uint8Array, start: number, end: number) => string,
  collation: Collation,
  pattern: string,
  escaping: string,
): ValueTest {
  const like = compileUnsureLike(pattern, escaping, collation);
  return (bytes, start, end) => {
    const found = like(read(bytes, start, end));
    if (found === undefined) throw collationUnknown(columnCalled(column), collation);
    return found ? TRUE : FALSE;
  };
}
