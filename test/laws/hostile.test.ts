import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BinflashError, exitCodes, rewrite } from '../../src/index.ts';
import { Binlog } from '../builder/binlog.ts';
import { decimal, int, varchar } from '../builder/columns.ts';
import * as e from '../builder/events.ts';
import { type Checksum, mariadb118, mysql97, type Server } from '../builder/format.ts';
import { columnNames, primaryKey, rows, table, tableMap } from '../builder/rows.ts';
import { change, orders, row } from '../builder/shop.ts';
import { inFolder, refusal } from '../helpers.ts';

/** About 1.5 KB with every kind of event that decoders look into. */
function sample(server: Server, checksum: Checksum): Buffer {
  const mariadb = server.flavour === 'mariadb';
  const version = server.rowsVersion;
  const padding = mariadb ? 0 : 1;
  const optional = Buffer.concat([primaryKey(0), columnNames('id', 'word', 'price')]);
  const of = { ...table('shop.prices', [int, varchar(300), decimal(10, 2, 5)], padding), optional };
  const values = (id: number): Buffer[] => [
    row(id)[0] as Buffer,
    Buffer.from([2, 0, 97, 98]),
    Buffer.alloc(5, id),
  ];
  const log = new Binlog(server, { checksum });
  if (mariadb) log.add(e.gtidList(1), e.checkpoint('bin.000001'));
  else log.add(e.previousGtids(), e.gtid('3e11fa47-71ca-11e1-9e33-c80aa9429562', 4), e.query('GRANT x'));
  log.transaction([
    mariadb ? e.annotate('insert') : e.rowsQuery('insert'),
    ...change('insert', [1, 2], { ...orders, padding }, { version }),
  ]);
  log.transaction([
    tableMap(of, 9),
    rows('update', of, 9, [[values(1), values(2)]], { version, presentAfter: [true, true, false] }),
  ]);
  log.transaction([tableMap(of, 9), rows('delete', of, 9, [[values(3)]], { version })], e.query('COMMIT'));
  log.add(e.rotate('bin.000002'));
  return log.bytes();
}

interface Outcome {
  readonly at: number;
  readonly code: string;
}

/**
 * Runs the rewrite; anything but a BinflashError fails the test, and so does an output of a run that failed. Where many
 * of them end well it is `streamed`: to flush each output to the disk takes longer than all else.
 */
async function attempts(files: Iterable<[number, Buffer]>, streamed = false): Promise<Outcome[]> {
  return inFolder(async (folder) => {
    const input = join(folder, 'bin.000001');
    const output = join(folder, 'undo');
    const outcomes: Outcome[] = [];
    for (const [at, bytes] of files) {
      await writeFile(input, bytes);
      let code = 'done';
      try {
        const target = streamed ? { write: async () => {} } : output;
        await rewrite({ inputs: [input], output: target, window: 512 });
      } catch (error) {
        if (!(error instanceof BinflashError)) throw new Error(`byte ${at}`, { cause: error });
        code = error.code;
      }
      const left = (await readdir(folder)).sort().join();
      expect([at, left]).toEqual([at, code === 'done' && !streamed ? 'bin.000001,undo' : 'bin.000001']);
      if (code === 'done' && !streamed) await rm(output);
      outcomes.push({ at, code });
    }
    return outcomes;
  });
}

/** Codes with exit 3, or 4 where the change makes it something else that is known. */
const FOUND_OUT = /^(NOT_A_BINLOG|DAMAGED|TRUNCATED|BAD_CHECKSUM|UNSUPPORTED|ENCRYPTED)$/;

/** One bit, which hides better in lengths, or all of them. */
const maskAt = (at: number): number => (at % 2 === 0 ? 0xff : 0x01);

function* flips(bytes: Buffer): Generator<[number, Buffer]> {
  for (let at = 0; at < bytes.length; at++) {
    const copy = Buffer.from(bytes);
    copy[at]! ^= maskAt(at);
    yield [at, copy];
  }
}

function* cuts(bytes: Buffer): Generator<[number, Buffer]> {
  for (let length = 0; length < bytes.length; length++) yield [length, bytes.subarray(0, length)];
}

