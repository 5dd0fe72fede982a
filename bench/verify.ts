import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CACHE } from './cache.ts';
import { binflash, clean, megabytes, rewriting } from './commands.ts';
import { runRounds, times } from './rounds.ts';
import { workloadBinlog } from './workload.ts';

/** `binflash verify`, and what `--verify` adds to `binflash rewrite`. */
export async function measureVerify(rounds: number): Promise<string[]> {
  const file = await workloadBinlog('mysql-9.7');
  const proved = join(CACHE, `${process.pid}.proved`);
  const [rewrite, verify, both] = ['binflash rewrite', 'binflash verify', 'binflash rewrite --verify'];
  try {
    const [node, ...making] = binflash('rewrite', file, '-o', proved, '--quiet');
    execFileSync(node!, making);
    return [
      `MySQL 9.7 file ${await megabytes(file)}, 2.5 million row changes, and its undo`,
      '',
      ...(await runRounds(
        [
          { name: rewrite, command: rewriting(file) },
          { name: verify, command: binflash('verify', proved, '--quiet', '--source', file) },
          { name: both, command: [...rewriting(file), '--verify'] },
        ],
        [times('verify / rewrite', verify, rewrite), times('rewrite --verify / rewrite', both, rewrite)],
        rounds,
        clean,
      )),
    ];
  } finally {
    await rm(proved, { force: true });
  }
}
