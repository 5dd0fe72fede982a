import { compileDecoder, type DecodeOptions, type ValueDecoder } from '../binlog/columns/values/decoder.ts';
import type { Flavour } from '../binlog/event-types.ts';
import { type TableDefinition, tableName } from '../binlog/table-map.ts';
import type { LoggedTable } from './logged-columns.ts';
import { completed, type Schema } from './schema.ts';

/** What is known of a column besides its values. */
export interface ColumnDescription {
  /** Its name, or `@1` and so on where nobody tells it, as mysqlbinlog does. */
  readonly name: string;
  /** Is that its real name? */
  readonly named: boolean;
  /** Is it a column of the primary key, as far as is known? */
  readonly key: boolean;
}

/** A table as people know it: names, keys, and how to read its values. */
export interface TableDescription {
  /** `schema.table` */
  readonly name: string;
  /** The log's own definition, its optional metadata completed where more is known. */
  readonly table: TableDefinition;
  readonly columns: readonly ColumnDescription[];
  readonly decoder: ValueDecoder;
  /** Its definition in the schema file, where there is one. */
  readonly defined: LoggedTable | undefined;
}

/** Describes tables, each definition once: by what the log tells, completed by a schema file where there is one. */
export class TableDescriptions {
  readonly #options: DecodeOptions;
  readonly #schema: Schema | undefined;
  readonly #known = new Map<TableDefinition, TableDescription>();

  constructor(options: DecodeOptions = {}, schema?: Schema) {
    this.#options = options;
    this.#schema = schema;
  }

  /** @throws BinflashError `USAGE` for an unknown time zone, `SCHEMA` when the schema file contradicts the log */
  of(table: TableDefinition, flavour: Flavour): TableDescription {
    let description = this.#known.get(table);
    if (description === undefined) {
      description = this.#describe(table, flavour);
      this.#known.set(table, description);
    }
    return description;
  }

  /** The same for who tests values instead of printing them: nothing is cut. */
  whole(): TableDescriptions {
    return new TableDescriptions({ ...this.#options, maxCharacters: undefined }, this.#schema);
  }

  /** The time zone of TIMESTAMP columns, as in {@link DecodeOptions}. */
  get timeZone(): string | undefined {
    return this.#options.timeZone;
  }

  #describe(table: TableDefinition, flavour: Flavour): TableDescription {
    const found = this.#schema?.find(table, flavour);
    if (found === undefined) return describe(table, flavour, this.#options, undefined);
    const { hiddenTypes, fractions } = found;
    const options = { ...this.#options, hiddenTypes, oldFractions: fractions };
    return describe(completed(table, found), flavour, options, found);
  }
}

function describe(
  table: TableDefinition,
  flavour: Flavour,
  options: DecodeOptions,
  defined: LoggedTable | undefined,
): TableDescription {
  const { names, primaryKey } = table.optional;
  const key = new Set(primaryKey?.map(({ column }) => column));
  return {
    name: tableName(table),
    table,
    columns: Array.from(table.types, (_, column) => ({
      name: names?.[column] ?? `@${column + 1}`,
      named: names?.[column] !== undefined,
      key: key.has(column),
    })),
    decoder: compileDecoder(table, flavour, options),
    defined,
  };
}
