/** Schema files in memory. */
import type { Flavour } from '../../src/binlog/event-types.ts';
import { parseTableMap, type TableDefinition } from '../../src/binlog/table-map.ts';
import { Schema } from '../../src/tables/schema.ts';
import { SchemaBuilder } from '../../src/tables/schema-builder.ts';
import type { TableSchema } from '../../src/tables/table-schema.ts';
import { framed } from '../binlog/framed.ts';
import { type Table, tableMap } from '../builder/rows.ts';

/** Reads a text in pieces of a size, or as a whole. */
export function build(text: string | Uint8Array, size: number = Number.POSITIVE_INFINITY): SchemaBuilder {
  const bytes = Buffer.from(text as string);
  const builder = new SchemaBuilder();
  for (let at = 0; at < bytes.length; at += size)
    builder.push(bytes.subarray(at, Math.min(at + size, bytes.length)));
  builder.end();
  return builder;
}

export const tablesOf = (text: string | Uint8Array): readonly TableSchema[] => build(text).tables;

export function schemaOf(text: string): Schema {
  const { tables, dumped } = build(text);
  return new Schema('schema.sql', tables, dumped);
}

/** A table as a log describes it. */
export function definition(table: Table, flavour: Flavour = 'mysql'): TableDefinition {
  return parseTableMap(...framed(tableMap(table, 1)), flavour);
}
