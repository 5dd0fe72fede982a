import { BinflashError } from '../errors.ts';
import { readU32 } from '../wire/integers.ts';
import type { ExactReader } from './column-reader.ts';
import { compareBytes, decimalBytes } from './decimal-bytes.ts';
import { type Exact, thresholdAt } from './exact.ts';
import type { ValueTest } from './operands.ts';
import type { Comparison } from './syntax.ts';
import { FALSE, OUTCOMES, outcome, TRUE, type Truth } from './truth.ts';

/** Compares a column of exact numbers with a literal, without loss. */
export function compareExact(
  name: string,
  reader: ExactReader,
  comparison: Comparison,
  literal: Exact,
): ValueTest {
  const { floor, whole } = thresholdAt(literal, reader.scale);
  if (!whole) {
    // Between two values of the column: it equals none, and is above all that are not above the lower one.
    if (comparison === '=' || comparison === '<=>') return () => FALSE;
    if (comparison === '<>') return () => TRUE;
    return compareUnits(name, reader, comparison.startsWith('<') ? '<=' : '>', floor);
  }
  return compareUnits(name, reader, comparison, floor);
}

function compareUnits(name: string, reader: ExactReader, comparison: Comparison, limit: bigint): ValueTest {
  const outcomes = OUTCOMES[comparison];
  const { small, units, halves, orAdd } = reader;
  if (orAdd !== undefined) {
    return (bytes, start, end) => {
      const value = units(bytes, start, end);
      const truth = outcome(outcomes, compareBigints(value, limit));
      if (value < 0n && outcome(outcomes, compareBigints(value + orAdd, limit)) !== truth) {
        throw signUnknown(name, value, value + orAdd);
      }
      return truth;
    };
  }
  if (small !== undefined) {
    // A limit beyond all doubles' integers is beyond the column too, wherever it is rounded to.
    const number = Number(limit);
    return (bytes, start, end) => {
      const value = small(bytes, start, end);
      return ((outcomes >> (value < number ? 0 : value > number ? 2 : 1)) & 1) as Truth;
    };
  }
  if (reader.precision !== undefined) return compareDecimal(reader.precision, reader.scale, outcomes, limit);
  if (halves !== undefined) return compareHalves(halves === 'signed', outcomes, limit);
  return (bytes, start, end) => outcome(outcomes, compareBigints(units(bytes, start, end), limit));
}

/** DECIMAL without decoding it. */
function compareDecimal(precision: number, scale: number, outcomes: number, limit: bigint): ValueTest {
  const wanted = decimalBytes(limit, precision, scale);
  if (wanted === undefined) {
    const truth = outcome(outcomes, limit < 0n ? 1 : -1);
    return () => truth;
  }
  return (bytes, start) => outcome(outcomes, compareBytes(bytes, start, wanted));
}

/** BIGINT without making a bigint of every value. */
function compareHalves(signed: boolean, outcomes: number, limit: bigint): ValueTest {
  const [least, most] = signed ? [-(1n << 63n), (1n << 63n) - 1n] : [0n, (1n << 64n) - 1n];
  if (limit < least || limit > most) {
    const truth = outcome(outcomes, limit < least ? 1 : -1);
    return () => truth;
  }
  const limitHigh = Number(limit >> 32n);
  const limitLow = Number(limit & 0xffff_ffffn);
  return (bytes, start) => {
    const unsigned = readU32(bytes, start + 4);
    const high = signed ? unsigned | 0 : unsigned;
    if (high !== limitHigh) return outcome(outcomes, high - limitHigh);
    return outcome(outcomes, readU32(bytes, start) - limitLow);
  };
}

/** Compares what is read as a double. */
export function compareReal(
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

export function compareBigints(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Compares the columns' numbers without loss. */
export function compareExacts(
  names: readonly [left: string, right: string],
  left: ExactReader,
  right: ExactReader,
  comparison: Comparison,
): (
  leftBytes: Uint8Array,
  leftStart: number,
  leftEnd: number,
  rightBytes: Uint8Array,
  rightStart: number,
  rightEnd: number,
) => Truth {
  const outcomes = OUTCOMES[comparison];
  const scale = Math.max(left.scale, right.scale);
  const leftFactor = 10n ** BigInt(scale - left.scale);
  const rightFactor = 10n ** BigInt(scale - right.scale);
  const sameColumn = names[0] === names[1];
  const truthOf = (a: bigint, b: bigint): Truth =>
    outcome(outcomes, compareBigints(a * leftFactor, b * rightFactor));
  return (leftBytes, leftStart, leftEnd, rightBytes, rightStart, rightEnd) => {
    const a = left.units(leftBytes, leftStart, leftEnd);
    const b = right.units(rightBytes, rightStart, rightEnd);
    const truth = truthOf(a, b);
    const otherA = a < 0n && left.orAdd !== undefined ? a + left.orAdd : a;
    const otherB = b < 0n && right.orAdd !== undefined ? b + right.orAdd : b;
    if (otherA === a && otherB === b) return truth;
    // A column has one sign: either both readings are signed, or both are not.
    const readings = sameColumn
      ? [truthOf(otherA, otherB)]
      : [truthOf(otherA, b), truthOf(a, otherB), truthOf(otherA, otherB)];
    if (readings.some((other) => other !== truth)) {
      throw otherA === a ? signUnknown(names[1], b, otherB) : signUnknown(names[0], a, otherA);
    }
    return truth;
  };
}

export function signUnknown(name: string, signed: bigint, unsigned: bigint): BinflashError {
  return new BinflashError(
    'UNSUPPORTED',
    `--where: the log does not tell whether column ${name} is UNSIGNED, and a row has ${signed} or ${unsigned} in it`,
    { hint: 'Tell it with --schema (binlog_row_metadata is not in the log).' },
  );
}
