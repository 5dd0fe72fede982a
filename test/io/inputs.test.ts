/** Binary logs as they are found: in archives, listed in an index, in a folder with other files, behind a pattern. */
import { once } from 'node:events';
import { appendFile, chmod, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inspect, report, rewrite, sql } from '../../src/index.ts';
import { Binlog, START_TIME } from '../builder/binlog.ts';
import { anonymousGtid, type Event, previousGtids, query, rotate, xid } from '../builder/events.ts';
import { mariadb118, mysql56, mysql80 } from '../builder/format.ts';
import { change, insert, orders } from '../builder/shop.ts';
import { plainPlan, zstd } from '../builder/zstd.ts';
import { inFolder, undo } from '../helpers.ts';

/** Number `n` of logs that follow each other, with an insert each. */
function log(n: number): Buffer {
  const made = new Binlog(mysql80, { time: START_TIME + n });
  made.transaction(insert(n));
  made.add(rotate(name(n + 1)));
  return made.bytes();
}

const name = (n: number): string => `bin.${String(n).padStart(6, '0')}`;

/** What `inspect` finds behind names, and what it warns of. */
async function found(...names: string[]): Promise<{ files: string[]; rows: number; warnings: string[] }> {
  const warnings: string[] = [];
  const { files, total } = await inspect(names, { onWarning: (warning) => warnings.push(warning) });
  return { files: files.map(({ path }) => path.split('/').at(-1)!), rows: total.rows, warnings };
}

/** Logs 1 to 3, the second one in an archive, among strangers and with an index. */
async function mixed(folder: string): Promise<void> {
  await writeFile(join(folder, name(1)), log(1));
  await writeFile(join(folder, `${name(2)}.gz`), gzipSync(log(2)));
  await writeFile(join(folder, name(3)), log(3));
  await writeFile(join(folder, 'bin.idx'), 'not a log');
  await writeFile(join(folder, 'bin.empty'), '');
  await writeFile(join(folder, 'bin.sql.gz'), gzipSync('CREATE TABLE t (id INT);'));
  await writeFile(
    join(folder, 'bin.index'),
    `./${name(1)}\r\n./${name(2)}.gz\r\n${join(folder, name(3))}\r\n`,
  );
}

const ALL = [name(1), `${name(2)}.gz`, name(3)];

