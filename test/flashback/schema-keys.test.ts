/** Keys from a schema file, for INSERTs that log only some columns. */
import { describe, expect, it } from 'vitest';
import { TableDescriptions } from '../../src/index.ts';
import { Binlog } from '../builder/binlog.ts';
import type { Event } from '../builder/events.ts';
import { mysql97 } from '../builder/format.ts';
import { columnNames, primaryKey, type Table } from '../builder/rows.ts';
import { change, customers, orders } from '../builder/shop.ts';
import { refusal, undo } from '../helpers.ts';
import { schemaOf } from '../tables/schema-text.ts';

const files = (...events: Event[]): Buffer[] => {
  const log = new Binlog(mysql97);
  log.transaction(events);
  return [log.bytes()];
};

const partial = (of: Table = orders): Event[] => change('insert', [1], of, { present: [true, false] });

const by = (text: string) => ({ descriptions: new TableDescriptions({}, schemaOf(text)) });

const columns = (key: string): string => `(id int, word varchar(20) NOT NULL, ${key}) DEFAULT CHARSET=latin1`;

describe('an INSERT that logs the first column alone', () => {
  it.each(['PRIMARY KEY (id)', 'PRIMARY KEY (ID)', 'KEY (word), PRIMARY KEY (id)'])(
    'is undone with %s',
    async (key) => {
      const { result } = await undo(files(...partial()), by(`CREATE TABLE orders ${columns(key)}`));
      expect(result.plan.rows).toBe(1);
    },
  );

  it('is undone with a unique key over a column that is never NULL', async () => {
    const schema = 'CREATE TABLE orders (id int NOT NULL UNIQUE, word varchar(20)) DEFAULT CHARSET=latin1';
    expect((await undo(files(...partial()), by(schema))).result.plan.rows).toBe(1);
  });

  it.each(['KEY (id)', 'UNIQUE (id)', 'PRIMARY KEY (word)', 'PRIMARY KEY (id, word)', 'UNIQUE (word)'])(
    'is refused with %s',
    async (key) => {
      const error = await refusal(files(...partial()), by(`CREATE TABLE orders ${columns(key)}`));
      expect(error).toMatchObject({ code: 'ROW_IMAGE', hint: expect.stringContaining('--schema') });
    },
  );

  it('is refused when the schema is of another table', async () => {
    const error = await refusal(
      files(...partial()),
      by(`CREATE TABLE crm.orders ${columns('PRIMARY KEY (id)')}`),
    );
    expect(error.code).toBe('ROW_IMAGE');
  });

  it('is refused when the log says that there is no key', async () => {
    const named = { ...orders, optional: columnNames('id', 'word') };
    const error = await refusal(
      files(...partial(named)),
      by(`CREATE TABLE orders ${columns('PRIMARY KEY (id)')}`),
    );
    expect(error.code).toBe('ROW_IMAGE');
  });

  it('stops when the schema does not fit', async () => {
    expect(await refusal(files(...partial()), by('CREATE TABLE orders (id int PRIMARY KEY)'))).toMatchObject({
      code: 'SCHEMA',
      table: 'shop.orders',
    });
  });
});

it('asks the schema only for what it must know', async () => {
  const wrong = by('CREATE TABLE orders (id int PRIMARY KEY); CREATE TABLE customers (a int PRIMARY KEY)');
  expect((await undo(files(...change('insert', [1, 2])), wrong)).result.plan.rows).toBe(2);
  const both = files(...change('insert', [1]), ...partial(customers));
  expect((await undo(both, { ...wrong, select: { tables: ['shop.orders'] } })).result.plan.rows).toBe(1);
  expect((await refusal(both, wrong)).code).toBe('SCHEMA');
});

describe('--primary-key', () => {
  it('takes names from the schema, and is stronger', async () => {
    const schema = by('CREATE TABLE orders (id int, word varchar(20) PRIMARY KEY) DEFAULT CHARSET=latin1');
    const options = { ...schema, primaryKeys: ['shop.orders=id'] };
    expect((await undo(files(...partial()), options)).result.plan.rows).toBe(1);
    const misspelt = await refusal(files(...partial()), { ...schema, primaryKeys: ['shop.orders=ids'] });
    expect(misspelt).toMatchObject({ code: 'USAGE', hint: 'The table has id, word.' });
  });

  it('does not contradict the log', async () => {
    const keyed = { ...orders, optional: Buffer.concat([columnNames('id', 'word'), primaryKey(0)]) };
    const options = {
      ...by(`CREATE TABLE orders ${columns('PRIMARY KEY (word)')}`),
      primaryKeys: ['shop.orders=word'],
    };
    expect((await refusal(files(...partial(keyed)), options)).message).toContain('that the log tells');
  });
});
