/** The rows of a binary log, their values decoded by what is under test. */
import { readFile } from 'node:fs/promises';
import { compileLayout, imageEnd } from '../../src/binlog/columns/layout.ts';
import {
  compileDecoder,
  type DecodeOptions,
  type ValueDecoder,
} from '../../src/binlog/columns/values/decoder.ts';
import type { Flavour } from '../../src/binlog/event-types.ts';
import { emptyRowsEvent, parseRows } from '../../src/binlog/rows.ts';
import { parseTableMap, type TableDefinition } from '../../src/binlog/table-map.ts';
import { setBits } from '../../src/wire/bitmap.ts';
import { readEvents } from '../builder/reader.ts';
import { type DecodedImage, decodeImage } from '../decode-image.ts';

export interface DecodedTable {
  readonly definition: TableDefinition;
  /** In the order in which they were inserted. */
  readonly rows: readonly DecodedImage[];
}

const HEADER = 19;
const TABLE_MAP = 19;
const WRITE_ROWS: readonly number[] = [23, 30];

/**
 * The rows that a log inserts, by table name. `optionsOf` says how to decode a table, or to leave it out; `correct`
 * may change its map, `decoderOf` make another decoder of it.
 */
export async function decodedInserts(
  file: string,
  flavour: Flavour,
  optionsOf: (table: string) => DecodeOptions | undefined,
  correct: (table: TableDefinition) => TableDefinition = (table) => table,
  decoderOf: (table: TableDefinition, options: DecodeOptions) => ValueDecoder = (table, options) =>
    compileDecoder(table, flavour, options),
): Promise<Map<string, DecodedTable>> {
  const bytes = await readFile(file);
  const tables = new Map<string, { definition: TableDefinition; rows: DecodedImage[] }>();
  const maps = new Map<number, TableDefinition>();
  for (const { offset, type, body } of readEvents(bytes)) {
    const end = offset + HEADER + body.length;
    if (type === TABLE_MAP) {
      maps.set(body.readUIntLE(0, 6), correct(parseTableMap(bytes, offset, end, flavour)));
    } else if (WRITE_ROWS.includes(type)) {
      const event = emptyRowsEvent();
      parseRows(bytes, offset, end, event);
      const definition = maps.get(event.tableId)!;
      const present = setBits(bytes, event.bitmapStart, event.columnCount);
      const layout = compileLayout(present, definition.lengths);
      const options = optionsOf(definition.name);
      if (options === undefined) continue;
      const decoder = decoderOf(definition, options);
      const table = tables.get(definition.name) ?? { definition, rows: [] };
      tables.set(definition.name, table);
      for (let at = event.rowsStart; at < event.rowsEnd; ) {
        table.rows.push(decodeImage(bytes, at, layout, decoder));
        at = imageEnd(bytes, at, event.rowsEnd, layout);
        if (at < 0) throw new Error(`a row of ${definition.name} runs over its event`);
      }
    }
  }
  return tables;
}
