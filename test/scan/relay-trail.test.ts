/** What relay logs hold twice, and what their source's positions tell. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rewrite } from '../../src/index.ts';
import { Binlog, START_TIME } from '../builder/binlog.ts';
import * as e from '../builder/events.ts';
import { mariadb118, mysql80, mysql97, type Server } from '../builder/format.ts';
import { readEvents } from '../builder/reader.ts';
import { relayLogs } from '../builder/relay.ts';
import { change, orders } from '../builder/shop.ts';
import { inFolder, insertedIds, refusal, undo } from '../helpers.ts';

function source(server: Server, time = START_TIME, ids: readonly number[] = [1, 2, 3]): Binlog {
  const log = new Binlog(server, { time });
  const version = server.flavour === 'mariadb' ? 1 : 2;
  for (const id of ids) log.transaction(change('insert', [id], orders, { version }));
  return log;
}

/** The relay logs of a replica that was sent `log`, which then goes on in another file before event number `at`. */
function relayed(log: Binlog, at: readonly number[] = [], begun?: number): Buffer[] {
  const replica = log.server.flavour === 'mariadb' ? mariadb118 : mysql97;
  return relayLogs([log.bytes()], {
    replica,
    checksum: 'crc32',
    rotations: at,
    connections: [],
    ...(begun && { begun }),
  });
}

describe.each([mysql80, mariadb118])('relay logs of $flavour', (server) => {
  it('that a restarted replica has fetched again (relay_log_recovery) are not undone twice', async () => {
    const [fetched] = relayed(source(server, START_TIME, [1, 2]));
    const [again] = relayed(source(server), [], 1_700_000_100);
    const error = await refusal([fetched!, again!]);
    expect(error).toMatchObject({
      code: 'GAP',
      file: expect.stringMatching(/bin\.000002$/),
      message: expect.stringMatching(
        /once more, which ends at source\.000001:\d+ of the source and stands at /,
      ),
    });
    // What the hint advises: each transaction once.
    const [, first, stop] = /with (\S+) as the last file and --stop-position (\d+)/.exec(error.hint!)!;
    expect(first).toMatch(/bin\.000001$/);
    const { log } = await undo([again!]);
    expect(insertedIds(log)).toEqual([[1], [2], [3]]);
    const begins = readEvents(fetched!).map(({ offset }) => offset);
    expect(begins).toContain(Number(stop));
    await expect(undo([fetched!], { select: { stopPosition: Number(stop) } })).rejects.toMatchObject({
      code: 'NO_MATCH',
    });
  });

  it('are known to be there twice where nothing tells of which of its files the first are', async () => {
    // Begun before the second transaction, without a new connection.
    const second = readEvents(source(server).bytes()).findIndex(({ type }) => type === 16);
    const [, goesOn] = relayed(source(server), [second]);
    const [again] = relayed(source(server, START_TIME, [1, 2, 3, 4]), [], 1_700_000_100);
    const third = readEvents(source(server).bytes()).findLastIndex(({ type }) => type === 16);
    const [, rest] = relayed(source(server, START_TIME, [1, 2, 3, 4]), [third], 1_700_000_100);
    // Of what was sent once more, nothing was there before, or some.
    expect(insertedIds((await undo([goesOn!, rest!])).log)).toEqual([[2], [3], [4]]);
    expect(insertedIds((await undo([again!])).log)).toHaveLength(4);
    const [, twice] = relayed(source(server, START_TIME, [1, 2, 3, 4]), [second], 1_700_000_100);
    expect(await refusal([goesOn!, twice!])).toMatchObject({
      code: 'GAP',
      message: expect.stringMatching(
        /once more, which ends at \d+ of the source and stands at .*bin\.000001/,
      ),
    });
  });

  it('of a source whose logs were reset are no repeats', async () => {
    const files = [source(server), source(server, START_TIME + 100, [4, 5])].map((log) => relayed(log)[0]!);
    const { log } = await undo(files);
    expect(insertedIds(log)).toEqual([[1], [2], [3], [4], [5]]);
  });

  it('that go on where a torn one ends, by their source, have nothing missing between', async () => {
    const rows = readEvents(source(server).bytes()).findIndex(({ type }) => type === 23 || type === 30);
    // Before the XID of the first transaction.
    const [torn, next] = relayed(source(server), [rows]);
    const unclosed = torn!.subarray(0, readEvents(torn!).at(-1)!.offset);
    const { log } = await undo([unclosed, next!]);
    expect(insertedIds(log)).toEqual([[1], [2], [3]]);
  });
});

it('relay logs of two replicas of one source are refused by their server ids', async () => {
  const [one] = relayed(source(mysql80));
  await inFolder(async (folder) => {
    const inputs = [join(folder, 'relay.000001'), join(folder, 'other.000001')];
    const other = new Binlog(mysql97, { serverId: 98, flags: 0x40, time: START_TIME });
    await writeFile(inputs[0]!, one!);
    await writeFile(inputs[1]!, Buffer.concat([other.bytes(), one!.subarray(4 + one!.readUInt32LE(4 + 9))]));
    await expect(rewrite({ inputs, output: join(folder, 'undo') })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringMatching(/^is a relay log of the replica with server id 9[89], but .* of 9[89]$/),
    });
  });
});

it('a binary log of the source and a relay log of its replica are not undone together', async () => {
  const log = source(mysql80);
  log.add(e.rotate('bin.000002'));
  const error = await refusal([log.bytes(), relayed(source(mysql80, START_TIME + 1))[0]!]);
  expect(error).toMatchObject({
    code: 'UNSUPPORTED',
    file: expect.stringMatching(/bin\.000002$/),
    message: expect.stringMatching(/^is a relay log, but .*bin\.000001 is a binary log/),
  });
});
