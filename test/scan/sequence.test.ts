/** What tells that logs do not follow each other besides their names; and several logs in one file. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspect, type ReadOptions, rewrite, transactions } from '../../src/index.ts';
import { Binlog, START_TIME } from '../builder/binlog.ts';
import * as e from '../builder/events.ts';
import { mariadb118, mysql55, mysql56, mysql80, type Server } from '../builder/format.ts';
import { readEvents } from '../builder/reader.ts';
import { change, insert, orders } from '../builder/shop.ts';
import { inFolder, insertedIds, refusal, undo } from '../helpers.ts';

const A = '3e11fa47-71ca-11e1-9e33-c80aa9429562';
const B = '4e11fa47-71ca-11e1-9e33-c80aa9429562';

interface Log {
  readonly name?: string;
  /** What PREVIOUS_GTIDS or GTID_LIST says. */
  readonly before: Record<string, [number, number][]> | number;
  /** GTIDs of transactions. */
  readonly own: number[];
  readonly next?: string;
  readonly serverId?: number;
  readonly inUse?: boolean;
}

function mysql({ before, own, next, serverId = 1, inUse }: Log, n: number): Buffer {
  const log = new Binlog(mysql80, { time: START_TIME + n, serverId, flags: inUse ? 1 : 0 });
  log.add(e.previousGtids(before as Record<string, [number, number][]>));
  for (const gtid of own) log.add(e.gtid(A, gtid), e.query('BEGIN'), ...insert(gtid), e.xid(gtid));
  if (next !== undefined) log.add(e.rotate(next));
  return log.bytes();
}

function mariadb({ before, own, next }: Log, n: number): Buffer {
  const log = new Binlog(mariadb118, { time: START_TIME + n, earlier: own[0]! - 1 });
  log.add(e.gtidList(before as number));
  for (const gtid of own)
    log.transaction(change('insert', [gtid], { ...orders, padding: 0 }, { version: 1 }));
  if (next !== undefined) log.add(e.rotate(next));
  return log.bytes();
}

/** Reads logs, each a file of its own, whose names tell nothing unless they are given. */
function read(make: typeof mysql, ...logs: Log[]): Promise<{ total: { rows: number } }> {
  return inFolder(async (folder) => {
    const paths = logs.map(({ name }, n) => join(folder, name ?? `copy-${n}`));
    await Promise.all(logs.map((log, n) => writeFile(paths[n]!, make(log, n))));
    return inspect(paths.toReversed());
  });
}

describe('GTIDs of MySQL', () => {
  const first: Log = { before: { [A]: [[1, 4]] }, own: [5, 7, 6] };

  it('of a log are among those before the next one', async () => {
    const next: Log = { before: { [A]: [[1, 7]] }, own: [8] };
    expect((await read(mysql, first, next)).total.rows).toBe(4);
  });

  it.each<[string, Log, RegExp]>([
    [
      'those of a log between are missing',
      { before: { [A]: [[1, 9]] }, own: [10] },
      /GTIDs up to .*:9 come before/,
    ],
    [
      'another server was never there',
      { before: { [B]: [[1, 7]] }, own: [8] },
      /leads to GTID .*:7: that is not/,
    ],
    [
      'the log is older than its place',
      { before: { [A]: [[1, 5]] }, own: [6] },
      /leads to GTID .*:7: that is not/,
    ],
    ['it was begun anew', { before: {}, own: [1] }, /leads to GTID/],
    ['a source is new', { before: { [A]: [[1, 7]], [B]: [[1, 1]] }, own: [8] }, /GTIDs up to 4e11.*:1 come/],
  ])('tell when %s', async (_, next, message) => {
    await expect(read(mysql, first, next)).rejects.toMatchObject({
      code: 'GAP',
      message: expect.stringMatching(message),
    });
  });

  it('may be more where the numbers say that nothing is between (MySQL 5.6: gtid_purged), unless it was cut', async () => {
    const named = { ...first, name: 'bin.000001', next: 'bin.000002' };
    const next: Log = { name: 'bin.000002', before: { [A]: [[1, 9]] }, own: [10] };
    expect((await read(mysql, named, next)).total.rows).toBe(4);
    const { next: _, ...cut } = named;
    await expect(read(mysql, cut, next)).rejects.toMatchObject({
      code: 'GAP',
      hint: expect.stringMatching(/bin\.000001 is not complete: copy it again/),
    });
  });
});

