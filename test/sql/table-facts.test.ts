import { describe, expect, it } from 'vitest';
import type { Flavour } from '../../src/binlog/event-types.ts';
import { type TableFacts, tableFacts } from '../../src/sql/table-facts.ts';
import { TableDescriptions } from '../../src/tables/description.ts';
import * as c from '../builder/columns.ts';
import { columnNames, primaryKey, type Table, table } from '../builder/rows.ts';
import { definition, schemaOf } from '../tables/schema-text.ts';

const required = (column: c.Column): c.Column => ({ ...column, nullable: false });
const timestamp6 = required(c.timestamp(6));

/** A table of which the log tells names, and whatever else is given. */
function named(columns: Readonly<Record<string, c.Column>>, key: readonly number[] = []): Table {
  const names = columnNames(...Object.keys(columns));
  const optional = key.length === 0 ? names : Buffer.concat([names, primaryKey(...key)]);
  return { ...table('shop.t', Object.values(columns), 0), optional };
}

const facts = (of: Table, flavour: Flavour, schema?: string): TableFacts => {
  const descriptions = new TableDescriptions({}, schema === undefined ? undefined : schemaOf(schema));
  return tableFacts(descriptions.of(definition(of, flavour), flavour), flavour);
};

const yes = true;
const no = false;

describe('columns that SQL writes', () => {
  it.each<Flavour>(['mysql', 'mariadb'])('are those that are not generated, of %s', (flavour) => {
    const of = named({ id: c.int, v: c.int, s: c.int, n: c.int });
    const schema =
      'CREATE TABLE t (id int, v int AS (id * 2) VIRTUAL, s int GENERATED ALWAYS AS (id) STORED, n int)';
    expect(facts(of, flavour, schema)).toMatchObject({
      writable: [yes, no, no, yes],
      comparable: [yes, yes, yes, yes],
      refusal: undefined,
      triggers: undefined,
    });
    expect(facts(of, flavour)).toMatchObject({ writable: [yes, yes, yes, yes] });
  });

  const hashed = { id: c.int, b: c.blob(2), DB_ROW_HASH_1: c.bigint };

  it("leave out MariaDB's hashes, which conditions do not see either", () => {
    const wanted = { writable: [yes, yes, no], comparable: [yes, yes, no] };
    expect(facts(named(hashed), 'mariadb')).toMatchObject(wanted);
    expect(facts(named(hashed), 'mariadb', 'CREATE TABLE t (id int, b blob, UNIQUE (b))')).toMatchObject(
      wanted,
    );
  });

  it("take in a user's column of the same name", () => {
    const all = { writable: [yes, yes, yes], comparable: [yes, yes, yes] };
    expect(facts(named(hashed), 'mysql')).toMatchObject(all);
    const schema = 'CREATE TABLE t (id int, b blob, DB_ROW_HASH_1 bigint)';
    expect(facts(named(hashed), 'mariadb', schema)).toMatchObject(all);
    expect(facts(named({ DB_ROW_HASH_1: c.bigint, id: c.int, b: c.blob(2) }), 'mariadb')).toMatchObject(all);
  });

  it('take in a generated primary key that the server does not show', () => {
    const of = { ...named({ my_row_id: required(c.bigint), n: c.int }, [0]), flags: 5 };
    expect(facts(of, 'mysql', 'CREATE TABLE t (n int)')).toMatchObject({ writable: [yes, yes] });
  });
});

describe('columns that an UPDATE sets to themselves', () => {
  const of = named({
    id: c.int,
    a: c.timestamp(0),
    b: c.datetime(3),
    d: c.date,
    t: c.time(0),
    o: c.oldTimestamp,
  });

  it('are all that may follow it, where nobody tells', () => {
    expect(facts(of, 'mysql').selfAssigned).toEqual([no, yes, yes, no, no, yes]);
  });

  it('are those that the schema names', () => {
    const schema = `CREATE TABLE t (id int, a timestamp NULL DEFAULT CURRENT_TIMESTAMP,
      b datetime(3) ON UPDATE CURRENT_TIMESTAMP(3), d date, t time, o timestamp)`;
    expect(facts(of, 'mysql', schema).selfAssigned).toEqual([no, no, yes, no, no, no]);
  });
});

