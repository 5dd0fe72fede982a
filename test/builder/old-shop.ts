import { Binlog, type BinlogOptions } from './binlog.ts';
import { hex, join, prefixed, u8, u32, u64 } from './bytes.ts';
import * as columns from './columns.ts';
import { type Event, query, rotate } from './events.ts';
import type { Server } from './format.ts';
import { rows, type Table, table, tableMap, type Values } from './rows.ts';

/** The columns of {@link oldShop} as SQL has them, in a character set of one byte a character. */
const COLUMNS = [
  'id INT NOT NULL PRIMARY KEY',
  'name VARCHAR(20)',
  'note TEXT',
  'amount DECIMAL(10,2)',
  'day DATE',
  "state ENUM('new','paid')",
  'code CHAR(3)',
  'flags BIT(9)',
];
const TEMPORALS = ['made DATETIME', 'seen TIMESTAMP NULL DEFAULT NULL', 'lasts TIME'];

/** A row, and the text that SQL has for its values; those of the temporal columns are the last three. */
interface OldRow {
  readonly sql: readonly string[];
  readonly values: Values;
}

/** CREATE TABLE in the default database, and rows. */
function sqlOf(rows: readonly OldRow[], temporals: boolean): string {
  const columns = temporals ? [...COLUMNS, ...TEMPORALS] : COLUMNS;
  const inserts = rows.map(({ sql }) => `INSERT INTO shop VALUES (${sql.slice(0, columns.length).join()});`);
  const create = `CREATE TABLE shop (${columns.join()}) ENGINE=InnoDB DEFAULT CHARACTER SET latin1;`;
  return `SET sql_mode = ''; DROP TABLE IF EXISTS shop; ${create} ${inserts.join(' ')}`;
}

function row(id: number, name: string, year: number, amount: [sql: string, stored: string]): OldRow {
  const made = BigInt(`${year}0102030405`);
  const day = (year << 9) | (11 << 5) | 21;
  return {
    sql: [
      ...[
        String(id),
        `'${name}'`,
        `'about ${name}'`,
        amount[0],
        `'${year}-11-21'`,
        "'paid'",
        "'a'",
        "b'100000001'",
      ],
      ...[`'${year}-01-02 03:04:05'`, `FROM_UNIXTIME(${1_700_000_000 + id})`, "'12:34:56'"],
    ],
    values: [
      u32(id),
      prefixed(1, name),
      prefixed(2, `about ${name}`),
      hex(amount[1]),
      Buffer.of(day & 0xff, (day >> 8) & 0xff, day >> 16),
      u8(2),
      prefixed(1, 'a'),
      hex('01 01'),
      u64(made),
      u32(1_700_000_000 + id),
      Buffer.of(123_456 & 0xff, (123_456 >> 8) & 0xff, 123_456 >> 16),
    ],
  };
}

const FIRST = row(1, 'chair', 2001, ['12.50', '80 00 00 0c 32']);
const CHANGED = row(1, 'armchair', 2011, ['-12.50', '7f ff ff f3 cd']);
const SECOND = row(2, 'table', 2005, ['99999999.99', '85 f5 e0 ff 63']);
const THIRD = row(3, 'lamp', 2010, ['0.01', '80 00 00 00 01']);
const WITHOUT: OldRow = {
  sql: ['4', ...new Array(10).fill('NULL')],
  values: [u32(4), ...new Array(10).fill(null)],
};

/** SQL that makes the table as it is before and after what {@link oldShop} logs. */
export function oldShopSql(temporals: boolean): { readonly before: string; readonly after: string } {
  return {
    before: sqlOf([FIRST, SECOND, WITHOUT], temporals),
    after: sqlOf([CHANGED, THIRD], temporals),
  };
}

function oldTable(name: string, { flavour }: Server, temporals: boolean): Table {
  const { int, varchar, blob, decimal, oldDatetime, date, oldTimestamp, oldTime } = columns;
  const { notNull, enumeration, char, bit } = columns;
  const all = [
    ...[notNull(int), varchar(20), blob(2), decimal(10, 2, 5), date, enumeration(1), char(3), bit(9)],
    ...(temporals ? [oldDatetime, oldTimestamp, oldTime] : []),
  ];
  return table(name, all, flavour === 'mysql' ? 1 : 0);
}

/**
 * A file as MySQL 5.1 and 5.5 and MariaDB 5.3 and 5.5 wrote it: FORMAT_DESCRIPTION and then transactions between BEGIN and
 * XID (of MyISAM, COMMIT), rows of version 1, `temporals` of the old types. Of the table `name`, see {@link oldShopSql}.
 */
export function oldShop(
  server: Server,
  name: string,
  { temporals = true, ...options }: BinlogOptions & { readonly temporals?: boolean } = {},
): Buffer {
  const shop = oldTable(name, server, temporals);
  const cut = ({ values }: OldRow): Values => values.slice(0, shop.columns.length);
  const [database] = name.split('.') as [string];
  const log = new Binlog(server, options);
  const version = { version: 1 } as const;
  const status = statusOf(server);
  const begin = (): Event => ({ ...query('BEGIN', { database, status }), flags: 8 });
  const transact = (id: number, event: Event, end?: Event): void => {
    log.add(begin(), tableMap(shop, id), event, end ?? { type: 16, body: u64(id) });
    log.time++;
  };
  transact(33, rows('insert', shop, 33, [[cut(THIRD)]], version));
  transact(33, rows('update', shop, 33, [[cut(FIRST), cut(CHANGED)]], version));
  const commit = { ...query('COMMIT', { database, status }), flags: 8 };
  transact(34, rows('delete', shop, 34, [[cut(SECOND)], [cut(WITHOUT)]], version), commit);
  log.add(rotate('mysql-bin.000002'));
  return log.bytes();
}

/** Status variables of a QUERY as these servers write them: FLAGS2, SQL_MODE, CATALOG_NZ, CHARSET, and of 5.5 no more. */
function statusOf({ flavour }: Server): Buffer {
  const sqlMode = flavour === 'mysql' ? '00 00 00 00 00 00 00 00' : '00 00 00 00 00 00 00 40';
  return join(hex('00 00 00 00 00'), hex(`01 ${sqlMode}`), hex('06 03'), 'std', hex('04 21 00 21 00 08 00'));
}
