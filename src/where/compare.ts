import { printedAddress } from './addresses.ts';
import type { Collation } from './collation.ts';
import type { ColumnReader } from './column-reader.ts';
import { compareMoment } from './compare-moments.ts';
import { compareExact, compareExacts, compareReal } from './compare-numbers.ts';
import { compareString, compareText, textOutcome } from './compare-text.ts';
import { leadingDouble, toDouble } from './exact.ts';
import { numberOf } from './literal-numbers.ts';
import { compareMoments, type Moment } from './moments.ts';
import {
  type BoundColumn,
  type BoundOperand,
  columnCalled,
  type Fail,
  onValue,
  onValues,
  unknown,
  type ValueTest,
} from './operands.ts';
import type { Comparison, Literal } from './syntax.ts';
import { FALSE, FLIPPED, OUTCOMES, outcome, type Test, TRUE, type Truth, UNKNOWN } from './truth.ts';

/** Compiles a comparison of columns and literals, of which one at least must be a column. */
export function compileComparison(
  comparison: Comparison,
  left: BoundOperand,
  right: BoundOperand,
  fail: Fail,
): Test {
  if (left.kind === 'missing' || right.kind === 'missing') return unknown;
  if (left.kind !== 'column') {
    if (right.kind !== 'column') {
      throw fail(left.at, 'no column is compared here');
    }
    return compileComparison(FLIPPED[comparison], right, left, fail);
  }
  if (right.kind === 'column') return compareColumns(comparison, left, right, fail);
  if (right.kind === 'null') {
    if (comparison !== '<=>') return unknown;
    const { slot } = left;
    return (row) => (row.starts[slot]! < 0 ? TRUE : FALSE);
  }
  return onValue(left, comparison === '<=>' ? FALSE : UNKNOWN, compareLiteral(comparison, left, right, fail));
}

/** Strings that are numbers as a whole: others would silently count as 0, or as their beginning. */
const NUMERIC = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i;
const INTEGER = /^\s*[-+]?\d+\s*$/;

function compareLiteral(
  comparison: Comparison,
  column: BoundColumn,
  literal: Literal,
  fail: Fail,
): ValueTest {
  const { reader } = column;
  switch (reader.family) {
    case 'label':
      if (literal.kind === 'string') {
        if (reader.labels === undefined)
          throw fail(
            column.operand.at,
            `the log does not tell the labels of ${columnCalled(column)}`,
            'Compare with their numbers, or tell them with --schema.',
          );
        return compareText(comparison, column, reader.labels.text, reader.labels.collation!, literal.text);
      }
      return compareNumber(comparison, column, reader, literal, fail);
    case 'bit':
      if (literal.kind === 'string')
        throw fail(literal.at, 'a BIT is compared with a number or bits', "Write 5 or b'101'.");
      return compareNumber(comparison, column, reader, literal, fail);
    case 'year':
      checkYear(literal, fail);
      return compareNumber(comparison, column, reader, literal, fail);
    case 'exact':
    case 'real':
      return compareNumber(comparison, column, reader, literal, fail);
    case 'text':
    case 'bytes':
      return compareString(comparison, column, reader, literal, fail);
    case 'moment':
    case 'time':
      return compareMoment(comparison, column, reader, literal, fail);
    case 'printed': {
      if (literal.kind !== 'string')
        throw fail(literal.at, `${columnCalled(column)} is compared with a string`);
      if (OUTCOMES[comparison] !== OUTCOMES['='] && comparison !== '<>')
        throw fail(column.operand.at, `${columnCalled(column)} can only be compared with = and <>`);
      const wanted = printedAddress(reader.kind, literal.text);
      if (wanted === undefined) {
        throw fail(
          literal.at,
          `this is no ${reader.kind.toUpperCase()}, with which ${columnCalled(column)} could be compared`,
        );
      }
      const outcomes = OUTCOMES[comparison];
      return (bytes, start, end) => outcome(outcomes, reader.text(bytes, start, end) === wanted ? 0 : 1);
    }
    case 'json':
      throw fail(
        column.operand.at,
        `${columnCalled(column)} is JSON, which can only be looked into with LIKE`,
        'IS NULL and changed() are possible too.',
      );
    case 'opaque':
      throw notComparable(column, fail);
  }
}

/** Servers read two digits as a year of 1970 to 2069, but not everywhere, and '0' as 2000. */
function checkYear(literal: Literal, fail: Fail): void {
  const number = numberOf(literal, fail);
  const value = number === undefined ? undefined : typeof number === 'number' ? number : toDouble(number);
  const isShort = value !== undefined && value > 0 && value < 100;
  if (isShort || (literal.kind === 'string' && !/^\d{4}$/.test(literal.text))) {
    throw fail(literal.at, 'this is not plainly a year', 'Write it with four digits.');
  }
}

export function notComparable(column: BoundColumn, fail: Fail): Error {
  return fail(
    column.operand.at,
    `${columnCalled(column)} is a geometry or a vector, which cannot be compared`,
    'IS NULL and changed() are possible.',
  );
}

type NumberReader = Extract<ColumnReader, { family: 'exact' | 'year' | 'bit' | 'real' | 'label' }>;

