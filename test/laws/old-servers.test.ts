import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BinflashError, rewrite, verify } from '../../src/index.ts';
import { source } from '../builder/arbitrary.ts';
import { Binlog } from '../builder/binlog.ts';
import { u32 } from '../builder/bytes.ts';
import { int } from '../builder/columns.ts';
import { mariadb55, mysql55, mysql56, mysql97, oldServers } from '../builder/format.ts';
import { effects, undoOf } from '../builder/oracle.ts';
import { readBinlog } from '../builder/reader.ts';
import { rows, table, tableMap } from '../builder/rows.ts';
import { expectWellFormed } from '../builder/well-formed.ts';
import { inFolder, undo, writeFiles } from '../helpers.ts';

const numbers = table('shop.t', [int]);
const insert = (version: 1 | 2) => [
  tableMap(numbers, 1),
  rows('insert', numbers, 1, [[[u32(7)]]], { version }),
];

const plainFile = (server: typeof mysql55, version: 1 | 2 = 1): Buffer => {
  const log = new Binlog(server);
  log.transaction(insert(version));
  return log.bytes();
};

describe('binlogs of MySQL 5.1 and 5.5 and MariaDB 5.3 and 5.5', () => {
  it('are undone as they are, proved, and back again', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(source({ servers: oldServers }), async ({ files }) => {
        const first = await undo(files);
        const log = expectWellFormed(first.bytes);
        expect(log.version).toBe(readBinlog(files[0]!).version);
        expect(effects([log])).toEqual(undoOf(effects(files.map(readBinlog))));
        const second = await undo([first.bytes]);
        expect(effects([second.log])).toEqual(effects(files.map(readBinlog)));
      }),
      { numRuns: 20 },
    );
  });

  it('are converted to version 2, to checksums and back, and proved', { timeout: 60_000 }, async () => {
    const wanted = fc.record({
      rowsVersion: fc.constantFrom(2 as const, undefined),
      checksum: fc.constantFrom('crc32' as const, undefined),
    });
    await fc.assert(
      fc.asyncProperty(source({ servers: oldServers }), wanted, async ({ files }, options) => {
        await inFolder(async (folder) => {
          const inputs = await writeFiles(folder, files);
          const output = join(folder, 'undo');
          const { written } = await rewrite({ ...options, inputs, output });
          const { proof } = await verify({ inputs, undo: [output] });
          expect(proof.bytes).toBe(written!.bytes);
        });
        const { bytes, log } = await undo(files, options);
        expectWellFormed(bytes);
        const events = log.transactions.flatMap(({ statements }) => statements.flat());
        for (const { version } of events) expect(version).toBe(options.rowsVersion ?? 1);
        if (options.checksum !== undefined) expect(log.checksum).toBe(true);
        const back = await undo([bytes], { rowsVersion: 1, checksum: 'none' });
        expect(effects([back.log])).toEqual(effects(files.map(readBinlog)));
      }),
      { numRuns: 20 },
    );
  });
});

describe('the FORMAT_DESCRIPTION of an undo', () => {
  const versionOf = async (files: Buffer[], options: Parameters<typeof undo>[1] = {}) => {
    const { log } = await undo(files, options);
    return log.version;
  };

  it('is that of the source where it can carry what is written', async () => {
    expect(await versionOf([plainFile(mysql55)])).toBe('5.5.62-log');
    expect(await versionOf([plainFile(mysql55)], { checksum: 'none', rowsVersion: 1 })).toBe('5.5.62-log');
    expect(await versionOf([plainFile(mariadb55)], { checksum: 'crc32' })).toBe('5.5.68-MariaDB');
    expect(await versionOf([plainFile(mysql97, 2)], { rowsVersion: 2 })).toBe('9.7.4');
  });

  it('is that of a newer server where it cannot', async () => {
    expect(await versionOf([plainFile(mysql55)], { checksum: 'crc32' })).toBe('5.6.24-binflash');
    expect(await versionOf([plainFile(mysql55)], { rowsVersion: 2 })).toBe('5.6.24-binflash');
    expect(await versionOf([plainFile(mariadb55)], { rowsVersion: 2 })).toBe('10.5.23-MariaDB-binflash');
  });

  it('carries rows of version 2 that came before those of an older server', async () => {
    const older = new Binlog(mysql55, { time: 1_795_240_000 });
    older.transaction(insert(1));
    const files = [plainFile(mysql56, 2), older.bytes()];
    expect(await versionOf(files)).toBe('5.6.24-binflash');
  });

  it('is followed by GTID_NEXT where its server knows that', async () => {
    const statements = async (options: Parameters<typeof undo>[1]) =>
      (await undo([plainFile(mysql55)], options)).log.events.flatMap(({ text }) => text ?? []);
    expect(await statements({})).toEqual(['BEGIN']);
    expect(await statements({ rowsVersion: 2 })).toEqual(["SET @@SESSION.GTID_NEXT='AUTOMATIC'", 'BEGIN']);
  });

  it('of MySQL 8.4 and later carries no version 1', async () => {
    await expect(undo([plainFile(mysql97, 2)], { rowsVersion: 1 })).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('is proved to the byte where no checksum protects it', async () => {
    await inFolder(async (folder) => {
      const inputs = await writeFiles(folder, [plainFile(mysql55)]);
      const output = join(folder, 'undo');
      await rewrite({ inputs, output });
      const bytes = await readFile(output);
      const changed = join(folder, 'changed');
      for (let at = 4; at < 4 + bytes.readUInt32LE(13); at++) {
        const wrong = Buffer.from(bytes);
        wrong[at]! ^= 1;
        await writeFile(changed, wrong);
        await expect(verify({ inputs, undo: [changed] }), `byte ${at}`).rejects.toThrow(BinflashError);
      }
    });
  });
});