describe.each([mysql97, mariadb118])('hostile input, $version', (server) => {
  const file = sample(server, 'crc32');

  it('cut at any byte but an event boundary is refused as damaged', { timeout: 300_000 }, async () => {
    for (const { at, code } of await attempts(cuts(file))) {
      const boundary = isBoundary(file, at);
      // Before the first commit there is nothing to undo, after BEGIN nothing is finished.
      if (boundary)
        expect([at, code]).toEqual([at, expect.stringMatching(/^(done|UNFINISHED|NO_MATCH|TRUNCATED)$/)]);
      else expect([at, code]).toEqual([at, at < 4 ? 'NOT_A_BINLOG' : 'TRUNCATED']);
    }
  });

  it('with a checksum, any byte changed is found out', { timeout: 300_000 }, async () => {
    for (const { at, code } of await attempts(flips(file))) {
      // The one bit that a server changes in place, without a checksum: IN_USE of FORMAT_DESCRIPTION.
      if (at === 4 + 17 && maskAt(at) === 0x01) expect(code).toBe('done');
      else expect([at, code]).toEqual([at, expect.stringMatching(FOUND_OUT)]);
    }
  });

  it('without checksums, it ends well or with a reason', { timeout: 300_000 }, async () => {
    const plain = sample(server, 'none');
    const codes = new Set<string>();
    for (const { code } of await attempts(flips(plain), true)) codes.add(code);
    // That some flips go unnoticed is what checksums are for; that none is an internal error is the point.
    expect(codes).toContain('done');
    for (const code of codes) expect([0, 1, 3, 4]).toContain(exitCodes[code as keyof typeof exitCodes] ?? 0);
  });
});

function isBoundary(bytes: Buffer, at: number): boolean {
  let end = 4;
  while (end < at) end += bytes.readUInt32LE(end + 9);
  return end === at;
}

describe('things handed in by mistake', () => {
  it.each<[string, string, string]>([
    ['the beginning of an encrypted binlog', 'fd62696e01', 'TRUNCATED'],
    ['an InnoDB binlog', 'fefe0d0100', 'UNSUPPORTED'],
    ['the beginning of a bzip2 archive', '425a683931', 'UNSUPPORTED'],
    ['the beginning of an xz archive', 'fd377a585a0000', 'UNSUPPORTED'],
    ['the beginning of an lz4 archive', '04224d1864', 'UNSUPPORTED'],
    ['the beginning of a zip archive', '504b0304', 'UNSUPPORTED'],
    ['the beginning of a gzip archive', '1f8b0800', 'TRUNCATED'],
    ['the beginning of a zstd archive', '28b52ffd', 'DAMAGED'],
    ['text', '2e2f62696e', 'NOT_A_BINLOG'],
    ['nothing', '', 'NOT_A_BINLOG'],
    ['half of the magic', 'fe62', 'NOT_A_BINLOG'],
    ['the magic alone', 'fe62696e', 'TRUNCATED'],
  ])('%s is named', async (_, start, code) => {
    const [outcome] = await attempts([[0, Buffer.from(start, 'hex')]]);
    expect(outcome!.code).toBe(code);
  });

  it('what a text begins with is not printed: it may be a password', async () => {
    const error = await refusal([Buffer.from('hunter2\n')]);
    expect(error).toMatchObject({ code: 'NOT_A_BINLOG' });
    expect(error.message).not.toMatch(/hunt|68 75 6e 74/);
  });

  it('a piece without its FORMAT_DESCRIPTION, and sizes no event can have', async () => {
    const whole = sample(mysql97, 'crc32');
    const first = whole.readUInt32LE(4 + 9);
    const piece = Buffer.concat([whole.subarray(0, 4), whole.subarray(4 + first)]);
    const sized = (size: number): Buffer => {
      const copy = Buffer.from(whole);
      copy.writeUInt32LE(size, 4 + first + 9);
      return copy;
    };
    const files = [piece, sized(0), sized(18), sized(0xffff_ffff), sized(2 ** 31), sized(19)];
    const outcomes = await attempts(files.map((bytes, i): [number, Buffer] => [i, bytes]));
    expect(outcomes.map(({ code }) => code)).toEqual([
      'DAMAGED',
      'DAMAGED',
      'DAMAGED',
      // Larger than any event, and then larger than the file.
      'DAMAGED',
      'TRUNCATED',
      'BAD_CHECKSUM',
    ]);
  });

  it('the sample itself is sound', async () => {
    for (const server of [mysql97, mariadb118]) {
      const outcomes = await attempts([
        [0, sample(server, 'crc32')],
        [1, sample(server, 'none')],
      ]);
      expect(outcomes.map(({ code }) => code)).toEqual(['done', 'done']);
    }
  });
});
