import { BinflashError } from '../errors.ts';
import type { Collation } from './collation.ts';
import { type ColumnReader, latin1 } from './column-reader.ts';
import { compareExact, compareExacts } from './compare-numbers.ts';
import { type Exact, leadingDouble, parseNumber, toDouble } from './exact.ts';
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
import { momentOfNumber, parseMoment, parseTime } from './temporal-literals.ts';
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

/** A number that a literal stands for, where it stands for one. */
export function numberOf(literal: Literal, fail: Fail): Exact | number | undefined {
  switch (literal.kind) {
    case 'number': {
      const number = parseNumber(literal.text);
      if (number === undefined) throw fail(literal.at, 'this number has too many digits');
      return number;
    }
    case 'boolean':
      return { units: literal.value ? 1n : 0n, scale: 0 };
    case 'hex':
      return { units: BigInt(`0x${literal.digits || '0'}`), scale: 0 };
    case 'bits':
      return { units: BigInt(`0b${literal.digits || '0'}`), scale: 0 };
    default:
      return undefined;
  }
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
    case 'exact':
    case 'year':
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
      const wanted = literal.text.toLowerCase();
      const outcomes = OUTCOMES[comparison];
      return (bytes, start, end) =>
        outcome(outcomes, reader.text(bytes, start, end).toLowerCase() === wanted ? 0 : 1);
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

function compareReal(
  comparison: Comparison,
  read: (bytes: Uint8Array, start: number, end: number) => number,
  limit: number,
): ValueTest {
  const outcomes = OUTCOMES[comparison];
  return (bytes, start, end) => {
    const value = read(bytes, start, end);
    return ((outcomes >> (value < limit ? 0 : value > limit ? 2 : 1)) & 1) as Truth;
  };
}

type StringReader = Extract<ColumnReader, { family: 'text' | 'bytes' }>;

function compareString(
  comparison: Comparison,
  column: BoundColumn,
  reader: StringReader,
  literal: Literal,
  fail: Fail,
): ValueTest {
  if (literal.kind === 'string') {
    if (reader.collation !== undefined)
      return compareText(comparison, column, reader.text, reader.collation, literal.text);
    return compareBytes(comparison, reader.text, bytesOfText(literal.text));
  }
  if (literal.kind === 'hex' || literal.kind === 'bits') {
    if (reader.raw === undefined)
      throw fail(literal.at, `${columnCalled(column)} is compressed text, which is compared with strings`);
    const raw = bytesOfDigits(literal);
    // A column of which the log tells no more may be a BINARY, stored without the zeros at its end.
    if (reader.family === 'text')
      return compareBytes(comparison, withoutZeros(reader.raw), raw.replace(ZEROS_AT_END, ''));
    return compareBytes(comparison, reader.raw, raw);
  }
  const number = numberOf(literal, fail);
  if (number === undefined)
    throw fail(literal.at, `${columnCalled(column)} is text: compare it with a string`);
  const { text } = reader;
  const limit = typeof number === 'number' ? number : toDouble(number);
  return compareReal(comparison, (bytes, start, end) => leadingDouble(text(bytes, start, end)), limit);
}

const ZEROS_AT_END = /\0+$/;

function withoutZeros(read: (bytes: Uint8Array, start: number, end: number) => string): typeof read {
  return (bytes, start, end) => read(bytes, start, end).replace(ZEROS_AT_END, '');
}

/** A character for every byte of a text in UTF-8. */
export function bytesOfText(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return latin1(bytes, 0, bytes.length);
}

function bytesOfDigits(literal: Extract<Literal, { kind: 'hex' | 'bits' }>): string {
  const hex = literal.kind === 'hex' ? literal.digits : BigInt(`0b${literal.digits || '0'}`).toString(16);
  const width =
    literal.kind === 'hex' ? hex.length + (hex.length & 1) : 2 * Math.ceil(literal.digits.length / 8);
  return Buffer.from(hex.padStart(width, '0'), 'hex').toString('latin1');
}

function compareBytes(
  comparison: Comparison,
  read: (bytes: Uint8Array, start: number, end: number) => string,
  wanted: string,
): ValueTest {
  const outcomes = OUTCOMES[comparison];
  return (bytes, start, end) => {
    const value = read(bytes, start, end);
    return outcome(outcomes, value === wanted ? 0 : value < wanted ? -1 : 1);
  };
}

function compareText(
  comparison: Comparison,
  column: BoundColumn,
  read: (bytes: Uint8Array, start: number, end: number) => string,
  collation: Collation,
  wanted: string,
): ValueTest {
  const compare = textOutcome(comparison, collation, columnCalled(column));
  return (bytes, start, end) => compare(read(bytes, start, end), wanted);
}

function textOutcome(
  comparison: Comparison,
  collation: Collation,
  name: string,
): (a: string, b: string) => Truth {
  const outcomes = OUTCOMES[comparison];
  if (comparison === '=' || comparison === '<=>' || comparison === '<>') {
    return (a, b) => {
      const equal = collation.equal(a, b);
      if (equal === undefined) throw collationUnknown(name);
      return outcome(outcomes, equal ? 0 : 1);
    };
  }
  return (a, b) => {
    const order = collation.order(a, b);
    if (order === undefined) throw collationUnknown(name);
    return outcome(outcomes, order);
  };
}

/** The collation would decide whether a row is meant. Row contents are no part of messages. */
export function collationUnknown(name: string): BinflashError {
  return new BinflashError(
    'UNSUPPORTED',
    `--where: the log does not tell the collation of column ${name}, and whether a row is meant depends on it (on case, accents or spaces at the end)`,
    { hint: 'Tell it with --schema (binlog_row_metadata is not in the log).' },
  );
}

type MomentColumn = Extract<ColumnReader, { family: 'moment' | 'time' }>;

function compareMoment(
  comparison: Comparison,
  column: BoundColumn,
  reader: MomentColumn,
  literal: Literal,
  fail: Fail,
): ValueTest {
  const wanted = reader.family === 'time' ? timeOf(literal) : momentOf(literal);
  if (wanted === undefined) {
    const example = reader.family === 'time' ? "'03:00:00'" : "'2026-11-21 03:00:00'";
    throw fail(
      literal.at,
      `${columnCalled(column)} is compared with ${reader.family === 'time' ? 'a time' : 'a date and time'}, and this is none`,
      `Write it as in ${example}.`,
    );
  }
  if (reader.dateOnly && literal.kind === 'number' && (wanted.high % 2 ** 17 > 0 || wanted.low > 0)) {
    const hint = 'Servers differ about it: write a string, or a number of eight digits.';
    throw fail(literal.at, `${columnCalled(column)} is a DATE, and this number has a time in it`, hint);
  }
  const outcomes = OUTCOMES[comparison];
  const { moment } = reader;
  const value: Moment = { high: 0, low: 0 };
  return (bytes, start, end) => {
    moment(bytes, start, end, value);
    return outcome(outcomes, compareMoments(value, wanted));
  };
}

function momentOf(literal: Literal): Moment | undefined {
  if (literal.kind === 'number') return momentOfNumber(literal.text);
  const isMoment = literal.kind === 'string' || (literal.kind === 'temporal' && literal.type !== 'time');
  return isMoment ? parseMoment(literal.text) : undefined;
}

function timeOf(literal: Literal): Moment | undefined {
  if (literal.kind === 'number') return parseTime(literal.text);
  const isTime = literal.kind === 'string' || (literal.kind === 'temporal' && literal.type === 'time');
  return isTime ? parseTime(literal.text) : undefined;
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
  const [realA, realB] = [realOf(a), realOf(b)];
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
  // The columns' own collations are one, most of the time; of two, the stricter cannot be told offline.
  if ((one.collation === undefined) !== (other.collation === undefined)) return undefined;
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
