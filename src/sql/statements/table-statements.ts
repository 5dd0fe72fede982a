import type { Flavour } from '../../binlog/event-types.ts';
import type { Shape } from '../../scan/shapes.ts';
import type { TableDescription } from '../../tables/description.ts';
import type { ColumnSql, TextLiterals } from '../column-sql.ts';
import { compileColumns } from '../literals/compile.ts';
import { quotedName } from '../names.ts';
import { tableFacts } from '../table-facts.ts';

export interface StatementOptions {
  /** How text is written; readable if left out. */
  readonly textLiterals?: TextLiterals | undefined;
  /** Rows in one INSERT (default 1), see `--rows-per-statement`. */
  readonly rowsPerStatement?: number | undefined;
  /** False: INSERT leaves the columns of the primary key out, so that new keys are given. */
  readonly primaryKey?: boolean | undefined;
  /** REPLACE instead of INSERT. */
  readonly replace?: boolean | undefined;
  /** False: tables without their database. */
  readonly schemaName?: boolean | undefined;
  /** UPDATE sets only what the source changed. */
  readonly changedOnly?: boolean | undefined;
  /** A check behind every statement, which then looks for the whole row. */
  readonly guard?: boolean | undefined;
  /** A pause of a second after so many statements, between transactions. */
  readonly sleepEvery?: number | undefined;
}

/** A column with all that statements need of it; what stands before its literals is made once. */
export interface StatementColumn extends ColumnSql {
  readonly number: number;
  /** The name and `=`, for SET and for the key. */
  readonly assigned: Uint8Array;
  /** `IS NULL`, and the left side of a comparison with `<=>`. */
  readonly isNull: Uint8Array;
  readonly compared: Uint8Array;
  /** The name set to itself. */
  readonly kept: Uint8Array;
  /** UPDATE must set it to itself where it leaves it alone, else the server gives it the time. */
  readonly selfAssigned: boolean;
}

/** What the statements on the rows of one shape have in common. */
export interface TableStatements {
  readonly shape: Shape;
  readonly insertHead: Uint8Array;
  readonly updateHead: Uint8Array;
  readonly deleteHead: Uint8Array;
  /** Columns that INSERT names. */
  readonly inserted: readonly StatementColumn[];
  /** Columns that UPDATE may set. */
  readonly updated: readonly StatementColumn[];
  /** Columns that the log has no new values of, and that UPDATE sets to themselves. */
  readonly kept: readonly StatementColumn[];
  /** The primary key, if it is known and in the images. */
  readonly key: readonly StatementColumn[] | undefined;
  /** Is the key what the user says, and nothing that log or schema file tell? It may find more than one row. */
  readonly isKeyDoubtful: boolean;
  /** All other columns that a row can be known by. */
  readonly others: readonly StatementColumn[];
}

/**
 * Makes ready what statements on rows of a shape need: which of its columns they name, and how. `key` are the columns
 * of the primary key, where it is known.
 */
export function tableStatements(
  shape: Shape,
  description: TableDescription,
  flavour: Flavour,
  key: readonly number[] | undefined,
  options: StatementOptions,
): TableStatements {
  const { writable, selfAssigned } = tableFacts(description, flavour);
  const compiled = compileColumns(description, { textLiterals: options.textLiterals ?? 'readable' });
  const columns = compiled.map((column, number): StatementColumn => {
    const { name, exactLeft } = column;
    return {
      ...column,
      number,
      assigned: Buffer.from(`${name}=`),
      isNull: Buffer.from(`${name} IS NULL`),
      compared: Buffer.from(`${exactLeft} <=> `),
      kept: Buffer.from(`${name}=${name}`),
      selfAssigned: selfAssigned[number]!,
    };
  });
  // An UPDATE without key columns in its after image has them before: a row is looked for by what both tell.
  const first = new Set(shape.first.columns);
  const second = new Set(shape.second?.columns ?? shape.first.columns);
  const isWritten = ({ number }: StatementColumn): boolean => writable[number]!;
  const isThere = ({ number }: StatementColumn): boolean => first.has(number) || second.has(number);
  const keyColumns = new Set(key);
  const isKey = ({ number }: StatementColumn): boolean => keyColumns.has(number);
  const hasKey = key !== undefined && key.length > 0 && key.every((number) => first.has(number));
  const inserted = columns.filter(
    (column) => isWritten(column) && isThere(column) && !(options.primaryKey === false && isKey(column)),
  );
  const { schema, name } = shape.table;
  const table = options.schemaName === false ? quotedName(name) : `${quotedName(schema)}.${quotedName(name)}`;
  const names = inserted.map((column) => column.name).join(',');
  return {
    shape,
    insertHead: Buffer.from(`${options.replace ? 'REPLACE' : 'INSERT'} INTO ${table} (${names}) VALUES `),
    updateHead: Buffer.from(`UPDATE ${table} SET `),
    deleteHead: Buffer.from(`DELETE FROM ${table} WHERE `),
    inserted,
    updated: columns.filter((column) => isWritten(column) && second.has(column.number)),
    kept: columns.filter((column) => isWritten(column) && column.selfAssigned && !second.has(column.number)),
    key: hasKey ? columns.filter(isKey) : undefined,
    isKeyDoubtful: description.table.optional.primaryKey === undefined,
    others: columns.filter((column) => isWritten(column) && isThere(column) && !(hasKey && isKey(column))),
  };
}
