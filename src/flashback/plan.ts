import type { ChangeKind } from '../binlog/rows.ts';
import { tableName } from '../binlog/table-map.ts';
import { BinflashError } from '../errors.ts';
import { mebibytes } from '../read/phase.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import { NumberList } from '../scan/paged-column.ts';
import { sequenceWarnings } from '../scan/sequence.ts';
import type { Shape } from '../scan/shapes.ts';
import { transactionPlace } from '../scan/transaction-place.ts';
import { Ending } from '../scan/transaction-table.ts';
import { noMatch } from '../select/no-match.ts';
import { type Selection, Selector } from '../select/selection.ts';
import type { TableDescriptions } from '../tables/description.ts';
import type { RowMask } from '../where/row-mask.ts';
import { foreignKeyWarnings } from './foreign-keys.ts';
import { type Inversion, invertShape, repeatShape } from './inversion.ts';
import { judgeObstacles } from './judge-obstacles.ts';
import { knownKeys } from './primary-keys.ts';
import { judgeEnding, judgeRows, MAX_REFUSALS, type Skippable } from './refusals.ts';
import { MOST_TOLD } from './short-list.ts';
import { CUT_OFF, isCutOff, unclosedWarnings } from './unclosed.ts';

/** Row changes of one table, by what they did on the source. */
export interface TableChanges {
  /** `schema.table` */
  readonly table: string;
  insert: number;
  update: number;
  delete: number;
}

/** What will be undone (or done again), and what not: all that is known before the first byte is written. */
export interface Plan {
  readonly index: BinlogIndex;
  /** The selected rows events, ascending; the undo takes them from the last to the first. */
  readonly events: NumberList;
  /** Which of their rows are selected; undefined where no row filter was given and all are. */
  readonly mask: RowMask | undefined;
  /** By shape; only those of shapes with selected events are there. */
  readonly inversions: readonly Inversion[];
  readonly tables: readonly TableChanges[];
  readonly transactions: number;
  readonly rows: number;
  /** Transactions with rows, and rows, that the selection leaves out. */
  readonly leftOut: { readonly transactions: number; readonly rows: number };
  /**
   * Row changes in the selected range that the source itself took back, by XA ROLLBACK or ROLLBACK TO SAVEPOINT; not
   * counted where there are row filters.
   */
  readonly takenBack: number;
  /** Timestamps of the first and the last selected event, Unix seconds. */
  readonly timeSpan: readonly [first: number, last: number];
  /** Bytes of the selected rows events, as far as their rows are selected; the output is about as large. */
  readonly bytes: number;
  readonly warnings: readonly string[];
  /** What was left out because a `--skip-...` flag allowed it. */
  readonly skipped: readonly string[];
  /** Why it cannot be undone; empty when it can. */
  readonly refusals: readonly BinflashError[];
}

export interface PlanOptions {
  /** Are the changes turned back (the default), or made again as they were? */
  readonly direction?: 'undo' | 'redo' | undefined;
  readonly select?: Selection | undefined;
  readonly skip?: readonly Skippable[] | undefined;
  /** Primary keys that the log does not tell, each `db.table=column,column`, see {@link knownKeys}. */
  readonly primaryKeys?: readonly string[] | undefined;
  /** Tells of tables what the log does not: keys, and for row filters names, types and the time zone of TIMESTAMP. */
  readonly descriptions?: TableDescriptions | undefined;
}

/** How many rows of an event are selected, once it is. */
export function selectedRows(index: BinlogIndex, mask: RowMask | undefined, event: number): number {
  return mask === undefined ? index.events.rows.get(event) : mask.count(event);
}

/** The share of an event's bytes that its selected rows have, about. */
export function selectedBytes(index: BinlogIndex, mask: RowMask | undefined, event: number): number {
  const { size, rows } = index.events;
  if (mask === undefined) return size.get(event);
  return Math.round((size.get(event) * mask.count(event)) / rows.get(event));
}

/**
 * Selects and judges. Finding reasons against an undo is not an error here: they are in the plan. Where the selection
 * has row filters, `mask` is what they select.
 *
 * @throws BinflashError `USAGE` for filters that do not parse, `NO_MATCH` when nothing is selected that is not left out,
 * `SCHEMA` when a table's key is to be found in a schema file that contradicts the log
 */
