import {
  appendFileSync,
  closeSync,
  copyFileSync,
  openSync,
  readdirSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { readdir, readFile, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MAX_EVENT } from '../../src/binlog/event-header.ts';
import { type Progress, rewrite, VerifyError, verify, verifyDraft } from '../../src/index.ts';
import { Binlog } from '../builder/binlog.ts';
import { prefixed, u32 } from '../builder/bytes.ts';
import { blob, int } from '../builder/columns.ts';
import { mysql80, mysql97 } from '../builder/format.ts';
import { primaryKey, rows, table, tableMap } from '../builder/rows.ts';
import { checkUntouched, inFolder, undoBytes, writeFiles } from '../helpers.ts';
import { putTogether, rowsPieces, takeApart, withRows } from './apart.ts';
import { Sources } from './memory-proof.ts';

const source = new URL('../../fixtures/mysql-9.7/incident.binlog', import.meta.url).pathname;

/** The error with which a promise is rejected. */
const errorOf = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => undefined,
    (error) => error,
  );

/** The undo of the incident in parts, for tests to mix up. */
const inParts = <T>(use: (parts: string[], folder: string) => Promise<T>): Promise<T> =>
  inFolder(async (folder) => {
    const output = join(folder, 'undo.binlog');
    const { outputs } = await rewrite({ inputs: [source], output, maxFileSize: 20_000 });
    expect(outputs.length).toBeGreaterThan(3);
    return use([...outputs], folder);
  });

describe('an undo in parts', () => {
  const proved = (undo: readonly string[]): Promise<unknown> => errorOf(verify({ undo, inputs: [source] }));

  it('is proved in its order, with the digest of the undo in one file', async () => {
    await inParts(async (parts, folder) => {
      const { proof } = await verify({ undo: parts, inputs: [source] });
      const whole = join(folder, 'whole');
      await rewrite({ inputs: [source], output: whole });
      expect(proof.digest).toBe((await verify({ undo: [whole], inputs: [source] })).proof.digest);
      const sizes = await Promise.all(parts.map(async (part) => (await readFile(part)).length));
      expect(proof.bytes).toBe(sizes.reduce((sum, size) => sum + size));
    });
  });

  it('is not proved in another order, without a part, with one twice, or with one more', async () => {
    await inParts(async (parts, folder) => {
      const [first, second, ...rest] = parts as [string, string, ...string[]];
      const empty = join(folder, 'empty');
      await writeFile(empty, (await readFile(first)).subarray(0, 4));
      const headOnly = join(folder, 'head');
      await writeFile(headOnly, putTogether(takeApart(await readFile(first)).slice(0, 2)));
      for (const undo of [
        [second, first, ...rest],
        [second, ...rest],
        [first, second],
        [first, first, second, ...rest],
        [...parts, first],
        [empty, ...parts],
        [...parts, empty],
        [headOnly, ...parts],
        [first, headOnly, second, ...rest],
        [...parts, headOnly],
      ]) {
        expect(await proved(undo), undo.join()).toBeInstanceOf(VerifyError);
      }
    });
  });

  it('is told from what is no binary log', async () => {
    await inFolder(async (folder) => {
      const empty = join(folder, 'empty');
      await writeFile(empty, '');
      // The offset was one of the source.
      const error = expect.objectContaining({ code: 'NOT_A_BINLOG', file: empty, offset: undefined });
      expect(await proved([empty])).toEqual(error);
    });
    expect(await proved([import.meta.filename])).toMatchObject({ code: 'NOT_A_BINLOG' });
    expect(await proved(['/nowhere/undo'])).toMatchObject({ code: 'IO' });
    expect(await proved([])).toMatchObject({ code: 'USAGE' });
    // A source is not its own undo.
    expect(await proved([source])).toBeInstanceOf(VerifyError);
  });
});

describe('what verify says', () => {
  it('is what is expected, what stands there, and where, in the undo and in the source', async () => {
    await inFolder(async (folder) => {
      const output = join(folder, 'undo.binlog');
      await rewrite({ inputs: [source], output });
      const bytes = await readFile(output);
      const [{ at, head, rows: all }] = rowsPieces(bytes) as [ReturnType<typeof rowsPieces>[0]];
      const pieces = takeApart(bytes);
      await writeFile(output, putTogether(pieces.with(at, withRows(pieces[at]!, head, [...all, all[0]!]))));
      const error = (await errorOf(verify({ undo: [output], inputs: [source] }))) as VerifyError;
      expect(error.file).toBe(output);
      expect(error.source!.file).toBe(source);
      // Both places are those of rows events.
      expect([30, 31, 32]).toContain((await readFile(output))[error.offset! + 4]);
      expect([30, 31, 32]).toContain((await readFile(source))[error.source!.offset + 4]);
      expect(error.message).toContain(`expected ${error.expected}, found ${error.found} (source: ${source}:`);
    });
  });
});

