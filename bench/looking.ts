import { stat } from 'node:fs/promises';
import { programs } from '../test/servers/programs.ts';
import { provisionServer } from '../test/servers/provision/server.ts';
import { runRounds } from './rounds.ts';
import { workloadBinlog } from './workload.ts';

/** The commands that only look, against reading the same file and against `mysqlbinlog -vv` of it. */
export async function measureLooking(rounds: number): Promise<string[]> {
  const file = await workloadBinlog('mysql-9.7');
  const { root } = await provisionServer('mysql-9.7');
  const binflash = (...args: string[]): { name: string; command: string[] } => ({
    name: `binflash ${args.join(' ')}`,
    command: ['node', 'bin/binflash.js', ...args, file],
  });
  const cat = { name: 'cat \\| wc -c', command: ['sh', '-c', 'cat "$0" | wc -c', file] };
  const decoded = {
    name: 'mysqlbinlog -vv --base64-output=decode-rows',
    command: [...programs('mysql-9.7', root).binlog, '-vv', '--base64-output=decode-rows', file],
  };
  const inspect = binflash('inspect');
  const transactions = binflash('transactions');
  const shows = [binflash('show'), binflash('show', '--sql'), binflash('show', '--json')];
  const tables = await runRounds(
    [cat, inspect, transactions, decoded, ...shows],
    [
      { name: 'binflash inspect / cat', of: inspect.name, to: cat.name, aim: '3 or less' },
      { name: 'mysqlbinlog -vv / binflash inspect', of: decoded.name, to: inspect.name, aim: '10 or more' },
      { name: 'binflash transactions / cat', of: transactions.name, to: cat.name },
      { name: 'mysqlbinlog -vv / binflash transactions', of: decoded.name, to: transactions.name },
      ...shows.map(({ name }) => ({
        name: `mysqlbinlog -vv / ${name}`,
        of: decoded.name,
        to: name,
        aim: 'more than 1',
      })),
    ],
    rounds,
  );
  return [
    `MySQL 9.7 file ${((await stat(file)).size / 1e6).toFixed(0)} MB, 2.5 million row changes; all output to /dev/null`,
    '',
    ...tables,
  ];
}
