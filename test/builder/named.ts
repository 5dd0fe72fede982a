import type fc from 'fast-check';
import { type Source, type SourceOptions, source } from './arbitrary.ts';
import { Binlog } from './binlog.ts';
import { prefixed, u32 } from './bytes.ts';
import * as columns from './columns.ts';
import { mysql97 } from './format.ts';
import { columnNames, metadataField, primaryKey, rows, type Table, table, tableMap } from './rows.ts';

const { tinyint, smallint, mediumint, int, bigint, bit, varchar, char, blob } = columns;

/** Of these any bytes are a value. */
const anyBytes = [
  ...[tinyint, smallint, mediumint, int, bigint, bit(8), bit(64)],
  ...[varchar(20), varchar(300), char(20), char(400), blob(1), blob(2), blob(4)],
];

/** Names c0, c1, ..., signs; and of the first table, that c0 is its key. */
function metadata(of: readonly columns.Column[], number = 0): Buffer {
  return Buffer.concat([
    metadataField(1, Buffer.alloc(Math.ceil(of.length / 8))),
    columnNames(...of.map((_, i) => `c${i}`)),
    ...(number === 0 ? [primaryKey(0)] : []),
  ]);
}

/** Sources whose tables SQL can name, of columns that it can write. */
export const named = (options: SourceOptions = {}): fc.Arbitrary<Source> =>
  source({ columns: anyBytes, metadata, ...options });

/** Numbers of which nothing tells whether they are negative, if they might be. */
export const unsigned: Table = { ...table('shop.t', [int, varchar(300)]), optional: columnNames('c0', 'c1') };

/** A transaction for each row of such a number. */
export function ofNumbers(...numbers: number[]): Buffer {
  const log = new Binlog(mysql97);
  for (const number of numbers) {
    log.transaction([
      tableMap(unsigned, 1),
      rows('insert', unsigned, 1, [[[u32(number), prefixed(2, 'x'.repeat(200))]]]),
    ]);
  }
  return log.bytes();
}
