import { describe, expect, it } from 'vitest';
import { auditTable } from '../../src/sql/audit/audit-table.ts';
import { KeepDataWriter } from '../../src/sql/audit/keep-data-writer.ts';
import { KeptTables } from '../../src/sql/audit/kept-tables.ts';
import { auditColumnName, auditTableName } from '../../src/sql/audit/names.ts';
import { compileColumns } from '../../src/sql/literals/compile.ts';
import { Binlog } from '../builder/binlog.ts';
import { prefixed, u8, u32 } from '../builder/bytes.ts';
import { bigint, blob, type Column, char, enumeration, int, timestamp, varchar } from '../builder/columns.ts';
import { gtid, query, xid } from '../builder/events.ts';
import { mysql97 } from '../builder/format.ts';
import {
  columnNames,
  metadataField,
  primaryKey,
  rows,
  type Table,
  table,
  tableMap,
  type Values,
} from '../builder/rows.ts';
import { thrownBy } from '../helpers.ts';
import { described } from './described.ts';
import { type MakeWriter, written } from './written.ts';

const UUID = '3e11fa47-71ca-11e1-9e33-c80aa9429562';
const SEEN = Date.UTC(2026, 10, 21, 3) / 1000;

/** The columns of a log with all metadata. */
function named(name: string, columns: readonly Column[], names: readonly string[], charset: number): Table {
  const text = columns.filter(({ type }) => [15, 252, 254].includes(type)).length;
  return {
    ...table(name, columns),
    optional: Buffer.concat([
      metadataField(3, Buffer.alloc(text, charset)),
      columnNames(...names),
      primaryKey(0),
    ]),
  };
}

const latin1 = 8;
const users = named('shop.user', [int, varchar(20), timestamp(0)], ['id', 'name', 'seen'], latin1);

function user(id: number, name: string | null): Values {
  const time = Buffer.alloc(4);
  time.writeUInt32BE(SEEN);
  return [u32(id), name === null ? null : prefixed(1, name), time];
}

function keeping(schemaName?: boolean): MakeWriter {
  return (index, out, tables) => {
    const sqlOf = (of: (typeof tables)[number]) => compileColumns(of, { textLiterals: 'readable' });
    return new KeepDataWriter(index, out, new KeptTables(tables, 'mysql', sqlOf, { schemaName }), '+08:00');
  };
}

/** All but what is set at the head and put back at the end. */
async function lines(log: Binlog, make = keeping()): Promise<string[]> {
  const text = (await written([log.bytes()], make)).toString();
  return text.split('\n').filter((line) => !/^SET .*@binflash|^SET NAMES|time_zone|^$/.test(line));
}

