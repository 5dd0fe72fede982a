import { compileLayout, type RowLayout, valueEnd } from '../binlog/columns/layout.ts';
import { ColumnType } from '../binlog/columns/types.ts';
import type { PutValue } from '../binlog/columns/writers/put-value.ts';
import { partialImageStart } from '../binlog/rows.ts';
import type { TableDefinition } from '../binlog/table-map.ts';
import { hasBit } from '../wire/bitmap.ts';
import type { ByteText } from '../wire/byte-text.ts';
import type { SqlColumn } from './pseudo-sql-columns.ts';
import { putJsonDifferences } from './pseudo-sql-json.ts';

/**
 * Puts row images of one layout. All that is not value is text known before: what follows a value goes up to
 * where the next one begins, and is copied with one call.
 */
export class ImagePutter {
  readonly #layout: RowLayout;
  readonly #table: TableDefinition;
  readonly #puts: readonly PutValue[];
  /** What stands before the first value: the clause, `### SET`. */
  readonly #head: Uint8Array;
  /** What follows a value; what stands instead of one that is NULL, and follows that. */
  readonly #after: readonly Uint8Array[];
  readonly #nulls: readonly Uint8Array[];

  /** `clause` ends with the line before the values. */
  constructor(table: TableDefinition, layout: RowLayout, columns: readonly SqlColumn[], clause: string) {
    const held = Array.from(layout.columns);
    // Lengths that the log does not tell may have become known.
    this.#layout = compileLayout(held, table.lengths);
    this.#table = table;
    this.#puts = held.map((column) => columns[column]!.put);
    const begin = (i: number): string => (i < held.length ? `###   @${held[i]! + 1}=` : '');
    const comment = (column: number, isNull: number): string => {
      const nullable = hasBit(table.nullable, 0, column) ? 1 : 0;
      return ` /* ${columns[column]!.type} meta=${table.metas[column]} nullable=${nullable} is_null=${isNull} */\n`;
    };
    this.#head = Buffer.from(clause + begin(0));
    this.#after = held.map((column, i) => Buffer.from(comment(column, 0) + begin(i + 1)));
    this.#nulls = held.map((column, i) => Buffer.from(`NULL${comment(column, 1)}${begin(i + 1)}`));
  }

  /** Puts the image at `source[start]`, which has been found to end within its event. */
  put(source: Uint8Array, start: number, out: ByteText): void {
    const { lengths, nullBytes } = this.#layout;
    out.put(this.#head);
    let at = start + nullBytes;
    for (let i = 0; i < lengths.length; i++) {
      if (hasBit(source, start, i)) {
        out.put(this.#nulls[i]!);
        continue;
      }
      const length = lengths[i]!;
      const end = valueEnd(source, at, length);
      this.#puts[i]!(source, length < 0 ? at - length : at, end, out);
      out.put(this.#after[i]!);
      at = end;
    }
  }

  /**
   * Puts the after image of PARTIAL_UPDATE_ROWS, its value options at `source[options]`; documents that are
   * differences as such.
   *
   * @throws BinflashError `DAMAGED` for differences that cannot be read
   */
  putPartial(source: Uint8Array, options: number, end: number, out: ByteText): void {
    const { jsonColumns, types } = this.#table;
    const { columns, lengths, nullBytes } = this.#layout;
    const start = partialImageStart(source, options, end, jsonColumns.length);
    const bits = source[options] === 0 ? -1 : options + 1;
    out.put(this.#head);
    let at = start + nullBytes;
    for (let i = 0; i < lengths.length; i++) {
      if (hasBit(source, start, i)) {
        out.put(this.#nulls[i]!);
        continue;
      }
      const column = columns[i]!;
      const valueStart = lengths[i]! < 0 ? at - lengths[i]! : at;
      at = valueEnd(source, at, lengths[i]!);
      const isPartial =
        bits >= 0 && types[column] === ColumnType.JSON && hasBit(source, bits, jsonColumns.indexOf(column));
      if (isPartial) putJsonDifferences(source, valueStart, at, column, out);
      else this.#puts[i]!(source, valueStart, at, out);
      out.put(this.#after[i]!);
    }
  }
}
