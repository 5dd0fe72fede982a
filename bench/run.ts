import { rm, stat, writeFile } from 'node:fs/promises';
import { cpus, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { programs } from '../test/servers/programs.ts';
import { provisionServer } from '../test/servers/provision/server.ts';
import { measure, median, type Run } from './measure.ts';
import { workloadBinlog } from './workload.ts';

/**
 * Measures `binflash rewrite` against copying the same file and against `mariadb-binlog --flashback` of the
 * same rows, in turn within each round, and records medians: `npx tsx bench/run.ts [rounds]`.
 */
const rounds = Number(process.argv[2] ?? 5);
const mysql = await workloadBinlog('mysql-9.7');
const mariadb = await workloadBinlog('mariadb-10.11');
const { root } = await provisionServer('mariadb-10.11');
const flashback = [...programs('mariadb-10.11', root).binlog, '--flashback', mariadb];
const undo = join(tmpdir(), `binflash-bench-${process.pid}.undo`);
const copy = join(tmpdir(), `binflash-bench-${process.pid}.copy`);
const rewrite = (binlog: string): string[] => [
  'node',
  'bin/binflash.js',
  'rewrite',
  binlog,
  '-o',
  undo,
  '--force',
  '--quiet',
];
const dd = (binlog: string): string[] => [
  'dd',
  `if=${binlog}`,
  `of=${copy}`,
  'bs=4M',
  'conv=fsync',
  'status=none',
];

const cases: [name: string, run: () => Promise<Run>][] = [
  ['dd, MySQL 9.7 file', () => measure(dd(mysql))],
  ['binflash rewrite, MySQL 9.7 file', () => measure(rewrite(mysql))],
  ['mariadb-binlog --flashback, MariaDB 10.11 file', () => measure(flashback, copy)],
  ['binflash rewrite, MariaDB 10.11 file', () => measure(rewrite(mariadb))],
  ['dd, MariaDB 10.11 file', () => measure(dd(mariadb))],
];
const results = cases.map(() => [] as Run[]);
try {
  // Round 0 warms the page cache and is not counted.
  for (let round = 0; round <= rounds; round++) {
    for (const [i, [, run]] of cases.entries()) {
      // Each run finds its target missing: replacing a large file costs the file system extra.
      await Promise.all([undo, copy].map((path) => rm(path, { force: true })));
      const result = await run();
      if (round > 0) results[i]!.push(result);
    }
  }
} finally {
  await Promise.all([undo, copy].map((path) => rm(path, { force: true })));
}

const seconds = results.map((runs) => runs.map((run) => run.seconds));
const ratio = (a: number, b: number): string =>
  median(seconds[a]!.map((s, i) => s / seconds[b]![i]!)).toFixed(2);
const lines = [
  `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model.trim()}, ` +
    `${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}; ${rounds} rounds after one warm-up`,
  '',
  `MySQL 9.7 file ${((await stat(mysql)).size / 1e6).toFixed(0)} MB, MariaDB 10.11 file ${((await stat(mariadb)).size / 1e6).toFixed(0)} MB; 2.5 million row changes each`,
  '',
  '| run | seconds: median (min to max) | peak memory, MB |',
  '|---|---|---|',
  ...cases.map(
    ([name], i) =>
      `| ${name} | ${median(seconds[i]!).toFixed(2)} (${Math.min(...seconds[i]!).toFixed(2)} to ${Math.max(...seconds[i]!).toFixed(2)}) | ${median(results[i]!.map((run) => run.memory)).toFixed(0)} |`,
  ),
  '',
  '| ratio of wall times, pair by pair | median |',
  '|---|---|',
  `| binflash / dd, MySQL 9.7 file | ${ratio(1, 0)} |`,
  `| mariadb-binlog --flashback / binflash, MariaDB 10.11 file | ${ratio(2, 3)} |`,
  `| binflash / dd, MariaDB 10.11 file | ${ratio(3, 4)} |`,
  '',
];
await writeFile(join(import.meta.dirname, 'results.md'), `# Latest results\n\n${lines.join('\n')}`);
process.stdout.write(`${lines.join('\n')}\n`);
