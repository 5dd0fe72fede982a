/** Relay logs that begin in the middle of a transaction, without the one in which it begins. */
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspect, rewrite, transactions } from '../../src/index.ts';
import { Binlog } from '../builder/binlog.ts';
import * as e from '../builder/events.ts';
import { mariadb118, mysql80, mysql97, type Server } from '../builder/format.ts';
import { readEvents } from '../builder/reader.ts';
import { relayLogs } from '../builder/relay.ts';
import { rows, tableMap } from '../builder/rows.ts';
import { change, orders, row } from '../builder/shop.ts';
import { inFolder, insertedIds, refusal, undo } from '../helpers.ts';
import { shown } from '../show/shown.ts';

/** The second transaction has two statements, one of them of two rows events. */
function source(server: Server): Binlog {
  const log = new Binlog(server);
  const version = server.flavour === 'mariadb' ? 1 : 2;
  const one = (id: number): e.Event[] => change('insert', [id], orders, { version });
  log.transaction(one(1));
  log.transaction([
    ...one(2),
    tableMap(orders, 70),
    rows('insert', orders, 70, [[row(3, 'x')]], { version, flags: 0 }),
    rows('insert', orders, 70, [[row(4, 'x')]], { version }),
  ]);
  log.transaction(one(5));
  return log;
}

/** The relay logs of a replica that begins the second one before event number `at` of its source. */
function relayed(server: Server, at: number, begun = 1_700_000_000): Buffer[] {
  const replica = server.flavour === 'mariadb' ? mariadb118 : mysql97;
  return relayLogs([source(server).bytes()], {
    replica,
    checksum: 'crc32',
    rotations: [at],
    connections: [],
    begun,
  });
}

describe.each([mysql80, mariadb118])('$flavour', (server) => {
  const events = readEvents(source(server).bytes()).slice(1);
  const [first, second, third] = events.flatMap(({ type }, i) => (type === 16 ? [i + 1] : []));
  const lastRows = events.findLastIndex(({ type }, i) => i < second! && [23, 30].includes(type));

  it('the rest of a transaction is refused wherever its relay log begins, and left out if told to', async () => {
    expect(third).toBe(events.length);
    // A transaction is whole from BEGIN on: of MySQL's, only the GTID may be in the file before.
    const begun = first! + (server.flavour === 'mysql' ? 2 : 1);
    for (let at = begun; at < second!; at++) {
      const [, log] = relayed(server, at);
      if (at <= lastRows) {
        const error = await refusal([log!]);
        expect(error, `${at}`).toMatchObject({
          code: 'UNFINISHED',
          message: expect.stringMatching(/beginning is in an earlier relay log/),
          hint: expect.stringMatching(/Give that relay log too.*--skip-unfinished/),
          file: expect.stringMatching(/bin\.000001$/),
        });
        const byName = readEvents(log!).find(({ offset }) => offset === error.offset);
        expect([19, 23, 30]).toContain(byName?.type);
      }
      const { log: undone, result } = await undo([log!], { skip: ['unfinished'] });
      expect(insertedIds(undone), `${at}`).toEqual([[5]]);
      expect(result.plan.skipped.join().includes('earlier relay log'), `${at}`).toBe(at <= lastRows);
    }
  });

  it('nothing of it is missing where the earlier relay log is there', async () => {
    for (let at = first!; at <= second!; at++) {
      const { log } = await undo(relayed(server, at));
      expect(insertedIds(log)).toEqual([[1], [2, 3, 4], [5]]);
    }
  });

  it('an earlier relay log that is not the one before does not tell how it begins', async () => {
    const whole = relayed(server, first!)[0]!;
    await inFolder(async (folder) => {
      const inputs = [join(folder, 'earlier'), join(folder, 'later')];
      await writeFile(inputs[0]!, whole);
      // Begun a second later, so that the order is known.
      const later = relayed(server, lastRows - 1, 1_700_000_001)[1]!;
      await writeFile(inputs[1]!, later);
      const output = join(folder, 'undo');
      await expect(rewrite({ inputs, output })).rejects.toMatchObject({
        code: 'UNFINISHED',
        file: inputs[1],
      });
      const { plan } = await rewrite({ inputs, output, skip: ['unfinished'] });
      expect(plan).toMatchObject({ transactions: 2, rows: 2 });
    });
  });

  it('those who look at it are told', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'relay.000002');
      await writeFile(path, relayed(server, lastRows)[1]!);
      const { blockers } = await inspect([path]);
      expect(blockers).toMatchObject([{ code: 'UNFINISHED', file: path }]);
      const whole = join(folder, 'relay.000003');
      await writeFile(whole, relayed(server, lastRows - 2)[1]!);
      const { blockers: two } = await inspect([whole]);
      expect(two).toMatchObject([{ code: 'UNFINISHED', file: whole }]);
      const states = await transactions([whole], {}, async (list) => {
        const { value } = await list.entries().next();
        return value!;
      });
      expect(states).toMatchObject([{ state: 'headless' }, { state: 'committed' }]);
      await transactions([path], {}, async ({ unmatched }) => {
        expect(unmatched.join()).toMatch(/begins in the middle of a statement: a rows event of it/);
      });
    });
    const { text, result } = await shown([relayed(server, lastRows)[1]!]);
    expect(result.warnings.join()).toMatch(/begins in the middle of a statement/);
    expect(text).not.toMatch(/NOT COMPLETE/);
    const { text: rest } = await shown([relayed(server, lastRows - 2)[1]!]);
    expect(rest).toMatch(/NOT COMPLETE: its beginning is in an earlier relay log/);
  });

  it('its end, where that is not there, was committed by the source all the same', async () => {
    const [log] = relayed(server, lastRows);
    const error = await refusal([log!]);
    expect(error).toMatchObject({
      code: 'UNFINISHED',
      hint: expect.stringMatching(/^The source has committed it: its rest is in the next relay log/),
    });
    const { text } = await shown([log!]);
    expect(text).toMatch(/NOT COMPLETE: the relay log ends before it does/);
  });

  it('a transaction over several relay logs has the size that all of it has', async () => {
    await inFolder(async (folder) => {
      const files = relayed(server, lastRows);
      const paths = files.map((_, i) => join(folder, `relay.${i + 1}`));
      await Promise.all(paths.map((path, i) => writeFile(path, files[i]!)));
      const { largestTransaction } = (await inspect(paths)).total;
      expect(largestTransaction!.bytes).toBeGreaterThan(0);
      expect([largestTransaction!.file, largestTransaction!.endFile].map((path) => basename(path!))).toEqual([
        'relay.1',
        'relay.2',
      ]);
      expect(largestTransaction!.bytes).toBe(
        files[0]!.length - largestTransaction!.offset + largestTransaction!.end,
      );
    });
  });
});

it('an empty relay log behind a torn one does not hide that something is missing between', async () => {
  const [whole, next] = relayed(mysql80, 8);
  const events = readEvents(whole!);
  const torn = whole!.subarray(0, events.at(-2)!.offset);
  // What a replica leaves that was started and stopped: its own format, and a ROTATE.
  const empty = new Binlog(mysql97, { serverId: 99, flags: 0x40 });
  empty.add({ ...e.rotate('relay.3'), flags: 0x40 });
  // The same in one file.
  expect(await refusal([Buffer.concat([torn, next!])])).toMatchObject({ code: 'GAP' });
  expect(await refusal([torn, empty.bytes(), next!])).toMatchObject({
    code: 'GAP',
    message: expect.stringMatching(/bin\.000001, which does not end with ROTATE/),
  });
});