describe('audit tables', () => {
  it('have old and new values under the names that mysqlbinlog_flashback gives them', async () => {
    const log = new Binlog(mysql97);
    const map = tableMap(users, 9);
    const start = log.add(gtid(UUID, 23), query('BEGIN'), map);
    const inserted = log.add(rows('insert', users, 9, [[user(1, "O'Neill")], [user(2, null)]]));
    log.add(map);
    const updated = log.add(rows('update', users, 9, [[user(1, "O'Neill"), user(1, 'Ada')]]));
    log.add(map);
    const deleted = log.add(rows('delete', users, 9, [[user(1, 'Ada')]]), xid(77));
    const end = log.position;
    const bfr =
      'bfr_id` int NULL,`bfr_name` varchar(20) CHARACTER SET latin1 COLLATE latin1_swedish_ci NULL,`bfr_seen` timestamp NULL,';
    const into = 'INSERT INTO `shop`.`_user_keep_data_` (op,op_datetime,';
    const at = "'2026-11-21 11:00:00'";
    const place = (position: number): string => `'bin.000001',${position},'${UUID}:23');`;
    const seen = "'2026-11-21 03:00:00'";
    const [comment, ...rest] = await lines(log);
    expect(comment).toMatch(
      new RegExp(`^-- .*bin\\.000001:${start}-${end}  2026-11-21 11:00:00\\+08:00  GTID ${UUID}:23`),
    );
    expect(rest).toEqual([
      `CREATE TABLE IF NOT EXISTS \`shop\`.\`_user_keep_data_\` (op varchar(64),op_datetime datetime,\`${bfr}\`${bfr.replaceAll('bfr_', 'aft_')}\`binlog_file\` varchar(255),\`binlog_position\` bigint unsigned,\`gtid\` varchar(100)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 ROW_FORMAT=DYNAMIC;`,
      'BEGIN;',
      `${into}\`aft_id\`,\`aft_name\`,\`aft_seen\`,\`binlog_file\`,\`binlog_position\`,\`gtid\`) VALUES ('insert',${at},1,'O''Neill',${seen},${place(inserted)}`,
      `${into}\`aft_id\`,\`aft_name\`,\`aft_seen\`,\`binlog_file\`,\`binlog_position\`,\`gtid\`) VALUES ('insert',${at},2,NULL,${seen},${place(inserted)}`,
      `${into}\`bfr_id\`,\`bfr_name\`,\`bfr_seen\`,\`aft_id\`,\`aft_name\`,\`aft_seen\`,\`binlog_file\`,\`binlog_position\`,\`gtid\`) VALUES ('update',${at},1,'O''Neill',${seen},1,'Ada',${seen},${place(updated)}`,
      `${into}\`bfr_id\`,\`bfr_name\`,\`bfr_seen\`,\`binlog_file\`,\`binlog_position\`,\`gtid\`) VALUES ('delete',${at},1,'Ada',${seen},${place(deleted)}`,
      'COMMIT;',
    ]);
  });

  it('are made where no transaction is open, once each', async () => {
    const log = new Binlog(mysql97);
    const other = { ...users, name: 'customer' };
    log.transaction([
      tableMap(users, 9),
      tableMap(other, 10),
      rows('insert', users, 9, [[user(1, 'a')]], { flags: 0 }),
      rows('insert', other, 10, [[user(1, 'a')]], { flags: 0 }),
      rows('delete', users, 9, [[user(1, 'a')]]),
    ]);
    log.transaction([tableMap(other, 10), rows('delete', other, 10, [[user(1, 'a')]])]);
    const heads = (await lines(log)).map((line) => /^(--|BEGIN|COMMIT|.*keep_data_`)/.exec(line)![0]);
    expect(heads).toEqual([
      '--',
      'CREATE TABLE IF NOT EXISTS `shop`.`_user_keep_data_`',
      'BEGIN',
      'INSERT INTO `shop`.`_user_keep_data_`',
      'COMMIT',
      'CREATE TABLE IF NOT EXISTS `shop`.`_customer_keep_data_`',
      'BEGIN',
      'INSERT INTO `shop`.`_customer_keep_data_`',
      'INSERT INTO `shop`.`_user_keep_data_`',
      'COMMIT',
      '--',
      'BEGIN',
      'INSERT INTO `shop`.`_customer_keep_data_`',
      'COMMIT',
    ]);
  });

  it('of a table altered midway, or of another database without its name, are numbered', async () => {
    const altered = named('shop.user', [int, varchar(30), timestamp(0)], ['id', 'name', 'seen'], latin1);
    const abroad = { ...users, schema: 'crm' };
    const log = new Binlog(mysql97);
    for (const of of [users, altered, abroad, users, { ...users, flags: 3 }]) {
      log.transaction([tableMap(of, 9), rows('insert', of, 9, [[user(1, 'a')]])]);
    }
    const into = (text: readonly string[]): string[] =>
      text.flatMap((line) => /^INSERT INTO (\S+)/.exec(line)?.[1] ?? []);
    expect(into(await lines(log))).toEqual([
      '`shop`.`_user_keep_data_`',
      '`shop`.`_user_keep_data_2`',
      '`crm`.`_user_keep_data_`',
      '`shop`.`_user_keep_data_`',
      '`shop`.`_user_keep_data_`',
    ]);
    expect(into(await lines(log, keeping(false)))).toEqual([
      '`_user_keep_data_`',
      '`_user_keep_data_2`',
      '`_user_keep_data_3`',
      '`_user_keep_data_`',
      '`_user_keep_data_`',
    ]);
  });

  it('take what only a lenient mode lets in', async () => {
    const of: Table = {
      ...table('d.t', [enumeration(1)]),
      optional: Buffer.concat([
        metadataField(10, Buffer.from([latin1])),
        metadataField(6, Buffer.concat([u8(1), prefixed(1, 'a')])),
        columnNames('e'),
      ]),
    };
    const log = new Binlog(mysql97);
    log.transaction([
      tableMap(of, 9),
      rows('update', of, 9, [
        [[u8(0)], [u8(1)]],
        [[u8(1)], [u8(1)]],
      ]),
    ]);
    const text = await lines(log);
    expect(text.slice(3, -1).map((line) => line.slice(0, 12))).toEqual([
      'SET SESSION ',
      'INSERT INTO ',
      'SET SESSION ',
      'INSERT INTO ',
    ]);
    expect(text[3]).not.toContain('STRICT');
    expect(text[5]).toContain('STRICT');
  });
});

describe('names', () => {
  it('are cut where they would be too long, and kept apart', () => {
    expect(auditTableName('user', 1)).toBe('_user_keep_data_');
    expect(auditTableName('user', 12)).toBe('_user_keep_data_12');
    expect(auditTableName('t'.repeat(52), 1)).toBe(`_${'t'.repeat(52)}_keep_data_`);
    const long = auditTableName('t'.repeat(53), 1);
    expect(long).toMatch(/^_t{43}_[0-9a-f]{8}_keep_data_$/);
    expect(long).toHaveLength(64);
    expect(auditTableName(`${'t'.repeat(53)}u`, 1)).not.toBe(auditTableName(`${'t'.repeat(53)}v`, 1));
    expect(auditColumnName('bfr_', 'c'.repeat(60))).toBe(`bfr_${'c'.repeat(60)}`);
    expect(auditColumnName('aft_', 'c'.repeat(61))).toMatch(/^aft_c{51}_[0-9a-f]{8}$/);
  });

  it('of other letters leave room for the file that a server makes of them', () => {
    const name = auditTableName('ж'.repeat(50), 1);
    const file = name.replace(/[^\w]/g, '@0436');
    expect(file.length).toBeLessThanOrEqual(250);
    expect(name).toMatch(/^_ж+_[0-9a-f]{8}_keep_data_$/);
  });
});

describe('rows that would be too large', () => {
  const body = (columns: readonly Column[], charset = latin1): string => {
    const names = columns.map((_, i) => `c${i}`);
    return auditTable(described(named('d.t', columns, names, charset), 'mysql'), 'mysql').body;
  };

  it('have the longest strings as TEXT', () => {
    const columns = [int, varchar(40_000), varchar(8000)];
    expect(body(columns)).toContain(
      '`bfr_c1` text CHARACTER SET latin1 COLLATE latin1_swedish_ci NULL,`bfr_c2` varchar(8000)',
    );
    expect(body(columns, 63)).toContain('`aft_c1` blob NULL,`aft_c2` varbinary(8000)');
    expect(body([int, varchar(31_000)])).toContain('`bfr_c1` varchar(31000)');
  });

  it('have CHAR as TEXT where a page is too small for them', () => {
    const columns = Array.from({ length: 20 }, () => char(255));
    const types = body(columns);
    expect(types).toContain('char(255)');
    expect(types).toContain(' text ');
    const binary = thrownBy(() => body(columns, 63));
    expect(binary).toMatchObject({ code: 'UNSUPPORTED', table: 'd.t' });
    expect(binary.message).toMatch(/rows of \d+ bytes in a page/);
  });

  it('are refused where nothing helps', () => {
    const many = (count: number, column: Column): Column[] => Array.from({ length: count }, () => column);
    expect(thrownBy(() => body(many(507, int))).message).toContain('1019 columns');
    expect(body(many(506, int))).toContain('`aft_c505`');
    expect(thrownBy(() => body(many(100, blob(2)))).message).toMatch(/in a page/);
    expect(thrownBy(() => body(many(510, bigint))).hint).toContain('ndjson');
  });
});
