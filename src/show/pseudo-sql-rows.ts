import type { Flavour } from '../binlog/event-types.ts';
import type { ChangeKind } from '../binlog/rows.ts';
import type { TableDefinition } from '../binlog/table-map.ts';
import type { Shape } from '../scan/shapes.ts';
import type { ByteText } from '../wire/byte-text.ts';
import type { SqlColumn } from './pseudo-sql-columns.ts';
import { ImagePutter, sqlColumns } from './pseudo-sql-image.ts';
import { quotedName } from './pseudo-sql-text.ts';

const COMMANDS: Readonly<Record<ChangeKind, string>> = {
  insert: 'INSERT INTO',
  update: 'UPDATE',
  delete: 'DELETE FROM',
};

/** Where a row stands: the first image from `start` to `middle`, what else there is up to `end`. */
export interface RowPlace {
  readonly start: number;
  readonly middle: number;
  readonly end: number;
}

/**
 * Row changes as `mysqlbinlog -vv` and `mariadb-binlog -vv` print them. `docs/mysqlbinlog-differences.md` lists
 * where they are wrong or lose something and this is different.
 */
export class SqlRows {
  readonly #flavour: Flavour;
  readonly #columns = new Map<TableDefinition, readonly SqlColumn[]>();
  readonly #shapes = new Map<Shape, ShapePutter>();

  constructor(flavour: Flavour) {
    this.#flavour = flavour;
  }

  /** The columns of a table, as they are called and put. */
  columns(table: TableDefinition): readonly SqlColumn[] {
    let columns = this.#columns.get(table);
    if (columns === undefined) {
      columns = sqlColumns(table, this.#flavour);
      this.#columns.set(table, columns);
    }
    return columns;
  }

  /** @throws BinflashError `DAMAGED` for JSON differences that cannot be read */
  put(source: Uint8Array, row: RowPlace, shape: Shape, out: ByteText): void {
    let putter = this.#shapes.get(shape);
    if (putter === undefined) {
      putter = new ShapePutter(shape, this.columns(shape.table));
      this.#shapes.set(shape, putter);
    }
    putter.put(source, row, out);
  }
}

class ShapePutter {
  readonly #first: ImagePutter;
  readonly #second: ImagePutter | undefined;
  readonly #partial: boolean;

  constructor({ table, kind, first, second, partial }: Shape, columns: readonly SqlColumn[]) {
    const command = `### ${COMMANDS[kind]} ${quotedName(table.schema)}.${quotedName(table.name)}`;
    this.#partial = partial;
    const isEmptyInsert = kind === 'insert' && first.columns.length === 0;
    const clause = isEmptyInsert ? ' VALUES ()\n' : `\n### ${kind === 'insert' ? 'SET' : 'WHERE'}\n`;
    this.#first = new ImagePutter(table, first, columns, command + clause);
    this.#second = second && new ImagePutter(table, second, columns, '### SET\n');
  }

  put(source: Uint8Array, { start, middle, end }: RowPlace, out: ByteText): void {
    this.#first.put(source, start, out);
    if (this.#partial) this.#second!.putPartial(source, middle, end, out);
    else this.#second?.put(source, middle, out);
  }
}