describe('names', () => {
  it('are those of an index, a folder, a pattern, each with strangers, in any order and together', async () => {
    await inFolder(async (folder) => {
      await mixed(folder);
      await mkdir(join(folder, 'bin.d'));
      expect(await found(join(folder, 'bin.index'))).toEqual({ files: ALL, rows: 3, warnings: [] });
      const strangers =
        /^bin\.empty, bin\.idx, bin\.index, bin\.sql\.gz of .* are no binary logs and were left out$/;
      expect(await found(folder)).toEqual({
        files: ALL,
        rows: 3,
        warnings: [expect.stringMatching(strangers)],
      });
      expect(await found(join(folder, 'bin.00*'))).toMatchObject({ files: ALL, warnings: [] });
      expect((await found(join(folder, 'bin.00000[13]*'), join(folder, '*.gz'))).files).toEqual(ALL);
      expect(await found(join(folder, 'bin.??????'), join(folder, 'bin.index'))).toMatchObject({
        files: ALL,
      });
      const withFolder = await found(join(folder, '*.*'));
      expect(withFolder).toMatchObject({
        files: ALL,
        warnings: [expect.stringMatching(strangers), expect.anything()],
      });
      expect(withFolder.warnings[1]).toMatch(/bin\.d was left out, .*is a folder/);
    });
  });

  it('that are given one by one must be those of binary logs', async () => {
    await inFolder(async (folder) => {
      await mixed(folder);
      for (const stranger of ['bin.idx', 'bin.empty', 'bin.sql.gz']) {
        const error = { code: 'NOT_A_BINLOG', file: join(folder, stranger) };
        await expect(inspect([join(folder, stranger)])).rejects.toMatchObject(error);
      }
      const none = join(folder, 'x*');
      await expect(inspect([none])).rejects.toMatchObject({ code: 'IO', file: none });
      const nothing = { code: 'NOT_A_BINLOG', hint: expect.stringContaining('bin.idx') };
      await expect(inspect([join(folder, '*.idx')])).rejects.toMatchObject(nothing);
    });
  });

  it('may look like patterns, and are files all the same where there is one', async () => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, 'bin[1]*'), log(1));
      await writeFile(join(folder, 'bin1'), log(2));
      expect((await found(join(folder, 'bin[1]*'))).files).toEqual(['bin[1]*']);
    });
  });

  it('of an index that are gone or not readable are named; those that follow others are missing', async () => {
    await inFolder(async (folder) => {
      await mixed(folder);
      const index = join(folder, 'bin.index');
      await writeFile(index, `${name(0)}\n${name(1)}\n${name(2)}.gz\n`);
      expect(await found(index)).toEqual({
        files: ALL.slice(0, 2),
        rows: 2,
        warnings: [
          expect.stringMatching(/bin\.000000 was left out, which .*bin\.index names: .*no such file/),
        ],
      });
      await writeFile(index, `${name(1)}\n${name(4)}\n${name(3)}\n`);
      await expect(inspect([index])).rejects.toMatchObject({ code: 'IO', file: join(folder, name(4)) });
      await writeFile(index, 'gone.000001\n');
      await expect(inspect([index])).rejects.toMatchObject({ code: 'IO', file: join(folder, 'gone.000001') });
      await writeFile(index, '\n');
      await expect(inspect([index])).rejects.toMatchObject({ code: 'NOT_A_BINLOG', file: index });
      await writeFile(index, Buffer.alloc(10));
      await expect(inspect([index])).rejects.toMatchObject({ code: 'NOT_A_BINLOG', file: index });
    });
  });

  it('of an index, or like those of the logs beside them, are those of logs: what is no log there is damaged', async () => {
    await inFolder(async (folder) => {
      for (const n of [1, 2, 3]) await writeFile(join(folder, name(n)), log(n));
      const index = join(folder, 'bin.index');
      await writeFile(index, `${name(1)}\n${name(2)}\n${name(3)}\n`);
      const last = join(folder, name(3));
      for (const [damaged, code] of [
        [Buffer.concat([Buffer.of(0), log(3).subarray(1)]), 'NOT_A_BINLOG'],
        [gzipSync('something else'), 'NOT_A_BINLOG'],
      ] as const) {
        await writeFile(last, damaged);
        await expect(inspect([index])).rejects.toMatchObject({ code, file: last });
        await expect(inspect([folder])).rejects.toMatchObject({ code, file: last });
        await expect(inspect([join(folder, 'bin.0*')])).rejects.toMatchObject({ code, file: last });
      }
      // Begun and not written to: there is nothing in it.
      await writeFile(last, '');
      expect(await found(folder)).toMatchObject({ files: [name(1), name(2)] });
      await rm(last);
      await expect(inspect([index])).rejects.toMatchObject({
        code: 'IO',
        file: last,
        hint: expect.stringMatching(/lists it behind others/),
      });
    });
  });

  it.each([0, 3, 4])(
    'may be one of %i bytes at the end, whose server was killed as it began it',
    async (length) => {
      await inFolder(async (folder) => {
        for (const n of [1, 2]) await writeFile(join(folder, name(n)), log(n));
        await writeFile(join(folder, name(3)), log(3).subarray(0, length));
        const index = join(folder, 'bin.index');
        await writeFile(index, `${name(1)}\n${name(2)}\n${name(3)}\n`);
        for (const all of [index, join(folder, 'bin.0*')]) {
          expect(await found(all)).toEqual({
            files: [name(1), name(2)],
            rows: 2,
            warnings: [expect.stringMatching(/^bin\.000003 of .* ends before its first event/)],
          });
        }
        await appendFile(index, `${name(4)}\n`);
        await writeFile(join(folder, name(4)), log(4));
        const error = { code: 'TRUNCATED', file: join(folder, name(3)) };
        for (const all of [index, folder]) await expect(found(all)).rejects.toMatchObject(error);
      });
    },
  );

  it.each([mysql56, mysql80, mariadb118])(
    'of a folder in which an undo was written too are those of the logs',
    async (server) => {
      await inFolder(async (folder) => {
        const made = new Binlog(server);
        const version = server.flavour === 'mariadb' ? 1 : 2;
        made.transaction(change('insert', [1], orders, { version }));
        made.add(rotate(name(2)));
        await writeFile(join(folder, name(1)), made.bytes());
        await rewrite({ inputs: [folder], output: join(folder, 'undo.binlog') });
        for (const among of [folder, join(folder, '*')]) {
          expect(await found(among)).toMatchObject({
            files: [name(1)],
            warnings: [
              expect.stringMatching(/undo\.binlog of .* is an undo that binflash has made, and was left out/),
            ],
          });
        }
        // Where it is named, or there is nothing else, it is meant.
        for (const alone of [join(folder, 'undo.binlog'), join(folder, 'undo*')]) {
          expect(await found(alone)).toMatchObject({ files: ['undo.binlog'], rows: 1 });
        }
      });
    },
  );

  it('of a folder, like those of the logs beside them, are not left out where they cannot be read', async () => {
    await inFolder(async (folder) => {
      for (const n of [1, 2]) await writeFile(join(folder, name(n)), log(n));
      await symlink('/nowhere/log', join(folder, name(3)));
      const error = { code: 'IO', file: join(folder, name(3)) };
      for (const all of [folder, join(folder, 'bin.0*')])
        await expect(found(all)).rejects.toMatchObject(error);
    });
  });

  it('of a folder with a socket in it are those of the rest', async () => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, name(1)), log(1));
      const server = createServer().listen(join(folder, 'mysql.sock'));
      await once(server, 'listening');
      expect(await found(folder)).toMatchObject({
        files: [name(1)],
        warnings: [expect.stringMatching(/mysql\.sock was left out/)],
      });
      server.close();
    });
  });

  it('of an index mean that neither it nor a log is written to, whatever --force says', async () => {
    await inFolder(async (folder) => {
      for (const n of [1, 2]) await writeFile(join(folder, name(n)), log(n));
      const index = join(folder, 'bin.index');
      await writeFile(index, `${name(1)}\n${name(2)}\n`);
      const options = { inputs: [index], output: index, force: true };
      for (const run of [rewrite, report, sql]) {
        await expect(run(options)).rejects.toMatchObject({
          code: 'USAGE',
          message: expect.stringMatching(/one of the inputs/),
        });
      }
      // The parts would be bin.000001 and so on.
      const parts = { inputs: [join(folder, name(2))], output: join(folder, 'bin'), force: true };
      await rm(join(folder, name(1)));
      await expect(rewrite({ ...parts, maxFileSize: 1 << 20 })).rejects.toMatchObject({
        code: 'USAGE',
        file: join(folder, name(2)),
        message: expect.stringMatching(/one of the inputs/),
      });
    });
  });

  it.each(['.\\', 'C:\\ProgramData\\MySQL\\Data\\', './', '/var/lib/nowhere/'])(
    'of an index with lines like %s mean the copies beside it, in archives too',
    async (before) => {
      await inFolder(async (folder) => {
        await writeFile(join(folder, name(1)), log(1));
        await writeFile(join(folder, `${name(2)}.gz`), gzipSync(log(2)));
        const index = join(folder, 'bin.index');
        await writeFile(index, [0, 1, 2].map((n) => `${before}${name(n)}\r\n`).join(''));
        const files = [name(1), `${name(2)}.gz`];
        expect(await found(index)).toMatchObject({
          files,
          rows: 2,
          warnings: [expect.stringMatching(/bin\.000000 was left out/)],
        });
      });
    },
  );

  it('of an index of another machine mean the copies beside it', async () => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, name(1)), log(1));
      await writeFile(join(folder, 'bin.index'), `/var/lib/nowhere/${name(1)}\n`);
      expect(await found(join(folder, 'bin.index'))).toMatchObject({ files: [name(1)], warnings: [] });
    });
  });
});

