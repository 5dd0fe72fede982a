/** Audit tables are refused where a server would refuse them, and nowhere else; tables and columns of odd names and fates. */
import { expect } from 'vitest';
import { BinflashError } from '../../src/errors.ts';
import { auditTable } from '../../src/sql/audit/audit-table.ts';
import {
  bit,
  blob,
  type Column,
  char,
  datetime,
  decimal,
  enumeration,
  int,
  varchar,
} from '../builder/columns.ts';
import { columnNames, metadataField, type Table, table } from '../builder/rows.ts';
import { described } from '../sql/described.ts';
import { eachServer, type SceneOptions } from './support.ts';

/** MySQL 5.6 has ROW_FORMAT=DYNAMIC only so. */
const settings: readonly SceneOptions[] = [
  { servers: ['mysql-5.6'], args: ['--innodb-file-format=Barracuda'] },
  { servers: ['mysql-9.7', 'mariadb-10.5', 'mariadb-10.11', 'mariadb-11.8'] },
];

const latin1 = 8;
const binary = 63;
const utf8 = 33;

/** Columns of one kind, as a log with all metadata tells of them. */
function columnsLike(column: Column, count: number, collation: number): Table {
  const columns = Array.from({ length: count }, () => column);
  const isText = [15, 252, 254].includes(column.type);
  const labels = column.type === 254 && column.meta[0] === 247;
  const texts = metadataField(labels ? 10 : 2, Buffer.from([collation]));
  const members = metadataField(6, Buffer.concat(columns.map(() => Buffer.from([1, 1, 0x61]))));
  return {
    ...table('d.t', columns),
    optional: Buffer.concat([
      isText ? texts : Buffer.alloc(0),
      labels ? members : Buffer.alloc(0),
      columnNames(...columns.map((_, i) => `c${i}`)),
    ]),
  };
}

const kinds: readonly [what: string, column: Column, collation: number][] = [
  ['integers', int, latin1],
  ['bits, decimals and the like', decimal(20, 6, 10), latin1],
  ['64 bits', bit(64), latin1],
  ['datetimes', datetime(6), latin1],
  ['labels', enumeration(1), latin1],
  ['short strings', varchar(30), latin1],
  ['strings of 40 bytes', varchar(39), latin1],
  ['long strings', varchar(250), utf8],
  ['BLOBs', blob(2), binary],
  ['fixed strings', char(60), latin1],
  ['short fixed strings', char(20), latin1],
  ['binary strings', char(60), binary],
  ['fixed strings of several bytes', char(90), utf8],
];

for (const options of settings) {
  eachServer(
    'audit tables are as large as the server takes them',
    async ({ server, database }) => {
      const takes = async (body: string): Promise<boolean> => {
        const script = `SET innodb_strict_mode = ON; CREATE TABLE t${body}; DROP TABLE t;`;
        return server.sql(script, database).then(
          () => true,
          (error: Error) => {
            expect(error.message).toMatch(/Row size too large|Too many columns/);
            return false;
          },
        );
      };
      for (const [what, column, collation] of kinds) {
        const body = (count: number): string =>
          auditTable(described(columnsLike(column, count, collation), server.flavour), server.flavour).body;
        const fits = (count: number): boolean => {
          try {
            return body(count) !== '';
          } catch (error) {
            expect(error).toBeInstanceOf(BinflashError);
            return false;
          }
        };
        let [most, refused] = [1, 600];
        while (refused - most > 1) {
          const middle = (most + refused) >> 1;
          if (fits(middle)) most = middle;
          else refused = middle;
        }
        const largest = body(most);
        expect(await takes(largest), `${most} ${what}`).toBe(true);
        const again = /`bfr_c0` (.*?),`/.exec(largest)![1]!;
        const larger = largest.replace('(op', `(more ${again},and_more ${again},op`);
        expect(await takes(larger), `${most + 1} ${what}`).toBe(false);
      }
    },
    options,
  );
}