describe('a log that was copied while its server wrote it, without GTIDs', () => {
  /** As it was copied live: in use, without a ROTATE; cut by some bytes. */
  function copied(server: Server, cut: number): Buffer {
    const log = new Binlog(server, { flags: 1 });
    log.transaction(insert(1));
    log.transaction(insert(2));
    return log.bytes().subarray(0, log.position - cut);
  }

  function next(server: Server): Buffer {
    const log = new Binlog(server, { time: START_TIME + 5 });
    log.add(e.previousGtids());
    log.transaction(insert(4));
    log.add(e.rotate('bin.000003'));
    return log.bytes();
  }

  it('is not complete where the flag is gone too, as in copies that mysqlbinlog --raw makes', async () => {
    const copy = new Binlog(mysql80);
    copy.transaction(insert(1));
    expect(await refusal([copy.bytes(), next(mysql80)])).toMatchObject({
      code: 'GAP',
      hint: expect.stringMatching(/^Copy .*bin\.000001 again/),
    });
    // After a start of the server, a log without ROTATE is one that it crashed with.
    const started = new Binlog(mysql80, { time: START_TIME + 5, created: 1_700_000_000 });
    started.add(e.previousGtids());
    started.transaction(insert(4));
    const { log } = await undo([copy.bytes(), started.bytes()]);
    expect(insertedIds(log)).toEqual([[1], [4]]);
  });

  it.each([mysql56, mysql80])(
    'is not complete where a later one is there: MySQL $version closes it, also after a crash',
    async (server) => {
      for (const cut of [0, 10]) {
        expect(await refusal([copied(server, cut), next(server)])).toMatchObject({
          code: 'GAP',
          file: expect.stringMatching(/bin\.000002$/),
          hint: expect.stringMatching(/^Copy .*bin\.000001 again, or leave out all that follows it/),
        });
        const { log } = await undo([copied(server, cut)]);
        expect(insertedIds(log)).toEqual(cut > 0 ? [[1]] : [[1], [2]]);
      }
    },
  );

  it('is not complete either where it is cut before its GTID_LIST ends, unless the log before that leads on', async () => {
    const log = (n: number, before: number, own: number[], flags = 0): Buffer => {
      const made = new Binlog(mariadb118, { time: START_TIME + n, earlier: own[0]! - 1, flags });
      made.add(e.gtidList(before));
      for (const gtid of own)
        made.transaction(change('insert', [gtid], { ...orders, padding: 0 }, { version: 1 }));
      if (flags === 0) made.add(e.rotate(`bin.00000${n + 1}`));
      return made.bytes();
    };
    const stale = log(2, 1, [2], 1);
    const cut = stale.subarray(0, readEvents(stale)[1]!.offset + 20);
    expect(await refusal([cut, log(3, 2, [3])])).toMatchObject({
      code: 'GAP',
      hint: expect.stringMatching(/^Copy .*bin\.000001 again/),
    });
    expect(await refusal([log(1, 0, [1]), cut, log(3, 2, [3])])).toMatchObject({ code: 'GAP' });
    // A server that crashed in the middle of a rotation leaves this, and nothing was in it.
    const { log: all } = await undo([log(1, 0, [1]), cut, log(3, 1, [2])]);
    expect(insertedIds(all)).toEqual([[1], [2]]);
  });

  it('may be one of MySQL 5.5 after a crash', async () => {
    const { log } = await undo([copied(mysql55, 0), next(mysql80)]);
    expect(insertedIds(log)).toEqual([[1], [2], [4]]);
  });

  it('is complete where the GTIDs before the next one say so', async () => {
    const first: Log = { before: {}, own: [1, 2], inUse: true };
    const second: Log = { before: { [A]: [[1, 2]] }, own: [3] };
    expect((await read(mysql, first, second)).total.rows).toBe(3);
  });
});

describe('GTIDs of MariaDB', () => {
  const first: Log = { before: 4, own: [5, 6] };

  it('of a log lead to the list of the next one', async () => {
    expect((await read(mariadb, first, { before: 6, own: [7] })).total.rows).toBe(3);
  });

  it.each<[string, number, RegExp]>([
    ['those of a log between are missing', 8, /GTIDs up to 0-1-8 come before/],
    ['the log is older than its place', 5, /leads to GTID 0-1-6: that is not/],
  ])('tell when %s', async (_, before, message) => {
    await expect(read(mariadb, first, { before, own: [before + 1] })).rejects.toMatchObject({
      code: 'GAP',
      message: expect.stringMatching(message),
    });
  });
});