describe('an undo that changes while it is read', () => {
  /** Verifies, and changes one of the parts when so much of the undo is read. */
  const errorAfter = (part: number, from: number, change: (path: string) => void): Promise<unknown> =>
    inParts(async (parts) => {
      for (const path of parts) await utimes(path, 1_795_230_000, 1_795_230_000);
      let isDone = false;
      const onProgress = ({ phase, done }: Progress): void => {
        if (phase !== 'verify' || done < from || isDone) return;
        isDone = true;
        change(parts.at(part)!);
      };
      const error = await errorOf(verify({ undo: parts, inputs: [source], window: 1024, onProgress }));
      expect(isDone).toBe(true);
      return error;
    });
  const changed = (how: string): unknown =>
    expect.objectContaining({ code: 'IO', message: `changed while it was read: ${how}` });

  it.each([
    ['the first, already read', 0, 30_000],
    ['the one in hand', 0, 1000],
    ['the last, not yet read', -1, 1000],
  ])('is not proved, whichever part it is: %s. It was', async (_, part, from) => {
    expect(await errorAfter(part, from, (path) => appendFileSync(path, 'more'))).toEqual(
      changed('it has grown'),
    );
    const overwrite = (path: string): void => {
      const file = openSync(path, 'r+');
      writeSync(file, 'x', 150);
      closeSync(file);
    };
    expect(await errorAfter(part, from, overwrite)).toEqual(changed('it was written to'));
    const replace = (path: string): void => {
      copyFileSync(path, `${path}.new`);
      renameSync(`${path}.new`, path);
    };
    expect(await errorAfter(part, from, replace)).toEqual(changed('another file has its name'));
  });
});

describe('an undo in many parts', () => {
  it('has one of them open at a time: a process may not have all', async () => {
    await inFolder(async (folder) => {
      const { outputs } = await rewrite({ inputs: [source], output: join(folder, 'u'), maxFileSize: 4096 });
      expect(outputs.length).toBeGreaterThan(15);
      const before = readdirSync('/dev/fd').length;
      let most = 0;
      const onProgress = (): void => {
        most = Math.max(most, readdirSync('/dev/fd').length);
      };
      await verify({ undo: outputs, inputs: [source], onProgress });
      expect(most - before).toBeLessThan(4);
    });
  });
});

describe('an undo with an event of 3 GB', () => {
  it('is not proved: the process was aborted', async () => {
    await inFolder(async (folder) => {
      const output = join(folder, 'undo.binlog');
      await rewrite({ inputs: [source], output });
      const bytes = await readFile(output);
      const second = 4 + bytes.readUInt32LE(4 + 9);
      bytes.writeUInt32LE(3_000_000_000, second + 9);
      await writeFile(output, bytes);
      // Sparse: gigabytes that are not there.
      await truncate(output, 2 ** 32);
      const before = process.memoryUsage().rss;
      expect(await errorOf(verify({ undo: [output], inputs: [source] }))).toMatchObject({
        code: 'VERIFY_FAILED',
        expected: `an event of at most ${MAX_EVENT} bytes`,
        offset: second,
      });
      expect(process.memoryUsage().rss - before).toBeLessThan(300 * 2 ** 20);
    });
  });
});

