import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BinflashError } from '../../src/errors.ts';
import { inspect, report, show, transactions } from '../../src/index.ts';
import { readIndex, withBinlogs } from '../../src/read/binlogs.ts';
import type { BinlogIndex } from '../../src/scan/binlog-index.ts';
import { Binlog } from '../builder/binlog.ts';
import { type Checksum, mysql97 } from '../builder/format.ts';
import { readEvents } from '../builder/reader.ts';
import { insert } from '../builder/shop.ts';
import { inFolder, insertedIds, refusal, undo } from '../helpers.ts';

const fixtures = join(import.meta.dirname, '../../fixtures');

async function read(path: string, stopPosition?: number): Promise<BinlogIndex | BinflashError> {
  try {
    return await withBinlogs([path], {}, (files) => readIndex(files, { select: { stopPosition } }));
  } catch (error) {
    if (error instanceof BinflashError) return error;
    throw error;
  }
}

describe('a file that is cut', () => {
  it.each(['mysql-9.7', 'mariadb-11.8', 'mysql-5.6'])(
    'of %s is named with the stop position up to which it can be used',
    async (server) => {
      const whole = await readFile(join(fixtures, server, 'order.binlog'));
      await inFolder(async (folder) => {
        const path = join(folder, 'cut.binlog');
        const step = Math.max(1, Math.floor(whole.length / 60));
        let advised = 0;
        for (let length = 5; length < whole.length; length += step) {
          await writeFile(path, whole.subarray(0, length));
          const error = await read(path);
          // A cut between two events leaves a file that can be read.
          if (!(error instanceof BinflashError)) continue;
          const position = /--stop-position (\d+)/.exec(error.hint ?? '')?.[1];
          if (position === undefined) {
            // Nothing but the first event, or less, stands before the cut.
            expect(error.offset).toBe(4);
            continue;
          }
          advised++;
          expect(await read(path, Number(position))).not.toBeInstanceOf(BinflashError);
        }
        expect(advised).toBeGreaterThan(20);
      });
    },
  );
});

describe('a file that its server has not closed', () => {
  /** Three transactions of two rows, and what has been committed where each event ends. */
  function inUse(checksum: Checksum): { bytes: Buffer; committed: Map<number, number[][]> } {
    const log = new Binlog(mysql97, { flags: 1, checksum });
    const committed = new Map<number, number[][]>();
    const ids: number[][] = [];
    for (const first of [1, 3, 5]) {
      log.transaction([...insert(first), ...insert(first + 1)]);
      ids.push([first, first + 1]);
      committed.set(log.position, [...ids]);
    }
    return { bytes: log.bytes(), committed };
  }

  it.each(['crc32', 'none'] as const)(
    'is used up to its last whole transaction, wherever it ends, checksum %s',
    { timeout: 60_000 },
    async (checksum) => {
      const { bytes, committed } = inUse(checksum);
      const [first] = committed.keys();
      const starts = new Set(readEvents(bytes).map(({ offset }) => offset));
      for (let length = first!; length < bytes.length; length++) {
        // All boundaries, and one in nine of the others.
        if (length % 9 > 0 && !starts.has(length)) continue;
        const { log, result } = await undo([bytes.subarray(0, length)]);
        const expected = [...committed].findLast(([end]) => end <= length)![1];
        expect(insertedIds(log)).toEqual(expected);
        const torn = result.plan.warnings.filter((warning) => /ends inside the event at/.test(warning));
        expect(torn).toHaveLength(starts.has(length) ? 0 : 1);
        const begin = [...starts].findLast((start) => start <= length);
        if (torn.length > 0) expect(torn[0]).toContain(`at ${begin}: these last ${length - begin!} bytes`);
      }
    },
  );

  it('may end in zeros, or in an event of which not all has come to the disk', async () => {
    const { bytes, committed } = inUse('crc32');
    const all = [...committed.values()].at(-1);
    const zeros = await undo([Buffer.concat([bytes, Buffer.alloc(5000)])]);
    expect(insertedIds(zeros.log)).toEqual(all);
    expect(zeros.result.plan.warnings.join()).toContain('these last 5000 bytes');
    const half = Buffer.from(bytes);
    half.fill(0, half.length - 10);
    expect(insertedIds((await undo([half])).log)).toEqual(all!.slice(0, -1));
  });

  it('is damaged where a checksum before its end does not match', async () => {
    const { bytes } = inUse('crc32');
    bytes[bytes.length - 60]! ^= 1;
    expect((await refusal([bytes])).code).toBe('BAD_CHECKSUM');
  });

  it('that is all that matches, its torn transaction is named as left out, and can be listed', async () => {
    const { bytes, committed } = inUse('crc32');
    const [, begun] = committed.keys();
    const cut = bytes.subarray(0, bytes.length - 31);
    expect(await refusal([cut], { select: { startPosition: begun! } })).toMatchObject({
      code: 'NO_MATCH',
      message: expect.stringMatching(/^all that matches the selection is left out: .*has no COMMIT/),
    });
    await inFolder(async (folder) => {
      const path = join(folder, 'bin.000001');
      await writeFile(path, cut);
      await transactions([path], { select: { startPosition: begun! } }, async (list) => {
        expect(list.shown).toBe(1);
        expect(list.undoFirst()).toMatchObject({ command: undefined, reasons: [{ code: 'UNFINISHED' }] });
      });
    });
  });

  it('is named as torn to those who only look', async () => {
    await inFolder(async (folder) => {
      const { bytes } = inUse('crc32');
      const path = join(folder, 'bin.000001');
      await writeFile(path, bytes.subarray(0, bytes.length - 5));
      const inputs = [path];
      const nowhere = { write: async (): Promise<void> => {} };
      const said = [
        (await inspect(inputs)).warnings,
        await transactions(inputs, {}, async ({ unmatched }) => unmatched),
        (await show({ inputs, write: nowhere.write })).warnings,
        (await report({ inputs, output: nowhere })).warnings,
      ];
      for (const warnings of said) expect(warnings.join()).toContain(`${path} ends inside the event at`);
    });
  });
});
