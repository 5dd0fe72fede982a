import { ColumnType } from '../binlog/columns/types.ts';
import type { Flavour } from '../binlog/event-types.ts';
import { type TableDefinition, TableMapFlag } from '../binlog/table-map.ts';
import type { TableDescription } from '../tables/description.ts';
import { hasBit } from '../wire/bitmap.ts';

const T = ColumnType;

/** What decides how SQL changes the rows of a table, and whether it can. Lists are by column number. */
export interface TableFacts {
  /** Do INSERT and SET name the column? Servers refuse values for generated columns: errors 3105 and 1906. */
  readonly writable: readonly boolean[];
  /** May a condition name it? MariaDB's hashes behind unique keys are in the rows, but no SQL sees them: error 1054. */
  readonly comparable: readonly boolean[];
  /**
   * Must an UPDATE that gives it no value set it to itself? Else ON UPDATE CURRENT_TIMESTAMP gives it the present; all
   * servers leave it alone under `SET c = c`. The log does not tell such columns: without a schema file these are all
   * that may be.
   */
  readonly selfAssigned: readonly boolean[];
  /** Why SQL cannot make or take back changes of this table. */
  readonly refusal: TableObjection | undefined;
  /**
   * Its triggers would fire. What they did on the source is in the log as rows of their own, or is a part of the row:
   * by SQL it would happen a second time. Who knows them harmless may go on.
   */
  readonly triggers: TableObjection | undefined;
  /** May it have triggers that nobody tells of? MySQL's log does not, nor does SHOW CREATE TABLE. */
  readonly mayHaveTriggers: boolean;
}

/** For people; who finds it adds the place. */
export interface TableObjection {
  readonly message: string;
  readonly hint: string;
}

/** What is known of a table by the schema file, where it has the table, and else by the log. */
export function tableFacts(description: TableDescription, flavour: Flavour): TableFacts {
  const { table, columns, defined } = description;
  const isMariadb = flavour === 'mariadb';
  const seen = isMariadb ? seenColumns(description) : columns.length;
  return {
    writable: columns.map((_, i) => i < seen && defined?.columns[i]?.generated !== true),
    comparable: columns.map((_, i) => i < seen),
    selfAssigned: columns.map((_, i) => defined?.columns[i]?.onUpdateNow ?? mayFollowNow(table.types[i]!)),
    refusal: (isMariadb ? versioned(description) : undefined) ?? zoned(description),
    triggers: triggersOf(description, flavour),
    mayHaveTriggers: !isMariadb && defined?.schema.tellsTriggers !== true,
  };
}

/** How many columns stand before the hashes of MariaDB, which are the last ones: a user's column may have such a name. */
function seenColumns({ table, columns, defined }: TableDescription): number {
  const least = defined?.schema.columns.length ?? 0;
  let count = columns.length;
  while (count > least && table.types[count - 1] === T.LONGLONG && ROW_HASH.test(columns[count - 1]!.name)) {
    count--;
  }
  return count;
}

const ROW_HASH = /^DB_ROW_HASH_\d+$/;

const TIMESTAMPS: readonly number[] = [T.TIMESTAMP, T.TIMESTAMP2];

/**
 * What is computed from a TIMESTAMP depends on the time zone of the session, and the text's is UTC: a generated column
 * comes back as something else, and of an index over such an expression the wrong entry is removed, which leaves it
 * corrupt (seen on MySQL 9.7 and MariaDB 11.8: error 1712).
 */
function zoned({ table, columns, defined }: TableDescription): TableObjection | undefined {
  const used = new Set(defined?.schema.expressions.map((text) => text.toLowerCase()));
  const column = columns.find(
    ({ name }, i) => TIMESTAMPS.includes(table.types[i]!) && used.has(name.toLowerCase()),
  );
  if (column === undefined) return undefined;
  return {
    message: `a generated column or an index is computed from the TIMESTAMP column ${column.name}, in the time zone of whoever changes the row: SQL text would compute it in UTC`,
    hint: 'Undo it by binlog (binflash rewrite), or leave the table out with --exclude-table.',
  };
}

const TIMES: readonly number[] = [...TIMESTAMPS, T.DATETIME, T.DATETIME2];

const mayFollowNow = (type: number): boolean => TIMES.includes(type);

function versioned({ table, columns, defined }: TableDescription): TableObjection | undefined {
  const hint =
    'Undo it by binlog (binflash rewrite), which changes its history too, or leave it out with --exclude-table.';
  if (defined !== undefined) {
    const message =
      'the table is system-versioned: SQL cannot write its periods, and would add to its history';
    return defined.schema.versioned ? { message, hint } : undefined;
  }
  const ends = [...table.types.keys()].filter((column) => mayEndPeriod(table, column));
  if (ends.length < 2) return undefined;
  if (ends.some((column) => columns[column]!.name === 'row_end')) {
    return { message: 'by its columns row_start and row_end the table is system-versioned', hint };
  }
  // The end of a row's period is a part of every key.
  const { primaryKey } = table.optional;
  if (primaryKey !== undefined && !primaryKey.some(({ column }) => ends.includes(column))) return undefined;
  const names = ends.map((column) => columns[column]!.name).join(', ');
  return {
    message: `the table may be system-versioned, for ${names} may be the ends of a period: the log does not tell`,
    hint: 'Give its definition with --schema, or undo it by binlog (binflash rewrite).',
  };
}

/** TIMESTAMP(6) NOT NULL. Those of transaction numbers are never logged as rows. */
function mayEndPeriod({ types, metas, nullable }: TableDefinition, column: number): boolean {
  return types[column] === T.TIMESTAMP2 && metas[column] === 6 && !hasBit(nullable, 0, column);
}

function triggersOf({ table, defined }: TableDescription, flavour: Flavour): TableObjection | undefined {
  const known = defined?.schema.triggers ?? [];
  const flagged = flavour === 'mariadb' && (table.flags & TableMapFlag.HAS_TRIGGERS) !== 0;
  if (known.length === 0 && !flagged) return undefined;
  const which =
    known.length === 0
      ? 'triggers'
      : known.length === 1
        ? `the trigger ${known[0]}`
        : `the triggers ${known.join(', ')}`;
  return {
    message: `the table has ${which}, which SQL fires: what they did is in the log already and would happen twice`,
    hint: 'Undo it by binlog (binflash rewrite), which fires none, or drop them for the time; --ignore-triggers goes on.',
  };
}