export function makePlan(index: BinlogIndex, options: PlanOptions, mask?: RowMask): Plan {
  const plan = judgeSelection(index, options, mask);
  if (isEmpty(plan)) throw nothingLeft(plan);
  return plan;
}

/** Is all that is selected left out? */
export function isEmpty({ events, refusals }: Plan): boolean {
  return events.length === 0 && refusals.length === 0;
}

/** The error for a plan that {@link isEmpty}. */
export function nothingLeft({ skipped: [first, ...others] }: Plan): BinflashError {
  const more = others.length > 0 ? `, and ${others.length} more` : '';
  return new BinflashError('NO_MATCH', `all that matches the selection is left out: ${first}${more}`, {
    hint: 'binflash transactions lists it.',
  });
}

/** {@link makePlan} for those who only look: all that is selected may be left out, as {@link Plan.skipped} says. */
export function judgeSelection(index: BinlogIndex, options: PlanOptions, mask?: RowMask): Plan {
  const selector = new Selector(index, options.select ?? {});
  const skip = new Set(options.skip ?? []);
  const keys = knownKeys(index, options.primaryKeys, options.descriptions);
  const convert = (shape: Shape): Inversion =>
    options.direction === 'redo' ? repeatShape(shape) : invertShape(shape, keys);
  const inversions: Inversion[] = [];
  const inversionOf = (shape: number): Inversion => {
    inversions[shape] ??= convert(index.shapes[shape]!);
    return inversions[shape];
  };
  const refusals: BinflashError[] = [];
  const skippedCounts = new Map<string, number>();
  const { events, transactions } = index;
  const selected = new NumberList(index.pages);
  /** Transactions of which a part is taken: as many as a message names, and how many there are. */
  const split: number[] = [];
  let splits = 0;
  let leftRows = 0;
  let takenBack = 0;
  let touched = 0;
  let committed = 0;
  for (let transaction = 0; transaction < transactions.length; transaction++) {
    const eventCount = transactions.eventCount.get(transaction);
    const wanted = selector.hasTransaction(transaction);
    const first = transactions.firstEvent.get(transaction);
    if (transactions.ending.get(transaction) === Ending.XA_ROLLBACK) {
      if (wanted) takenBack += countSelectedRows(index, selector, mask, first, first + eventCount);
      continue;
    }
    if (eventCount === 0) continue;
    committed++;
    const before = selected.length;
    let cut = false;
    let ending: ReturnType<typeof judgeEnding>;
    let endingKnown = false;
    for (let event = first; event < first + eventCount; event++) {
      if (!wanted || !selector.hasEvent(event) || mask?.selects(event) === false) {
        leftRows += events.rows.get(event);
        continue;
      }
      if (!endingKnown) {
        ending = judgeEnding(index, transaction);
        endingKnown = true;
        if (ending) note(ending, isCutOff(index, transaction) ? CUT_OFF : skip, refusals, skippedCounts);
      }
      if (ending) continue;
      const verdict = judgeRows(index, event, inversionOf(events.shape.get(event)));
      if (verdict) note(verdict, skip, refusals, skippedCounts);
      else {
        selected.push(event);
        const unselected = events.rows.get(event) - selectedRows(index, mask, event);
        leftRows += unselected;
        if (unselected > 0) cut = true;
      }
    }
    const taken = selected.length - before;
    if (taken > 0) {
      touched++;
      // Of these rows nothing is kept but their number.
      if (mask === undefined) takenBack += transactions.takenBack.get(transaction);
    }
    if (taken > 0 && (cut || taken < eventCount) && splits++ < NAMED_TRANSACTIONS) split.push(transaction);
  }
  const verdict = judgeObstacles(index, selector, selected, skip, options.direction);
  const skipped = [...skippedLines(skippedCounts), ...verdict.skipped.list('statements and events')];
  if (selected.length + refusals.length + verdict.refusals.length + skippedCounts.size === 0)
    throw noMatch(index);
  const totals = countChanges(index, mask, selected);
  return {
    index,
    events: selected,
    mask,
    inversions,
    ...totals,
    transactions: touched,
    leftOut: { transactions: committed - touched, rows: leftRows },
    takenBack,
    warnings: [
      ...unclosedWarnings(index, stops(options.select)),
      ...sequenceWarnings(index.files),
      ...selector.unmatched(),
      ...splitWarnings(index, split, splits),
      ...verdict.warnings.list('statements of the same kinds'),
      ...foreignKeyWarnings(index, selected, leftRows > 0),
    ],
    skipped,
    refusals: [...refusals, ...verdict.refusals],
  };
}

