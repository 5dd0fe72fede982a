import { type ServerId, selectedServerIds } from '../test/servers/index.ts';
import type { ReplayCase } from './replay/cases.ts';
import { Stage } from './replay/stage.ts';
import { compareWays, WAYS_HEADING, type Way } from './replay/ways.ts';

const SYNC = 'sync_binlog';
const FLUSH = 'innodb_flush_log_at_trx_commit';
const durability = (sync: number, flush: number): string =>
  `SET GLOBAL ${SYNC} = ${sync}, GLOBAL ${FLUSH} = ${flush};`;
const SETTINGS: readonly Way[] = [
  { name: 'safest: sync_binlog=1, flush=1', before: durability(1, 1) },
  { name: 'sync_binlog=0', before: durability(0, 1) },
  { name: 'flush=2', before: durability(1, 2) },
  { name: 'sync_binlog=0, flush=2', before: durability(0, 2) },
  {
    name: 'mysqlbinlog --disable-log-bin',
    before: durability(1, 1),
    binlogOptions: ['--disable-log-bin'],
  },
  {
    name: 'session: unique_checks=0, foreign_key_checks=0',
    before: durability(1, 1),
    init: 'SET unique_checks = 0, foreign_key_checks = 0',
  },
];

const LARGE = 40_000;
const SMALL = 1000;

/** Rows of 130 bytes with a parent, a unique key and an index, all of them deleted; the undo inserts them. */
function deletion(name: string, rows: number, change: string): ReplayCase {
  const again = 'DELETE FROM bench.t;';
  return {
    name,
    rows,
    define: `
      DROP TABLE IF EXISTS bench.t, bench.source, bench.parent;
      CREATE TABLE bench.parent (id INT NOT NULL PRIMARY KEY) ENGINE=InnoDB;
      INSERT INTO bench.parent SELECT n FROM bench.numbers WHERE n < 1000;
      CREATE TABLE bench.t (id INT NOT NULL PRIMARY KEY, parent INT NOT NULL, code VARCHAR(20) NOT NULL, amount INT NOT NULL,
        note VARCHAR(100) NOT NULL, UNIQUE KEY (code), KEY (amount), FOREIGN KEY (parent) REFERENCES bench.parent (id)
      ) ENGINE=InnoDB DEFAULT CHARSET=latin1;`,
    fill: `INSERT INTO bench.t SELECT n, n * 7 % 1000, CONCAT(n * 7919 % 99991, '-', n), n * 31 % 9973, REPEAT('n', 90)
      FROM bench.numbers WHERE n < ${rows};`,
    change,
    again,
  };
}

const ALL = 'DELETE FROM bench.t;';
const ONE_BY_ONE = Array.from({ length: SMALL }, (_, i) => `DELETE FROM bench.t WHERE id = ${i};`).join('\n');
const CASES: readonly { readonly one: ReplayCase; readonly settings: readonly Way[] }[] = [
  { one: deletion(`one transaction of ${LARGE} rows`, LARGE, ALL), settings: SETTINGS },
  {
    one: deletion(
      'the same, made with unique_checks=0, foreign_key_checks=0',
      LARGE,
      `SET unique_checks = 0, foreign_key_checks = 0; ${ALL}`,
    ),
    settings: SETTINGS.slice(0, 1),
  },
  { one: deletion(`${SMALL} transactions of one row`, SMALL, ONE_BY_ONE), settings: SETTINGS },
];

/** What settings of the server and of the session make of the time that a replay takes. */
export async function measureSettings(rounds: number): Promise<string[]> {
  const ids: readonly ServerId[] = process.env.BINFLASH_TEST_SERVERS
    ? selectedServerIds()
    : ['mysql-9.7', 'mariadb-11.8'];
  const lines = [
    'Undo of a DELETE in a table with a parent, a primary key, a unique key and an index. flush: innodb_flush_log_at_trx_commit',
    '',
    ...WAYS_HEADING,
  ];
  for (const id of ids) {
    const stage = await Stage.open(id);
    try {
      for (const { one, settings } of CASES) lines.push(...(await compareWays(stage, one, settings, rounds)));
    } finally {
      await stage.close();
    }
  }
  return lines;
}
