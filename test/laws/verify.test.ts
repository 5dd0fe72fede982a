import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BinflashError, type RewriteOptions, rewrite, verify, verifyDraft } from '../../src/index.ts';
import { source } from '../builder/arbitrary.ts';
import { mariadb118, mysql80, mysql97 } from '../builder/format.ts';
import { compressEvents, packing, packTransactions } from '../builder/repack.ts';
import { inFolder, undoBytes, writeFiles } from '../helpers.ts';
import { type Piece, putTogether, takeApart } from '../verify/apart.ts';
import { Sources } from '../verify/memory-proof.ts';

/** How an undo is cut into events and files, which is nobody's business but the writer's. */
const shape = fc.record({
  maxEventSize: fc.constantFrom(1, 200, 600, 1024, 1024 * 1024),
  maxFileSize: fc.constantFrom(undefined, 400, 3000),
  checksum: fc.constantFrom(undefined, 'crc32' as const, 'none' as const),
  rowsVersion: fc.constantFrom(undefined, 2 as const),
  window: fc.constantFrom(64, 4096, 2 * 1024 * 1024),
});

const select = fc.record({
  types: fc.constantFrom(undefined, undefined, ['insert'] as const, ['update', 'delete'] as const),
  tables: fc.constantFrom(undefined, undefined, ['db0.t'], ['db1.*,db2.t']),
  where: fc.constantFrom(
    undefined,
    undefined,
    ['@1 > 1000000000'],
    ['db0.t: @1 < 0', 'db1.t: @1 is not null'],
  ),
});

/** Verifies what is rewritten; answers the digest, or the code of the error with which it ends. */
function digestOf(
  files: readonly Uint8Array[],
  options: Omit<RewriteOptions, 'inputs' | 'output'>,
  window: number,
): Promise<string> {
  return inFolder(async (folder) => {
    const inputs = await writeFiles(folder, files);
    try {
      let draft: string | undefined;
      const { outputs } = await rewrite({
        ...options,
        inputs,
        output: join(folder, 'undo.binlog'),
        beforePublish: async (made) => {
          draft = (await verifyDraft(made, options)).digest;
        },
      });
      const { plan, proof } = await verify({ ...options, inputs, undo: outputs, window });
      expect(proof.digest).toBe(draft);
      expect(proof.rows).toBe(plan.rows);
      return proof.digest;
    } catch (error) {
      if (error instanceof BinflashError && error.code !== 'VERIFY_FAILED') return error.code;
      throw error;
    }
  });
}

describe('every undo is proved', () => {
  it('however it is cut into events and files, whatever is selected, with one digest for all', {
    timeout: 300_000,
  }, async () => {
    const windows = fc.constantFrom(64, 4096);
    await fc.assert(
      fc.asyncProperty(source(), select, shape, windows, async ({ files }, selected, how, window) => {
        const skip = ['unfinished'] as const;
        const found = await digestOf(files, { select: selected, skip, ...how }, window);
        expect(found).toBe(await digestOf(files, { select: selected, skip }, window));
      }),
      { numRuns: 20 },
    );
  });

  it('also of logs whose transactions or events are compressed', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        source({ servers: [mysql80, mysql97, mariadb118] }),
        packing,
        shape,
        async ({ server, files }, how, { rowsVersion: _, ...options }) => {
          const packed = files.map((file) =>
            server === mariadb118 ? compressEvents(file, () => 2) : packTransactions(file, () => how),
          );
          expect(await digestOf(packed, options, 700)).toBe(await digestOf(files, options, 700));
        },
      ),
      { numRuns: 8 },
    );
  });
});

describe('nothing else is proved', () => {
  it('not the undo of a log with one byte changed, in whatever event, with all checksums right', {
    timeout: 300_000,
  }, async () => {
    const places = fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(
        source(),
        fc.array(places, { minLength: 20, maxLength: 20 }),
        async ({ files }, all) => {
          const { bytes } = await undoBytes(files);
          const proved = await Sources.of(files);
          const pieces = takeApart(bytes);
          const hasChecksums = bytes.length === putTogether(pieces).length;
          expect(await proved.verdict([bytes])).toBe('proved');
          for (const [which, where, change] of all) {
            const at = which % pieces.length;
            const piece = changed(pieces[at]!, where, change);
            const wrong = putTogether(pieces.with(at, piece), hasChecksums);
            expect(await proved.verdict([wrong])).toBe('VERIFY_FAILED');
          }
        },
      ),
      { numRuns: 20 },
    );
  });

  it('nor with events missing, doubled or in another order', { timeout: 300_000 }, async () => {
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.constantFrom('drop', 'copy', 'move')), {
      minLength: 10,
      maxLength: 10,
    });
    await fc.assert(
      fc.asyncProperty(source(), edits, async ({ files }, all) => {
        const { bytes } = await undoBytes(files, { maxEventSize: 200 });
        const proved = await Sources.of(files);
        const pieces = takeApart(bytes);
        const hasChecksums = bytes.length === putTogether(pieces).length;
        for (const [from, to, how] of all) {
          const one = pieces[from % pieces.length]!;
          const rest = how === 'copy' ? pieces : pieces.toSpliced(from % pieces.length, 1);
          const edited = how === 'drop' ? rest : rest.toSpliced(to % (rest.length + 1), 0, one);
          const wrong = putTogether(edited, hasChecksums);
          if (wrong.equals(bytes)) continue;
          expect(await proved.verdict([wrong])).toBe('VERIFY_FAILED');
        }
      }),
      { numRuns: 20 },
    );
  });

  it('nor for another selection', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(source(), select, async ({ files }, selected) => {
        const whole = await Sources.of(files);
        const { bytes } = await undoBytes(files);
        const part = await Sources.of(files, { select: { ...selected, where: undefined } }).catch(
          () => undefined,
        );
        const expected =
          part === undefined || part.plan.rows === whole.plan.rows ? 'proved' : 'VERIFY_FAILED';
        expect(await (part ?? whole).verdict([bytes])).toBe(expected);
      }),
      { numRuns: 20 },
    );
  });

  it('nor for a source with one row more', async () => {
    const bytes = await readFile(new URL('../../fixtures/mysql-9.7/workflow.undo.binlog', import.meta.url));
    const other = await readFile(new URL('../../fixtures/mysql-9.7/order.binlog', import.meta.url));
    expect(await (await Sources.of([other])).verdict([bytes])).toBe('VERIFY_FAILED');
  });
});

/** A piece with one byte changed, of its body or of what its header says of time, server, type and flags. */
function changed(piece: Piece, where: number, change: number): Piece {
  const at = where % (piece.body.length + 8);
  if (at < piece.body.length) {
    const body = Buffer.from(piece.body);
    body[at]! ^= change;
    return { ...piece, body };
  }
  const field = (['timestamp', 'serverId', 'type', 'flags'] as const)[(at - piece.body.length) % 4]!;
  return { ...piece, [field]: (piece[field] ^ change) >>> 0 };
}
