import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpoolFile } from '../../src/io/spool.ts';
import { inFolder } from '../helpers.ts';

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
