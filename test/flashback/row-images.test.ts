import { describe, expect, it } from 'vitest';
import { Binlog } from '../builder/binlog.ts';
import type { Event } from '../builder/events.ts';
import * as e from '../builder/events.ts';
import { mariadb118, mysql97 } from '../builder/format.ts';
import { columnNames, primaryKey, type Table } from '../builder/rows.ts';
import { change, customers, orders } from '../builder/shop.ts';
import { refusal, undo } from '../helpers.ts';

const files = (...events: Event[]): Buffer[] => {
  const log = new Binlog(mysql97);
  log.transaction(events);
  return [log.bytes()];
};

describe('--primary-key', () => {
  const named = { ...orders, optional: columnNames('id', 'Word') };
  const partial = (of: Table): Event[] => change('insert', [1], of, { present: [true, false] });

  it.each([
    ['shop.orders=@1', orders],
    ['`shop`.`orders` = @1', orders],
    ['shop.*=@1', orders],
    ['shop.orders=ID', named],
    ['shop.orders=`id`', named],
  ])('%s lets an INSERT that has the key alone be undone', async (key, of) => {
    expect(await refusal(files(...partial(of)))).toMatchObject({
      code: 'ROW_IMAGE',
      hint: expect.stringContaining('--primary-key'),
    });
    expect((await undo(files(...partial(of)), { primaryKeys: [key] })).result.plan.rows).toBe(1);
  });

  it('holds for the tables that it names, and for the columns that are there', async () => {
    const key = { primaryKeys: ['shop.orders=@2'] };
    expect((await refusal(files(...partial(orders)), key)).code).toBe('ROW_IMAGE');
    const other = { primaryKeys: ['shop.orders=@1'] };
    const both = files(...partial(orders), ...partial(customers));
    expect((await refusal(both, other)).table).toBe('crm.customers');
  });

  it.each([
    ['shop.orders', orders, 'is not of the form'],
    ['shop.orders=', orders, 'is not of the form'],
    ['shop.orders=@1=@2', orders, 'is not of the form'],
    ['orders=@1', orders, 'does not name a table'],
    ['shop.ordres=@1', orders, 'matches no table'],
    ['shop.orders=@3', orders, 'there is no column @3, the table has 2'],
    ['shop.orders=@0', orders, 'there is no column @0'],
    ['shop.orders=id', orders, 'does not tell column names'],
    ['shop.orders=ids', named, 'there is no column "ids"'],
    ['shop.orders=@2', { ...orders, optional: primaryKey(0) }, 'is not the primary key that the log tells'],
  ])('%s is a usage error', async (key, of, message) => {
    const error = await refusal(files(...change('insert', [1], of)), { primaryKeys: [key] });
    expect([error.code, error.message]).toEqual(['USAGE', expect.stringContaining(message)]);
  });
});

describe('an UPDATE of MariaDB that lacks columns (REPLACE under NOBLOB was undone without them)', () => {
  const partly = { version: 1, present: [true, false], presentAfter: [true, false] } as const;
  const logged = (annotation: string | undefined, of: Table, ...more: Event[]): Buffer[] => {
    const log = new Binlog(mariadb118);
    const annotate = annotation === undefined ? [] : [e.annotate(annotation)];
    log.add(e.mariadbGtid(1), ...annotate, ...more, ...change('update', [1], of, partly), e.xid(1));
    return [log.bytes()];
  };
  const plain = { ...orders, padding: 0 as const };

  it.each([
    'UPDATE orders SET id = 2',
    '  /* nightly */ -- again\n# and again\nupdate orders set id=2',
    "INSERT INTO orders VALUES (1, 'x') ON DUPLICATE KEY UPDATE id = 2",
  ])('is undone when the log shows that it was one: %s', async (text) => {
    expect((await undo(logged(text, plain))).result.plan.rows).toBe(1);
  });

  it.each([
    'REPLACE INTO orders (id) VALUES (1)',
    '/* x */ replace orders (id) values (1)',
    '/*!REPLACE*/ INTO orders VALUES (1)',
    "LOAD DATA INFILE 'f' REPLACE INTO TABLE orders",
    "/* app */ REPLACE INTO orders (id, word) VALUES (1, 'x /* n */ UPDATE')",
    `${'/**/ '.repeat(500)}REPLACE INTO orders (id) VALUES (1)`,
    'SELECT f(1)',
    undefined,
  ])('is refused when it may have been a REPLACE: %s', async (text) => {
    expect(await refusal(logged(text, plain))).toMatchObject({
      code: 'ROW_IMAGE',
      table: 'shop.orders',
      message: expect.stringMatching(/REPLACE.*@2/),
    });
  });

  it('is refused when a trigger may have run one', async () => {
    const update = 'UPDATE orders SET id = 2';
    expect((await refusal(logged(update, { ...plain, flags: 0x4001 }))).code).toBe('ROW_IMAGE');
    const [map] = change('update', [1], { ...customers, padding: 0 }, { version: 1 });
    const other = { ...map!, body: Buffer.concat([Buffer.of(99), map!.body.subarray(1)]) };
    expect((await refusal(logged(update, plain, other))).code).toBe('ROW_IMAGE');
  });
});
