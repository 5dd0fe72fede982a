import { programs } from '../test/servers/programs.ts';
import { provisionServer } from '../test/servers/provision/server.ts';
import { clean, copy, copying, megabytes, rewriting } from './commands.ts';
import { runRounds, times } from './rounds.ts';
import { workloadBinlog } from './workload.ts';

/**
 * `binflash rewrite` against copying the same file, and against `mariadb-binlog --flashback` of the same rows.
 */
export async function measureRewriting(rounds: number): Promise<string[]> {
  const mysql = await workloadBinlog('mysql-9.7');
  const mariadb = await workloadBinlog('mariadb-10.11');
  const { root } = await provisionServer('mariadb-10.11');
  const flashback = 'mariadb-binlog --flashback, MariaDB 10.11 file';
  const ours = { mysql: 'binflash rewrite, MySQL 9.7 file', mariadb: 'binflash rewrite, MariaDB 10.11 file' };
  const dd = { mysql: 'dd, MySQL 9.7 file', mariadb: 'dd, MariaDB 10.11 file' };
  const tables = await runRounds(
    [
      { name: dd.mysql, command: copying(mysql) },
      { name: ours.mysql, command: rewriting(mysql) },
      {
        name: flashback,
        command: [...programs('mariadb-10.11', root).binlog, '--flashback', mariadb],
        stdout: copy,
      },
      { name: ours.mariadb, command: rewriting(mariadb) },
      { name: dd.mariadb, command: copying(mariadb) },
    ],
    [
      times('binflash / dd, MySQL 9.7 file', ours.mysql, dd.mysql, { most: 2 }),
      times('binflash / dd, MariaDB 10.11 file', ours.mariadb, dd.mariadb, { most: 2 }),
      times('mariadb-binlog --flashback / binflash', flashback, ours.mariadb, { least: 8 }),
      {
        name: 'memory: binflash / mariadb-binlog --flashback',
        of: (run) => run(ours.mariadb).memory / run(flashback).memory,
        aim: { most: 0.1 },
      },
    ],
    rounds,
    clean,
  );
  return [
    `MySQL 9.7 file ${await megabytes(mysql)}, MariaDB 10.11 file ${await megabytes(mariadb)}; 2.5 million row changes each`,
    '',
    ...tables,
  ];
}
