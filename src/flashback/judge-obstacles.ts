import { tableName } from '../binlog/table-map.ts';
import { BinflashError, type ErrorCode } from '../errors.ts';
import type { BinlogIndex, Obstacle } from '../scan/binlog-index.ts';
import { adviceOn } from '../scan/old-formats.ts';
import type { NumberList } from '../scan/paged-column.ts';
import type { Selector } from '../select/selection.ts';
import { headlessError, MAX_REFUSALS, type Skippable } from './refusals.ts';
import { ShortList } from './short-list.ts';

/** What obstacles mean for a selection. */
export interface ObstacleVerdict {
  readonly refusals: BinflashError[];
  readonly warnings: ShortList;
  readonly skipped: ShortList;
  /** Statements of other databases in the range, which a view or a trigger may have led to a selected table. */
  elsewhere: number;
}

/**
 * Judges everything in the log that is not a row change against the selected rows events.
 *
 * A table's definition may change by DDL, after which undo of earlier changes does not fit it any more,
 * and TRUNCATE and DROP lose rows that no event holds. So DDL that may touch a selected table is refused
 * inside the selected range, and between two selected changes of the table wherever it stands; after the
 * last of them it is worth a warning.
 */
export function judgeObstacles(
  index: BinlogIndex,
  selector: Selector,
  selected: NumberList,
  skip: ReadonlySet<Skippable>,
  direction: 'undo' | 'redo' = 'undo',
): ObstacleVerdict {
  const verdict: ObstacleVerdict = {
    refusals: [],
    warnings: new ShortList(),
    skipped: new ShortList(),
    elsewhere: 0,
  };
  const spans = shapeSpans(index, selected);
  const isSelected = transactionTest(index, selected);
  for (const obstacle of index.obstacles) {
    if (obstacle.kind === 'rollback-to-savepoint') {
      if (isSelected(obstacle.transaction)) refuse(verdict, refusal(index, obstacle, 'ROLLED_BACK'));
      continue;
    }
    if (obstacle.kind === 'xa-commit') {
      if (!selector.covers(obstacle)) continue;
      if (skip.has('prepared')) verdict.skipped.push(describe(index, obstacle));
      else refuse(verdict, refusal(index, obstacle, 'UNFINISHED'));
      continue;
    }
    if (obstacle.kind === 'rest') {
      if (!selector.covers(obstacle)) continue;
      const error = headlessError(index, obstacle);
      if (skip.has('unfinished')) verdict.skipped.push(`${error.file}:${error.offset}: ${error.message}`);
      else refuse(verdict, error);
      continue;
    }
    if (obstacle.kind !== 'statement') {
      if (!selector.covers(obstacle)) continue;
      if (obstacle.kind === 'incident' && skip.has('incidents'))
        verdict.skipped.push(describe(index, obstacle));
      else
        refuse(verdict, refusal(index, obstacle, obstacle.kind === 'incident' ? 'INCIDENT' : 'UNSUPPORTED'));
      continue;
    }
    judgeStatement(index, selector, spans, skip, obstacle, direction, verdict);
  }
  if (verdict.elsewhere > 0) {
    verdict.warnings.push(
      `${verdict.elsewhere === 1 ? 'a change in another database was' : `${verdict.elsewhere} changes in other databases were`} logged by statement; what views, triggers, routines or foreign keys did to a selected table by that is not undone`,
    );
  }
  return verdict;
}

function judgeStatement(
  index: BinlogIndex,
  selector: Selector,
  spans: ShapeSpans,
  skip: ReadonlySet<Skippable>,
  obstacle: Obstacle,
  direction: 'undo' | 'redo',
  verdict: ObstacleVerdict,
): void {
  const { effect } = obstacle;
  const covered = selector.covers(obstacle);
  if (effect.kind === 'statement') {
    if (!covered) return;
    if (!mayReach(selector, effect.databases)) {
      if (!effect.certain) verdict.elsewhere++;
      return;
    }
    if (skip.has('statements')) verdict.skipped.push(describe(index, obstacle));
    else refuse(verdict, refusal(index, obstacle, 'STATEMENT'));
    return;
  }
  if (effect.kind === 'create') {
    const [table] = effect.tables;
    if (covered && touchesSelected(index, obstacle, spans) !== 'no') {
      const name = tableName(table!);
      verdict.warnings.push(
        direction === 'undo'
          ? `CREATE TABLE is not undone: ${name} stays, without the rows undone`
          : `CREATE TABLE is not a row change: ${name} must be there before its rows`,
      );
    }
    return;
  }
  const touched = touchesSelected(index, obstacle, spans);
  const named =
    effect.kind === 'unknown' ||
    effect.tables.some(({ schema, name }) => selector.mayMeanTable(schema, name)) ||
    effect.databases.some((name) => selector.mayMeanDatabase(name));
  if ((covered && named) || touched === 'between') {
    if (skip.has('ddl')) verdict.skipped.push(describe(index, obstacle));
    else refuse(verdict, refusal(index, obstacle, 'DDL'));
  } else if (touched === 'after') {
    verdict.warnings.push(
      `after the selected changes their table was altered: ${describe(index, obstacle)}; the undo fits the table as it was before`,
    );
  }
}

