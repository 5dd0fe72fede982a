import { ANY_DIGITS, isOldTemporal } from '../binlog/columns/old-digits.ts';
import { compileDecoder, type DecodeOptions, type ValueDecoder } from '../binlog/columns/values/decoder.ts';
import type { Flavour } from '../binlog/event-types.ts';
import { type TableDefinition, tableName } from '../binlog/table-map.ts';
import { BinflashError } from '../errors.ts';
import type { LoggedTable } from './logged-columns.ts';
import { completed, type Schema } from './schema.ts';
import type { TemporalPrecision } from './temporal-precision.ts';

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
  readonly #precision: TemporalPrecision | undefined;
  readonly #known = new Map<TableDefinition, TableDescription>();

  constructor(options: DecodeOptions = {}, schema?: Schema, precision?: TemporalPrecision) {
    this.#options = options;
    this.#schema = schema;
    this.#precision = precision;
  }

  /**
   * What is known besides the log of the digits of fraction of a table's temporal columns of old, as masks: what the user
   * tells of it, else what the schema file does.
   *
   * @throws BinflashError `USAGE` for a column that is not there
   */
  readonly digitsOf = (table: TableDefinition, flavour: Flavour): Uint8Array | undefined => {
    const found = this.#find(table, flavour);
    const { optional } = found === undefined ? table : completed(table, found);
    const given = this.#precision?.of(table, optional.names ?? []);
    if (found === undefined) return given;
    return Uint8Array.from(table.types, (type, i) => {
      if (!isOldTemporal(type)) return 0;
      const mask = given?.[i] ?? ANY_DIGITS;
      return mask === ANY_DIGITS ? 1 << found.fractions[i]! : mask;
    });
  };

  /** What was told of such digits, and of no table that has been met so far: typing errors, most likely. */
  unusedDigits(): string[] {
    return this.#precision?.unused() ?? [];
  }

  /** What the schema file says where it fits: whether a table matters is not known yet, while the log is read. */
  #find(table: TableDefinition, flavour: Flavour): LoggedTable | undefined {
    try {
      return this.#schema?.find(table, flavour);
    } catch (error) {
      if (error instanceof BinflashError && error.code === 'SCHEMA') return undefined;
      throw error;
    }
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
    return new TableDescriptions(
      { ...this.#options, maxCharacters: undefined },
      this.#schema,
      this.#precision,
    );
  }

  /** The time zone of TIMESTAMP columns, as in {@link DecodeOptions}. */
  get timeZone(): string | undefined {
    return this.#options.timeZone;
  }

  #describe(table: TableDefinition, flavour: Flavour): TableDescription {
    const found = this.#schema?.find(table, flavour);
    if (found === undefined) return describe(table, flavour, this.#options, undefined);
    // Digits of old have come into the table's own definition, see digitsOf.
    const options = { ...this.#options, hiddenTypes: found.hiddenTypes };
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
