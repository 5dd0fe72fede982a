import type { Flavour } from '../../binlog/event-types.ts';
import { BinflashError } from '../../errors.ts';
import type { RowImage } from '../../read/row-image.ts';
import type { BinlogIndex } from '../../scan/binlog-index.ts';
import type { TableDescription } from '../../tables/description.ts';
import type { ByteText } from '../../wire/byte-text.ts';
import {
  AFTER,
  auditedColumns,
  BEFORE,
  HEAD,
  hiddenColumns,
  imageWith,
  TAIL,
} from '../audit/audited-columns.ts';
import { type RowPlace, rowPlaces } from '../audit/row-place.ts';
import type { ChangedEvent, ChangeWriter, RowChange } from '../change-writer.ts';
import { csvName, putCsvField } from './csv-value.ts';

/** Without it Excel takes UTF-8 for the machine's old character set. */
const BYTE_ORDER_MARK = '\ufeff';

const COMMA = 0x2c;

/**
 * A line has the columns of one table, so an output has the rows of one table.
 *
 * @throws BinflashError `USAGE` for the tables of several
 */
export function expectOneTable(tables: Iterable<TableDescription>): void {
  const names = [...new Set([...tables].map(({ name }) => name))];
  if (names.length <= 1) return;
  const some = names.slice(0, 8).join(', ') + (names.length > 8 ? `, and ${names.length - 8} more` : '');
  throw new BinflashError(
    'USAGE',
    `a CSV file has the columns of one table, and these are selected: ${some}`,
    {
      hint: 'Select one with --table, write a file for each with --split-by table, or use --format ndjson.',
    },
  );
}

/** Where the columns of a definition stand. */
interface ColumnOrder {
  /** By place: its number, or -1 where the definition does not have it. */
  readonly numbers: readonly number[];
  /** By number, see {@link hiddenColumns}. */
  readonly hidden: readonly boolean[];
}

/**
 * Old and new values side by side, a line a row change, with the columns of audit tables. Where a table was altered
 * midway there are the columns of all its definitions, by name. RFC 4180 in UTF-8.
 */
export class CsvWriter implements ChangeWriter {
  readonly #out: ByteText;
  readonly #placeOf: (event: number) => RowPlace;
  readonly #tables: readonly TableDescription[];
  readonly #flavour: Flavour;
  /** By table: the columns of all its definitions. */
  readonly #columns = new Map<string, readonly string[]>();
  readonly #orders = new Map<TableDescription, ColumnOrder>();
  /** What this output is about, once it has a row. */
  #table: string | undefined;
  #order: ColumnOrder = { numbers: [], hidden: [] };
  #head = '';
  #tail = '';

  /**
   * @param tables the definitions of all tables that will be written
   * @param timeZone of `op_datetime`, as the descriptions have it for TIMESTAMP columns; default the machine's
   * @throws BinflashError `USAGE` for an unknown time zone
   */
  constructor(
    index: BinlogIndex,
    out: ByteText,
    tables: readonly TableDescription[],
    timeZone: string | undefined,
  ) {
    this.#out = out;
    this.#placeOf = rowPlaces(index, timeZone);
    this.#tables = tables;
    this.#flavour = index.files[0]!.format.flavour;
  }

  open(): void {
    this.#table = undefined;
  }

  begin(): void {}

  /** @throws BinflashError `USAGE` where an output would have rows of a second table */
  event({ number, table, shape }: ChangedEvent): void {
    if (this.#table === undefined) this.#firstLine(table.name);
    else if (this.#table !== table.name) expectOneTable(this.#tables);
    this.#order = this.#orderOf(table);
    const { time, file, position, gtid } = this.#placeOf(number);
    this.#head = `${shape.kind},${time}`;
    this.#tail = `,${csvName(file)},${position},${gtid ?? ''}\r\n`;
  }

  #firstLine(name: string): void {
    this.#table = name;
    const columns = this.#columnsOf(name);
    const names = [
      ...HEAD,
      ...columns.map((column) => BEFORE + column),
      ...columns.map((column) => AFTER + column),
      ...TAIL,
    ];
    this.#out.utf8(`${BYTE_ORDER_MARK}${names.map(csvName).join(',')}\r\n`);
  }

  #columnsOf(name: string): readonly string[] {
    let columns = this.#columns.get(name);
    if (columns === undefined) {
      const definitions = this.#tables.filter((table) => table.name === name);
      columns = [...new Set(definitions.flatMap((table) => columnNames(table, this.#flavour)))];
      this.#columns.set(name, columns);
    }
    return columns;
  }

  #orderOf(table: TableDescription): ColumnOrder {
    let order = this.#orders.get(table);
    if (order === undefined) {
      const names = table.columns.map(({ name }) => name);
      order = {
        numbers: this.#columnsOf(table.name).map((name) => names.indexOf(name)),
        hidden: hiddenColumns(table, this.#flavour),
      };
      this.#orders.set(table, order);
    }
    return order;
  }

  row({ table }: ChangedEvent, { before, after }: RowChange): void {
    const out = this.#out;
    const { numbers, hidden } = this.#order;
    out.ascii(this.#head);
    for (const column of numbers) this.#field(before, column, table);
    for (const column of numbers) this.#field(imageWith(column, before, after, hidden), column, table);
    out.utf8(this.#tail);
  }

  #field(image: RowImage | undefined, column: number, table: TableDescription): void {
    this.#out.byte(COMMA);
    if (image !== undefined && column >= 0) putCsvField(this.#out, image, column, table.decoder.columns);
  }

  end(): void {}

  close(): void {}
}

function columnNames(table: TableDescription, flavour: Flavour): string[] {
  return auditedColumns(table, flavour).map((column) => table.columns[column]!.name);
}
