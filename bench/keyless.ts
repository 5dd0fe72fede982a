import type { ServerId } from '../test/servers/index.ts';
import { replayCase } from './replay/cases.ts';
import { Stage } from './replay/stage.ts';
import { compareWays, sized, WAYS_HEADING, type Way } from './replay/ways.ts';

const SIZES = [1024, 64, 256, 4096, 8192].map(sized);
/** Other sessions do not see the index: they neither wait for it longer than it is made nor use it. */
const INDEX: readonly Way[] = [
  { name: 'as it is' },
  {
    name: 'with an index meanwhile',
    before: 'SET sql_log_bin = 0; ALTER TABLE bench.t ADD INDEX meanwhile (id); SET sql_log_bin = 1;',
    after: 'SET sql_log_bin = 0; ALTER TABLE bench.t DROP INDEX meanwhile; SET sql_log_bin = 1;',
  },
];
const HASHES: readonly Way[] = [
  ...INDEX,
  {
    name: "slave_rows_search_algorithms='INDEX_SCAN,HASH_SCAN'",
    before: "SET GLOBAL slave_rows_search_algorithms = 'INDEX_SCAN,HASH_SCAN';",
    after: 'SET GLOBAL slave_rows_search_algorithms = DEFAULT;',
  },
];

const PLAN: readonly [ServerId, number, readonly Way[]][] = [
  ['mysql-9.7', 40_000, SIZES],
  ['mysql-9.7', 40_000, INDEX],
  ['mysql-5.6', 3000, HASHES],
  ['mariadb-11.8', 3000, INDEX],
];

/** Tables without a key, where a server looks for every row, or every batch of rows, from the table's beginning. */
export async function measureKeyless(rounds: number): Promise<string[]> {
  const lines = [...WAYS_HEADING];
  for (const [id, rows, ways] of PLAN) {
    const stage = await Stage.open(id);
    try {
      for (const undoing of ['deletes', 'updates'] as const) {
        const one = replayCase('no key', '130 B rows', undoing, rows);
        const found = await compareWays(stage, { ...one, name: `${rows} rows, ${undoing}` }, ways, rounds);
        process.stderr.write(`${found.join('\n')}\n`);
        lines.push(...found);
      }
    } finally {
      await stage.close();
    }
  }
  return lines;
}
