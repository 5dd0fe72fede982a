/** Random tables: columns, keys, partitions and engines. */

import type { Specimen } from '../specimens.ts';
import { type Column, dataColumns, integer, keyColumn, plainText, prefixedColumn } from './columns.ts';
import type { Dialect } from './dialect.ts';
import type { Random } from './random.ts';

export interface Table {
  readonly name: string;
  /** What follows the name in CREATE TABLE. */
  readonly definition: string;
  /** All of them; each table has an `n` of integers and an `s` of text. */
  readonly columns: readonly Column[];
  readonly keys: readonly Column[];
  /** Numbers of the columns of the primary key that it declares, from 1 on. */
  readonly primaryKey: readonly number[];
  /** Names of columns that no statement sets in a row that is there. */
  readonly frozen: ReadonlySet<string>;
  /** Tables that triggers and foreign keys tie together are of one group. */
  readonly group: string;
  /** Without transactions. */
  readonly plain: boolean;
}

/** What a round allows its tables to be. */
export interface TableOptions {
  readonly dialect: Dialect;
  readonly types: readonly (readonly Specimen[])[];
  /** The undo is written with one row an event, so that chains over nullable unique keys can be replayed. */
  readonly singleRows: boolean;
}

interface Keys {
  readonly columns: readonly Column[];
  /** In the order of the key, with prefix lengths. */
  readonly clauses: readonly string[];
  /** Has it a key by which the server finds a row without looking at all of them? */
  readonly usable: boolean;
  /** May be partitioned by its first column. */
  readonly splittable?: boolean;
}

const kinds: readonly ((random: Random) => Keys)[] = [
  (random) => {
    const k = keyColumn(random, 'k', false);
    return { columns: [k], clauses: ['PRIMARY KEY (k)'], usable: true, splittable: k.nature === 'integer' };
  },
  (random) => {
    const columns = [keyColumn(random, 'k', false), keyColumn(random, 'l', false)];
    const order = random.pick(['k, l', 'l, k']);
    const splittable = columns[0]!.nature === 'integer';
    return { columns, clauses: [`PRIMARY KEY (${order})`], usable: true, splittable };
  },
  (random) => {
    const columns = [keyColumn(random, 'k', false), keyColumn(random, 'u', true)];
    const unique = random.pick(['UNIQUE (u)', 'UNIQUE (u, n)', 'UNIQUE (s(5), u)']);
    return { columns, clauses: ['PRIMARY KEY (k)', unique], usable: true };
  },
  (random) => {
    const columns = [prefixedColumn(random, 'k', false), keyColumn(random, 'l', false)];
    const clause = random.pick(['PRIMARY KEY (k(4))', 'PRIMARY KEY (k(6), l)', 'PRIMARY KEY (l, k(2))']);
    return { columns, clauses: [clause], usable: true };
  },
  (random) => {
    const columns = [keyColumn(random, 'k', false), keyColumn(random, 'u', true)];
    const clauses = [random.pick(['UNIQUE (k)', 'UNIQUE (k, n2)', 'UNIQUE (k), KEY (u)'])];
    return { columns, clauses, usable: true };
  },
  (random) => {
    const columns = [keyColumn(random, 'u', true), keyColumn(random, 'v', random.chance(50))];
    return {
      columns,
      clauses: [random.pick(['UNIQUE (u)', 'UNIQUE (v, u)', 'UNIQUE (u), KEY (v)'])],
      usable: false,
    };
  },
  (random) => {
    const columns = [prefixedColumn(random, 'u', true)];
    return { columns, clauses: ['UNIQUE (u(5))'], usable: false };
  },
  (random) => {
    const columns = [keyColumn(random, 'k', true)];
    return { columns, clauses: random.pick([['KEY (k)'], ['KEY (s(3))', 'KEY (k, n)']]), usable: false };
  },
  (random) => {
    const k = keyColumn(random, 'k', random.chance(70));
    return { columns: [k], clauses: [], usable: false, splittable: k.nature === 'integer' };
  },
  (random) => ({ columns: [keyColumn(random, 'k', true)], clauses: [], usable: false }),
];

