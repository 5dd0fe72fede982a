import { MOST_CHARACTERS } from '../binlog/columns/values/decoder.ts';
import type { Flavour } from '../binlog/event-types.ts';
import type { PlanOptions } from '../flashback/plan.ts';
import { type KnownKeys, knownKeys } from '../flashback/primary-keys.ts';
import { SKIPPABLE } from '../flashback/refusals.ts';
import type { Direction } from '../read/batch-reader.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import { moments } from '../select/moments.ts';
import type { TableDescription, TableDescriptions } from '../tables/description.ts';
import type { ByteText } from '../wire/byte-text.ts';
import { KeepDataWriter } from './audit/keep-data-writer.ts';
import { KeptTables } from './audit/kept-tables.ts';
import { unloggedWarnings } from './audit/unlogged.ts';
import type { ChangeWriter } from './change-writer.ts';
import type { ColumnSql } from './column-sql.ts';
import { CsvWriter } from './export/csv-writer.ts';
import { NdjsonWriter } from './export/ndjson-writer.ts';
import { compileColumns } from './literals/compile.ts';
import { StatementWriter } from './statements/statement-writer.ts';
import {
  type StatementOptions,
  type TableStatements,
  tableStatements,
} from './statements/table-statements.ts';

/** `sql`: statements. The others hold the rows of an audit, see {@link TextOptions.audit}. */
export type TextFormat = 'sql' | 'csv' | 'ndjson';

export interface TextOptions extends StatementOptions {
  /** The undo, in exactly reverse order, instead of the changes themselves. */
  readonly flashback?: boolean | undefined;
  /** Statements that keep old and new values in tables of their own, instead of statements that change the source's. */
  readonly audit?: boolean | undefined;
  /** Default: `sql`. */
  readonly format?: TextFormat | undefined;
}

/** Makes the writers that the options ask for, and knows what these need of plan and tables. */
export class TextWriters {
  /** Statements are made from tables whose columns have names; the exports make do. */
  readonly needsNames: boolean;
  /** Do the statements change the source's own tables? */
  readonly changesTables: boolean;
  readonly #index: BinlogIndex;
  readonly #descriptions: TableDescriptions;
  readonly #options: TextOptions & PlanOptions;
  readonly #keys: KnownKeys;
  readonly #statements: TableStatements[] = [];
  #keptTables: KeptTables | undefined;

  constructor(index: BinlogIndex, descriptions: TableDescriptions, options: TextOptions & PlanOptions) {
    this.#index = index;
    this.#descriptions = descriptions;
    this.#options = options;
    const isSql = (options.format ?? 'sql') === 'sql';
    this.needsNames = isSql;
    this.changesTables = isSql && !options.audit;
    this.#keys = knownKeys(index, options.primaryKeys, descriptions);
  }

  /** An audit tells what happened, so nothing in the log stands against it: what it does not hold is named. */
  get planOptions(): Pick<PlanOptions, 'direction' | 'skip'> {
    const direction = this.#options.flashback ? 'undo' : 'redo';
    return this.changesTables ? { direction, skip: this.#options.skip } : { direction, skip: SKIPPABLE };
  }

  get direction(): Direction {
    return this.#options.flashback ? 'backward' : 'forward';
  }

  /** The table of a shape. @throws BinflashError `SCHEMA` where a schema file contradicts the log */
  describe(shape: number): TableDescription {
    return this.#descriptions.of(this.#index.shapes[shape]!.table, this.flavour);
  }

  get flavour(): Flavour {
    return this.#index.files[0]!.format.flavour;
  }

  /** What statements on the rows of a shape need. @throws BinflashError `SCHEMA` */
  statementsOf(shape: number): TableStatements {
    let statements = this.#statements[shape];
    if (statements === undefined) {
      const { table } = this.#index.shapes[shape]!;
      statements = tableStatements(
        this.#index.shapes[shape]!,
        this.describe(shape),
        this.flavour,
        this.#keys.of(table),
        this.#options,
      );
      this.#statements[shape] = statements;
    }
    return statements;
  }

  /** Does the shape have values that may turn out not to be writable? */
  mayThrow(shape: number): boolean {
    const { format, audit } = this.#options;
    if (format === 'ndjson') return false;
    if (format === 'csv') return this.#hasHugeRows();
    if (audit) return this.#columnsOf(this.describe(shape)).some((column) => column.mayThrow);
    const { inserted, updated } = this.statementsOf(shape);
    return [...inserted, ...updated].some((column) => column.mayThrow);
  }

  /** Is there a row of which a value may be too long for a text? */
  #hasHugeRows(): boolean {
    const { largestRow, length } = this.#index.events;
    for (let event = 0; event < length; event++) {
      if (largestRow.get(event) > MOST_CHARACTERS / 4) return true;
    }
    return false;
  }

  #columnsOf(table: TableDescription): readonly ColumnSql[] {
    const { textLiterals = 'readable' } = this.#options;
    return compileColumns(table, { textLiterals });
  }

  /** The same for all outputs of a run. @throws BinflashError as {@link KeptTables} */
  #keptTablesOf(shapes: readonly number[]): KeptTables {
    this.#keptTables ??= new KeptTables(
      shapes.map((shape) => this.describe(shape)),
      this.flavour,
      (table) => this.#columnsOf(table),
      this.#options,
    );
    return this.#keptTables;
  }

  /** What an audit cannot tell of the changes of some shapes; objects of JSON leave it out. */
  warnings(shapes: readonly number[]): string[] {
    if (this.changesTables || this.#options.format === 'ndjson') return [];
    const changed = shapes.map((shape) => this.#index.shapes[shape]!);
    return unloggedWarnings(changed, ({ number }) => this.describe(number), this.flavour);
  }

  /** A writer for one output; `shapes` are those of all selected changes. @throws BinflashError `USAGE` */
  make(out: ByteText, shapes: readonly number[]): ChangeWriter {
    const { format, flashback, audit } = this.#options;
    const { timeZone } = this.#descriptions;
    if (format === 'csv') {
      const tables = shapes.map((shape) => this.describe(shape));
      return new CsvWriter(this.#index, out, tables, timeZone);
    }
    if (format === 'ndjson') return new NdjsonWriter(this.#index, out);
    if (audit) return new KeepDataWriter(this.#index, out, this.#keptTablesOf(shapes), timeZone);
    return new StatementWriter(
      this.#index,
      out,
      flashback ? 'undo' : 'redo',
      ({ shape }) => this.statementsOf(shape.number),
      moments(timeZone),
      this.#options,
    );
  }
}
