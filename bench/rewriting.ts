import { rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programs } from '../test/servers/programs.ts';
import { provisionServer } from '../test/servers/provision/server.ts';
import { runRounds } from './rounds.ts';
import { workloadBinlog } from './workload.ts';

/**
 * `binflash rewrite` against copying the same file, and against `mariadb-binlog --flashback` of the same rows.
 */
export async function measureRewriting(rounds: number): Promise<string[]> {
  const mysql = await workloadBinlog('mysql-9.7');
  const mariadb = await workloadBinlog('mariadb-10.11');
  const { root } = await provisionServer('mariadb-10.11');
  const undo = join(tmpdir(), `binflash-bench-${process.pid}.undo`);
  const copy = join(tmpdir(), `binflash-bench-${process.pid}.copy`);
  const rewrite = (binlog: string): string[] => {
    return ['node', 'bin/binflash.js', 'rewrite', binlog, '-o', undo, '--force', '--quiet'];
  };
  const dd = (binlog: string): string[] => {
    return ['dd', `if=${binlog}`, `of=${copy}`, 'bs=4M', 'conv=fsync', 'status=none'];
  };
  // Each run finds its target missing: replacing a large file costs the file system extra.
  const clean = async (): Promise<void> => {
    await Promise.all([undo, copy].map((path) => rm(path, { force: true })));
  };
  const flashback = 'mariadb-binlog --flashback, MariaDB 10.11 file';
  const ours = { mysql: 'binflash rewrite, MySQL 9.7 file', mariadb: 'binflash rewrite, MariaDB 10.11 file' };
  const copying = { mysql: 'dd, MySQL 9.7 file', mariadb: 'dd, MariaDB 10.11 file' };
  try {
    const tables = await runRounds(
      [
        { name: copying.mysql, command: dd(mysql) },
        { name: ours.mysql, command: rewrite(mysql) },
        {
          name: flashback,
          command: [...programs('mariadb-10.11', root).binlog, '--flashback', mariadb],
          stdout: copy,
        },
        { name: ours.mariadb, command: rewrite(mariadb) },
        { name: copying.mariadb, command: dd(mariadb) },
      ],
      [
        { name: 'binflash / dd, MySQL 9.7 file', of: ours.mysql, to: copying.mysql },
        {
          name: 'mariadb-binlog --flashback / binflash, MariaDB 10.11 file',
          of: flashback,
          to: ours.mariadb,
        },
        { name: 'binflash / dd, MariaDB 10.11 file', of: ours.mariadb, to: copying.mariadb },
      ],
      rounds,
      clean,
    );
    const megabytes = async (path: string): Promise<string> =>
      `${((await stat(path)).size / 1e6).toFixed(0)} MB`;
    return [
      `MySQL 9.7 file ${await megabytes(mysql)}, MariaDB 10.11 file ${await megabytes(mariadb)}; 2.5 million row changes each`,
      '',
      ...tables,
    ];
  } finally {
    await clean();
  }
}
