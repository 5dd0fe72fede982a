import { expect, it } from 'vitest';
import { compileDecoder } from '../../src/binlog/columns/values/decoder.ts';
import { hiresLength } from '../../src/binlog/columns/values/old-temporals.ts';
import type { TableDefinition } from '../../src/binlog/table-map.ts';
import { sqlColumn } from '../../src/show/pseudo-sql-columns.ts';
import { ByteText } from '../../src/wire/byte-text.ts';
import { definitionOf } from '../binlog/columns/values/one-column.ts';
import { hex } from '../builder/bytes.ts';
import { oldTime } from '../builder/columns.ts';

it("prints MariaDB's temporals of old, where their lengths have become known", () => {
  const logged = definitionOf([oldTime], { flavour: 'mariadb' });
  const table: TableDefinition = { ...logged, lengths: Int32Array.of(hiresLength(oldTime.type, 2)) };
  const decoder = compileDecoder(table, 'mariadb', { oldFractions: [2] });
  const column = sqlColumn({ name: 'a.b', table, columns: [], decoder, defined: undefined }, 0, 'mariadb');
  let text = '';
  const out = new ByteText((chunk) => {
    text += Buffer.from(chunk).toString();
  });
  // 00:00:01.25 + 838:59:60, in hundredths of seconds.
  column.put(hex('1200c43d'), 0, 4, out);
  out.flush();
  expect(column.type).toBe('TIME');
  expect(text).toBe("'00:00:01.25'");
});
