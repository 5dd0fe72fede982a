import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChunkSink } from '../../src/io/chunk-sink.ts';
import { ForwardWindow } from '../../src/io/forward-window.ts';
import { type Run, RunWindows } from '../../src/io/run-windows.ts';
import { SourceFile } from '../../src/io/source.ts';
import { inFolder } from '../helpers.ts';

/** Bytes that tell where they stand. */
function pattern(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 0xff));
}

async function withSource<T>(bytes: Uint8Array, run: (file: SourceFile) => Promise<T>): Promise<T> {
  return inFolder(async (folder) => {
    const path = join(folder, 'source');
    await writeFile(path, bytes);
    const file = await SourceFile.open(path);
    try {
      return await run(file);
    } finally {
      await file.close();
    }
  });
}

describe('ForwardWindow', () => {
  it('shows every piece of a file in turn, whatever the sizes of pieces and chunks', async () => {
    const pieces = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(pieces, fc.integer({ min: 1, max: 200 }), async (sizes, chunk) => {
        const bytes = pattern(sizes.reduce((sum, size) => sum + size, 0));
        await withSource(bytes, async (file) => {
          const window = new ForwardWindow(file, chunk);
          let at = window.begin;
          let offset = 0;
          for (const size of sizes) {
            if (window.end - at < size) {
              await window.advance(at, size);
              at = window.begin;
              expect(window.position).toBe(offset);
            }
            expect(
              Buffer.from(window.data.subarray(at, at + size)).equals(bytes.subarray(offset, offset + size)),
            ).toBe(true);
            at += size;
            offset += size;
          }
          await window.settle();
        });
      }),
      { numRuns: 100 },
    );
  });
});

describe('RunWindows', () => {
  it('loads each run whole while the next one is read, large ones too', async () => {
    const cut = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(cut, fc.integer({ min: 1, max: 128 }), async (sizes, half) => {
        const bytes = pattern(sizes.reduce((sum, size) => sum + size, 0));
        await withSource(bytes, async (file) => {
          let position = bytes.length;
          const runs = sizes.map((length, i): Run => {
            position -= length;
            return { source: file, first: i, last: i, position, length };
          });
          const windows = new RunWindows(runs, new Uint8Array(2 * half), half);
          for (const run of runs) {
            const loaded = await windows.next();
            expect(loaded!.run).toBe(run);
            // Long enough for the read ahead to overwrite what it must not.
            await new Promise(setImmediate);
            const { base } = loaded!;
            const seen = Buffer.from(loaded!.bytes.subarray(base, base + run.length));
            expect(seen.equals(bytes.subarray(run.position, run.position + run.length))).toBe(true);
          }
          expect(await windows.next()).toBeUndefined();
        });
      }),
      { numRuns: 60 },
    );
  });
});

describe('ChunkSink', () => {
  it('writes all bytes in order, however slow the output, and waits where it must', async () => {
    const steps = fc.array(
      fc.record({ size: fc.integer({ min: 1, max: 64 }), borrow: fc.boolean(), room: fc.boolean() }),
    );
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        const written: Buffer[] = [];
        const output = {
          async write(bytes: Uint8Array): Promise<void> {
            await new Promise(setImmediate);
            written.push(Buffer.from(bytes));
          },
        };
        const sink = new ChunkSink(output, new Uint8Array(4 * 64), 0, 64, 4);
        const all = pattern(plan.reduce((sum, { size }) => sum + size, 0));
        let at = 0;
        for (const { size, borrow, room } of plan) {
          const piece = Uint8Array.from(all.subarray(at, at + size));
          at += size;
          if (borrow) sink.borrow(piece);
          else sink.put(piece);
          if (!room) continue;
          await sink.room();
          // What was borrowed may change from here on.
          if (borrow) piece.fill(0);
        }
        await sink.drain();
        expect(Buffer.concat(written).equals(all)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('goes on to the next output after all of the first is written', async () => {
    const [first, second]: string[][] = [[], []];
    const into = (list: string[]) => ({
      write: async (bytes: Uint8Array) => void list.push(Buffer.from(bytes).toString()),
    });
    const sink = new ChunkSink(into(first!), new Uint8Array(64), 0, 16, 4);
    sink.put(Buffer.from('one'));
    await sink.drain();
    sink.redirect(into(second!));
    sink.put(Buffer.from('two'));
    await sink.drain();
    expect([first!.join(''), second!.join('')]).toEqual(['one', 'two']);
  });
});

describe('SourceFile', () => {
  it('that becomes shorter while it is read is an I/O error at the offset', async () => {
    await withSource(pattern(100), async (file) => {
      const handle = await open(file.path, 'r+');
      await handle.truncate(40);
      await handle.close();
      const run = file.read(new Uint8Array(100), 0, 100, 0);
      await expect(run).rejects.toMatchObject({ code: 'IO', offset: 40, file: file.path });
    });
  });
});