/** A log in statement format may hold millions of reasons: the first ones will do. */
function refuse(verdict: ObstacleVerdict, error: BinflashError): void {
  if (verdict.refusals.length < MAX_REFUSALS) verdict.refusals.push(error);
}

function mayReach(selector: Selector, databases: readonly string[]): boolean {
  return databases.length === 0 || databases.some((name) => selector.mayMeanDatabase(name));
}

/** Tells whether an event of a transaction is selected, for transactions in ascending order, as events are. */
function transactionTest({ events }: BinlogIndex, selected: NumberList): (transaction: number) => boolean {
  let at = 0;
  return (transaction) => {
    while (at < selected.length && events.transaction.get(selected.get(at)) < transaction) at++;
    return at < selected.length && events.transaction.get(selected.get(at)) === transaction;
  };
}

/** By shape, the first and the last selected event; `last` is -1 where none is selected. */
interface ShapeSpans {
  readonly first: Float64Array;
  readonly last: Float64Array;
}

function shapeSpans(index: BinlogIndex, selected: NumberList): ShapeSpans {
  const first = new Float64Array(index.shapes.length).fill(-1);
  const last = new Float64Array(index.shapes.length).fill(-1);
  for (let i = 0; i < selected.length; i++) {
    const event = selected.get(i);
    const shape = index.events.shape.get(event);
    if (first[shape] === -1) first[shape] = event;
    last[shape] = event;
  }
  return { first, last };
}

/** Where the obstacle stands among the selected changes of the tables that it touches. */
function touchesSelected(
  index: BinlogIndex,
  obstacle: Obstacle,
  spans: ShapeSpans,
): 'no' | 'before' | 'between' | 'after' {
  const { effect } = obstacle;
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  let before = false;
  let after = false;
  for (const { number, table } of index.shapes) {
    if (spans.last[number]! < 0) continue;
    const touched =
      effect.kind === 'unknown' ||
      effect.databases.some((name) => same(name, table.schema)) ||
      effect.tables.some(({ schema, name }) => same(schema, table.schema) && same(name, table.name));
    if (!touched) continue;
    // Events before the obstacle were logged with the definition on its other side.
    if (spans.first[number]! < obstacle.eventsBefore) before = true;
    if (spans.last[number]! >= obstacle.eventsBefore) after = true;
  }
  if (before && after) return 'between';
  if (before) return 'after';
  return after ? 'before' : 'no';
}

const REASONS: Partial<Record<ErrorCode, [message: string, hint: string]>> = {
  DDL: [
    'may change or empty a table of the selection, which row events cannot undo',
    'Narrow the selection so that it does not cross this statement, or leave it out with --skip-ddl.',
  ],
  STATEMENT: [
    'changes rows of a selected database by statement: the log does not hold the old values',
    'Narrow the selection, or leave it out with --skip-statements.',
  ],
  INCIDENT: [
    'says that changes are missing from this log',
    'Narrow the selection, or go on without what is missing with --skip-incidents.',
  ],
  UNSUPPORTED: [
    'is not understood and may hold changes of the selection',
    'Narrow the selection by position or time so that it does not include this event.',
  ],
  ROLLED_BACK: [
    'takes back rows of a selected transaction, but the log does not tell which: its SAVEPOINT is not there, or more than one may be meant',
    'Leave this transaction out by position, time or GTID.',
  ],
  UNFINISHED: [
    'commits changes that were prepared in an earlier file, which is not among these',
    'Add the earlier files, or leave those changes out with --skip-prepared.',
  ],
};

function refusal(index: BinlogIndex, obstacle: Obstacle, code: ErrorCode): BinflashError {
  const [message, hint] = REASONS[code]!;
  return new BinflashError(code, `"${obstacle.text}" ${message}`, {
    file: index.files[obstacle.file]!.path,
    offset: obstacle.offset,
    eventType: obstacle.eventType,
    hint: adviceOn(obstacle.eventType) ?? hint,
  });
}

function describe(index: BinlogIndex, obstacle: Obstacle): string {
  return `"${obstacle.text}" at ${index.files[obstacle.file]!.path}:${obstacle.offset}`;
}
