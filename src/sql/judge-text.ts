import { BinflashError } from '../errors.ts';
import type { Plan } from '../flashback/plan.ts';
import type { TableDescription } from '../tables/description.ts';
import { tableFacts } from './table-facts.ts';
import type { TextWriters } from './text-writers.ts';

/** Tables that a message names before it only counts. */
const NAMED = 8;

/** The numbers of the shapes that have selected events. */
export function selectedShapes({ index, events }: Plan): number[] {
  return [...new Set(events.map((event) => index.events.shape[event]!))];
}

/**
 * Why SQL cannot make or take back the selected changes, a reason for each table.
 *
 * @throws BinflashError `SCHEMA` naming all tables whose columns have no names, or contradicting the schema file
 */
export function judgeText(plan: Plan, writers: TextWriters, ignoreTriggers: boolean): BinflashError[] {
  const shapes = selectedShapes(plan);
  if (writers.needsNames) checkNames(shapes.map((shape) => writers.describe(shape)));
  if (!writers.changesTables) return [];
  const refusals = new Map<string, BinflashError>();
  for (const shape of shapes) {
    const description = writers.describe(shape);
    const { refusal, triggers } = tableFacts(description, writers.flavour);
    const objection = refusal ?? (ignoreTriggers ? undefined : triggers);
    if (objection === undefined) continue;
    const { message, hint } = objection;
    refusals.set(
      description.name,
      new BinflashError('UNSUPPORTED', message, { table: description.name, hint }),
    );
  }
  return [...refusals.values()];
}

/** What SQL may do on these tables besides, for all that is known. */
export function triggerWarnings(writers: TextWriters, shapes: readonly number[]): string[] {
  if (!writers.changesTables) return [];
  const tables = shapes.map((shape) => writers.describe(shape));
  const open = tables.filter((table) => tableFacts(table, writers.flavour).mayHaveTriggers);
  if (open.length === 0) return [];
  const names = listed(open.map(({ name }) => name));
  return [
    `MySQL's log does not tell of triggers, which SQL fires a second time: make sure that there are none on ${names}, or give a dump with --schema, which tells`,
  ];
}

function listed(tables: readonly string[]): string {
  const names = [...new Set(tables)];
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return names.slice(0, NAMED).join(', ') + more;
}

function checkNames(tables: readonly TableDescription[]): void {
  const unnamed = tables.filter(({ columns }) => columns.some(({ named }) => !named)).map(({ name }) => name);
  if (unnamed.length === 0) return;
  throw new BinflashError(
    'SCHEMA',
    `SQL needs column names, and this log does not tell those of ${listed(unnamed)}`,
    {
      hint: 'Give the definitions with --schema FILE (mysqldump --no-data, or SHOW CREATE TABLE); servers log names with binlog_row_metadata=FULL.',
    },
  );
}
