/** What relay logs hold twice, and what their source's positions tell. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rewrite } from '../../src/index.ts';
import { Binlog, START_TIME } from '../builder/binlog.ts';
import * as e from '../builder/events.ts';
import { mariadb118, mysql55, mysql80, mysql97, type Server } from '../builder/format.ts';
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

  it('of a source whose logs were reset are refused: they might be repeats', async () => {
    const files = [source(server), source(server, START_TIME + 100, [4, 5])].map((log) => relayed(log)[0]!);
    // Of nothing that may be a repeat it is said that it can be undone beside the other one.
    expect(await refusal(files)).toMatchObject({
      code: 'GAP',
      file: expect.stringMatching(/bin\.000002$/),
      hint: expect.not.stringMatching(/first/),
    });
  });

  it('that go on in the same file are sent to the source', async () => {
    const [twice] = [Buffer.concat([relayed(source(server))[0]!, relayed(source(server))[0]!.subarray(4)])];
    expect(await refusal([twice!])).toMatchObject({
      code: 'GAP',
      hint: "The replica has fetched it again. Take the source's own binary logs, which have each transaction once.",
    });
  });

  it("that are not closed are not said to be no server's own files", async () => {
    const { result } = await undo(relayed(source(server)));
    expect(result.plan.warnings.join()).toMatch(
      /its replica was still writing it, or was killed, or it is cut$/,
    );
  });

  it('whose transactions are of gigabytes go on in the next one', async () => {
    const log = source(server, START_TIME, [1]);
    const begun = readEvents(log.bytes()).length - 1;
    log.add(...(server.flavour === 'mysql' ? [e.anonymousGtid(), e.query('BEGIN')] : [e.mariadbGtid(2)]));
    const inside = readEvents(log.bytes()).length - 1;
    log.position += 3 * 2 ** 30;
    log.add(...change('insert', [2], orders, { version: 1 }), e.xid(2));
    const { log: undone } = await undo(relayed(log, [begun, inside]));
    expect(insertedIds(undone)).toEqual([[1], [2]]);
  });

  it('that go on behind the rest of a torn transaction do not pass for having begun it once more', async () => {
    const log = source(server);
    const [, second] = readEvents(log.bytes()).flatMap(({ type }, i) => (type === 16 ? [i] : []));
    // The replica lost what it had not synced, but knows how far it had come.
    const [torn, next] = relayed(log, [second!]);
    const unclosed = torn!.subarray(0, readEvents(torn!).at(-2)!.offset);
    const error = await refusal([unclosed, next!]);
    expect(error).toMatchObject({
      code: 'UNFINISHED',
      file: expect.stringMatching(/bin\.000001$/),
      hint: expect.stringMatching(/or was lost.*--skip-unfinished/),
    });
    const { log: undone } = await undo([unclosed, next!], { skip: ['unfinished'] });
    expect(insertedIds(undone)).toEqual([[1], [3]]);
  });

  it('of a replica that was killed in a transaction and goes on with an event that it had are refused', async () => {
    const log = source(server, START_TIME, [1]);
    const events = readEvents(log.bytes());
    // In front of the XID.
    const [killed, next] = relayed(log, [events.length - 2]);
    const had = events.at(-2)!;
    const begun = readEvents(next!)[2]!.offset;
    const twice = Buffer.concat([
      next!.subarray(0, begun),
      log.bytes().subarray(had.offset, had.offset + had.size),
      next!.subarray(begun),
    ]);
    expect(await refusal([killed!, twice])).toMatchObject({
      code: 'GAP',
      file: expect.stringMatching(/bin\.000002$/),
      offset: begun,
      message: expect.stringMatching(/^goes back to \d+ of the source in the middle of a transaction/),
    });
    expect(insertedIds((await undo([killed!, next!])).log)).toEqual([[1]]);
  });

  it('that go on in a later file of the source do not pass for having begun a torn transaction once more', async () => {
    const whole = source(server, START_TIME, [1, 2]).bytes();
    const torn = whole.subarray(0, readEvents(whole).at(-1)!.offset);
    const later = new Binlog(server, { time: START_TIME + 5, earlier: 2 });
    later.transaction(change('insert', [3], orders, { version: server.flavour === 'mariadb' ? 1 : 2 }));
    const number = readEvents(torn).length - 1;
    const [unclosed, next] = relayLogs([torn, later.bytes()], {
      replica: server.flavour === 'mariadb' ? mariadb118 : mysql97,
      checksum: 'crc32',
      rotations: [number],
      connections: [number],
    });
    // Without the ROTATE of the source, its next format, and the replica's own ROTATE: lost with the rest of the transaction.
    const lost = [unclosed!.subarray(0, readEvents(unclosed!).at(-3)!.offset), next!];
    expect(await refusal(lost)).toMatchObject({ code: 'UNFINISHED' });
    const { log } = await undo(lost, { skip: ['unfinished'] });
    expect(insertedIds(log)).toEqual([[1], [3]]);
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
  // With GTIDs too, of which it holds those again.
  const gtids = [source(mariadb118), source(mariadb118)];
  gtids[0]!.add(e.rotate('bin.000002'));
  expect(await refusal([gtids[0]!.bytes(), relayed(gtids[1]!, [], START_TIME + 1)[0]!])).toMatchObject({
    code: 'UNSUPPORTED',
    message: expect.stringMatching(/^is a relay log, but .*bin\.000001 is a binary log/),
  });
});

describe('where no relay log before has named the file of the source', () => {
  /** What a replica has that rotated its relay logs: the first one, in which the source names its file, is gone. */
  const unnamed = (log: Binlog): Buffer => relayed(log, [0])[1]!;

  /** What it fetches behind its next connection, which goes on at that position. */
  function fetched(log: Binlog, name: string, position: number): Buffer {
    const own = new Binlog(mysql97, { serverId: 99, flags: 0x40, time: START_TIME + 1 });
    own.add({ ...e.rotate(name, position), flags: 0x20 });
    return Buffer.concat([own.bytes(), log.bytes().subarray(4)]);
  }

  it('going on in the middle of it says that it is the same', async () => {
    const files = [unnamed(source(mysql55)), fetched(source(mysql55), 'source.000003', 1234)];
    expect(await refusal(files)).toMatchObject({
      code: 'GAP',
      message: expect.stringMatching(/ends at source\.000003:\d+ of the source and stands at .*bin\.000001:/),
    });
    // A source that had crashed begins another one.
    const next = fetched(source(mysql55, START_TIME, [4]), 'source.000004', 4);
    const { log } = await undo([files[0]!, next]);
    expect(insertedIds(log)).toEqual([[1], [2], [3], [4]]);
  });

  it.each([mysql80, mariadb118])('a GTID that comes again says so ($flavour)', async (server) => {
    const log = new Binlog(server);
    const uuid = '3e11fa47-71ca-11e1-9e33-c80aa9429562';
    const gtid = (number: number): e.Event[] =>
      server.flavour === 'mariadb' ? [e.mariadbGtid(number)] : [e.gtid(uuid, number), e.query('BEGIN')];
    // As replicas that commit in an order of their own have them in their logs.
    const version = server.flavour === 'mariadb' ? 1 : 2;
    for (const id of [3, 1, 2, 4])
      log.add(...gtid(id), ...change('insert', [id], orders, { version }), e.xid(id));
    const { log: once } = await undo([unnamed(log)]);
    expect(insertedIds(once)).toHaveLength(4);
    const again = new Binlog(server);
    again.add(...gtid(2), ...change('insert', [2], orders, { version }), e.xid(2));
    expect(await refusal([unnamed(log), fetched(again, 'source.000004', 4)])).toMatchObject({
      code: 'GAP',
      message: expect.stringMatching(/with GTID \S+2 once more/),
    });
  });
});