/** A table of a random kind. */
export function randomTable(random: Random, name: string, plain: boolean, options: TableOptions): Table {
  const { dialect, types, singleRows } = options;
  const keys = random.pick(kinds)(random);
  const engine = plain ? plainEngine(random, dialect) : 'InnoDB';
  const split = !plain && keys.splittable === true && random.chance(35) ? partitions(random) : '';
  const fits = fitting(engine, split !== '');
  // MySQL does not find rows of MEMORY by the beginning of a VARBINARY in replays: error 1032.
  const prefixed = keys.clauses.some((clause) => /\(\d/.test(clause));
  if (
    (dialect.mysql && engine === 'MEMORY' && prefixed) ||
    !keys.columns.every(({ definition }) => fits(definition))
  ) {
    return randomTable(random, name, plain, options);
  }
  const n2 = keys.clauses.some((clause) => clause.includes('n2')) ? [integer('n2', 'INT NOT NULL')] : [];
  const common = [integer('n', 'INT'), plainText('s'), ...n2];
  const data = dataColumns(random, dialect, types, random.below(7), fits);
  const columns = random.chance(50)
    ? [...keys.columns, ...common, ...data]
    : [...common, ...data, ...keys.columns];
  const generated = dialect.mysql56 || engine === 'MEMORY' ? [] : generatedColumns(random, engine);
  const definitions = [
    ...columns.map((column) => `${column.name} ${column.definition}`),
    ...generated,
    ...keys.clauses,
    ...(random.chance(15) ? ['KEY (n)'] : []),
    ...(dialect.mysql97 && !plain && random.chance(10) ? ['KEY ((n % 7))'] : []),
  ];
  const history = dialect.mariadb && engine === 'InnoDB' && split === '' && random.chance(8);
  const versioned = history ? ' WITH SYSTEM VERSIONING' : '';
  // A chain over a nullable unique key, see Dialect.batches.
  const frozen = dialect.batches && !keys.usable && !singleRows ? uniqueColumns(keys.clauses, columns) : [];
  return {
    name,
    definition: `(${definitions.join(', ')}) ENGINE=${engine}${split}${versioned}`,
    columns,
    keys: keys.columns,
    // The end of a row's time is in the key as well, says the log.
    primaryKey: history ? [] : primaryKeyOf(columns, keys.clauses),
    frozen: new Set(frozen),
    group: name,
    plain,
  };
}

/** `PRIMARY KEY (l, k(2))`, of its own or in a column's definition. */
export function primaryKeyOf(columns: readonly Column[], clauses: readonly string[]): number[] {
  const clause = clauses.find((text) => text.startsWith('PRIMARY KEY'));
  if (clause === undefined) {
    return columns.flatMap(({ definition }, i) => (definition.includes('PRIMARY KEY') ? [i + 1] : []));
  }
  const names = clause.slice('PRIMARY KEY ('.length).match(/[a-z]\w*/g)!;
  return names.map((name) => columns.findIndex((column) => column.name === name) + 1);
}

/** Has it columns that binlog_row_image=NOBLOB leaves out? */
export const hasLargeColumns = ({ definition }: Table): boolean =>
  /BLOB|TEXT|JSON|VECTOR/.test(definition) || isGeometry(definition);

/** Which types the engines have. */
function fitting(engine: string, split: boolean): (type: string) => boolean {
  if (engine === 'MEMORY')
    return (type) => !/BLOB|TEXT|JSON|VECTOR|COMPRESSED/.test(type) && !isGeometry(type);
  if (split) return (type) => !isGeometry(type);
  return engine === 'MyISAM' ? (type) => !type.includes('SRID') : () => true;
}

const isGeometry = (type: string): boolean => /POINT|LINESTRING|POLYGON|GEOMETRY/.test(type);

function plainEngine(random: Random, { mariadb }: Dialect): string {
  const aria = mariadb ? ['Aria TRANSACTIONAL=1', 'Aria TRANSACTIONAL=0'] : [];
  return random.pick(['MyISAM', 'MyISAM', 'MEMORY', ...aria]);
}

function partitions(random: Random): string {
  return ` PARTITION BY ${random.pick([
    'HASH (k) PARTITIONS 4',
    'KEY (k) PARTITIONS 3',
    'RANGE (k) (PARTITION a VALUES LESS THAN (10), PARTITION b VALUES LESS THAN (30), PARTITION c VALUES LESS THAN MAXVALUE)',
  ])}`;
}

function uniqueColumns(clauses: readonly string[], columns: readonly Column[]): string[] {
  const unique = clauses
    .filter((clause) => /UNIQUE/.test(clause))
    .map((clause) => /\((.*?)\)+/.exec(clause)![1]!);
  return columns
    .map(({ name }) => name)
    .filter((name) => unique.some((list) => new RegExp(`\\b${name}\\b`).test(list)));
}

/** Definitions of columns that the server computes from others, and of an index over one. */
function generatedColumns(random: Random, engine: string): string[] {
  if (!random.chance(30)) return [];
  const columns = random.times(1 + random.below(2), (i) => {
    const [type, expression] = random.pick([
      ['BIGINT', 'n + 1'],
      ['BIGINT', 'n * 2'],
      ['VARCHAR(400)', "CONCAT('<', s, '>')"],
      ['VARCHAR(300)', 'REVERSE(s)'],
      ['INT', 'n IS NULL'],
    ]);
    const storage = random.pick(['VIRTUAL', 'STORED']);
    return `g${i} ${type} GENERATED ALWAYS AS (${expression}) ${storage}`;
  });
  const indexed = engine === 'InnoDB' && columns[0]!.includes('INT') && random.chance(25);
  return indexed ? [...columns, 'KEY (g0)'] : columns;
}
