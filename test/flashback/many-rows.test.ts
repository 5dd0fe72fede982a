import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { rewrite, verifyDraft } from '../../src/index.ts';
import { Binlog } from '../builder/binlog.ts';
import { u8 } from '../builder/bytes.ts';
import { tinyint } from '../builder/columns.ts';
import { mysql97 } from '../builder/format.ts';
import { rows, table, tableMap } from '../builder/rows.ts';
import { inFolder, writeFiles } from '../helpers.ts';

/** Without a key that the log tells, so that rows which look for what others set get events of their own. */
const of = table('d.t', [tinyint]);

/** One event of `count` rows of two bytes. */
function log(
  kind: 'insert' | 'update',
  count: number,
  values: (row: number, after: boolean) => number,
): Buffer {
  const one = rows(kind, of, 7, [kind === 'insert' ? [[u8(1)]] : [[u8(1)], [u8(1)]]]);
  // An image is a byte of NULLs and the value.
  const images = kind === 'insert' ? 1 : 2;
  const body = Buffer.alloc(2 * images * count);
  for (let i = 0; i < images * count; i++) {
    body[2 * i] = 0xfe;
    body[2 * i + 1] = values(Math.floor(i / images), i % images === 1);
  }
  const binlog = new Binlog(mysql97);
  const head = one.body.subarray(0, one.body.length - 2 * images);
  binlog.transaction([tableMap(of, 7), { ...one, body: Buffer.concat([head, body]) }]);
  return binlog.bytes();
}

/** Each row looks for what the one after it sets, or all alike. */
const chain = (row: number, after: boolean): number => (after ? row + 1 : row) & 0xff;
const alike = (): number => 1;

async function peakOf(input: string): Promise<{ written: number; peak: number }> {
  const script = join(import.meta.dirname, '../laws/peak.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, input]);
  return JSON.parse(stdout);
}

describe('one event of very many rows', () => {
  // Ends of rows are found a section of 65,536 images at a time.
  it.each([
    ['insert', 200_000, chain, undefined],
    ['insert', 65_536, chain, undefined],
    ['insert', 65_537, chain, 'd.t: @1 = 3'],
    ['update', 70_000, chain, undefined],
    ['update', 32_768, chain, 'd.t: before.@1 = 3'],
  ] as const)('%s of %i is undone', { timeout: 60_000 }, async (kind, count, values, where) => {
    await inFolder(async (folder) => {
      const inputs = await writeFiles(folder, [log(kind, count, values)]);
      let proved = 0;
      await rewrite({
        inputs,
        output: join(folder, 'undo'),
        select: where === undefined ? {} : { where: [where] },
        beforePublish: async (draft) => {
          proved = (await verifyDraft(draft)).rows;
        },
      });
      expect(proved).toBe(where === undefined ? count : Math.ceil((count - 3) / 256));
    });
  });

  // Where each of them ends was kept: four times the event.
  it('takes no memory for where they end', { timeout: 300_000 }, async () => {
    const [few, many] = await inFolder(async (folder) => {
      const inputs = await writeFiles(folder, [
        log('insert', 100_000, alike),
        log('insert', 24_000_000, alike),
      ]);
      return [await peakOf(inputs[0]!), await peakOf(inputs[1]!)];
    });
    // The event itself has 48 MB: 98 to 110 MiB more were seen, and 200 with where each row ends.
    expect(many!.peak - few!.peak).toBeLessThan(150);
  });
});
