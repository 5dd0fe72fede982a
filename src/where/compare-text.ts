import { BinflashError } from '../errors.ts';
import type { Collation } from './collation.ts';
import { type ColumnReader, latin1 } from './column-reader.ts';
import { compareReal } from './compare-numbers.ts';
import { leadingDouble, toDouble } from './exact.ts';
import { numberOf } from './literal-numbers.ts';
import { type BoundColumn, columnCalled, type Fail, type ValueTest } from './operands.ts';
import type { Comparison, Literal } from './syntax.ts';
import { OUTCOMES, outcome, type Truth } from './truth.ts';

type StringReader = Extract<ColumnReader, { family: 'text' | 'bytes' }>;

/** Compares a column of text or of binary strings with a literal. */
export function compareString(
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
    if (reader.collation?.name !== undefined && !reader.collation.name.endsWith('_bin')) {
      throw fail(
        literal.at,
        `${columnCalled(column)} is text, which MariaDB compares with this by its collation`,
        'Compare it with a string.',
      );
    }
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

/** Compares text, or labels, with a string. */
export function compareText(
  comparison: Comparison,
  column: BoundColumn,
  read: (bytes: Uint8Array, start: number, end: number) => string,
  collation: Collation,
  wanted: string,
): ValueTest {
  const compare = textOutcome(comparison, collation, columnCalled(column));
  return (bytes, start, end) => compare(read(bytes, start, end), wanted);
}

/** The comparison of two texts by a collation. */
export function textOutcome(
  comparison: Comparison,
  collation: Collation,
  name: string,
): (a: string, b: string) => Truth {
  const outcomes = OUTCOMES[comparison];
  if (comparison === '=' || comparison === '<=>' || comparison === '<>') {
    return (a, b) => {
      const equal = collation.equal(a, b);
      if (equal === undefined) throw collationUnknown(name, collation);
      return outcome(outcomes, equal ? 0 : 1);
    };
  }
  return (a, b) => {
    const order = collation.order(a, b);
    if (order === undefined) throw collationUnknown(name, collation);
    return outcome(outcomes, order);
  };
}

/** The collation would decide whether a row is meant. Row contents are no part of messages. */
export function collationUnknown(column: string, { name }: Collation): BinflashError {
  if (name !== undefined) {
    return new BinflashError(
      'UNSUPPORTED',
      `--where: the collation ${name} of column ${column} decides whether a row is meant, by letters or signs of which only the server knows how they compare`,
      {
        hint: 'Select by the primary key, numbers, dates, changed(), or plain text that no such row comes near to.',
      },
    );
  }
  return new BinflashError(
    'UNSUPPORTED',
    `--where: the log does not tell the collation of column ${column}, and whether a row is meant depends on it (on case, accents or spaces at the end)`,
    { hint: 'Tell it with --schema (binlog_row_metadata is not in the log).' },
  );
}
