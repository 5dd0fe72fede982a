import { BinflashError } from '../errors.ts';
import type { BatchReader } from '../read/batch-reader.ts';
import { type BinlogIndex, isGroupOfItsOwn } from '../scan/binlog-index.ts';
import { noMatch } from '../select/no-match.ts';
import type { SelectedChanges } from './changes.ts';
import { matchTexts, TEXT_SETTINGS, textsOf } from './statements.ts';

/** What transactions may be ordered by. */
export const RANKINGS = ['rows', 'deleted', 'updated', 'inserted', 'size', 'duration', 'time'] as const;
export type RankBy = (typeof RANKINGS)[number];

export interface RankOptions {
  /** The most first; by time the earliest first. Default: in the order of the log. */
  readonly sort?: RankBy | undefined;
  /** Most transactions to list. */
  readonly top?: number | undefined;
  /** Fewest selected row changes. */
  readonly minRows?: number | undefined;
  /** Text that one of the original statements of the selected changes contains, in any letter case. */
  readonly contains?: string | undefined;
}

/** Which transactions are listed, in order. */
export interface Ranking {
  readonly shown: Uint32Array;
  /** By place in {@link shown}: the statement text to show, or -1. */
  readonly text: Int32Array;
  /** How many match, shown or not. */
  readonly matching: number;
  /** How many have row changes at all. */
  readonly withRows: number;
  /** Groups without row changes: DDL, and changes logged as statements. */
  readonly withoutRows: number;
}

/** @throws BinflashError `NO_MATCH` saying what is there instead */
export async function rank(
  index: BinlogIndex,
  changes: SelectedChanges,
  reader: BatchReader,
  options: RankOptions,
): Promise<Ranking> {
  const { transactions, texts } = index;
  const { minRows = 1, top = Infinity, sort, contains } = options;
  const found = new Uint32Array(transactions.length);
  let [matching, withRows, selected, most] = [0, 0, 0, 0];
  for (let t = 0; t < transactions.length; t++) {
    if (transactions.eventCount.get(t) > 0) withRows++;
    if (!changes.count(t)) continue;
    selected++;
    most = Math.max(most, changes.rows);
    // What cannot be counted may be many.
    if (changes.rows >= minRows || changes.uncounted > 0) found[matching++] = t;
  }
  if (selected === 0) throw noMatch(index);
  if (matching === 0) {
    throw new BinflashError(
      'NO_MATCH',
      `no transaction has ${minRows} selected row changes; the largest has ${most}`,
    );
  }
  let candidates = found.subarray(0, matching);
  let matched: Int32Array | undefined;
  if (contains !== undefined) {
    if (texts.length === 0) throw noTexts();
    matched = await textsThatContain(index, changes, reader, candidates, contains);
    candidates = candidates.filter((t) => matched![t]! >= 0);
    if (candidates.length === 0) {
      throw new BinflashError('NO_MATCH', `no statement of the selected changes contains "${contains}"`, {
        hint: `The files hold the texts of ${texts.length} statements.`,
      });
    }
  }
  const shown = ordered(index, changes, candidates, sort).subarray(0, top);
  return {
    shown,
    text: Int32Array.from(shown, (t) => matched?.[t] ?? largestText(index, changes, t)),
    matching: candidates.length,
    withRows,
    withoutRows: transactions.length - withRows + index.obstacles.filter(isGroupOfItsOwn).length,
  };
}

function noTexts(): BinflashError {
  return new BinflashError(
    'NO_MATCH',
    'these files hold no texts of statements, so --contains can find nothing',
    {
      hint: TEXT_SETTINGS,
    },
  );
}

/** Sorts transactions; those that are alike stay in the order of the log. */
function ordered(
  { transactions }: BinlogIndex,
  changes: SelectedChanges,
  candidates: Uint32Array,
  sort: RankBy | undefined,
): Uint32Array {
  if (sort === undefined) return candidates;
  const keyOf: Record<RankBy, (t: number) => number> = {
    rows: () => changes.rows,
    deleted: () => changes.delete,
    updated: () => changes.update,
    inserted: () => changes.insert,
    size: (t) => transactions.end.get(t) - transactions.start.get(t),
    duration: () => changes.lastTime - changes.firstTime,
    time: () => -changes.firstTime,
  };
  const keys = Float64Array.from(candidates, (t) => {
    changes.count(t);
    return keyOf[sort](t);
  });
  const order = Uint32Array.from(candidates.keys()).sort((a, b) => keys[b]! - keys[a]! || a - b);
  return order.map((i) => candidates[i]!);
}

/** The statement that made the most of a transaction's selected changes, or -1. */
function largestText(index: BinlogIndex, changes: SelectedChanges, transaction: number): number {
  let [largest, most] = [-1, -1];
  for (const [text, rows] of textsOf(index, transaction, changes)) {
    if (rows > most) [largest, most] = [text, rows];
  }
  return largest;
}

/** By transaction, the largest statement that contains the text, or -1. */
async function textsThatContain(
  index: BinlogIndex,
  changes: SelectedChanges,
  reader: BatchReader,
  candidates: Uint32Array,
  wanted: string,
): Promise<Int32Array> {
  const numbers = new Uint32Array(index.texts.length);
  const rowsOf = new Float64Array(index.texts.length);
  let count = 0;
  for (const transaction of candidates) {
    for (const [text, rows] of textsOf(index, transaction, changes)) {
      rowsOf[count] = rows;
      numbers[count++] = text;
    }
  }
  const found = await matchTexts(index, reader, numbers.subarray(0, count), wanted);
  const largest = new Int32Array(index.transactions.length).fill(-1);
  const most = new Float64Array(index.transactions.length).fill(-1);
  for (let i = 0; i < count; i++) {
    const transaction = index.texts.transaction.get(numbers[i]!);
    if (found[i] === 0 || rowsOf[i]! <= most[transaction]!) continue;
    largest[transaction] = numbers[i]!;
    most[transaction] = rowsOf[i]!;
  }
  return largest;
}
