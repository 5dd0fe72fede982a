import { expect, it } from 'vitest';
import { emptyRowsEvent, parseRows } from '../../src/binlog/rows.ts';
import { BinflashError } from '../../src/index.ts';
import { ShapeRegistry } from '../../src/scan/shapes.ts';
import { TableDescriptions } from '../../src/tables/description.ts';
import { RowFilter } from '../../src/where/row-filter.ts';
import { encodeEvent } from '../builder/binlog.ts';
import { type Column, everyColumn } from '../builder/columns.ts';
import { rows, table, tableMap, type Values } from '../builder/rows.ts';
import { Random } from '../e2e/fuzz/random.ts';

const random = new Random(20_261_121);
const bytes = (length: number): Buffer => Buffer.from(random.times(length, () => random.below(256)));

/** Anything that has the length of a value of the column: what a hostile log may hold. */
function anyValue({ width, prefix }: Column): Buffer | null {
  if (random.chance(10)) return null;
  if (width !== undefined) return random.chance(10) ? Buffer.alloc(width) : bytes(width);
  const length = random.below(12);
  const head = Buffer.alloc(prefix);
  head.writeUIntLE(length, 0, prefix);
  return Buffer.concat([head, bytes(length)]);
}

const literals = [
  '5',
  '-1',
  '0.5',
  '1e3',
  "'paid'",
  "'5'",
  "'2026-11-21'",
  "'03:00:00'",
  '20261121',
  "x'0F'",
  "b'1'",
  "date '2026-11-21'",
  "time '1:2:3'",
  'true',
  'null',
];
const predicates = [
  ...literals.flatMap((literal) => [
    `@1 = ${literal}`,
    `${literal} < @1`,
    `@1 in (${literal}, ${literal}, 7, 8)`,
    `@1 <=> ${literal}`,
    `@1 between ${literal} and ${literal}`,
  ]),
  "@1 like '%1%'",
  '@1 is null',
  'changed(@1)',
  'before.@1 < after.@1',
  'before.@1 = after.@1',
  '@1',
  '@1 < @2',
  '@1 = @3',
];

it('every condition on every type of column is tested or refused, whatever bytes stand there', () => {
  let [tested, refused] = [0, 0];
  for (const column of everyColumn) {
    const others = [everyColumn[random.below(everyColumn.length)]!, everyColumn[3]!];
    const of = table('d.t', [column, ...others]);
    const flavour = column.flavour === 'mariadb' ? 'mariadb' : 'mysql';
    const image = (): Values => of.columns.map(anyValue);
    const event = encodeEvent(
      rows(
        'update',
        of,
        1,
        random.times(4, () => [image(), image()]),
      ),
      4,
      1,
      0,
      false,
    );
    const map = encodeEvent(tableMap(of, 1), 4, 1, 0, false);
    const shapes = new ShapeRegistry();
    shapes.map(map, 0, map.length, 1, flavour);
    const parsed = emptyRowsEvent();
    parseRows(event, 0, event.length, parsed);
    const shape = shapes.shapeOf(event, parsed, 1);
    for (const predicate of predicates) {
      try {
        const matcher = new RowFilter([predicate], new TableDescriptions()).of(shape, flavour)!;
        expect(matcher.test(event, parsed)).toBe([0, 1, 2, 3].filter((row) => matcher.has(row)).length);
        tested++;
      } catch (error) {
        if (!(error instanceof BinflashError))
          throw new Error(`${predicate} on ${column.sql}`, { cause: error });
        expect(['USAGE', 'UNSUPPORTED']).toContain(error.code);
        refused++;
      }
    }
  }
  expect(tested).toBeGreaterThan(1000);
  expect(refused).toBeGreaterThan(1000);
});