function compareNumber(
  comparison: Comparison,
  column: BoundColumn,
  reader: NumberReader,
  literal: Literal,
  fail: Fail,
): ValueTest {
  let number = numberOf(literal, fail);
  if (literal.kind === 'hex' && reader.family !== 'bit') {
    throw fail(
      literal.at,
      'MySQL takes this for a number, and MariaDB does not always',
      'Write the number in decimal digits.',
    );
  }
  if (literal.kind === 'string') {
    if (!NUMERIC.test(literal.text))
      throw fail(literal.at, `${columnCalled(column)} is a number, and this is none`);
    // Servers convert to the type of a BIGINT column where nothing is lost by it, else to doubles.
    number = INTEGER.test(literal.text)
      ? { units: BigInt(literal.text.trim().replace(/^\+/, '')), scale: 0 }
      : leadingDouble(literal.text);
    if (reader.family === 'exact' && reader.scale > 0) number = leadingDouble(literal.text);
  }
  if (number === undefined) throw fail(literal.at, `${columnCalled(column)} is a number, and this is none`);
  if (typeof number !== 'number' && reader.family !== 'real') {
    return compareExact(columnCalled(column), reader, comparison, number);
  }
  if (reader.family !== 'real' && reader.orAdd !== undefined) {
    throw fail(
      column.operand.at,
      `the log does not tell whether ${columnCalled(column)} is UNSIGNED`,
      'Compare it with a number without an exponent, or tell it with --schema.',
    );
  }
  const real = typeof number === 'number' ? number : toDouble(number);
  return compareReal(comparison, reader.real, real);
}

function compareColumns(comparison: Comparison, left: BoundColumn, right: BoundColumn, fail: Fail): Test {
  const outcomes = OUTCOMES[comparison];
  const whenNull: readonly [Truth, Truth] = comparison === '<=>' ? [FALSE, TRUE] : [UNKNOWN, UNKNOWN];
  const [a, b] = [left.reader, right.reader];
  const texts = textsOf(a, b);
  if (texts !== undefined) {
    const [readA, readB, collation] = texts;
    if (collation === undefined) {
      return onValues(left, right, whenNull, (x, xs, xe, y, ys, ye) => {
        const [one, other] = [readA(x, xs, xe), readB(y, ys, ye)];
        return outcome(outcomes, one === other ? 0 : one < other ? -1 : 1);
      });
    }
    const compare = textOutcome(comparison, collation, columnCalled(left));
    return onValues(left, right, whenNull, (x, xs, xe, y, ys, ye) =>
      compare(readA(x, xs, xe), readB(y, ys, ye)),
    );
  }
  if ('units' in a && 'units' in b) {
    return onValues(left, right, whenNull, compareExacts([a.name, b.name], a, b, comparison));
  }
  const areTexts = labelsOrText(a) !== undefined && labelsOrText(b) !== undefined;
  const [realA, realB] = areTexts ? [undefined, undefined] : [realOf(a), realOf(b)];
  if (realA !== undefined && realB !== undefined) {
    return onValues(left, right, whenNull, (x, xs, xe, y, ys, ye) => {
      const [one, other] = [realA(x, xs, xe), realB(y, ys, ye)];
      return outcome(outcomes, one < other ? -1 : one > other ? 1 : 0);
    });
  }
  if ('moment' in a && 'moment' in b && a.family === b.family) {
    const [one, other]: [Moment, Moment] = [
      { high: 0, low: 0 },
      { high: 0, low: 0 },
    ];
    return onValues(left, right, whenNull, (x, xs, xe, y, ys, ye) => {
      a.moment(x, xs, xe, one);
      b.moment(y, ys, ye, other);
      return outcome(outcomes, compareMoments(one, other));
    });
  }
  const hint = a.name === b.name ? 'changed() tells whether it is the same in both images.' : undefined;
  throw fail(left.operand.at, `${columnCalled(left)} and ${columnCalled(right)} cannot be compared`, hint);
}

type ReadText = (bytes: Uint8Array, start: number, end: number) => string;

/** How two columns are compared as strings, if they are. */
function textsOf(a: ColumnReader, b: ColumnReader): [ReadText, ReadText, Collation | undefined] | undefined {
  const [one, other] = [labelsOrText(a), labelsOrText(b)];
  if (one === undefined || other === undefined) return undefined;
  // Of two collations servers choose one, or none: that cannot be told offline.
  if (one.collation !== other.collation) return undefined;
  return [one.text, other.text, one.collation];
}

function labelsOrText(
  reader: ColumnReader,
): { text: ReadText; collation: Collation | undefined } | undefined {
  if (reader.family === 'text' || reader.family === 'bytes') return reader;
  return reader.family === 'label'
    ? (reader.labels as { text: ReadText; collation: Collation | undefined })
    : undefined;
}

function realOf(
  reader: ColumnReader,
): ((bytes: Uint8Array, start: number, end: number) => number) | undefined {
  if ('real' in reader) return reader.real;
  if (reader.family !== 'text' && reader.family !== 'bytes') return undefined;
  const { text } = reader;
  return (bytes, start, end) => leadingDouble(text(bytes, start, end));
}
