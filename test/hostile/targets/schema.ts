import { parseTableMap } from '../../../src/binlog/table-map.ts';
import { TableDescriptions } from '../../../src/tables/description.ts';
import { Schema } from '../../../src/tables/schema.ts';
import { SchemaBuilder } from '../../../src/tables/schema-builder.ts';
import { int, varchar } from '../../builder/columns.ts';
import { table, tableMap } from '../../builder/rows.ts';
import { expectBinflashError } from './expect.ts';

const { body } = tableMap(table('shop.orders', [int, varchar(20)]), 1);
const event = Buffer.concat([Buffer.alloc(19), body]);
const logged = parseTableMap(event, 0, event.length, 'mysql');

/** Schema files; the first byte tells the size of the chunks in which they are read. */
export function fuzz(data: Buffer): void {
  const size = 1 + (data[0] ?? 0);
  expectBinflashError(() => {
    const builder = new SchemaBuilder();
    for (let at = 1; at < data.length; at += size) builder.push(data.subarray(at, at + size));
    builder.end();
    const descriptions = new TableDescriptions({}, new Schema('schema.sql', builder.tables, builder.dumped));
    for (const flavour of ['mysql', 'mariadb'] as const) {
      expectBinflashError(() => void descriptions.of(logged, flavour));
    }
  });
}