describe('a log that is there twice', () => {
  it('is not an empty one that was begun in the same second, by FLUSH BINARY LOGS', async () => {
    await inFolder(async (folder) => {
      const begun = (next?: number, ...events: Event[]): Buffer => {
        const made = new Binlog(mysql80, { time: START_TIME });
        made.add(previousGtids(), ...events);
        if (next !== undefined) made.add(rotate(name(next)));
        return made.bytes();
      };
      const paths = [1, 2, 3].map((n) => join(folder, name(n)));
      await writeFile(paths[0]!, begun(2, ...insert(1)));
      await writeFile(paths[1]!, begun(3));
      await writeFile(paths[2]!, begun());
      await writeFile(join(folder, 'bin.index'), `${name(1)}\n${name(2)}\n${name(3)}\n`);
      const files = [name(1), name(2), name(3)];
      expect(await found(...paths)).toMatchObject({ files, rows: 1, warnings: [] });
      expect(await found(join(folder, 'bin.index'))).toMatchObject({ files, warnings: [] });
      await mkdir(join(folder, 'copy'));
      await writeFile(join(folder, 'copy', name(3)), begun());
      await expect(found(...paths, join(folder, 'copy', name(3)))).rejects.toMatchObject({ code: 'USAGE' });
    });
  });

  it('is not one of another number that begins alike, with the same change in the same second', async () => {
    await inFolder(async (folder) => {
      const begun = (next?: number): Buffer => {
        const made = new Binlog(mysql56, { time: START_TIME });
        made.add(query('BEGIN'), ...insert(1), query('COMMIT'));
        if (next !== undefined) made.add(rotate(name(next)));
        return made.bytes();
      };
      const logs = [begun(2), begun(3), begun()];
      const paths = logs.map((_, i) => join(folder, name(i + 1)));
      await Promise.all(logs.map((bytes, i) => writeFile(paths[i]!, bytes)));
      await writeFile(join(folder, 'bin.index'), logs.map((_, i) => `${name(i + 1)}\n`).join(''));
      const files = [name(1), name(2), name(3)];
      expect(await found(...paths)).toMatchObject({ files, rows: 3, warnings: [] });
      expect(await found(join(folder, 'bin.index'))).toMatchObject({ files, rows: 3, warnings: [] });
      // Numbers that no ROTATE confirms are those of copies.
      await writeFile(join(folder, 'night.1'), logs[0]!);
      await writeFile(join(folder, 'night.2'), logs[0]!);
      await expect(found(join(folder, 'night.1'), join(folder, 'night.2'))).rejects.toMatchObject({
        code: 'USAGE',
      });
    });
  });

  it('is not one of which the next begins alike: a replica begins a large transaction once more', async () => {
    await inFolder(async (folder) => {
      const begun = (rows: number): Binlog => {
        const made = new Binlog(mysql80, { time: START_TIME });
        made.add(anonymousGtid(), query('BEGIN'));
        for (let i = 0; i < rows; i++) made.add(...insert(i));
        return made;
      };
      const [broken, whole] = [begun(1000), begun(3000)];
      broken.add(rotate(name(2)));
      whole.add(xid(7), rotate(name(3)));
      expect(broken.position).toBeGreaterThan(65536);
      await writeFile(join(folder, name(1)), broken.bytes());
      await writeFile(join(folder, name(2)), whole.bytes());
      const { files } = await found(join(folder, name(1)), join(folder, name(2)));
      expect(files).toEqual([name(1), name(2)]);
    });
  });

  it('is taken once where a pattern finds it, the longer copy of it', async () => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, name(1)), log(1));
      await writeFile(join(folder, `${name(1)}.gz`), gzipSync(log(1)));
      const again = await found(join(folder, 'bin*'));
      expect(again).toMatchObject({
        files: [name(1)],
        rows: 1,
        warnings: [expect.stringMatching(/same log/)],
      });
      await writeFile(join(folder, 'begun'), log(1).subarray(0, -31));
      expect((await found(folder)).files).toEqual([name(1)]);
    });
  });

  it('is an error where both were named', async () => {
    await inFolder(async (folder) => {
      const paths = [join(folder, name(1)), join(folder, `${name(1)}.gz`)];
      await writeFile(paths[0]!, log(1));
      await writeFile(paths[1]!, gzipSync(log(1)));
      await expect(inspect(paths)).rejects.toMatchObject({
        code: 'USAGE',
        message: expect.stringMatching(/given twice, which is a copy/),
      });
    });
  });
});

