/** Random statements that change rows. Those that fail do so as they do in the wild. */
import { type Column, small, sqlValue } from './columns.ts';
import type { Random } from './random.ts';
import type { Images } from './settings.ts';
import type { Table } from './tables.ts';

/** What statements are made for. */
export interface Scope {
  /** Those that statements may name. */
  readonly tables: readonly Table[];
  readonly images: Images;
}

type Maker = (random: Random, table: Table, scope: Scope) => string;

/** One statement over some of the tables. */
export function statement(random: Random, scope: Scope): string {
  const pool = scope.images === 'any' && random.chance(50) ? writers : makers;
  return random.pick(pool)(random, random.pick(scope.tables), scope);
}

/** Columns that a statement may name; of those left out partial row images do not hold the values. */
function columnsFor(random: Random, table: Table, { images }: Scope): Column[] {
  const columns = table.columns.filter(({ automatic }) => !automatic);
  if (random.chance(images === 'any' ? 40 : 80)) return columns;
  return columns.filter((column) => !column.nullable || table.keys.includes(column) || random.chance(60));
}

function values(random: Random, table: Table, scope: Scope, count: number): string {
  const columns = columnsFor(random, table, scope);
  const rows = random.times(count, () => `(${columns.map((column) => sqlValue(random, column)).join(', ')})`);
  return `${table.name} (${columns.map(({ name }) => name).join(', ')}) VALUES ${rows.join(', ')}`;
}

const insert: Maker = (random, table, scope) => {
  const rows = 1 + random.below(random.chance(10) ? 40 : 4);
  return `INSERT ${random.chance(15) ? 'IGNORE ' : ''}INTO ${values(random, table, scope, rows)}`;
};

const replace: Maker = (random, table, scope) =>
  `REPLACE INTO ${values(random, table, scope, 1 + random.below(4))}`;

const upsert: Maker = (random, table, scope) => {
  const set = random.times(1 + random.below(2), () => {
    const { name, nature } = settable(random, table);
    return nature === 'integer' && random.chance(60)
      ? random.pick([`${name} = ${name} + 1`, `${name} = VALUES(${name}) % 3`])
      : `${name} = VALUES(${name})`;
  });
  return `INSERT INTO ${values(random, table, scope, 1 + random.below(8))} ON DUPLICATE KEY UPDATE ${set.join(', ')}`;
};

const insertSelect: Maker = (random, table) => {
  const columns = table.columns.filter(({ automatic }) => !automatic);
  const chosen = columns.map((column) => {
    if (!table.keys.includes(column)) return column.name;
    return column.nature === 'integer'
      ? `${column.name} + ${1 + random.below(60)}`
      : sqlValue(random, column);
  });
  // Named one by one: the star leaves out what is invisible.
  const names = columns.map(({ name }) => name).join(', ');
  return `INSERT IGNORE INTO ${table.name} (${names}) SELECT ${chosen.join(', ')}
    FROM (SELECT ${names} FROM ${table.name} ${where(random, table)} LIMIT ${1 + random.below(15)}) old`;
};

/** Hundreds of rows, so that events are cut and packed. */
const bulk: Maker = (random, table, scope) => {
  if (random.chance(95)) return update(random, table, scope);
  const columns = table.columns.filter(({ automatic }) => !automatic);
  const names = columns.map(({ name }) => name).join(', ');
  const chosen = columns.map((column) => {
    if (!table.keys.includes(column)) return `x.${column.name}`;
    if (column.nature === 'integer') return `x.${column.name} + 100 * y.n`;
    return column.nullable && random.chance(50) ? 'NULL' : `x.${column.name}`;
  });
  return `INSERT IGNORE INTO ${table.name} (${names}) SELECT ${chosen.join(', ')}
    FROM (SELECT ${names} FROM ${table.name}) x JOIN (SELECT n FROM ${table.name}) y LIMIT ${50 + random.below(500)}`;
};

const update: Maker = (random, table) => {
  const set = random.times(1 + random.below(3), () => assignment(random, settable(random, table)));
  const order = random.chance(20) ? `ORDER BY ${random.pick(table.columns).name}` : '';
  const ignore = random.chance(15) ? 'IGNORE ' : '';
  return `UPDATE ${ignore}${table.name} SET ${set.join(', ')} ${where(random, table)} ${order} ${few(random)}`;
};

/** A column that an UPDATE of this table may set. Keys are rarer, for each value of theirs there is one row. */
function settable(random: Random, table: Table): Column {
  const columns = table.columns.filter(({ automatic, name }) => !automatic && !table.frozen.has(name));
  const data = columns.filter((column) => !table.keys.includes(column));
  return random.pick(random.chance(80) ? data : columns);
}

function assignment(random: Random, column: Column): string {
  const { name } = column;
  const other = (): string => {
    switch (column.nature) {
      case 'integer':
        return `${name} + ${random.below(3) - 1}`;
      case 'number':
        return random.pick([`${name} + 0.5`, `-${name}`, `${name} * 2`]);
      case 'text':
      case 'bytes':
        return random.pick([
          `CONCAT(${name}, 'x')`,
          `LEFT(${name}, 3)`,
          `REVERSE(${name})`,
          `UPPER(${name})`,
        ]);
      case 'json':
        return jsonChange(random, name);
      default:
        return column.nullable ? random.pick([name, 'NULL']) : name;
    }
  };
  return `${name} = ${random.chance(column.nature === 'json' ? 75 : 40) ? other() : sqlValue(random, column)}`;
}

