import { describe, expect, it } from 'vitest';
import type { ShowOptions } from '../../src/show/show.ts';
import { show } from '../../src/show/show.ts';
import { Binlog } from '../builder/binlog.ts';
import { hex, join, prefixed, u24, u32, u64 } from '../builder/bytes.ts';
import {
  blob,
  type Column,
  compressedBlob,
  enumeration,
  geometry,
  int,
  json,
  notNull,
  oldDatetime,
  oldTime,
  oldTimestamp,
  set,
  varchar,
  vector,
  year,
} from '../builder/columns.ts';
import { annotate, type Event, rowsQuery } from '../builder/events.ts';
import { mariadb118, mysql97, type Server } from '../builder/format.ts';
import {
  columnNames,
  metadataField,
  primaryKey,
  type RowsOptions,
  rows,
  type Table,
  table,
  tableMap,
  type Values,
} from '../builder/rows.ts';
import { change, orders } from '../builder/shop.ts';
import { inFolder, writeFiles } from '../helpers.ts';

/** What `show --sql` prints of one log with one transaction for each list of events. */
async function printed(
  transactions: readonly (readonly Event[])[],
  server: Server = mysql97,
  options: Partial<ShowOptions> = {},
): Promise<string> {
  const log = new Binlog(server);
  for (const events of transactions) log.transaction(events);
  return inFolder(async (folder) => {
    const pieces: Buffer[] = [];
    const write = async (piece: string | Uint8Array): Promise<void> =>
      void pieces.push(Buffer.from(piece as Uint8Array));
    const inputs = await writeFiles(folder, [log.bytes()]);
    await show({ timeZone: '+00:00', ...options, inputs, format: 'sql', write });
    return Buffer.concat(pieces).toString();
  });
}

/** The lines of one inserted row of these columns, without what stands before the values. */
async function values(
  columns: readonly Column[],
  row: Values,
  server: Server = mysql97,
  optional: Uint8Array = Buffer.alloc(0),
): Promise<string[]> {
  const of: Table = { ...table('a.b', columns, server === mysql97 ? 1 : 0), optional };
  const version = server === mysql97 ? 2 : 1;
  const text = await printed([[tableMap(of, 5), rows('insert', of, 5, [[row]], { version })]], server);
  return text.split('\n').filter((line) => line.startsWith('###   @'));
}

