import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PageStore, pageLimits } from '../../src/io/page-store.ts';
import type { Obstacle } from '../../src/scan/binlog-index.ts';
import { ObstacleTable } from '../../src/scan/obstacle-table.ts';
import { NO_THREAD } from '../../src/scan/transaction-table.ts';

const u32 = fc.oneof(fc.nat(), fc.constant(2 ** 32 - 1));
const name = fc.string({ unit: 'grapheme', maxLength: 20 });

const effect = fc.record(
  {
    kind: fc.constantFrom('create', 'ddl', 'statement', 'unknown'),
    tables: fc.array(fc.record({ schema: name, name }), { maxLength: 3 }),
    databases: fc.oneof(fc.array(name, { maxLength: 2 }), fc.constant(Array(300).fill('a database'))),
    certain: fc.boolean(),
  },
  { requiredKeys: ['kind', 'tables', 'databases'] },
);

const obstacle: fc.Arbitrary<Obstacle> = fc
  .record({
    kind: fc.constantFrom('statement', 'incident', 'unsupported', 'rollback-to-savepoint', 'xa-commit'),
    offset: fc.oneof(fc.nat(), fc.constant(2 ** 52)),
    size: fc.nat(),
    timestamp: u32,
    serverId: u32,
    threadId: fc.oneof(u32, fc.constant(NO_THREAD)),
    eventType: fc.constantFrom('QUERY', 'INCIDENT', 'event type 99'),
    transaction: fc.oneof(fc.nat(), fc.constant(-1)),
    eventsBefore: u32,
    text: fc.string({ unit: 'grapheme', maxLength: 80 }),
    effect,
  })
  .map(({ size, ...rest }) => ({ ...rest, file: 0, end: rest.offset + size }) as Obstacle);

function plain(one: Obstacle): Obstacle {
  const { kind, file, offset, end, timestamp, serverId, threadId, eventType, transaction } = one;
  const { eventsBefore, text, effect } = one;
  const numbers = { file, offset, end, timestamp, serverId, threadId, transaction, eventsBefore };
  return { kind, ...numbers, eventType, text, effect };
}

describe('what is not a row change', () => {
  const spilling = { inMemory: 300, page: 8, firstPage: 4, buffer: 100 };

  it('is as it was noted, in memory and out of it', () => {
    fc.assert(
      fc.property(fc.array(obstacle), fc.constantFrom(pageLimits, spilling), (noted, limits) => {
        const store = new PageStore(limits);
        const table = new ObstacleTable(store);
        const inFiles = noted.map((one, i) => ({ ...one, file: i >> 1 }));
        for (const one of inFiles) table.add(one);
        expect([...table].map(plain)).toEqual(inFiles);
        for (const i of [noted.length - 1, 0])
          if (i in inFiles) expect(plain(table.get(i))).toEqual(inFiles[i]);
        for (let file = 0; 2 * file <= noted.length; file++) expect(table.firstOfFile(file)).toBe(2 * file);
        store.close();
      }),
    );
  });

  it('takes no memory once it fills what there is, however many statements there are', () => {
    const store = new PageStore({ ...pageLimits, inMemory: 0 });
    const table = new ObstacleTable(store);
    const add = (count: number): void => {
      for (let i = 0; i < count; i++) {
        table.add({
          kind: 'statement',
          file: 0,
          offset: table.length * 300,
          end: table.length * 300 + 200 + (i % 90),
          timestamp: 1_795_230_000 + i,
          serverId: 1,
          threadId: i % 100,
          eventType: 'QUERY',
          transaction: i,
          eventsBefore: 0,
          text: `INSERT INTO orders (id, customer, total) VALUES (${table.length}, 'some customer'...`,
          effect: { kind: 'statement', tables: [], databases: [`shop${table.length}`] },
        });
      }
    };
    // What is opened and compiled is there by then.
    add(150_000);
    const before = memory();
    add(150_000);
    expect(memory() - before).toBeLessThan(150_000 * 20);
    expect(table.get(200_000).effect.databases).toEqual(['shop200000']);
    expect(store.spilled).toBeLessThan(300_000 * 200);
    store.close();
  });
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes that are in use. */
function memory(): number {
  collect();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}
