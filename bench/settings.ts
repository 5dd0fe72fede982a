import { type ServerId, selectedServerIds } from '../test/servers/index.ts';
import { median } from './measure.ts';
import type { ReplayCase } from './replay/cases.ts';
import { type Packing, type Session, Stage } from './replay/stage.ts';

const PACKING: Packing = { name: 'default', eventSize: 1024 * 1024 };

/** What a user can change for a replay. */
interface Setting extends Session {
  readonly name: string;
  /** Global variables while it runs. */
  readonly globals?: Readonly<Record<string, number>>;
}

const SYNC = 'sync_binlog';
const FLUSH = 'innodb_flush_log_at_trx_commit';
const SETTINGS: readonly Setting[] = [
  { name: 'safest: sync_binlog=1, flush=1', globals: { [SYNC]: 1, [FLUSH]: 1 } },
  { name: 'sync_binlog=0', globals: { [SYNC]: 0, [FLUSH]: 1 } },
  { name: 'flush=2', globals: { [SYNC]: 1, [FLUSH]: 2 } },
  { name: 'sync_binlog=0, flush=2', globals: { [SYNC]: 0, [FLUSH]: 2 } },
  {
    name: 'mysqlbinlog --disable-log-bin',
    globals: { [SYNC]: 1, [FLUSH]: 1 },
    binlogOptions: ['--disable-log-bin'],
  },
  {
    name: 'session: unique_checks=0, foreign_key_checks=0',
    globals: { [SYNC]: 1, [FLUSH]: 1 },
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
const CASES: readonly { readonly one: ReplayCase; readonly settings: readonly Setting[] }[] = [
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
    '| server | undone | setting | seconds: median (min to max) | processor seconds of the server | wall time / safest |',
    '|---|---|---|---|---|---|',
  ];
  for (const id of ids) {
    const stage = await Stage.open(id);
    try {
      for (const { one, settings } of CASES) lines.push(...(await measureCase(stage, one, settings, rounds)));
    } finally {
      await stage.close();
    }
  }
  return lines;
}

async function measureCase(
  stage: Stage,
  one: ReplayCase,
  settings: readonly Setting[],
  rounds: number,
): Promise<string[]> {
  await stage.prepare(one, [PACKING]);
  const runs = settings.map((): { seconds: number; serverCpu: number }[] => []);
  for (let round = 0; round <= rounds; round++) {
    for (let i = 0; i < settings.length; i++) {
      const at = (i + round) % settings.length;
      const { globals = {}, ...session } = settings[at]!;
      const assignments = Object.entries(globals).map(([variable, value]) => `GLOBAL ${variable} = ${value}`);
      if (assignments.length > 0) await stage.server.look(`SET ${assignments.join(', ')};`);
      const run = await stage.undo(PACKING, session);
      if (round > 0) runs[at]!.push(run);
    }
    await stage.purge();
  }
  return settings.map(({ name }, i) => {
    const times = runs[i]!.map(({ seconds }) => seconds);
    const ratio = median(times.map((time, round) => time / runs[0]![round]!.seconds));
    const cpu = median(runs[i]!.map(({ serverCpu }) => serverCpu));
    const spread = `${Math.min(...times).toFixed(2)} to ${Math.max(...times).toFixed(2)}`;
    return `| ${stage.server.id} | ${one.name} | ${name} | ${median(times).toFixed(2)} (${spread}) | ${cpu.toFixed(2)} | ${ratio.toFixed(2)} |`;
  });
}
