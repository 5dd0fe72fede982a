import { describe, expect, it } from 'vitest';
import type { Selection } from '../../src/index.ts';
import { containsGtid, parseGtidSet } from '../../src/select/gtid-set.ts';
import { compileName, compileTable, splitList } from '../../src/select/patterns.ts';
import { Binlog, START_TIME } from '../builder/binlog.ts';
import * as e from '../builder/events.ts';
import { mariadb118, mysql80 } from '../builder/format.ts';
import { effects } from '../builder/oracle.ts';
import { change, customers, insert, orders } from '../builder/shop.ts';
import { refusal, thrownBy, undo } from '../helpers.ts';

describe('name patterns', () => {
  it.each([
    ['orders', 'orders', true],
    ['orders', 'Orders', false],
    ['orders', 'orders2', false],
    ['ord*', 'orders', true],
    ['*', '', true],
    ['o?ders', 'orders', true],
    ['o?ders', 'oders', false],
    ['a?b', 'a💡b', true],
    ['*a*', 'line\nbreak a', true],
    ['a.b', 'axb', false],
    ['a+(b)[c]{1}^$|\\', 'a+(b)[c]{1}^$|\\', true],
    ['a+*', 'aab', false],
    ['[ab]*', '[ab]c', true],
    ['`a*b`', 'a*b', true],
    ['`a*b`', 'axb', false],
    ['`a``b`', 'a`b', true],
  ])('%s on %s: %s', (pattern, name, expected) => expect(compileName(pattern)(name)).toBe(expected));

  it.each([
    ['shop.orders', 'shop', 'orders', true],
    ['*.orders', 'x', 'orders', true],
    ['shop.*', 'shop', '', true],
    ['shop.a.b', 'shop', 'a.b', true],
    ['`a.b`.`c,d`', 'a.b', 'c,d', true],
    ['`a.b`.c', 'a', 'b.c', false],
    ['s*p.o*s', 'shop', 'orders', true],
    ['s*p.o*s', 'shops', 'orders', false],
  ])('%s on %s/%s: %s', (pattern, schema, table, expected) =>
    expect(compileTable('--table', pattern)(schema, table)).toBe(expected),
  );

  it('a table without a database is refused with what to write instead', () => {
    for (const pattern of ['orders', 'shop.', '.orders', '`a.b`', '']) {
      expect(thrownBy(() => compileTable('--table', pattern))).toMatchObject({
        code: 'USAGE',
        message: expect.stringContaining('--table'),
        hint: expect.stringContaining('*.'),
      });
    }
  });

  it('lists are cut at commas outside of backticks', () => {
    expect(splitList(['a.b, c.d', '`x,y`.z,', ' '])).toEqual(['a.b', 'c.d', '`x,y`.z']);
    expect(splitList(undefined)).toEqual([]);
  });
});

describe('GTID sets', () => {
  const UUID = '3e11fa47-71ca-11e1-9e33-c80aa9429562';
  const has = (texts: string[], source: string, sequence: bigint): boolean =>
    containsGtid(parseGtidSet('--include-gtids', texts), source, sequence);

  it('of MySQL: ranges, single numbers, several sources, as SHOW prints them', () => {
    const set = [`${UUID.toUpperCase()}:1-3:7,\n${UUID.replace('3e', '4e')}:5`];
    expect([1n, 3n, 4n, 7n, 8n].map((n) => has(set, UUID, n))).toEqual([true, true, false, true, false]);
    expect(has(set, UUID.replace('3e', '4e'), 5n)).toBe(true);
    expect(has(set, UUID.replace('3e', '5e'), 5n)).toBe(false);
    expect(has([`${UUID}:9223372036854775806`], UUID, 9223372036854775806n)).toBe(true);
  });

  it('of MariaDB: a list', () => {
    expect(has(['0-1-5,0-2-7', '1-1-18446744073709551615'], '0-2', 7n)).toBe(true);
    expect(has(['0-1-5'], '0-1', 6n)).toBe(false);
    expect(has(['1-1-18446744073709551615'], '1-1', 18446744073709551615n)).toBe(true);
  });

  it('are refused item by item', () => {
    for (const text of ['x', UUID, `${UUID}:`, `${UUID}:a`, `${UUID}:1-`, '0-1', '0-1-2-3', `${UUID}:1,zz:1`])
      expect(thrownBy(() => parseGtidSet('--exclude-gtids', [text])).code).toBe('USAGE');
  });
});

const UUID = 'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa';
const positions: number[] = [];

