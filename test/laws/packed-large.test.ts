import { execFile } from 'node:child_process';
import { readdir, readlink } from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { rewrite } from '../../src/index.ts';
import { Binlog } from '../builder/binlog.ts';
import { join, prefixed, u32 } from '../builder/bytes.ts';
import { blob, int } from '../builder/columns.ts';
import { anonymousGtid, query, xid } from '../builder/events.ts';
import { mariadb118, mysql97 } from '../builder/format.ts';
import { payload } from '../builder/packed.ts';
import { compressEvents, innerEvents, packTransactions } from '../builder/repack.ts';
import { rows, table, tableMap, type Values } from '../builder/rows.ts';
import { frameHead, plainPlan, rawBlock, rleBlock } from '../builder/zstd.ts';
import { checkUntouched, inFolder, undoBytes, writeFiles } from '../helpers.ts';

const MIB = 1024 * 1024;
const of = table('d.t', [int, blob(4)]);

/** A transaction per number, of about as many MiB: rows of 48 KiB, and the last one of a third of it all. */
function plainLog(...sizes: number[]): Buffer {
  const log = new Binlog(mysql97);
  for (const [number, size] of sizes.entries()) {
    const row = (id: number, length: number): Values => [u32(id), prefixed(4, Buffer.alloc(length, id))];
    const count = Math.ceil((size * MIB * 2) / 3 / (48 * 1024));
    const small = Array.from({ length: count }, (_, i) => row(number * 1000 + i, 48 * 1024));
    const events = [];
    for (let i = 0; i < count; i += 4) {
      const kind = i % 3 === 0 ? 'insert' : 'delete';
      events.push(
        tableMap(of, 9),
        rows(
          kind,
          of,
          9,
          small.slice(i, i + 4).map((one) => [one]),
        ),
      );
    }
    const large = [row(number, Math.ceil((size * MIB) / 3)), row(number + 50, 10)];
    log.transaction([...events, tableMap(of, 9), rows('update', of, 9, [large])]);
  }
  return log.bytes();
}

/** All bytes of a block are the same but at values' ends, so that most of it is RLE: small files, large contents. */
const pack = (file: Buffer, announced: boolean): Buffer =>
  packTransactions(file, () => ({
    how: 'zstd',
    plan: { ...plainPlan, blocks: [4096], blocksPerFrame: 3000, rle: true },
    level: 0,
    announced,
  }));

/** Temporary files without a name that this process has open in a folder (Linux tells). */
async function openSpools(folder: string): Promise<number> {
  const links = await readdir('/proc/self/fd').then(
    (fds) => Promise.all(fds.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''))),
    () => [],
  );
  return links.filter((link) => link.startsWith(folder) && link.endsWith('.spool (deleted)')).length;
}

const SCRIPT = path.join(import.meta.dirname, 'peak.ts');

async function peakOf(input: string): Promise<{ written: number; peak: number }> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', SCRIPT, input]);
  return JSON.parse(stdout);
}

/** A transaction of `count` rows of 1 MiB of zeros in a payload of some KB, never whole in memory. */
function zeros(count: number): Buffer {
  const size = 8 * 128 * 1024;
  const [map, insert] = [
    tableMap(of, 9),
    rows('insert', of, 9, [[[u32(1), prefixed(4, Buffer.alloc(size))]]]),
  ];
  const heads = innerEvents([map, insert]).subarray(0, -size);
  const block = [rawBlock(heads, false), ...Array.from({ length: 8 }, () => rleBlock(0, 128 * 1024, false))];
  const packed = join(
    frameHead({}),
    rawBlock(innerEvents([query('BEGIN')]), false),
    ...Array.from({ length: count }, () => block).flat(),
    rawBlock(innerEvents([xid(1)]), true),
  );
  const log = new Binlog(mysql97);
  log.add(anonymousGtid(), payload(packed));
  return log.bytes();
}

