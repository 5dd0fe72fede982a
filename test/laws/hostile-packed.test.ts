import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BinflashError, exitCodes, rewrite } from '../../src/index.ts';
import { goldenFrames } from '../binlog/zstd-golden.ts';
import { Binlog } from '../builder/binlog.ts';
import * as e from '../builder/events.ts';
import { mariadb118, mysql97, type Server } from '../builder/format.ts';
import { effects, undoOf } from '../builder/oracle.ts';
import { compressed, payload } from '../builder/packed.ts';
import { readBinlog } from '../builder/reader.ts';
import { innerEvents } from '../builder/repack.ts';
import { change, orders } from '../builder/shop.ts';
import { unpacked } from '../builder/unpack.ts';
import { plainPlan, zstd } from '../builder/zstd.ts';
import { inFolder } from '../helpers.ts';

const transaction = innerEvents([
  e.query('BEGIN'),
  ...change('insert', [1]),
  ...change('update', [2]),
  e.xid(9),
]);
const plan = { ...plainPlan, blocks: [90, 0, 107], blocksPerFrame: 2, checksum: true, windowLog: 10 };
const mariadb = { ...orders, padding: 0 as const };
const [map, update] = change('update', [1, 2, 3], mariadb, { version: 1 }) as [e.Event, e.Event];

/** Packed events, and what stands before them in the same transaction. */
const specimens: [name: string, server: Server, before: e.Event[], packed: e.Event, after: e.Event[]][] = [
  [
    'a payload of frames made by hand',
    mysql97,
    [e.anonymousGtid()],
    payload(zstd(transaction, plan), { unpackedSize: transaction.length }),
    [],
  ],
  [
    'a payload that is not compressed',
    mysql97,
    [e.anonymousGtid()],
    payload(transaction, { compression: 255 }),
    [],
  ],
  [
    'a payload of MySQL 9.7',
    mysql97,
    [e.anonymousGtid()],
    payload(goldenFrames[0]!.packed, { unpackedSize: goldenFrames[0]!.length }),
    [],
  ],
  ['a compressed rows event', mariadb118, [e.mariadbGtid(1), map], compressed(update), [e.xid(1)]],
  [
    'a compressed QUERY',
    mariadb118,
    [e.mariadbGtid(1), map, update],
    compressed(e.query('SAVEPOINT `some long name`')),
    [e.xid(1)],
  ],
];

/** Undoes a log with that event in it; a code, or 'done' where the undo is what it should be. */
type Attempt = (packed: e.Event) => Promise<string>;

async function attempting(
  server: Server,
  before: e.Event[],
  after: e.Event[],
  run: (attempt: Attempt) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const inputs = [join(folder, 'bin.000001')];
    await run(async (packed) => {
      const log = new Binlog(server);
      log.add(...before, packed, ...after);
      const file = log.bytes();
      await writeFile(inputs[0]!, file);
      const pieces: Buffer[] = [];
      const output = { write: async (piece: Uint8Array) => void pieces.push(Buffer.from(piece)) };
      try {
        await rewrite({ inputs, window: 64, maxUnpackedSize: 2 ** 20, output });
      } catch (error) {
        if (error instanceof BinflashError) return error.code;
        throw error;
      }
      const source = unpacked(file);
      if (source !== undefined) {
        expect(effects([readBinlog(Buffer.concat(pieces))])).toEqual(undoOf(effects([source])));
      }
      return 'done';
    });
  });
}

/** Codes for what is wrong with a file, or in it. */
const documented = (code: string): boolean =>
  code === 'done' || [1, 3, 4].includes(exitCodes[code as keyof typeof exitCodes]);

describe.each(specimens)('%s', (_, server, before, packed, after) => {
  it('is sound as it is', async () => {
    await attempting(server, before, after, async (attempt) => expect(await attempt(packed)).toBe('done'));
  });

  it('with a byte changed and its checksum made right is refused by name, or undone as it reads now', {
    timeout: 120_000,
  }, async () => {
    await attempting(server, before, after, async (attempt) => {
      const codes = new Set<string>();
      for (let at = 0; at < packed.body.length; at++) {
        const body = Buffer.from(packed.body);
        // One bit, which hides better in lengths, or all of them.
        body[at]! ^= at % 2 === 0 ? 0xff : 0x01;
        const code = await attempt({ ...packed, body });
        expect([at, documented(code)]).toEqual([at, true]);
        codes.add(code);
      }
      expect(codes).toContain('DAMAGED');
    });
  });

  it('cut at any byte, its size and checksum made right, is damaged', { timeout: 120_000 }, async () => {
    await attempting(server, before, after, async (attempt) => {
      for (let length = 0; length < packed.body.length; length++) {
        const code = await attempt({ ...packed, body: packed.body.subarray(0, length) });
        expect([length, code]).toEqual([length, expect.stringMatching(/^(DAMAGED|UNSUPPORTED)$/)]);
      }
    });
  });

  it('that says it is another event is refused by name, or undone as it reads now', async () => {
    await attempting(server, before, after, async (attempt) => {
      for (let type = 0; type < 256; type++) {
        if (type === packed.type) continue;
        const code = await attempt({ ...packed, type });
        expect([type, documented(code)]).toEqual([type, true]);
      }
    });
  });
});