/** Five transactions: one second, one thread, one server and one GTID each. */
function five(): Buffer {
  const log = new Binlog(mysql80);
  const bodies = [
    insert(1),
    change('update', [2]),
    change('delete', [3]),
    change('insert', [4], customers),
    insert(5),
  ];
  for (const [i, body] of bodies.entries()) {
    const events = [e.gtid(UUID, i + 1), e.query('BEGIN', { threadId: 10 + i }), ...body, e.xid(50 + i)];
    positions.push(log.add(...events.map((event) => ({ ...event, serverId: 100 + i }))));
    log.time++;
  }
  positions.push(log.position);
  return log.bytes();
}
const FILE = five();

/** Ids of the rows that a selection undoes, oldest first. */
async function selected(select: Selection, file = FILE): Promise<number[]> {
  const { log } = await undo([file], { select });
  const ids = effects([log])
    .flat()
    .map(({ before, after }) => Buffer.from((before ?? after)![0]!, 'hex').readUInt32LE());
  return ids.reverse();
}

describe('selection', () => {
  it.each<[string, Selection, number[]]>([
    ['everything', {}, [1, 2, 3, 4, 5]],
    ['a database', { databases: ['crm'] }, [4]],
    ['tables', { tables: ['shop.*,x.y'] }, [1, 2, 3, 5]],
    ['all but a table', { excludeTables: ['*.orders'] }, [4]],
    ['a start position', { startPosition: positions[3]! }, [4, 5]],
    ['a stop position', { stopPosition: positions[1]! }, [1]],
    ['a range of positions', { startPosition: positions[1]!, stopPosition: positions[3]! }, [2, 3]],
    ['the ends of the file', { startPosition: 0, stopPosition: FILE.length }, [1, 2, 3, 4, 5]],
    ['a start time', { startDatetime: START_TIME + 3 }, [4, 5]],
    ['a stop time, which is left out', { stopDatetime: START_TIME + 1 }, [1]],
    ['GTIDs', { includeGtids: [`${UUID}:2-3:5`] }, [2, 3, 5]],
    ['all but GTIDs', { excludeGtids: [`${UUID}:2-3:5`] }, [1, 4]],
    ['kinds', { types: ['update', 'delete'] }, [2, 3]],
    ['threads', { threadIds: [11, 14] }, [2, 5]],
    ['servers', { serverIds: [102] }, [3]],
    ['XIDs', { xids: [50n, 54n] }, [1, 5]],
    [
      'several conditions, which must all hold',
      { types: ['insert'], databases: ['shop'], startPosition: positions[1]! },
      [5],
    ],
  ])('by %s', async (_, select, expected) => expect(await selected(select)).toEqual(expected));

  it('that matches nothing is said so, with what there is', async () => {
    const error = await refusal([FILE], { select: { tables: ['shop.order'] } });
    expect(error).toMatchObject({
      code: 'NO_MATCH',
      message: expect.stringContaining('shop.orders, crm.customers'),
    });
    expect((await refusal([new Binlog(mysql80).bytes()])).code).toBe('NO_MATCH');
  });

  it('by a position inside an event is refused, the boundaries named', async () => {
    for (const name of ['startPosition', 'stopPosition'] as const) {
      const error = await refusal([FILE], { select: { [name]: positions[1]! + 5 } });
      expect(error).toMatchObject({ code: 'USAGE', hint: expect.stringContaining(String(positions[1])) });
      for (const position of [1, FILE.length + 1])
        expect((await refusal([FILE], { select: { [name]: position } })).code).toBe('USAGE');
    }
  });

  it('by a stop position inside a transaction reads on to its end and takes its first part', async () => {
    const log = new Binlog(mysql80);
    log.add(e.query('BEGIN'), ...insert(1));
    const stopPosition = log.add(...insert(2));
    log.add(e.xid(1));
    const { result, log: written } = await undo([log.bytes()], { select: { stopPosition } });
    expect(effects([written]).map((changes) => changes.length)).toEqual([1]);
    expect(result.plan.warnings.join()).toContain('only a part');
    expect(result.plan.leftOut).toEqual({ transactions: 0, rows: 1 });
  });

  it('by thread is refused where the log does not tell threads', async () => {
    const log = new Binlog(mariadb118);
    const of = { ...orders, padding: 0 as const };
    log.transaction(change('insert', [1], of, { version: 1 }));
    expect((await refusal([log.bytes()], { select: { threadIds: [1] } })).code).toBe('UNSUPPORTED');
    log.add(e.mariadbGtid(9, { threadId: 31 }), ...change('insert', [2], of, { version: 1 }), e.xid(9));
    expect(await selected({ threadIds: [31] }, log.bytes())).toEqual([2]);
  });
});