/** A change that MySQL may log in part. */
function jsonChange(random: Random, column: string): string {
  const path = random.pick([
    '$.a',
    '$.b',
    '$.c',
    '$.c[0]',
    '$.c[1]',
    '$.d.e',
    '$.new',
    '$.d.f',
    '$[0]',
    '$[2]',
  ]);
  const value = random.pick([
    '1',
    "'text'",
    '70000',
    'NULL',
    'TRUE',
    "JSON_ARRAY(1, 'x')",
    "JSON_OBJECT('k', 2.5)",
    "REPEAT('y', 90)",
  ]);
  return random.pick([
    `JSON_SET(${column}, '${path}', ${value})`,
    `JSON_REPLACE(${column}, '${path}', ${value})`,
    `JSON_SET(${column}, '${path}', ${value}, '$.b', ${random.below(100)})`,
    `JSON_REMOVE(${column}, '${path}')`,
    `JSON_REMOVE(JSON_SET(${column}, '$.x', 5), '${path}')`,
  ]);
}

/** Every row takes the place of another. */
const move: Maker = (random, table, scope) => {
  const movable = table.columns.filter(
    ({ nature, name, automatic }) => nature === 'integer' && !automatic && !table.frozen.has(name),
  );
  const keys = movable.filter((column) => table.keys.includes(column));
  if (movable.length === 0) return update(random, table, scope);
  const { name } = random.pick(keys.length > 0 ? keys : movable);
  const by = random.pick([-7, -1, 1, 1, 3]);
  const order = random.chance(90) ? `ORDER BY ${name} ${by > 0 ? 'DESC' : 'ASC'}` : '';
  const ignore = random.chance(20) ? 'IGNORE ' : '';
  return `UPDATE ${ignore}${table.name} SET ${name} = ${name} + ${by} ${random.chance(60) ? where(random, table) : ''} ${order}`;
};

const refer: Maker = (random, table, scope) => {
  if (!scope.tables.some(({ name }) => name === 'parent')) return update(random, table, scope);
  if (random.chance(50)) {
    const p = random.chance(20) ? 'NULL' : small(random);
    return `UPDATE ${random.pick(['child', 'loose'])} SET p = ${p} ORDER BY p LIMIT ${1 + random.below(3)}`;
  }
  const by = random.pick([-50, -1, 1, 50]);
  return `UPDATE parent SET id = id + ${by} ORDER BY id DESC LIMIT ${1 + random.below(4)}`;
};

const remove: Maker = (random, table) =>
  `DELETE FROM ${table.name} ${where(random, table)} ${random.chance(20) ? '' : few(random)}`;

/** Two tables in one statement, or one table twice. */
const several: Maker = (random, one, { tables }) => {
  const two = random.pick(tables);
  const number = (table: Table): string =>
    random.pick(table.columns.filter(({ nature }) => nature === 'integer')).name;
  const on = `ON x.${number(one)} = y.${number(two)} ${random.chance(30) ? '+ 1' : ''}`;
  const some = random.chance(70) ? `WHERE x.n ${random.pick(['<', '=', '>'])} ${random.below(4)}` : '';
  if (random.chance(30)) {
    const which = one === two ? 'x' : random.pick(['x, y', 'y']);
    return `DELETE ${which} FROM ${one.name} x JOIN ${two.name} y ${on} ${some}`;
  }
  const set = random.pick([
    'x.s = y.s, y.n = x.n',
    'x.n = x.n + 1, y.n = y.n + 1',
    "y.s = CONCAT(x.n, '!')",
    'x.n = y.n',
  ]);
  return `UPDATE ${one.name} x JOIN ${two.name} y ${on} SET ${set} ${some}`;
};

/** A function that changes a table, once for each row of a query, or amid the changes of another table. */
const call: Maker = (random, table, scope) => {
  if (!scope.tables.some(({ name }) => name === 'main')) return update(random, table, scope);
  if (random.chance(40))
    return `UPDATE ${table.name} SET n = note(n % 3) ${where(random, table)} ${few(random)}`;
  const numbers = random.times(2 + random.below(6), () => `SELECT ${random.below(3)} x`);
  return `SELECT SUM(note(x)) FROM (${numbers.join(' UNION ALL ')}) q`;
};

/** Of these partial row images lack the most. */
const writers: readonly Maker[] = [insert, replace, replace, upsert];

const makers: readonly Maker[] = [
  ...Array<Maker>(4).fill(insert),
  replace,
  upsert,
  upsert,
  insertSelect,
  bulk,
  ...Array<Maker>(4).fill(update),
  move,
  refer,
  remove,
  remove,
  several,
  call,
];

function where(random: Random, table: Table): string {
  const column = random.pick(random.chance(60) ? table.keys : table.columns);
  const { name, nature } = column;
  if (nature === 'integer') {
    return random.pick([
      `WHERE ${name} = ${small(random)}`,
      `WHERE ${name} < ${small(random)}`,
      `WHERE ${name} % 4 = ${random.below(4)}`,
      `WHERE ${name} IS NULL OR ${name} > 30`,
    ]);
  }
  if (nature === 'json' || random.chance(30)) return random.chance(50) ? `WHERE ${name} IS NULL` : '';
  if (column.automatic || !table.keys.includes(column)) return `WHERE n % 3 = ${random.below(3)}`;
  return `WHERE ${name} ${random.pick(['=', '=', '<', '>'])} ${column.value(random)}`;
}

const few = (random: Random): string => (random.chance(70) ? `LIMIT ${1 + random.below(6)}` : '');
