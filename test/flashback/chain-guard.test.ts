import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Binlog } from '../builder/binlog.ts';
import { prefixed, u32 } from '../builder/bytes.ts';
import { int, varchar } from '../builder/columns.ts';
import { mariadb118, mysql56, mysql97, type Server } from '../builder/format.ts';
import { primaryKey, rows, table, tableMap } from '../builder/rows.ts';
import { undo } from '../helpers.ts';
import { Sources } from '../verify/memory-proof.ts';

const wide = [int, varchar(200), int];

/** A row whose ends are the same whatever its number is, for hashes that look at the ends alone. */
const image = (n: number): [Buffer, Buffer, Buffer] => [
  u32(1),
  prefixed(1, `${'x'.repeat(60)}${n}${'y'.repeat(60)}`),
  u32(1),
];

/** The undo of one UPDATE statement, as the numbers [looked for, set] of each row of each output event. */
async function undone(
  steps: readonly (readonly [number, number])[],
  server: Server,
  key = false,
): Promise<[string, string][][]> {
  const padding = server.flavour === 'mysql' ? 1 : 0;
  const of = { ...table('d.t', wide, padding), ...(key ? { optional: primaryKey(0) } : {}) };
  const log = new Binlog(server);
  const options = { version: server === mariadb118 ? 1 : 2 } as const;
  log.transaction([
    tableMap(of, 9),
    rows(
      'update',
      of,
      9,
      steps.map(([from, to]) => [image(from), image(to)]),
      options,
    ),
  ]);
  const { log: written } = await undo([log.bytes()]);
  const events = written.transactions.flatMap(({ statements }) => statements.flat());
  return events.map(({ changes }) => changes.map(({ images }) => [images[0]![1]!, images[1]![1]!]));
}

const chain = [
  [0, 5],
  [5, 6],
  [6, 5],
] as const;

describe('an UPDATE that takes a row back and forth (MySQL 9.7: error 1032 at replay)', () => {
  it('is cut where a row looks for what an earlier row of its event sets', async () => {
    expect((await undone(chain, mysql97)).map((event) => event.length)).toEqual([1, 1, 1]);
  });

  it('stays whole where servers do not apply events in batches, or the key is known', async () => {
    for (const [server, key] of [
      [mariadb118, false],
      [mysql56, false],
      [mysql97, true],
    ] as const) {
      expect(await undone(chain, server, key)).toHaveLength(1);
    }
  });

  it('rows that are alike but not the same, and rows that are all the same, stay together', async () => {
    const alike = Array.from({ length: 500 }, (_, i) => [i, i + 1000] as const);
    expect(await undone(alike, mysql97)).toHaveLength(1);
    expect(
      await undone(
        alike.map(() => [1, 2] as const),
        mysql97,
      ),
    ).toHaveLength(1);
  });

  it('no event of any undo holds such a pair', { timeout: 300_000 }, async () => {
    const step = fc.tuple(fc.nat(30), fc.nat(30)).filter(([from, to]) => from !== to);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        for (const event of await undone(steps, mysql97)) {
          const set = new Set<string>();
          for (const [wanted, result] of event) {
            expect(set).not.toContain(wanted);
            set.add(result);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

it.each([
  ['what is set', 10],
  ['what is looked for', 5],
])('null bits that stand for no column hide no chain, be they other ones in %s', async (_, at) => {
  const of = table('d.t', [int], 1);
  const update = (
    [
      [6, 5],
      [5, 0],
      [8, 9],
    ] as const
  ).map(([from, to]) => [[u32(from)], [u32(to)]]);
  const event = rows('update', of, 9, update);
  const body = Buffer.from(event.body);
  // Six images, of a byte of null bits and four of value.
  body[body.length - 30 + at]! ^= 0x80;
  const log = new Binlog(mysql97);
  log.transaction([tableMap(of, 9), { ...event, body }]);
  const { bytes, log: written } = await undo([log.bytes()]);
  const events = written.transactions.flatMap(({ statements }) => statements.flat());
  expect(events.flatMap(({ changes }) => changes)).toHaveLength(3);
  expect(events.length).toBeGreaterThan(1);
  expect(await (await Sources.of([log.bytes()])).verdict([bytes])).toBe('proved');
});
