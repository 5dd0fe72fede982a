import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programs } from '../test/servers/programs.ts';
import { provisionServer } from '../test/servers/provision/server.ts';
import { binflash } from './commands.ts';
import { type Case, runRounds, times } from './rounds.ts';
import { ORDERS, workloadBinlog } from './workload.ts';

/** Row changes as SQL that can be run, against mysqlbinlog's that cannot. */
export async function measureText(rounds: number): Promise<string[]> {
  const file = await workloadBinlog('mysql-9.7');
  const { root } = await provisionServer('mysql-9.7');
  const folder = await mkdtemp(join(tmpdir(), 'binflash-bench-'));
  const schema = join(folder, 'schema.sql');
  await writeFile(schema, ORDERS);
  const sql = (...args: string[]): Case => ({
    name: ['binflash sql', ...args].join(' '),
    command: binflash('sql', file, '--schema', schema, '--quiet', ...args),
  });
  const decoded = {
    name: 'mysqlbinlog -v --base64-output=decode-rows',
    command: [...programs('mysql-9.7', root).binlog, '-v', '--base64-output=decode-rows', file],
  };
  const ours = [sql(), sql('--flashback'), sql('--flashback', '--guard'), sql('--format', 'ndjson')];
  try {
    return [
      'The same file; all output to /dev/null',
      '',
      ...(await runRounds(
        [decoded, ...ours],
        ours.map(({ name }) =>
          times(
            `${decoded.name} / ${name}`,
            decoded.name,
            name,
            name.includes('ndjson') || name.includes('guard') ? undefined : { least: 1 },
          ),
        ),
        rounds,
      )),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}
