/** A table of one column, decoded by what is under test. */
import { compileDecoder, type DecodeOptions } from '../../../../src/binlog/columns/values/decoder.ts';
import { plainText } from '../../../../src/binlog/columns/values/format.ts';
import type { Value } from '../../../../src/binlog/columns/values/value.ts';
import { parseTableMap, type TableDefinition } from '../../../../src/binlog/table-map.ts';
import { hex, join, lenenc } from '../../../builder/bytes.ts';
import type { Column } from '../../../builder/columns.ts';
import { metadataField, table, tableMap } from '../../../builder/rows.ts';

export interface Knowledge extends DecodeOptions {
  readonly flavour?: 'mysql' | 'mariadb';
  /** Fields of optional metadata. */
  readonly metadata?: readonly Uint8Array[];
}

export const unsigned: Buffer = metadataField(1, Buffer.of(0x80));
export const signed: Buffer = metadataField(1, Buffer.of(0));
export const collation = (id: number): Buffer => metadataField(2, lenenc(id));
export const labelCollation = (id: number): Buffer => metadataField(10, lenenc(id));
export const geometryType: Buffer = metadataField(7, lenenc(0));

export function definitionOf(
  columns: readonly Column[],
  { flavour = 'mysql', metadata = [] }: Knowledge,
): TableDefinition {
  const { body } = tableMap({ ...table('a.b', columns), optional: join(...metadata) }, 5);
  const event = join(Buffer.alloc(19), body);
  return parseTableMap(event, 0, event.length, flavour);
}

/** The value of a column that is stored as these bytes (or their hex), length prefix left out. */
export function decoded(column: Column, stored: string | Uint8Array, knowledge: Knowledge = {}): Value {
  const decoder = compileDecoder(definitionOf([column], knowledge), knowledge.flavour ?? 'mysql', knowledge);
  const bytes = typeof stored === 'string' ? hex(stored) : stored;
  // Something before and behind, which must not be read.
  return decoder.columns[0]!(join(hex('ff'), bytes, hex('ffffff')), 1, 1 + bytes.length);
}

/** The same as text. */
export function shown(column: Column, stored: string | Uint8Array, knowledge?: Knowledge): string {
  return plainText(decoded(column, stored, knowledge));
}

/** Rows for `it.each`, the column's SQL type in front for the test's name. */
export function named<Row extends readonly unknown[]>(
  ...rows: [Column, ...Row][]
): [string, Column, ...Row][] {
  return rows.map((row) => [row[0].sql, ...row]);
}
