import { BinflashError } from '../errors.ts';
import type { BatchReader } from '../read/batch-reader.ts';
import { type BinlogIndex, isGroupOfItsOwn } from '../scan/binlog-index.ts';
import { F64Column, NumberList } from '../scan/paged-column.ts';
import { transactionSize } from '../scan/transaction-place.ts';
import { noMatch } from '../select/no-match.ts';
import { Best } from './best.ts';
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
  readonly shown: NumberList;
  /** By place in {@link shown}, where only statements that contain something count: the largest of these. */
  readonly matched: NumberList | undefined;
  /** How many match, shown or not. */
  readonly matching: number;
  /** How many have row changes at all. */
  readonly withRows: number;
  /** Groups without row changes: DDL, and changes logged as statements. */
  readonly withoutRows: number;
}

/** Transactions that may be listed, in the order of the log, and the text that each is listed for, if for any. */
interface Candidates {
  readonly numbers: NumberList;
  readonly texts: NumberList | undefined;
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
  const found = new NumberList(index.pages);
  let [withRows, selected, most] = [0, 0, 0];
  for (let t = 0; t < transactions.length; t++) {
    if (transactions.eventCount.get(t) > 0) withRows++;
    if (!changes.count(t)) continue;
    selected++;
    most = Math.max(most, changes.rows);
    // What cannot be counted may be many.
    if (changes.rows >= minRows || changes.uncounted > 0) found.push(t);
  }
  if (selected === 0) throw noMatch(index);
  if (found.length === 0) {
    throw new BinflashError(
      'NO_MATCH',
      `no transaction has ${minRows} selected row changes; the largest has ${most}`,
    );
  }
  let candidates: Candidates = { numbers: found, texts: undefined };
  if (contains !== undefined) {
    if (texts.length === 0) throw noTexts();
    candidates = await thoseThatContain(index, changes, reader, found, contains);
    if (candidates.numbers.length === 0) {
      throw new BinflashError('NO_MATCH', `no statement of the selected changes contains "${contains}"`, {
        hint: `The files hold the texts of ${texts.length} statements.`,
      });
    }
  }
  const shown = new NumberList(index.pages);
  const matched = candidates.texts && new NumberList(index.pages);
  for (const place of placesInOrder(index, changes, candidates.numbers, sort, top)) {
    shown.push(candidates.numbers.get(place));
    matched?.push(candidates.texts!.get(place));
  }
  return {
    shown,
    matched,
    matching: candidates.numbers.length,
    withRows,
    withoutRows: transactions.length - withRows + countGroups(index),
  };
}

/** Statements that are groups of their own. */
function countGroups({ obstacles }: BinlogIndex): number {
  let count = 0;
  for (const obstacle of obstacles) if (isGroupOfItsOwn(obstacle)) count++;
  return count;
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

/** The places of the first `top` in the order wanted; those that are alike stay in the order of the log. */
function placesInOrder(
  index: BinlogIndex,
  changes: SelectedChanges,
  candidates: NumberList,
  sort: RankBy | undefined,
  top: number,
): Iterable<number> {
  const count = Math.min(top, candidates.length);
  if (sort === undefined) return firstPlaces(count);
  const keyOf: Record<RankBy, (t: number) => number> = {
    rows: () => changes.rows,
    deleted: () => changes.delete,
    updated: () => changes.update,
    inserted: () => changes.insert,
    size: (t) => transactionSize(index, t),
    duration: () => changes.lastTime - changes.firstTime,
    time: () => -changes.firstTime,
  };
  const best = new Best(count);
  for (let place = 0; place < candidates.length; place++) {
    const transaction = candidates.get(place);
    changes.count(transaction);
    best.offer(keyOf[sort](transaction), place);
  }
  return best.places();
}

function* firstPlaces(count: number): Generator<number> {
  for (let place = 0; place < count; place++) yield place;
}

/** The statement that made the most of a transaction's selected changes, or -1. */
export function largestText(index: BinlogIndex, changes: SelectedChanges, transaction: number): number {
  let [largest, most] = [-1, -1];
  for (const [text, rows] of textsOf(index, transaction, changes)) {
    if (rows > most) [largest, most] = [text, rows];
  }
  return largest;
}

/** Those with a statement that contains the text, each with the largest of these. */
async function thoseThatContain(
  index: BinlogIndex,
  changes: SelectedChanges,
  reader: BatchReader,
  candidates: NumberList,
  wanted: string,
): Promise<Candidates> {
  const { pages } = index;
  const texts = new NumberList(pages);
  const rowsOf = new F64Column(pages);
  for (let i = 0; i < candidates.length; i++) {
    for (const [text, rows] of textsOf(index, candidates.get(i), changes)) {
      rowsOf.set(texts.length, rows);
      texts.push(text);
    }
  }
  const found = { numbers: new NumberList(pages), texts: new NumberList(pages) };
  // The texts of a transaction stand together.
  let [current, largest, most] = [-1, -1, -1];
  const end = (): void => {
    if (current < 0) return;
    found.numbers.push(current);
    found.texts.push(largest);
  };
  for await (const i of matchTexts(index, reader, texts, wanted)) {
    const transaction = index.texts.transaction.get(texts.get(i));
    if (transaction === current && rowsOf.get(i) <= most) continue;
    if (transaction !== current) end();
    [current, largest, most] = [transaction, texts.get(i), rowsOf.get(i)];
  }
  end();
  return found;
}
