import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { MAX_EVENT } from '../../src/binlog/event-header.ts';
import { EventWriter } from '../../src/flashback/event-writer.ts';
import { rewrite } from '../../src/index.ts';
import { ChunkSink } from '../../src/io/chunk-sink.ts';
import { Binlog } from '../builder/binlog.ts';
import { prefixed, u32 } from '../builder/bytes.ts';
import { blob, int, notNull } from '../builder/columns.ts';
import { mysql97 } from '../builder/format.ts';
import { rows, table, tableMap } from '../builder/rows.ts';
import { inFolder } from '../helpers.ts';

const of = table('shop.documents', [notNull(int), int, blob(4)], 1);
const MIB = 2 ** 20;

/** An UPDATE of one row of two values of 64 MiB; its after image holds the document alone, or all. */
function update(isMerged: boolean): Buffer {
  const row = (fill: string): Buffer[] => [u32(1), u32(2), prefixed(4, Buffer.alloc(64 * MIB, fill))];
  const log = new Binlog(mysql97);
  const options = isMerged ? { presentAfter: [false, false, true] } : {};
  log.transaction([tableMap(of, 7), rows('update', of, 7, [[row('old'), row('new')]], options)]);
  return log.bytes();
}

async function peakOf(log: Buffer): Promise<{ written: number; peak: number }> {
  return inFolder(async (folder) => {
    const path = join(folder, 'bin.000001');
    await writeFile(path, log);
    const script = join(import.meta.dirname, '../laws/peak.ts');
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script, path]);
    return JSON.parse(stdout);
  });
}

describe('a large UPDATE whose images hold different columns', () => {
  // A buffer for the undo was three times the row: it took as much memory again, and from 683 MiB a value there was none.
  it('takes no more memory than one whose images hold the same', { timeout: 60_000 }, async () => {
    const same = await peakOf(update(false));
    const merged = await peakOf(update(true));
    expect(merged.written).toBeGreaterThan(128 * MIB);
    // The collector's moments make up to 50 MiB either way; the buffer made 340.
    expect(merged.peak - same.peak).toBeLessThan(128);
  });

  it('is refused where no event can hold its undo', () => {
    const output = { write: async (): Promise<void> => {} };
    const writer = new EventWriter(new ChunkSink(output, new Uint8Array(4096), 0, 4096, 1), 'crc32', 1024);
    writer.useTemplate({
      table: { body: new Uint8Array(20) } as never,
      tableId: 7,
      kind: 'update',
      version: 2,
      flags: 0,
      extra: new Uint8Array(0),
      columns: new Uint8Array(3),
      timestamp: 0,
      serverId: 1,
    });
    const piece = { length: 2 ** 31 } as Uint8Array;
    expect(() => writer.rowAlone([piece, piece])).toThrowError(
      expect.objectContaining({
        code: 'ROW_IMAGE',
        message: expect.stringContaining(`none is longer than ${MAX_EVENT}`),
      }),
    );
  });
});

describe('an event that becomes many', () => {
  const log = new Binlog(mysql97);
  const row = [u32(1), u32(2), prefixed(4, Buffer.alloc(64 * 1024))];
  log.transaction([tableMap(of, 7), rows('insert', of, 7, Array(1200).fill([row]))]);
  const bytes = log.bytes();

  const run = (write: (piece: Uint8Array) => Promise<void>, signal?: AbortSignal): Promise<unknown> =>
    inFolder(async (folder) => {
      const path = join(folder, 'bin.000001');
      await writeFile(path, bytes);
      return rewrite({ inputs: [path], output: { write }, signal });
    });

  it('is written as the disk takes them: all that it becomes was held', async () => {
    const chunks = new Set<unknown>();
    await run(async (piece) => void chunks.add(piece.buffer));
    // They are 4 MiB each.
    expect(chunks.size).toBeLessThan(12);
  });

  it('is left when that is asked for: it was gone through first', async () => {
    const abort = new AbortController();
    let written = 0;
    const write = async ({ length }: Uint8Array): Promise<void> => {
      written += length;
      abort.abort();
    };
    await expect(run(write, abort.signal)).rejects.toMatchObject({ name: 'AbortError' });
    expect(written).toBeLessThan(50 * MIB);
  });
});