it('a statement inside a transaction does not begin it once more behind a torn relay log', async () => {
  const log = new Binlog(mysql55);
  const rows = (id: number): e.Event[] => change('insert', [id], orders, { version: 1 });
  log.add(e.query('BEGIN'), ...rows(1), ...rows(2), e.query('COMMIT'));
  // The COMMIT of an engine without transactions, behind rows of which none are there.
  const [torn, next] = relayed(log, [5]);
  const events = readEvents(torn!);
  const cut = torn!.subarray(0, events.at(-3)!.offset);
  expect(await refusal([cut, next!])).toMatchObject({
    code: 'GAP',
    message: expect.stringMatching(/which does not end with ROTATE/),
  });
});

it('a binary log of the replica between its relay logs is refused, whatever they tell of their source', async () => {
  const [first, second] = relayed(source(mysql80), [8]);
  const own = new Binlog(mysql80, { serverId: 99, time: START_TIME });
  const later = new Binlog(mysql97, { serverId: 99, flags: 0x40, time: START_TIME + 1 });
  const rest = second!.subarray(4 + second!.readUInt32LE(4 + 9));
  expect(await refusal([first!, own.bytes(), Buffer.concat([later.bytes(), rest])])).toMatchObject({
    code: 'UNSUPPORTED',
    message: expect.stringMatching(/^is a binary log, but .* is a relay log/),
  });
});
