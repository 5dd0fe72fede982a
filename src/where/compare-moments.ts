import type { ColumnReader } from './column-reader.ts';
import { compareMoments, type Moment } from './moments.ts';
import { type BoundColumn, columnCalled, type Fail, type ValueTest } from './operands.ts';
import type { Comparison, Literal } from './syntax.ts';
import { momentOfNumber, parseMoment, parseTime } from './temporal-literals.ts';
import { OUTCOMES, outcome } from './truth.ts';

type MomentColumn = Extract<ColumnReader, { family: 'moment' | 'time' }>;

/** Compares a DATE, DATETIME, TIMESTAMP or TIME with a literal. */
export function compareMoment(
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
