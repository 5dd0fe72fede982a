import { tableName } from '../binlog/table-map.ts';
import { BinflashError } from '../errors.ts';
import type { Plan } from '../flashback/plan.ts';
import type { TableDescription } from '../tables/description.ts';
import { type TableObjection, tableFacts } from './table-facts.ts';
import type { TextOptions, TextWriters } from './text-writers.ts';

/** Tables that a message names before it only counts. */
const NAMED = 8;

/** The numbers of the shapes that have selected events. */
export function selectedShapes({ index, events }: Plan): number[] {
  const shapes = new Set<number>();
  for (let i = 0; i < events.length; i++) shapes.add(index.events.shape.get(events.get(i)));
  return [...shapes];
}

/**
 * Why SQL cannot make or take back the selected changes, a reason for each table.
 *
 * @throws BinflashError `SCHEMA` naming all tables whose columns have no names, or contradicting the schema file
 */
export function judgeText(plan: Plan, writers: TextWriters, ignoreTriggers: boolean): BinflashError[] {
  const shapes = selectedShapes(plan);
  if (writers.needsNames) checkNames(shapes.map((shape) => writers.describe(shape)));
  const refusals = new Map<string, BinflashError>();
  for (const shape of shapes) {
    const description = writers.describe(shape);
    const { refusal, triggers } = tableFacts(description, writers.flavour);
    const ofChanges = refusal ?? (ignoreTriggers ? undefined : triggers);
    const objection =
      (writers.needsNames ? unspeakable(description) : undefined) ??
      (writers.changesTables ? ofChanges : undefined);
    if (objection === undefined) continue;
    const { message, hint } = objection;
    refusals.set(
      description.name,
      new BinflashError('UNSUPPORTED', message, { table: description.name, hint }),
    );
  }
  return [...refusals.values()];
}

/** A plain client drops a carriage return before a line feed, between backticks too: that is another name. */
function unspeakable({ table, columns }: TableDescription): TableObjection | undefined {
  const names = [table.schema, table.name, ...columns.map(({ name }) => name)];
  if (!names.some((name) => name.includes('\r'))) return undefined;
  return {
    message: 'a name with a carriage return does not get through a client',
    hint: 'Undo it by binlog (binflash rewrite), or leave the table out with --exclude-table.',
  };
}

/**
 * Makes sure that statements mean what they say where they say less than the log: rows that get new keys are not looked
 * for by their old ones, and two tables are not called by one name.
 *
 * @throws BinflashError `USAGE`
 */
export function checkOmissions(
  plan: Plan,
  writers: TextWriters,
  { flashback, primaryKey, schemaName }: TextOptions,
): void {
  if (!writers.changesTables) return;
  const shapes = selectedShapes(plan).map((number) => plan.index.shapes[number]!);
  if (primaryKey === false) {
    const inserting = flashback ? 'delete' : 'insert';
    const others = shapes.filter(({ kind, number }) => {
      return kind !== inserting && writers.statementsOf(number).key !== undefined;
    });
    if (others.length > 0) {
      throw new BinflashError(
        'USAGE',
        `--no-primary-key gives rows new keys, but the selection also has changes of ${listed(others.map(({ table }) => tableName(table)))} that look for rows by the keys of the log`,
        { hint: `Select with --type ${inserting} alone, or keep the keys.` },
      );
    }
  }
  if (schemaName === false) {
    const databases = new Map<string, string>();
    for (const { table } of shapes) {
      const { schema, name } = table;
      const other = databases.get(name) ?? schema;
      databases.set(name, other);
      if (other === schema) continue;
      throw new BinflashError(
        'USAGE',
        `--no-add-schema-name makes one table of ${tableName({ schema: other, name })} and ${tableName(table)}`,
        { hint: 'Select one database with --database, and the other one in a run of its own.' },
      );
    }
  }
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
