import { type FileHandle, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFully } from '../../src/io/source.ts';
import { SpoolFile } from '../../src/io/spool.ts';
import { writeFully } from '../../src/io/write-fully.ts';
import { inFolder } from '../helpers.ts';

describe('what is longer than 2 GiB', () => {
  it('is read and written in shorter pieces: Node aborted at the length', async () => {
    const lengths: number[] = [];
    const note = (...[, , length]: [Uint8Array, number, number, number | null]): number => {
      lengths.push(length);
      return length;
    };
    const bytes = { length: 2 ** 31 + 5 } as Uint8Array;
    await writeFully({ write: async (...args) => ({ bytesWritten: note(...args) }) }, bytes);
    const file = { read: async (...args: Parameters<typeof note>) => ({ bytesRead: note(...args) }) };
    await readFully(file as unknown as FileHandle, 'file', bytes, 0, bytes.length, 7);
    expect(lengths).toEqual([2 ** 30, 2 ** 30, 5, 2 ** 30, 2 ** 30, 5]);
  });
});

describe('SpoolFile', () => {
  it('gives back what was written, from any place, and has no name', async () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 50 }), { minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(
        pieces,
        fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 10 }),
        async (all, reads) => {
          await inFolder(async (folder) => {
            const spool = await SpoolFile.create(folder);
            expect(await readdir(folder)).toEqual([]);
            for (const piece of all) await spool.write(piece);
            const bytes = Buffer.concat(all);
            for (const [a, b] of reads) {
              const position = a % (bytes.length + 1);
              const length = b % (bytes.length - position + 1);
              const into = Buffer.alloc(length + 4, 0xee);
              await spool.read(into, 2, length, position);
              const around = Buffer.alloc(2, 0xee);
              const expected = [around, bytes.subarray(position, position + length), around];
              expect(into.equals(Buffer.concat(expected))).toBe(true);
            }
            await spool.close();
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  it('that cannot be made, and reads behind its end, are I/O errors', async () => {
    await inFolder(async (folder) => {
      const run = SpoolFile.create(join(folder, 'none'));
      await expect(run).rejects.toMatchObject({ code: 'IO', message: expect.stringContaining('unpacking') });
      const spool = await SpoolFile.create(folder);
      await spool.write(Buffer.alloc(10));
      await expect(spool.read(new Uint8Array(20), 0, 5, 6)).rejects.toMatchObject({ code: 'IO' });
      await spool.close();
    });
  });
});
