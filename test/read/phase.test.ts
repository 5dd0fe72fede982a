import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspect, report, rewrite, show, sql, transactions, verify } from '../../src/index.ts';
import { Binlog } from '../builder/binlog.ts';
import { prefixed, u32 } from '../builder/bytes.ts';
import { rowsQuery } from '../builder/events.ts';
import { mysql97 } from '../builder/format.ts';
import { unsigned } from '../builder/named.ts';
import { rows, tableMap } from '../builder/rows.ts';
import { inFolder, writeFiles } from '../helpers.ts';

const nowhere = { write: async (): Promise<void> => {} };
const SECRET = 'nobody may read this';

function log(): Buffer {
  const file = new Binlog(mysql97);
  const row = [u32(1), prefixed(2, SECRET)];
  file.transaction([
    rowsQuery(`INSERT INTO t VALUES (1, '${SECRET}')`),
    tableMap(unsigned, 1),
    rows('insert', unsigned, 1, [[row]]),
  ]);
  return file.bytes();
}

/** By command, the lines it tells when asked with a row filter. */
async function told(): Promise<Record<string, string[]>> {
  return inFolder(async (folder) => {
    const inputs = await writeFiles(folder, [log()]);
    const all: Record<string, string[]> = {};
    const asked = (command: string) => {
      const lines: string[] = [];
      all[command] = lines;
      const onDebug = (line: string): number => lines.push(line);
      return { inputs, select: { where: [`c1 = '${SECRET}'`] }, onDebug };
    };
    await rewrite({ ...asked('rewrite'), output: join(folder, 'undo') });
    await verify({ ...asked('verify'), undo: [join(folder, 'undo')] });
    await inspect(inputs, asked('inspect'));
    await show({ ...asked('show'), write: nowhere.write });
    await transactions(inputs, asked('transactions'), async (list) => {
      for await (const _ of list.entries());
    });
    await report({ ...asked('report'), output: nowhere });
    await sql({ ...asked('sql'), output: nowhere });
    return all;
  });
}

describe('what a run tells of itself', () => {
  it('is its phases, in order, with time, memory and bytes, and never a row', async () => {
    const all = await told();
    const phases = Object.entries(all).map(([command, lines]) => [
      command,
      lines.filter((line) => !line.startsWith(' ')).map((line) => line.split(':')[0]),
    ]);
    expect(Object.fromEntries(phases)).toEqual({
      rewrite: ['scan', 'read', 'plan', 'write', 'flush'],
      verify: ['scan', 'read', 'plan', 'verify'],
      inspect: ['scan', 'read', 'count'],
      show: ['show'],
      transactions: ['scan', 'read', 'rank', 'list'],
      report: ['scan', 'read', 'page'],
      sql: ['scan', 'read', 'plan', 'try', 'write'],
    });
    for (const line of Object.values(all).flat()) {
      expect(line).not.toContain(SECRET);
      if (line.startsWith(' ')) continue;
      expect(line).toMatch(/^\w+: \d+\.\d{3} s, processor \d+\.\d{3} s, .*memory \d+\.\d MiB$/);
    }
    expect(all.rewrite!.join('\n')).toMatch(
      / {2}file .*bin\.000001: 0\.0 MiB, server 9\.7\.\d+\S*, checksum crc32\n {2}index: 1 rows events in 1 transactions, /,
    );
  });
});