function countSelectedRows(
  index: BinlogIndex,
  selector: Selector,
  mask: RowMask | undefined,
  first: number,
  end: number,
): number {
  let rows = 0;
  for (let event = first; event < end; event++) {
    if (selector.hasEvent(event)) rows += selectedRows(index, mask, event);
  }
  return rows;
}

function note(
  verdict: { skippable?: Skippable; error: BinflashError },
  skip: ReadonlySet<Skippable>,
  refusals: BinflashError[],
  skipped: Map<string, number>,
): void {
  const { skippable, error } = verdict;
  if (skippable === undefined || !skip.has(skippable)) {
    if (refusals.length < MAX_REFUSALS) refusals.push(error);
    return;
  }
  const what = error.table
    ? `changes of ${error.table}: ${error.message}`
    : `${error.file}:${error.offset}: ${error.message}`;
  const key = skipped.size < MOST_TOLD || skipped.has(what) ? what : OTHERS;
  skipped.set(key, (skipped.get(key) ?? 0) + 1);
}

/** Stands for what has no line of its own. */
const OTHERS = 'more of the same kinds';

function skippedLines(counts: ReadonlyMap<string, number>): string[] {
  return Array.from(counts, ([what, times]) => (times > 1 ? `${what} (${times} times)` : what));
}

function countChanges(
  index: BinlogIndex,
  mask: RowMask | undefined,
  selected: NumberList,
): Pick<Plan, 'tables' | 'rows' | 'timeSpan' | 'bytes'> {
  const tables = new Map<string, TableChanges>();
  const byShape = index.shapes.map(({ table }) => {
    const name = tableName(table);
    const changes = tables.get(name) ?? { table: name, insert: 0, update: 0, delete: 0 };
    tables.set(name, changes);
    return changes;
  });
  const kinds: ChangeKind[] = index.shapes.map(({ kind }) => kind);
  let rows = 0;
  let bytes = 0;
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  const { events } = index;
  for (let i = 0; i < selected.length; i++) {
    const event = selected.get(i);
    const shape = events.shape.get(event);
    const changed = selectedRows(index, mask, event);
    byShape[shape]![kinds[shape]!] += changed;
    rows += changed;
    bytes += selectedBytes(index, mask, event);
    first = Math.min(first, events.timestamp.get(event));
    last = Math.max(last, events.timestamp.get(event));
  }
  return {
    tables: [...tables.values()].filter((t) => t.insert + t.update + t.delete > 0),
    rows,
    bytes,
    timeSpan: [selected.length === 0 ? 0 : first, last],
  };
}

/** Does the selection end before the files do? */
function stops(select: Selection | undefined): boolean {
  return select?.stopPosition !== undefined || select?.to !== undefined;
}

/** A file that a server closed ends with ROTATE or STOP; without it, what is missing cannot be known. */
/** Partly taken transactions that a message names. */
const NAMED_TRANSACTIONS = 5;

function splitWarnings(index: BinlogIndex, split: readonly number[], count: number): string[] {
  if (count === 0) return [];
  const places = split.map((t) => {
    const gtid = index.transactions.gtid(t);
    const place = transactionPlace(index, t);
    return gtid === undefined ? place : `${place} (${gtid})`;
  });
  const more = count > split.length ? `, and ${count - split.length} more` : '';
  const these = count === 1 ? 'this transaction' : `these ${count} transactions`;
  return [`the selection takes only a part of ${these}: ${places.join(', ')}${more}`];
}

/** What was planned, as lines for `onDebug`. */
export function planLines({ rows, transactions, events, leftOut, bytes, tables, refusals }: Plan): string[] {
  return [
    `${rows} row changes of ${tables.length} tables in ${transactions} transactions, ${events.length} rows events, ${mebibytes(bytes)}; ${leftOut.rows} row changes left out, ${refusals.length} refusals`,
  ];
}
