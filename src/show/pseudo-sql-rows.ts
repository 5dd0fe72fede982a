import type { Flavour } from '../binlog/event-types.ts';
import type { ChangeKind } from '../binlog/rows.ts';
import type { TableDefinition } from '../binlog/table-map.ts';
import type { Shape } from '../scan/shapes.ts';
import type { TableDescription } from '../tables/description.ts';
import type { ByteText } from '../wire/byte-text.ts';
import { type SqlColumn, sqlColumn } from './pseudo-sql-columns.ts';
import { ImagePutter } from './pseudo-sql-image.ts';
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
  readonly #columns = new Map<TableDescription, readonly SqlColumn[]>();
  readonly #shapes = new Map<Shape, ShapePutter>();

  constructor(flavour: Flavour) {
    this.#flavour = flavour;
  }

  /** The columns of a table, as they are called and put. */
  columns(description: TableDescription): readonly SqlColumn[] {
    let columns = this.#columns.get(description);
    if (columns === undefined) {
      columns = Array.from(description.table.types, (_, column) =>
        sqlColumn(description, column, this.#flavour),
      );
      this.#columns.set(description, columns);
    }
    return columns;
  }

  /** How rows of a shape are put. */
  of(shape: Shape, description: TableDescription): ShapePutter {
    let putter = this.#shapes.get(shape);
    if (putter === undefined) {
      putter = new ShapePutter(shape, description.table, this.columns(description));
      this.#shapes.set(shape, putter);
    }
    return putter;
  }
}

/** Rows of one table, kind and column bitmaps. */
export class ShapePutter {
  readonly #first: ImagePutter;
  readonly #second: ImagePutter | undefined;
  readonly #partial: boolean;

  constructor(shape: Shape, table: TableDefinition, columns: readonly SqlColumn[]) {
    const { kind, first, second, partial } = shape;
    const command = `### ${COMMANDS[kind]} ${quotedName(table.schema)}.${quotedName(table.name)}`;
    this.#partial = partial;
    const isEmptyInsert = kind === 'insert' && first.columns.length === 0;
    const clause = isEmptyInsert ? ' VALUES ()\n' : `\n### ${kind === 'insert' ? 'SET' : 'WHERE'}\n`;
    this.#first = new ImagePutter(table, first, columns, command + clause);
    this.#second = second && new ImagePutter(table, second, columns, '### SET\n');
  }

  /** @throws BinflashError `DAMAGED` for JSON differences that cannot be read */
  put(source: Uint8Array, { start, middle, end }: RowPlace, out: ByteText): void {
    this.#first.put(source, start, out);
    if (this.#partial) this.#second!.putPartial(source, middle, end, out);
    else this.#second?.put(source, middle, out);
  }
}
