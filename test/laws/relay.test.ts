import { basename } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspect, transactions } from '../../src/index.ts';
import { source } from '../builder/arbitrary.ts';
import { Binlog } from '../builder/binlog.ts';
import * as e from '../builder/events.ts';
import { mariadb53, mariadb118, mysql55, mysql80, mysql97, servers } from '../builder/format.ts';
import { readEvents } from '../builder/reader.ts';
import { relayLogs } from '../builder/relay.ts';
import { insert } from '../builder/shop.ts';
import { attempt, inFolder, insertedIds, refusal, undo, writeFiles } from '../helpers.ts';

/** Numbers of events before which something happens. */
const places = fc.uniqueArray(fc.nat({ max: 60 }), { maxLength: 4 });

describe('relay logs', () => {
  it('have the undo of the binlogs that they were sent, wherever the replica began another or connected anew', async () => {
    await fc.assert(
      fc.asyncProperty(
        source({ servers: [...servers, mysql55, mariadb53] }),
        fc.constantFrom('crc32', 'none'),
        places,
        places,
        fc.constantFrom(64, 4096, 1 << 20),
        async ({ files, server }, checksum, rotations, connections, window) => {
          const replica = server.flavour === 'mariadb' ? mariadb118 : mysql97;
          const relayed = relayLogs(files, { replica, checksum, rotations, connections });
          const outcome = async (inputs: readonly Buffer[]): Promise<unknown> => {
            const undone = await attempt(inputs, { maxEventSize: 4096, window });
            return typeof undone === 'string' ? undone : undone.bytes.toString('hex');
          };
          expect(await outcome(relayed)).toBe(await outcome(files));
        },
      ),
      { numRuns: 150 },
    );
  });

  const own = { replica: mysql97, checksum: 'none', rotations: [], connections: [] } as const;

  /** Two transactions, of two rows each. */
  function plain(): Binlog {
    const log = new Binlog(mysql80);
    log.transaction([...insert(1), ...insert(2)]);
    log.transaction([...insert(3), ...insert(4)]);
    return log;
  }

  it('a transaction that goes on in the next file is undone as one, and named with both', async () => {
    const relayed = relayLogs([plain().bytes()], { ...own, rotations: [5] });
    expect(relayed).toHaveLength(2);
    const { log, result } = await undo(relayed);
    expect(insertedIds(log)).toEqual([
      [1, 2],
      [3, 4],
    ]);
    const { transactions: t } = result.plan.index;
    expect([t.file.get(0), t.endFile.get(0), t.file.get(1), t.endFile.get(1)]).toEqual([0, 1, 1, 1]);
  });

  it('a transaction that the replica had to begin anew counts once', async () => {
    const log = plain();
    const cut = new Binlog(mysql80);
    cut.add(e.anonymousGtid(), e.query('BEGIN'), ...insert(3));
    const [whole, begun] = [relayLogs([log.bytes()], own)[0]!, relayLogs([cut.bytes()], own)[0]!];
    // Without its magic, behind what was received before: as after a new connection.
    const relayed = Buffer.concat([begun, whole.subarray(4)]);
    const { log: undone, result } = await undo([relayed]);
    expect(insertedIds(undone)).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(result.plan.skipped.join()).toMatch(/COMMIT/);
  });

  it('the last transaction is refused where it has no end: the next relay log may have it', async () => {
    const log = plain();
    log.add(e.anonymousGtid(), e.query('BEGIN'), ...insert(5));
    const error = await refusal(relayLogs([log.bytes()], own));
    expect(error).toMatchObject({ code: 'UNFINISHED' });
  });

  it('those in which nothing of the source stands do not tell what the source is', async () => {
    const relayed = relayLogs([plain().bytes()], own);
    // What replicas leave that were started and stopped; MariaDB's with a second format of their own, in use.
    const empty = new Binlog(mysql97, { serverId: 99, flags: 0x40 });
    empty.format(mysql97, { flags: 1 });
    for (const files of [
      [empty.bytes(), ...relayed],
      [...relayed, empty.bytes()],
    ]) {
      const { log } = await undo(files);
      expect(insertedIds(log)).toHaveLength(2);
      expect(log.version).toBe(mysql80.version);
    }
  });

  it('a relay log that is cut in the middle of a transaction is not joined with the next one', async () => {
    const [first, second] = relayLogs([plain().bytes()], { ...own, rotations: [3] });
    const events = readEvents(first!);
    // Without the ROTATE at its end, and without the rows before it.
    const cut = first!.subarray(0, events.at(-2)!.offset);
    expect(await refusal([cut, second!])).toMatchObject({ code: 'GAP' });
    // Where the transaction was begun once more, all of it is there.
    const again = relayLogs([plain().bytes()], { ...own, rotations: [0] })[1]!;
    const { log } = await undo([cut, again]);
    expect(insertedIds(log)).toHaveLength(2);
  });

  it('those who look at them are told where the same stands on the source', async () => {
    const source = plain().bytes();
    const ends = readEvents(source).filter(({ type }) => type === 16);
    const entries = await inFolder(async (folder) => {
      const paths = await writeFiles(folder, relayLogs([source], { ...own, rotations: [5] }));
      const { files } = await inspect(paths);
      const sourceFiles = ['source.000001'];
      expect(files.map(({ relay }) => relay)).toEqual([
        { serverId: 99, sourceFiles },
        { serverId: 99, sourceFiles },
      ]);
      return transactions(paths, {}, async (list) => (await list.entries().next()).value!);
    });
    expect(entries).toMatchObject(
      ends.map(({ endLogPos }) => ({ source: { file: 'source.000001', end: endLogPos } })),
    );
    const [first, second] = entries;
    expect([basename(first!.endFile!), second!.endFile]).toEqual(['bin.000002', undefined]);
    for (const { size } of entries) expect(size).toBeGreaterThan(100);
  });
});