describe('payloads above what is unpacked in memory', () => {
  // More than 8 MiB go through a temporary file, less do not; both stand next to each other.
  const plain = plainLog(1, 9, 2, 8.5);

  it('have the undo of the plain log, whatever the window', { timeout: 300_000 }, async () => {
    const expected = (await undoBytes([plain])).bytes;
    for (const [window, announced] of [
      [64, true],
      [2 * MIB, false],
      [64 * MIB, true],
    ] as const) {
      const { bytes } = await undoBytes([pack(plain, announced)], { window });
      expect(bytes.equals(expected)).toBe(true);
    }
  });

  it('stand beside small ones, of which many fit into a window packed and few unpacked', async () => {
    const many = plainLog(...Array.from({ length: 12 }, () => 0.3), 9, 0.3, 0.3);
    const expected = (await undoBytes([many])).bytes;
    for (const window of [4096, 300_000, 1_000_000]) {
      const { bytes } = await undoBytes([pack(many, true)], { window });
      expect(bytes.equals(expected)).toBe(true);
    }
  });

  it("are MariaDB's compressed rows events too", async () => {
    const one = { ...of, padding: 0 as const };
    const value = prefixed(4, Buffer.alloc(10 * MIB, 'abc'));
    const insert = [
      tableMap(one, 9),
      rows('insert', one, 9, [[[u32(1), value]], [[u32(2), null]]], { version: 1 }),
    ];
    const small = [tableMap(one, 9), rows('delete', one, 9, [[[u32(3), prefixed(4, 'x')]]], { version: 1 })];
    const log = new Binlog(mariadb118);
    for (const events of [insert, small, [...small, ...insert]]) log.transaction(events);
    const file = log.bytes();
    const expected = (await undoBytes([file])).bytes;
    for (const window of [4096, 2 * MIB]) {
      const { bytes } = await undoBytes([compressEvents(file, () => 0)], { window });
      expect(bytes.equals(expected)).toBe(true);
    }
  });

  it('are unpacked into one file at a time, without a name, which is gone afterwards', async () => {
    await inFolder(async (folder) => {
      const files = [pack(plain, true)];
      const inputs = await writeFiles(folder, files);
      const output = path.join(folder, 'undo');
      const counts: Promise<number>[] = [];
      const looking: Promise<string[]>[] = [];
      const onProgress = ({ phase }: { phase: string }): void => {
        if (phase !== 'write') return;
        counts.push(openSpools(folder));
        looking.push(readdir(folder));
      };
      await rewrite({ inputs, output, onProgress, window: 512 * 1024 });
      const names = (await Promise.all(looking)).flat();
      const most = Math.max(...(await Promise.all(counts)));
      // Two for the moment in which one is closed and the next begun.
      if (process.platform === 'linux') expect([1, 2]).toContain(most);
      expect(names.filter((name) => name.endsWith('.spool'))).toEqual([]);
      expect(await openSpools(folder)).toBe(0);
      expect((await readdir(folder)).sort()).toEqual(['bin.000001', 'undo']);
    });
  });

  it('leave nothing behind when the run is stopped, or the output fails', async () => {
    await inFolder(async (folder) => {
      const files = [pack(plain, true)];
      const inputs = await writeFiles(folder, files);
      const abort = new AbortController();
      const onProgress = ({ phase }: { phase: string }): void => {
        if (phase === 'write') abort.abort();
      };
      const stopped = rewrite({
        inputs,
        output: path.join(folder, 'undo'),
        onProgress,
        signal: abort.signal,
        window: 512 * 1024,
      });
      await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
      await checkUntouched(folder, files);
      const failing = { write: () => Promise.reject(new Error('full')) };
      await expect(rewrite({ inputs, output: failing })).rejects.toThrow('full');
      await checkUntouched(folder, files);
      expect(await openSpools(folder)).toBe(0);
    });
  });

  it('let signals be heard while they are unpacked', async () => {
    await inFolder(async (folder) => {
      const inputs = await writeFiles(folder, [zeros(200)]);
      // It comes at once, and ends the run inside the only event that takes time.
      const reason = new Error('enough');
      const abort = new AbortController();
      setImmediate(() => abort.abort(reason));
      const seen: number[] = [];
      const stopped = rewrite({
        inputs,
        output: undefined,
        signal: abort.signal,
        onProgress: ({ done }) => seen.push(done),
      });
      await expect(stopped).rejects.toBe(reason);
      expect(seen).toEqual([]);
    });
  });

  it('are never in memory as a whole', { timeout: 300_000 }, async () => {
    const [small, large] = await inFolder(async (folder) => {
      const inputs = await writeFiles(folder, [zeros(16), zeros(200)]);
      return [await peakOf(inputs[0]!), await peakOf(inputs[1]!)] as const;
    });
    expect(large!.written).toBeGreaterThan(200 * MIB);
    // Windows, chunks and what the collector has not got round to yet.
    expect(large!.peak - small!.peak).toBeLessThan(100);
  });
});
