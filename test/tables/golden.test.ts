/** Definitions as servers wrote them, against what the same servers logged with binlog_row_metadata=FULL. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Flavour } from '../../src/binlog/event-types.ts';
import { parseTableMap, type TableDefinition } from '../../src/binlog/table-map.ts';
import { readSchema } from '../../src/tables/read-schema.ts';
import { completed, type Schema } from '../../src/tables/schema.ts';
import { inFolder } from '../helpers.ts';

const servers = ['mysql-5.6', 'mysql-9.7', 'mariadb-10.5', 'mariadb-10.11', 'mariadb-11.8'];

async function golden(id: string): Promise<{ schema: Schema; flavour: Flavour; tables: TableDefinition[] }> {
  const flavour: Flavour = id.startsWith('mysql') ? 'mysql' : 'mariadb';
  const text = await readFile(new URL(`golden/${id}.tsv`, import.meta.url), 'utf8');
  const lines = text.trimEnd().split('\n');
  const tables = lines.map((line) => {
    const event = Buffer.from(line.slice(0, line.indexOf('\t')), 'hex');
    return parseTableMap(event, 0, event.length, flavour);
  });
  const schema = await inFolder(async (folder) => {
    const path = join(folder, 'schema.txt');
    await writeFile(path, lines.map((line) => `${line.slice(line.indexOf('\t') + 1)}\n`).join(''));
    return readSchema(path);
  });
  return { schema, flavour, tables };
}

describe.each(servers)('%s', (id) => {
  it('defines its tables as it logs them', async () => {
    const { schema, flavour, tables } = await golden(id);
    expect(tables.length).toBeGreaterThan(19);
    for (const table of tables) {
      const bare = { ...table, optional: {} };
      const { optional } = completed(bare, schema.find(bare, flavour)!);
      const { names, collations, enumLabels, setLabels, primaryKey, unsigned } = table.optional;
      expect(optional.names, table.name).toHaveLength(table.types.length);
      if (names === undefined) continue;
      expect(optional, table.name).toMatchObject({ names });
      expect(optional.primaryKey, table.name).toEqual(primaryKey);
      if (unsigned?.includes(true)) expect(optional.unsigned, table.name).toEqual(unsigned);
      if (collations !== undefined) expect(optional.collations, table.name).toEqual(collations);
      expect(bytes(optional.enumLabels), table.name).toEqual(bytes(enumLabels));
      expect(bytes(optional.setLabels), table.name).toEqual(bytes(setLabels));
    }
  });

  it('fits no table of another definition', async () => {
    const { schema, flavour, tables } = await golden(id);
    const shapes = new Map(tables.map((table) => [`${table.types} ${table.metas}`, table]));
    for (const table of shapes.values()) {
      for (const other of shapes.values()) {
        if (other === table) continue;
        const renamed = { ...other, name: table.name, flags: 0, optional: {} };
        expect(() => schema.find(renamed, flavour), `${other.name} as ${table.name}`).toThrow(
          expect.objectContaining({ code: 'SCHEMA' }),
        );
      }
    }
  });
});

const bytes = (labels: readonly (readonly Uint8Array[] | undefined)[] | undefined): unknown =>
  labels?.map((all) => all?.map((label) => Buffer.from(label).toString('hex')));
