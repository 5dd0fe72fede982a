import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BinflashError } from '../../src/errors.ts';
import { readIndex, withBinlogs } from '../../src/read/binlogs.ts';
import type { BinlogIndex } from '../../src/scan/binlog-index.ts';
import { inFolder } from '../helpers.ts';

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
