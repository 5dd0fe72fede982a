/** The tables that a binary log describes. */
import { readFile } from 'node:fs/promises';
import type { Flavour } from '../../src/binlog/event-types.ts';
import { parseTableMap, type TableDefinition } from '../../src/binlog/table-map.ts';
import { readEvents } from '../builder/reader.ts';

const HEADER = 19;
const TABLE_MAP = 19;

/** By name; the last map of each. */
export async function loggedTables(file: string, flavour: Flavour): Promise<Map<string, TableDefinition>> {
  const bytes = await readFile(file);
  const tables = new Map<string, TableDefinition>();
  for (const { offset, type, body } of readEvents(bytes)) {
    if (type !== TABLE_MAP) continue;
    const table = parseTableMap(bytes, offset, offset + HEADER + body.length, flavour);
    tables.set(table.name, table);
  }
  return tables;
}
