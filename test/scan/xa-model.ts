import fc from 'fast-check';
import { fileName } from '../builder/arbitrary.ts';
import { Binlog, START_TIME } from '../builder/binlog.ts';
import { anonymousGtid, type Event, mariadbGtid, rotate, xa, xaPrepare } from '../builder/events.ts';
import type { Server } from '../builder/format.ts';
import { change, orders } from '../builder/shop.ts';

/** What happens, in the order of the log; XA transactions by the number of their XID. */
export type Step = {
  readonly what: 'plain' | 'prepare' | 'one phase' | 'commit' | 'rollback' | 'next file';
  readonly xid: number;
  readonly rows: number;
};

/** Gtrid and bqual that servers could tell apart only by where one ends. */
const XIDS = [
  ['ab', 'c', 1],
  ['a', 'bc', 1],
  ['abc', '', 0xffff_ffff],
] as const;

export const step: fc.Arbitrary<Step> = fc.record({
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

/** Steps that count: from `start` on in the first file, before `stop` in the last. */
export interface Range {
  readonly start: number;
  readonly stop: number;
}

/** What an undo of a range has to be. */
export interface Model {
  /** Ids of the rows of each transaction that took effect in the range, in the order of their rows. */
  readonly committed: number[][];
  readonly rolledBack: number;
  /** Something in the range was prepared and not decided, or decided and prepared before these files. */
  readonly unfinished: boolean;
}

/** Rows of step n have ids from 100 n on. */
const ids = (step: number, rows: number): number[] => Array.from({ length: rows }, (_, i) => step * 100 + i);

interface Transaction {
  readonly ids: number[];
  state: 'committed' | 'prepared' | 'rolled back';
  /** When it took effect, or may yet. */
  selected: boolean;
}

export function run(steps: readonly Step[], { start, stop }: Range): Model {
  const transactions: Transaction[] = [];
  const prepared = new Map<number, Transaction>();
  const files = steps.filter(({ what }) => what === 'next file').length;
  let unknown = false;
  let file = 0;
  // Counted anew in each file.
  let place = -1;
  for (const [n, { what, xid, rows }] of steps.entries()) {
    if (what === 'next file') {
      file++;
      place = -1;
      continue;
    }
    place++;
    if (file === files && place >= stop) break;
    const selected = file > 0 || place >= start;
    const one: Transaction = { ids: ids(n, rows), state: 'committed', selected };
    if (what === 'plain' || what === 'one phase') transactions.push(one);
    else if (what === 'prepare') {
      transactions.push({ ...one, state: 'prepared' });
      prepared.set(xid, transactions.at(-1)!);
    } else {
      const decided = prepared.get(xid);
      prepared.delete(xid);
      if (decided === undefined) unknown ||= what === 'commit' && selected;
      else {
        decided.state = what === 'commit' ? 'committed' : 'rolled back';
        decided.selected = selected;
      }
    }
  }
  const of = (state: string): number[][] =>
    transactions
      .filter((one) => one.selected && one.state === state && one.ids.length > 0)
      .map((one) => one.ids);
  return {
    committed: of('committed'),
    rolledBack: of('rolled back').flat().length,
    unfinished: unknown || of('prepared').length > 0,
  };
}

export function build(server: Server, steps: readonly Step[]): Buffer[] {
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