describe('around the rows', () => {
  it('says where they stand, when, and which statement made them', async () => {
    const text = await printed([
      [rowsQuery("INSERT INTO orders\r\n\tVALUES ('\u001b[31m')"), ...change('insert', [5])],
      change('update', [1]),
    ]);
    expect(text).toBe(`# Transaction in bin.000001, 127 to 425, thread_id=7, Xid = 101, committed
# INSERT INTO orders\\r\\n\\tVALUES ('\\x1b[31m')
# at 352
#261121  3:00:00 server id 1  end_log_pos 394 \tWrite_rows: table id 70 flags: STMT_END_F
### INSERT INTO \`shop\`.\`orders\`
### SET
###   @1=5 /* INT meta=0 nullable=1 is_null=0 */
###   @2='x' /* VARSTRING(20) meta=20 nullable=1 is_null=0 */
# Transaction in bin.000001, 425 to 674, thread_id=7, Xid = 102, committed
# at 589
#261121  3:00:00 server id 1  end_log_pos 643 \tUpdate_rows: table id 70 flags: STMT_END_F
### UPDATE \`shop\`.\`orders\`
### WHERE
###   @1=1 /* INT meta=0 nullable=1 is_null=0 */
###   @2='old' /* VARSTRING(20) meta=20 nullable=1 is_null=0 */
### SET
###   @1=1 /* INT meta=0 nullable=1 is_null=0 */
###   @2='new' /* VARSTRING(20) meta=20 nullable=1 is_null=0 */
`);
  });

  it('gives names, types and key of a table once', async () => {
    const optional = join(
      metadataField(1, hex('80')),
      columnNames('id', 'the `word`\u001b\u009b'),
      primaryKey(0),
    );
    const named: Table = { ...table('shop.orders', [notNull(int), varchar(20)]), optional };
    const text = await printed([change('insert', [1], named), change('delete', [1], named)]);
    expect(text.split('# Columns(')).toHaveLength(2);
    expect(text).toContain(`# Columns(\`id\` INT UNSIGNED NOT NULL,
#         \`the \`\`word\`\`\\x1b\\xc2\\x9b\` VARSTRING(20))
# Primary Key(\`id\`)
# at`);
  });

  it('says which flags and partitions an event has', async () => {
    const partitioned = (kind: 'insert' | 'update', extra: string): Event[] =>
      change(kind, [1], orders, { flags: 0x13, extra: hex(extra) });
    const text = await printed([partitioned('insert', '010200'), partitioned('update', '0107000500')]);
    expect(text).toContain('flags: STMT_END_F NO_FOREIGN_KEY_CHECKS_F USE_SQL_FOREIGN_KEY_F\n');
    expect(text).toContain('### Extra row info for partitioning: partition: 2\n### INSERT');
    const both = 'source_partition: 5 target_partition: 7';
    expect(text).toContain(`### Extra row info for partitioning: ${both}\n### UPDATE`);
  });

  it("leaves out NDB's extra data", async () => {
    const text = await printed([change('insert', [1], orders, { extra: hex('00 05 00 010203') })]);
    expect(text).not.toContain('Extra row');
  });

  it('shows what is selected, up to the limit', async () => {
    const transactions = [change('insert', [1, 2]), change('delete', [3, 4, 5])];
    const text = await printed(transactions, mysql97, { limit: 2, select: { types: ['delete'] } });
    expect(text.match(/^### {3}@1=\d/gm)).toEqual(['###   @1=3', '###   @1=4']);
  });

  it('tells of the time in the zone that is asked for', async () => {
    const text = await printed([change('insert', [1])], mysql97, { timeZone: '+07:30' });
    expect(text).toContain('#261121 10:30:00 server id 1');
  });

  it('escapes names that would not stay on their line', async () => {
    const of = table('sh\nop.`orders`\u0085', [int]);
    const text = await printed([[tableMap(of, 70), rows('insert', of, 70, [[[u32(1)]]])]]);
    expect(text).toContain('### INSERT INTO `sh\\x0aop`.```orders``\\xc2\\x85`\n');
  });
});

describe('rows', () => {
  it('has an INSERT of defaults alone', async () => {
    const options: RowsOptions = { present: [false, false] };
    const events = [tableMap(orders, 70), rows('insert', orders, 70, [[[null, null]]], options)];
    expect(await printed([events])).toContain('### INSERT INTO `shop`.`orders` VALUES ()\n');
  });

  it('has the columns that the images hold', async () => {
    const options: RowsOptions = { present: [true, false], presentAfter: [false, true] };
    const images = [
      [u32(9), prefixed(1, 'a')],
      [u32(9), null],
    ] as const;
    const events = [tableMap(orders, 70), rows('update', orders, 70, [images], options)];
    expect(await printed([events])).toContain(`### WHERE
###   @1=9 /* INT meta=0 nullable=1 is_null=0 */
### SET
###   @2=NULL /* VARSTRING(20) meta=20 nullable=1 is_null=1 */
`);
  });

  it('has values of more than a chunk, whole', async () => {
    const of = table('a.b', [blob(4), int]);
    const value = Buffer.alloc(300_000, "it's\n");
    const text = await printed([[tableMap(of, 5), rows('insert', of, 5, [[[prefixed(4, value), u32(7)]]])]]);
    expect(text).toContain(`@1='${"it\\'s\\n".repeat(60_000)}' /* LONGBLOB/LONGTEXT meta=4`);
    expect(text).toContain('@2=7 /* INT');
  });
});

describe('values', () => {
  it('prints the zero year as such', async () => {
    expect(await values([year, year], [hex('00'), hex('01')])).toEqual([
      '###   @1=0000 /* YEAR meta=0 nullable=1 is_null=0 */',
      '###   @2=1901 /* YEAR meta=0 nullable=1 is_null=0 */',
    ]);
  });

  it('prints ENUM as a number and SET as bits, the highest first', async () => {
    expect(await values([enumeration(2), set(1), set(3)], [hex('0102'), hex('05'), hex('010280')])).toEqual([
      '###   @1=513 /* ENUM(2 bytes) meta=63234 nullable=1 is_null=0 */',
      "###   @2=b'00000101' /* SET(1 bytes) meta=63489 nullable=1 is_null=0 */",
      "###   @3=b'100000000000001000000001' /* SET(3 bytes) meta=63491 nullable=1 is_null=0 */",
    ]);
  });

  it('prints temporals from before MySQL 5.6, with their sign', async () => {
    const columns = [oldTimestamp, oldDatetime, oldTime, oldTime];
    const row = [u32(1_795_230_000), u64(20261121030059n), u24(8_385_959), u24(2 ** 24 - 10_203)];
    expect(await values(columns, row)).toEqual([
      '###   @1=1795230000 /* TIMESTAMP meta=0 nullable=1 is_null=0 */',
      "###   @2='2026-11-21 03:00:59' /* DATETIME meta=0 nullable=1 is_null=0 */",
      "###   @3='838:59:59' /* TIME meta=0 nullable=1 is_null=0 */",
      "###   @4='-01:02:03' /* TIME meta=0 nullable=1 is_null=0 */",
    ]);
  });

  const quoted = 'it\'s "5" \\ \b\f\n\r\t\0\u007f\u0085 \u00a0';

  it('escapes strings as mysqlbinlog does, and what a terminal obeys', async () => {
    const [line] = await values([varchar(99)], [prefixed(1, quoted)]);
    const text = 'it\\\'s "5" \\\\ \\b\\f\\n\\r\\t\\x00\\x7f\\xc2\\x85 \u00a0';
    expect(line).toBe(`###   @1='${text}' /* VARSTRING(99) meta=99 nullable=1 is_null=0 */`);
  });

  it('escapes strings as mariadb-binlog does, and quotes and backslashes', async () => {
    const [line] = await values([varchar(99)], [prefixed(1, quoted)], mariadb118);
    const text = 'it\\\'s "5" \\\\ \\x08\\x0c\\x0a\\x0d\\x09\\x00\\x7f\\xc2\\x85 \u00a0';
    expect(line).toBe(`###   @1='${text}' /* VARSTRING(99) meta=99 nullable=1 is_null=0 */`);
  });

  it('prints documents with their quotes, and bytes that are no document as such', async () => {
    const text = join('\x0c\x03', 'a"b');
    expect(await values([json, json], [prefixed(4, text), prefixed(4, '\xff')])).toEqual([
      `###   @1='"a\\\\"b"' /* JSON meta=4 nullable=1 is_null=0 */`,
      `###   @2='\u00ff' /* JSON meta=4 nullable=1 is_null=0 */`,
    ]);
  });

  it('prints geometries as bytes', async () => {
    const [line] = await values([geometry], [prefixed(4, hex('e6100000 0101'))]);
    expect(line).toBe(
      "###   @1='\ufffd\\x10\\x00\\x00\\x01\\x01' /* GEOMETRY meta=4 nullable=1 is_null=0 */",
    );
  });

  it('prints vectors with the dimensions that the log tells', async () => {
    const floats = hex('0000803f 000020c0');
    const line = (dimensions: number): string =>
      `###   @1=[1.00000e+00,-2.50000e+00] /* VECTOR(${dimensions}) meta=4 nullable=1 is_null=0 */`;
    expect(await values([vector], [prefixed(4, floats)])).toEqual([line(0)]);
    const optional = metadataField(13, hex('02'));
    expect(await values([vector], [prefixed(4, floats)], mysql97, optional)).toEqual([line(2)]);
  });

  it('prints compressed columns uncompressed, and what cannot be unpacked as it is', async () => {
    const row = [prefixed(2, '\0plain'), prefixed(2, hex('8164ff')), null];
    const lines = await values([compressedBlob, compressedBlob, compressedBlob], row, mariadb118);
    expect(lines.map((line) => line.replace(/ \/\*.*/, ''))).toEqual([
      "###   @1='plain'",
      "###   @2='\ufffdd\ufffd'",
      '###   @3=NULL',
    ]);
    expect(lines[0]).toContain(' /* BLOB/TEXT COMPRESSED meta=2 ');
  });
});

describe('MariaDB', () => {
  it('has its statements and GTIDs', async () => {
    const events = [
      annotate('DELETE FROM orders'),
      ...change('delete', [1], { ...orders, padding: 0 }, { version: 1 }),
    ];
    const text = await printed([events], mariadb118);
    expect(text).toContain(', GTID 0-1-1, Xid = 101, committed\n# DELETE FROM orders\n# at ');
    expect(text).toContain(
      '\tDelete_rows: table id 70 flags: STMT_END_F\n### DELETE FROM `shop`.`orders`\n### WHERE\n',
    );
  });
});
