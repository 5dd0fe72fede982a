import type { Flavour } from '../../binlog/event-types.ts';
import type { ChangeKind } from '../../binlog/rows.ts';
import type { TableDescription } from '../../tables/description.ts';
import type { ColumnSql } from '../column-sql.ts';
import { quotedName } from '../names.ts';
import { auditTable } from './audit-table.ts';
import { hiddenColumns } from './audited-columns.ts';
import { auditTableName } from './names.ts';

/** Where the changes of a table are kept. */
export interface KeptTable {
  /** The statement that makes the audit table: tables that are kept in one have the same. */
  readonly create: string;
  /** INSERT up to the values. */
  readonly insert: Readonly<Record<ChangeKind, string>>;
  /** Columns whose values are kept, and how. */
  readonly columns: readonly number[];
  readonly columnSql: readonly ColumnSql[];
  /** See {@link hiddenColumns}. */
  readonly hidden: readonly boolean[];
}

export interface KeptTablesOptions {
  /** False: without their database, so that they are made where the client is. */
  readonly schemaName?: boolean | undefined;
}

/**
 * The audit tables of a run. Where a table's columns were altered midway, a second one, with a number behind its name,
 * takes what was changed with other columns; so does, without databases, a table of another database.
 */
export class KeptTables {
  readonly #kept = new Map<TableDescription, KeptTable>();

  /**
   * @param tables the definitions of all tables whose changes are kept, as they follow each other in the log
   * @param sqlOf how SQL speaks of the columns of one of them
   * @throws BinflashError `UNSUPPORTED` for a table whose audit table would be too large, `SCHEMA` for what nobody tells
   */
  constructor(
    tables: readonly TableDescription[],
    flavour: Flavour,
    sqlOf: (table: TableDescription) => readonly ColumnSql[],
    { schemaName = true }: KeptTablesOptions = {},
  ) {
    /** By the name of the first: sources and columns of those that would have it. */
    const numbered = new Map<string, string[]>();
    for (const table of tables) {
      const { columns, body, insert } = auditTable(table, flavour);
      const { schema, name } = table.table;
      const prefix = schemaName ? `${quotedName(schema)}.` : '';
      const first = prefix + auditTableName(name, 1);
      const alike = numbered.get(first) ?? [];
      numbered.set(first, alike);
      const key = JSON.stringify([schema, name, body]);
      if (!alike.includes(key)) alike.push(key);
      const auditName = prefix + quotedName(auditTableName(name, alike.indexOf(key) + 1));
      const into = (kind: ChangeKind): string => `INSERT INTO ${auditName} ${insert[kind]}`;
      this.#kept.set(table, {
        create: `CREATE TABLE IF NOT EXISTS ${auditName}${body};\n`,
        insert: { insert: into('insert'), update: into('update'), delete: into('delete') },
        columns,
        columnSql: sqlOf(table),
        hidden: hiddenColumns(table, flavour),
      });
    }
  }

  /** One of those that were given. */
  of(table: TableDescription): KeptTable {
    return this.#kept.get(table)!;
  }
}