describe('several logs in one file', () => {
  const logs: Log[] = [
    { before: {}, own: [1, 2], next: 'bin.000002' },
    { before: { [A]: [[1, 2]] }, own: [3], next: 'bin.000003' },
    { before: { [A]: [[1, 3]] }, own: [4], next: 'bin.000004' },
  ];
  it('may not be one log twice, of which one was copied while it was written, even without GTIDs', async () => {
    const log = (flags: number, ids: number[], ...end: e.Event[]): Buffer => {
      const made = new Binlog(mysql80, { flags });
      for (const id of ids) made.transaction(insert(id));
      made.add(...end);
      return made.bytes();
    };
    const stale = log(1, [1, 2]);
    const rotate = e.rotate('bin.000002');
    for (const later of [log(0, [1, 2, 3], rotate), log(1, [1, 2]), log(1, [1])]) {
      expect(await refusal([Buffer.concat([stale, later])])).toMatchObject({
        code: 'USAGE',
        offset: stale.length,
        message: expect.stringMatching(/holds the same log here as it does at 0$/),
      });
    }
    const { log: both } = await undo([
      Buffer.concat([log(0, [1], rotate), log(0, [2], e.rotate('bin.000003'))]),
    ]);
    expect(insertedIds(both)).toEqual([[1], [2]]);
  });

  const joined = (...some: Log[]): Buffer => Buffer.concat(some.map(mysql));

  const inFile = <T>(bytes: Buffer, use: (path: string) => Promise<T>): Promise<T> =>
    inFolder(async (folder) => {
      await writeFile(join(folder, 'all'), bytes);
      return use(join(folder, 'all'));
    });

  it('are undone as if each had its own, wherever the window ends', async () => {
    const { bytes } = await undo(logs.map(mysql));
    for (const window of [64, 100, 333, 5000]) {
      expect((await undo([joined(...logs)], { window })).bytes).toEqual(bytes);
    }
  });

  it('are one file to positions, so that a command that was printed selects what it says', async () => {
    await inFile(joined(...logs), async (path) => {
      const options: ReadOptions = {};
      const command = await transactions([path], options, async (list) => {
        const starts: number[] = [];
        for await (const group of list.entries()) starts.push(...group.map(({ start }) => start));
        return starts;
      });
      const second = mysql(logs[0]!, 0).length;
      expect(command[2]).toBeGreaterThan(second);
      const { plan } = await rewrite({
        inputs: [path],
        select: { startPosition: second, stopPosition: command[3]! },
      });
      expect(plan).toMatchObject({ rows: 1, transactions: 1 });
    });
  });

  it.each<[string, Log[], string]>([
    ['a hole between them', [logs[0]!, logs[2]!], 'GAP'],
    ['the wrong order', [logs[1]!, logs[0]!], 'GAP'],
    ['one of another server', [logs[0]!, { ...logs[1]!, serverId: 9 }], 'UNSUPPORTED'],
  ])('with %s are refused at its place', async (_, some, code) => {
    const offset = mysql(some[0]!, 0).length;
    await inFile(joined(...some), async (path) => {
      await expect(inspect([path])).rejects.toMatchObject({ code, file: path, offset });
    });
  });

  it('do not share a transaction: what is open at the end of one was never committed', async () => {
    const cut = new Binlog(mysql80, { time: START_TIME });
    cut.add(e.anonymousGtid(), e.query('BEGIN'), ...insert(1));
    const next = new Binlog(mysql80, { time: START_TIME + 1 });
    next.transaction(insert(2));
    await inFile(Buffer.concat([cut.bytes(), next.bytes()]), async (path) => {
      await expect(rewrite({ inputs: [path] }).then(({ plan }) => plan.refusals)).resolves.toMatchObject([
        { code: 'UNFINISHED' },
      ]);
    });
  });
});

it('an event of the second that looks like the magic is an event', async () => {
  const log = new Binlog(mysql80, { time: 0x6e6962fe });
  for (let id = 0; id < 3; id++) log.transaction(insert(id));
  expect((await undo([log.bytes()])).result.plan.rows).toBe(3);
});

describe('copies that were numbered anew', () => {
  /** Logs 2 and on of a server, as night.1 and on; the last one has no ROTATE. */
  function renamed(
    numbers: readonly number[],
    gtids = false,
  ): Promise<{ rows: number; warnings: readonly string[] }> {
    return inFolder(async (folder) => {
      const paths = numbers.map((_, i) => join(folder, `night.${i + 1}`));
      for (const [i, n] of numbers.entries()) {
        const log = new Binlog(mysql80, { time: START_TIME + n });
        log.add(e.previousGtids(gtids ? { [A]: [[1, n - 1]] } : {}));
        if (gtids) log.add(e.gtid(A, n), e.query('BEGIN'), ...insert(n), e.xid(n));
        else log.transaction(insert(n));
        if (i < numbers.length - 1) log.add(e.rotate(`binlog.00000${n + 1}`));
        await writeFile(paths[i]!, log.bytes());
      }
      const { total, warnings } = await inspect(paths);
      return { rows: total.rows, warnings };
    });
  }

  it('follow each other by what their ROTATE says, and a hole between them is one', async () => {
    expect((await renamed([2, 3, 4], true)).rows).toBe(3);
    await expect(renamed([2, 4, 5])).rejects.toMatchObject({
      code: 'GAP',
      message: expect.stringMatching(/file number 3 comes next, not 4, by what their ROTATE says/),
    });
  });

  it('are warned about where neither that nor GTIDs tell', async () => {
    const unknown = expect.stringMatching(/nothing tells whether .*night\.3 comes right behind .*night\.2/);
    expect((await renamed([2, 3, 5])).warnings).toContainEqual(unknown);
    expect((await renamed([2, 3, 4], true)).warnings).not.toContainEqual(unknown);
    await expect(renamed([2, 3, 5], true)).rejects.toMatchObject({ code: 'GAP' });
  });

  it('may have the numbers of the server behind another name', async () => {
    await expect(
      read(
        mysql,
        { name: 'old-bin.000002', before: {}, own: [], next: 'bin.000003' },
        { name: 'old-bin.000004', before: {}, own: [] },
      ),
    ).rejects.toMatchObject({ code: 'GAP' });
  });
});
