import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileName } from '../builder/arbitrary.ts';
import { Binlog, START_TIME } from '../builder/binlog.ts';
import { anonymousGtid, type Event, mariadbGtid, rotate, xa, xaPrepare } from '../builder/events.ts';
import { mariadb118, mysql97, type Server } from '../builder/format.ts';
import { change, orders } from '../builder/shop.ts';
import { attempt, insertedIds } from '../helpers.ts';

/** What happens, in the order of the log; XA transactions by the number of their XID. */
type Step = {
  readonly what: 'plain' | 'prepare' | 'one phase' | 'commit' | 'rollback' | 'next file';
  readonly xid: number;
  readonly rows: number;
};

/** Its transactions with rows by what became of them, each as the ids of its rows. */
interface Model {
  readonly committed: number[][];
  readonly rolledBack: number;
  readonly undecided: boolean;
  /** XA COMMIT of what was prepared before these files. */
  readonly unknown: boolean;
}

/** Rows of step n have ids from 100 n on. */
const ids = (step: number, rows: number): number[] => Array.from({ length: rows }, (_, i) => step * 100 + i);

function run(steps: readonly Step[]): Model {
  const transactions: { ids: number[]; state: 'committed' | 'prepared' | 'rolled back' }[] = [];
  const prepared = new Map<number, (typeof transactions)[number]>();
  let unknown = false;
  for (const [n, { what, xid, rows }] of steps.entries()) {
    if (what === 'plain' || what === 'one phase')
      transactions.push({ ids: ids(n, rows), state: 'committed' });
    if (what === 'prepare') {
      transactions.push({ ids: ids(n, rows), state: 'prepared' });
      prepared.set(xid, transactions.at(-1)!);
    }
    if (what === 'commit' || what === 'rollback') {
      const decided = prepared.get(xid);
      prepared.delete(xid);
      if (decided !== undefined) decided.state = what === 'commit' ? 'committed' : 'rolled back';
      else if (what === 'commit') unknown = true;
    }
  }
  const of = (state: string): number[][] =>
    transactions.filter((one) => one.state === state && one.ids.length > 0).map((one) => one.ids);
  return {
    committed: of('committed'),
    rolledBack: of('rolled back').flat().length,
    undecided: of('prepared').length > 0,
    unknown,
  };
}

/** Gtrid and bqual that servers could tell apart only by where one ends. */
const XIDS = [
  ['ab', 'c', 1],
  ['a', 'bc', 1],
  ['abc', '', 0xffff_ffff],
] as const;

function build(server: Server, steps: readonly Step[]): Buffer[] {
  const mariadb = server.flavour === 'mariadb';
  const logs = [new Binlog(server)];
  let sequence = 0;
  const begin = (verb: 'XA' | 'decision', [gtrid, bqual, format]: (typeof XIDS)[number]): Event[] => {
    const flags = verb === 'XA' ? 0x4c : 0x8d;
    if (mariadb) return [mariadbGtid(++sequence, { flags, xa: gtrid, threadId: 9 })];
    return [anonymousGtid(), ...(verb === 'XA' ? [xa('START', gtrid, bqual, format)] : [])];
  };
  for (const [n, { what, xid, rows }] of steps.entries()) {
    const log = logs.at(-1)!;
    const of = { ...orders, padding: mariadb ? (0 as const) : (1 as const) };
    const events = ids(n, rows).flatMap((id) => change('insert', [id], of, { version: server.rowsVersion }));
    const [gtrid, bqual, format] = XIDS[xid]!;
    if (what === 'plain' || (what === 'one phase' && mariadb)) log.transaction(events);
    if (what === 'prepare' || (what === 'one phase' && !mariadb)) {
      const end = [xa('END', gtrid, bqual, format), xaPrepare(what === 'one phase', gtrid, bqual, format)];
      log.add(...begin('XA', XIDS[xid]!), ...events, ...end);
    }
    if (what === 'commit' || what === 'rollback') {
      log.add(...begin('decision', XIDS[xid]!), xa(what.toUpperCase(), gtrid, bqual, format));
    }
    if (what !== 'next file') continue;
    log.add(rotate(fileName(logs.length)));
    logs.push(new Binlog(server, { time: START_TIME + logs.length * 1000 }));
  }
  return logs.map((log) => log.bytes());
}

async function outcome(files: Buffer[], options: Parameters<typeof attempt>[1]): Promise<unknown> {
  const undone = await attempt(files, options);
  if (typeof undone === 'string') return undone;
  return { rows: insertedIds(undone.log), takenBack: undone.result.plan.takenBack };
}

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom(
    'plain',
    'prepare',
    'prepare',
    'prepare',
    'one phase',
    'commit',
    'commit',
    'rollback',
    'next file',
  ),
  xid: fc.nat({ max: XIDS.length - 1 }),
  rows: fc.nat({ max: 2 }),
});

describe.each([mysql97, mariadb118])('XA transactions of $version', (server) => {
  it('are undone if committed, at the place where they were prepared, whatever stands between', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 16 }), async (steps) => {
        const files = build(server, steps);
        const { committed, rolledBack, undecided, unknown } = run(steps);
        const done = { rows: committed, takenBack: rolledBack };
        const strict = undecided || unknown ? 'UNFINISHED' : committed.length === 0 ? 'NO_MATCH' : done;
        expect(await outcome(files, {})).toEqual(strict);
        const skipping = await outcome(files, { skip: ['prepared'], window: 64 });
        expect(skipping).toEqual(committed.length === 0 ? 'NO_MATCH' : done);
      }),
      { numRuns: 60 },
    );
  });
});