describe('an archive', () => {
  const archives: [string, (bytes: Buffer) => Buffer][] = [
    ['gzip', gzipSync],
    [
      'gzip in members, with padding',
      (b) => Buffer.concat([gzipSync(b.subarray(0, 99)), gzipSync(b.subarray(99)), Buffer.alloc(512)]),
    ],
    ['zstd', (b) => zstd(b, { ...plainPlan, checksum: true })],
    [
      'zstd in frames of small blocks',
      (b) => zstd(b, { ...plainPlan, blocks: [7, 40], blocksPerFrame: 3, skippable: true, rle: true }),
    ],
  ];

  it.each(archives)('of %s is undone as what is in it', async (_, pack) => {
    await inFolder(async (folder) => {
      const path = join(folder, 'monday');
      await writeFile(path, pack(log(1)));
      const output = join(folder, 'undo');
      await rewrite({ inputs: [path], output });
      expect(await readFile(output)).toEqual((await undo([log(1)])).bytes);
      expect((await readdir(folder)).sort()).toEqual(['monday', 'undo']);
    });
  });

  it.each(archives)('of %s that is cut anywhere is damaged, and says what to do', async (_, pack) => {
    await inFolder(async (folder) => {
      const path = join(folder, 'monday');
      const whole = pack(log(1));
      // What the padding is cut to does not matter.
      const end = whole.findLastIndex((byte) => byte !== 0);
      for (let length = 5; length < end; length += 13) {
        await writeFile(path, whole.subarray(0, length));
        const error = await inspect([path]).catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({
          code: expect.stringMatching(/^(DAMAGED|TRUNCATED|NOT_A_BINLOG)$/),
          file: path,
        });
      }
      await writeFile(path, whole.subarray(0, end - 8));
      await expect(inspect([path])).rejects.toMatchObject({
        hint: expect.stringMatching(
          new RegExp(`^Take another copy [^:]*(: \\w+ -dc ${path} > part, [^:]*)?$`),
        ),
      });
    });
  });

  it('with a flipped bit, or something else behind it, is damaged', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'monday');
      for (const [, pack] of archives) {
        const bytes = pack(log(1));
        bytes[bytes.length >> 1]! ^= 0x10;
        await writeFile(path, bytes);
        await expect(inspect([path])).rejects.toMatchObject({ file: path });
      }
      for (const pack of [archives[0]![1], archives[2]![1]]) {
        await writeFile(path, Buffer.concat([pack(log(1)), Buffer.from('and something else')]));
        await expect(inspect([path])).rejects.toMatchObject({ code: 'DAMAGED', file: path });
      }
    });
  });

  it('that unpacks to more than is allowed is a bomb', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'monday');
      await writeFile(path, gzipSync(Buffer.concat([log(1), Buffer.alloc(2 ** 20)])));
      await expect(inspect([path], { maxUnpackedSize: 2 ** 20 })).rejects.toMatchObject({
        code: 'LIMIT',
        hint: expect.stringMatching(/--max-unpacked-size/),
      });
    });
  });

  it('that grows while it is read makes no undo', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'monday');
      await writeFile(path, gzipSync(log(1)));
      const onProgress = (): void => void appendFile(path, 'x');
      const output = join(folder, 'undo');
      await expect(rewrite({ inputs: [path], output, onProgress })).rejects.toMatchObject({
        code: 'IO',
        file: path,
      });
      expect(await readdir(folder)).toEqual(['monday']);
    });
  });

  it.skipIf(process.getuid?.() === 0)('needs a folder where it can be unpacked', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'monday');
      await writeFile(path, gzipSync(log(1)));
      await chmod(folder, 0o500);
      await expect(inspect([path], { spoolFolder: folder })).rejects.toMatchObject({ code: 'IO' });
    });
  });
});