describe('a system-versioned table', () => {
  const hidden = { id: required(c.int), n: c.int, row_start: timestamp6, row_end: timestamp6 };
  const shown = { id: required(c.int), n: c.int, f: timestamp6, u: timestamp6 };
  const period = `(id int PRIMARY KEY, n int, f timestamp(6) GENERATED ALWAYS AS ROW START,
    u timestamp(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (f, u)) WITH SYSTEM VERSIONING`;

  it.each<[string, Table, string | undefined, string]>([
    [
      'by the schema',
      named(hidden, [0, 3]),
      'CREATE TABLE t (id int PRIMARY KEY, n int) WITH SYSTEM VERSIONING',
      'is system-versioned',
    ],
    [
      'by the schema with its period',
      named(shown, [0, 3]),
      `CREATE TABLE t ${period}`,
      'is system-versioned',
    ],
    ['by names', named(hidden), undefined, 'by its columns row_start and row_end'],
    ['maybe, by a key', named(shown, [0, 3]), undefined, 'may be system-versioned, for f, u'],
    ['maybe, without a key', named(shown), undefined, 'may be system-versioned, for f, u'],
  ])('is refused %s', (_, of, schema, message) => {
    expect(facts(of, 'mariadb', schema).refusal).toMatchObject({
      message: expect.stringContaining(message),
      hint: expect.stringContaining('binflash rewrite'),
    });
  });

  it.each<[string, Table, string | undefined]>([
    ['a key has none of the times', named(shown, [0]), undefined],
    ['the times may be NULL', named({ ...shown, u: c.timestamp(6) }), undefined],
    ['the times are short', named({ ...shown, u: required(c.timestamp(3)) }), undefined],
    [
      'the schema says otherwise',
      named(shown),
      'CREATE TABLE t (id int, n int, f timestamp(6), u timestamp(6))',
    ],
  ])('is not, where %s', (_, of, schema) => {
    expect(facts(of, 'mariadb', schema).refusal).toBeUndefined();
  });

  it('is none of MySQL', () => {
    expect(facts(named(hidden), 'mysql').refusal).toBeUndefined();
  });

  it('has ends that SQL does not write', () => {
    const schema = `CREATE TABLE t ${period}`;
    expect(facts(named(shown, [0, 3]), 'mariadb', schema).writable).toEqual([yes, yes, no, no]);
  });
});

describe('triggers', () => {
  const of = named({ id: c.int });
  const trigger = (name: string): string =>
    `CREATE TRIGGER ${name} AFTER INSERT ON t FOR EACH ROW SET @x = 1;`;

  it.each<[string, Table, Flavour, string, string]>([
    ['one of the schema', of, 'mysql', trigger('a'), 'the trigger a,'],
    ['several', of, 'mariadb', trigger('a') + trigger('b'), 'the triggers a, b,'],
    ["MariaDB's flag alone", { ...of, flags: 0x4001 }, 'mariadb', '', 'triggers,'],
  ])('are told of: %s', (_, from, flavour, schema, message) => {
    const { triggers, refusal } = facts(from, flavour, `CREATE TABLE t (id int); ${schema}`);
    expect(refusal).toBeUndefined();
    expect(triggers).toMatchObject({
      message: expect.stringContaining(`has ${message} which SQL fires`),
      hint: expect.stringContaining('--ignore-triggers'),
    });
  });

  it('are none where nobody tells of any', () => {
    expect(facts({ ...of, flags: 0x4001 }, 'mysql', 'CREATE TABLE t (id int)').triggers).toBeUndefined();
    expect(facts(of, 'mariadb').triggers).toBeUndefined();
  });
});

describe('triggers that nobody tells of', () => {
  const of = named({ id: c.int });
  const create = 'CREATE TABLE t (id int);\n';

  it('may be there on MySQL, but for what a dump says', () => {
    expect(facts(of, 'mysql').mayHaveTriggers).toBe(true);
    expect(facts(of, 'mysql', create).mayHaveTriggers).toBe(true);
    expect(facts(of, 'mysql', `-- MySQL dump 10.13  Distrib 9.7.0\n${create}`).mayHaveTriggers).toBe(false);
  });

  it('are none on MariaDB, whose log tells', () => {
    expect(facts(of, 'mariadb').mayHaveTriggers).toBe(false);
  });
});

describe('what is computed from a TIMESTAMP', () => {
  const of = named({ id: c.int, ts: c.timestamp(0), at: c.datetime(0), v: c.int });
  const columns = 'id int, `Ts` timestamp, at datetime';

  it.each([
    `${columns}, v int AS (year(\`ts\`)) STORED`,
    `${columns}, v int GENERATED ALWAYS AS (id + year(ts)) VIRTUAL, KEY (v)`,
    `${columns}, v int, KEY k (id, (date(ts)))`,
    `${columns}, v int, UNIQUE KEY k ((cast(\`ts\` as date)))`,
  ])('is refused: %s', (body) => {
    expect(facts(of, 'mysql', `CREATE TABLE t (${body})`).refusal).toMatchObject({
      message: expect.stringContaining('the TIMESTAMP column ts'),
    });
  });

  it.each([
    `${columns}, v int AS (year(at)) STORED, KEY (ts), KEY k (id, ts), CHECK (ts > at)`,
    `${columns}, v int, UNIQUE (ts), KEY k ((at)), INDEX n (ts DESC)`,
  ])('is nothing here: %s', (body) => {
    expect(facts(of, 'mysql', `CREATE TABLE t (${body})`).refusal).toBe(undefined);
  });
});
