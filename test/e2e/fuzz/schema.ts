/** The tables of a round: random ones, and those that triggers, a function and foreign keys tie together. */
import { type Column, dataColumns, integer, plainText, small } from './columns.ts';
import type { Random } from './random.ts';
import { primaryKeyOf, randomTable, type Table, type TableOptions } from './tables.ts';

export interface Schema {
  readonly tables: readonly Table[];
  /** Statements that make it; need the client's DELIMITER. */
  readonly sql: string;
}

export interface SchemaOptions extends TableOptions {
  /** Do transactions of several engines work, as with GTIDs they do not on MySQL? */
  readonly mixes: boolean;
}

/** Keys of the tables that refer to each other, small so that they meet. */
const id = (name: string, definition: string): Column => ({
  ...integer(name, definition),
  value: (random) => String(small(random)),
});

export function randomSchema(random: Random, options: SchemaOptions): Schema {
  const { dialect, mixes } = options;
  const tables = [
    ...random.times(3 + random.below(3), (i) => randomTable(random, `t${i}`, false, options)),
    ...(random.chance(60) ? [randomTable(random, 'plain', true, options)] : []),
    ...(random.chance(60) ? triggered(random, options) : []),
    ...(random.chance(50) ? related(random, options) : []),
  ];
  const logEngine = mixes && random.chance(15) ? 'MyISAM' : 'InnoDB';
  const sql = [
    `SET sql_mode = ''`,
    // MySQL 9.7 cannot apply its own row events to a table with such a key and an index over an expression.
    ...tables.flatMap(({ name, definition }) => [
      ...(dialect.mysql97 ? [invisibleKey(!/PARTITION|%/.test(definition) && random.chance(10))] : []),
      `CREATE TABLE ${name} ${definition}`,
    ]),
    ...(tables.some(({ name }) => name === 'main') ? [programs(logEngine)] : []),
  ];
  return {
    tables: tables.map((table) =>
      table.name === 'main' && logEngine === 'MyISAM' ? { ...table, plain: true } : table,
    ),
    sql: `${sql.join(';\n')};`,
  };
}

/** Whether a table that is made without a primary key gets one of its own. */
const invisibleKey = (wanted: boolean): string =>
  `SET sql_generate_invisible_primary_key = ${wanted ? 'ON' : 'OFF'}`;

const data = (random: Random, { dialect, types }: SchemaOptions): Column[] => [
  integer('n', 'INT'),
  plainText('s'),
  ...dataColumns(random, dialect, types, random.below(5)),
];

function table(
  name: string,
  group: string,
  keys: Column[],
  columns: Column[],
  clauses: string[] = [],
): Table {
  const all = [...keys, ...columns];
  const lines = [...all.map((column) => `${column.name} ${column.definition}`), ...clauses];
  const definition = `(${lines.join(', ')}) ENGINE=InnoDB`;
  const primaryKey = primaryKeyOf(all, clauses);
  return { name, definition, columns: all, keys, primaryKey, frozen: new Set(), group, plain: false };
}

/** A table whose triggers change two others. */
function triggered(random: Random, options: SchemaOptions): Table[] {
  const keys = [id('id', 'INT PRIMARY KEY AUTO_INCREMENT'), id('u', 'INT')];
  return [table('main', 'main', keys, data(random, options), ['UNIQUE (u)'])];
}

/** What `main` sets going, and a function that changes a table. */
const programs = (logEngine: string): string => `
  CREATE TABLE log (id INT PRIMARY KEY AUTO_INCREMENT, what VARCHAR(20), main INT) ENGINE=${logEngine};
  CREATE TABLE counters (what VARCHAR(20), n INT) ENGINE=InnoDB;
  INSERT INTO counters VALUES ('log',0),('last',0),('noted',0);
  DELIMITER //
  CREATE TRIGGER main_insert AFTER INSERT ON main FOR EACH ROW BEGIN
    INSERT INTO log (what, main) VALUES ('insert', NEW.id);
    UPDATE counters SET n = n + 1 WHERE what = 'log'; END//
  CREATE TRIGGER main_update BEFORE UPDATE ON main FOR EACH ROW BEGIN
    UPDATE counters SET n = NEW.id % 3 WHERE what = 'last'; END//
  CREATE TRIGGER main_delete AFTER DELETE ON main FOR EACH ROW BEGIN
    DELETE FROM log WHERE main = OLD.id LIMIT 1;
    INSERT INTO counters VALUES ('deleted', OLD.id % 2); END//
  CREATE FUNCTION note(x INT) RETURNS INT BEGIN
    UPDATE counters SET n = x WHERE what = 'noted'; RETURN x; END//
  DELIMITER ;`;

/** Takes the triggers away. */
export const dropTriggers = 'DROP TRIGGER main_insert; DROP TRIGGER main_update; DROP TRIGGER main_delete;';

/** Foreign keys; where cascades are not in the log, only those that the undo runs again the other way. */
function related(random: Random, options: SchemaOptions): Table[] {
  const rules = options.dialect.logsCascades ? ['ON DELETE CASCADE', 'ON DELETE SET NULL'] : ['', ''];
  const reference = (rule: string): string =>
    `FOREIGN KEY (p) REFERENCES parent (id) ON UPDATE CASCADE ${rule}`;
  return [
    table('parent', 'parent', [id('id', 'INT PRIMARY KEY')], data(random, options)),
    table('child', 'parent', [id('id', 'INT PRIMARY KEY'), id('p', 'INT')], data(random, options), [
      reference(rules[0]!),
    ]),
    table('loose', 'parent', [id('p', 'INT')], data(random, options), [reference(rules[1]!)]),
  ];
}
