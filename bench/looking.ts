import { programs } from '../test/servers/programs.ts';
import { provisionServer } from '../test/servers/provision/server.ts';
import { binflash, megabytes } from './commands.ts';
import { type Case, runRounds, times } from './rounds.ts';
import { workloadBinlog } from './workload.ts';

/** The commands that only look, against reading the same file and against `mysqlbinlog -vv` of it. */
export async function measureLooking(rounds: number): Promise<string[]> {
  const file = await workloadBinlog('mysql-9.7');
  const { root } = await provisionServer('mysql-9.7');
  const ours = (...args: string[]): Case => ({
    name: `binflash ${args.join(' ')}`,
    command: binflash(...args, file),
  });
  const cat = { name: 'cat \\| wc -c', command: ['sh', '-c', 'cat "$0" | wc -c', file] };
  const decoded = {
    name: 'mysqlbinlog -vv --base64-output=decode-rows',
    command: [...programs('mysql-9.7', root).binlog, '-vv', '--base64-output=decode-rows', file],
  };
  const inspect = ours('inspect');
  const transactions = ours('transactions');
  const shows = [ours('show'), ours('show', '--sql'), ours('show', '--json')];
  const tables = await runRounds(
    [cat, inspect, transactions, decoded, ...shows],
    [
      times('binflash inspect / cat', inspect.name, cat.name, { most: 3 }),
      times('mysqlbinlog -vv / binflash inspect', decoded.name, inspect.name, { least: 10 }),
      times('binflash transactions / cat', transactions.name, cat.name),
      times('mysqlbinlog -vv / binflash transactions', decoded.name, transactions.name),
      ...shows.map(({ name }) => times(`mysqlbinlog -vv / ${name}`, decoded.name, name, { least: 1 })),
    ],
    rounds,
  );
  return [
    `MySQL 9.7 file ${await megabytes(file)}, 2.5 million row changes; all output to /dev/null`,
    '',
    ...tables,
  ];
}
