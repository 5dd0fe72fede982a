import type { Flavour } from '../binlog/event-types.ts';
import type { OptionalMetadata } from '../binlog/optional-metadata.ts';
import { type TableDefinition, tableName } from '../binlog/table-map.ts';
import { BinflashError } from '../errors.ts';
import { type LoggedTable, loggedColumns } from './logged-columns.ts';
import { mismatch } from './mismatch.ts';
import type { TableSchema } from './table-schema.ts';

/** The definitions of a schema file. */
export class Schema {
  readonly path: string;
  readonly #tables: ReadonlyMap<string, readonly TableSchema[]>;
  readonly #dumped: string | undefined;

  /** `dumped`: the database that the file's heading says it is of. */
  constructor(path: string, tables: readonly TableSchema[], dumped?: string) {
    this.path = path;
    this.#dumped = dumped;
    this.#tables = byName(tables);
  }

  /**
   * How the file defines a table of the log; undefined when it does not. Of several definitions of one name the
   * last one that fits counts: a file may hold what a table was before and after it was altered.
   *
   * A definition without a database is for any; where the file's heading names the database that was dumped, a
   * table of another one may do without.
   *
   * @throws BinflashError `SCHEMA` when there are definitions and none fits
   */
  find(table: TableDefinition, flavour: Flavour): LoggedTable | undefined {
    const candidates = this.#candidates(table);
    let problem: string | undefined;
    for (const schema of candidates.toReversed()) {
      const logged = loggedColumns(schema, table, flavour);
      const found = schema.problem ?? mismatch(logged, table, flavour);
      if (found === undefined) return logged;
      problem ??= `${found} (line ${schema.line})`;
    }
    const last = candidates.at(-1);
    if (last === undefined || problem === undefined) return undefined;
    const isGuess = last.database === undefined && this.#dumped !== undefined;
    if (isGuess && this.#dumped !== table.schema) return undefined;
    const none = candidates.length > 1 ? `none of its ${candidates.length} definitions fits: ` : '';
    throw new BinflashError('SCHEMA', none + problem, {
      file: this.path,
      table: tableName(table),
      hint:
        'Give its definition of the time of the log: SHOW CREATE TABLE from a backup or replica, or what the table was before it was altered. ' +
        'Or remove it from the file: columns are then @1, @2, unless the log itself tells their names.',
    });
  }

  #candidates({ schema, name }: TableDefinition): readonly TableSchema[] {
    const alike = this.#tables.get(name.toLowerCase()) ?? [];
    const ofDatabase = alike.filter(({ database }) => database === schema);
    const named = ofDatabase.length > 0 ? ofDatabase : alike.filter(({ database }) => database === undefined);
    // Servers that keep names in lower case may log another case than they show.
    const exact = named.filter((table) => table.name === name);
    return exact.length > 0 ? exact : named;
  }
}

function byName(tables: readonly TableSchema[]): ReadonlyMap<string, readonly TableSchema[]> {
  const found = new Map<string, TableSchema[]>();
  for (const table of tables) {
    const name = table.name.toLowerCase();
    const alike = found.get(name);
    if (alike === undefined) found.set(name, [table]);
    else alike.push(table);
  }
  return found;
}

/** The log's own metadata, completed by what the file says; where both speak, the log is right. */
export function completed(table: TableDefinition, { columns, optional }: LoggedTable): TableDefinition {
  const log = table.optional;
  const merged: OptionalMetadata = { ...optional, ...log };
  merged.collations = columns.map((_, i) => log.collations?.[i] ?? optional.collations?.[i]);
  // A log that tells names tells keys as well: none there is none.
  if (log.names !== undefined && log.primaryKey === undefined) delete merged.primaryKey;
  return { ...table, optional: merged };
}