describe('rewrite with a proof before the names are given', () => {
  it('publishes what is proved', async () => {
    await inFolder(async (folder) => {
      const output = join(folder, 'undo.binlog');
      const seen: string[] = [];
      const { plan } = await rewrite({
        inputs: [source],
        output,
        maxFileSize: 20_000,
        beforePublish: async (draft) => {
          expect((await readdir(folder)).every((name) => name.startsWith('.'))).toBe(true);
          seen.push(...draft.parts.map(({ path }) => path));
          expect((await verifyDraft(draft)).rows).toBe(draft.plan.rows);
        },
      });
      expect(plan.rows).toBeGreaterThan(0);
      expect((await readdir(folder)).map((name) => join(folder, name)).sort()).toEqual(seen);
    });
  });

  it('leaves no output when it is not proved', async () => {
    const bytes = await readFile(source);
    await inFolder(async (folder) => {
      const [input] = await writeFiles(folder, [bytes]);
      const output = join(folder, 'undo.binlog');
      const run = rewrite({
        inputs: [input!],
        output,
        beforePublish: async (draft) => {
          const { temporaryPath } = draft.parts[0]!;
          const written = await readFile(temporaryPath);
          written[1000]! ^= 1;
          await writeFile(temporaryPath, written);
          await verifyDraft(draft);
        },
      });
      const error = await errorOf(run);
      expect(error).toBeInstanceOf(VerifyError);
      expect(error).toMatchObject({ file: output, hint: expect.stringContaining('No output was left') });
      await checkUntouched(folder, [bytes]);
    });
  });

  it('is refused for a stream, which cannot be read again', async () => {
    const output = { write: async (): Promise<void> => {} };
    const run = rewrite({ inputs: [source], output, beforePublish: async () => {} });
    expect(await errorOf(run)).toMatchObject({ code: 'USAGE' });
  });
});

describe('the size of events', () => {
  const of = table('d.t', [int, blob(4)]);
  const row = (id: number, size: number): Buffer[] => [u32(id), prefixed(4, Buffer.alloc(size, id))];
  const log = new Binlog(mysql97);
  log.transaction([
    tableMap(of, 1),
    rows('insert', of, 1, [[row(1, 300)], [row(2, 300)], [row(3, 3000)], [row(4, 10)]], { version: 2 }),
  ]);

  it('is held against the limit, unless it is one row, which cannot be sent in pieces', async () => {
    const proved = await Sources.of([log.bytes()]);
    const { bytes, result } = await undoBytes([log.bytes()], { maxEventSize: 800 });
    const { largestStatement } = await proved.prove([bytes], 800);
    expect(largestStatement).toBe(result.written!.largestStatement);
    const large = await undoBytes([log.bytes()]);
    expect(await errorOf(proved.prove([large.bytes], 800))).toMatchObject({ code: 'VERIFY_FAILED' });
  });

  it('is what was asked for, also beyond the 8 MiB that are taken without being asked', async () => {
    const megabytes = new Binlog(mysql97);
    const ids = Array.from({ length: 9 }, (_, id) => id);
    megabytes.transaction([
      tableMap(of, 1),
      rows(
        'insert',
        of,
        1,
        ids.map((id) => [row(id, 1024 * 1024)]),
        { version: 2 },
      ),
    ]);
    const proved = await Sources.of([megabytes.bytes()]);
    const { bytes } = await undoBytes([megabytes.bytes()], { maxEventSize: 16 * 1024 * 1024 });
    expect((await proved.prove([bytes], 16 * 1024 * 1024)).events).toBe(1);
    expect((await proved.refusal([bytes]))?.message).toContain('at most 8388608 bytes (--max-event-size)');
  });
});

describe('chains of UPDATEs', () => {
  /** 6 to 5, then 5 to 0: the undo looks for 5, which its first row sets. */
  const chain = (server: typeof mysql80, optional?: Buffer): Buffer => {
    const of = { ...table('d.t', [int]), ...(optional && { optional }) };
    const log = new Binlog(server);
    const update = [
      [6, 5],
      [5, 0],
      [8, 9],
    ].map(([from, to]) => [[u32(from!)], [u32(to!)]] as const);
    log.transaction([tableMap(of, 1), rows('update', of, 1, update, { version: 2 })]);
    return log.bytes();
  };
  const packed = async (log: Buffer): Promise<Buffer> => {
    const { bytes } = await undoBytes([log]);
    const pieces = takeApart(bytes);
    const all = rowsPieces(bytes);
    const [{ at, head }] = all as [(typeof all)[0]];
    const one = withRows(
      pieces[at]!,
      head,
      all.flatMap((event) => event.rows),
    );
    return putTogether(pieces.with(at, one).toSpliced(at + 1, 2 * (all.length - 1)));
  };

  it('do not stand in one event for a server that looks for rows in batches', async () => {
    const log = chain(mysql80);
    const proved = await Sources.of([log]);
    expect(await proved.verdict([(await undoBytes([log])).bytes])).toBe('proved');
    expect((await proved.refusal([await packed(log)]))?.message).toContain(
      'an earlier row of the same event',
    );
  });

  it('may where the table has a primary key', async () => {
    const log = chain(mysql80, primaryKey(0));
    expect(await (await Sources.of([log])).verdict([await packed(log)])).toBe('proved');
  });
});
