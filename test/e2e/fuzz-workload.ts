/** A random workload that depends on a seed alone: tables, and transactions over them. */

/** Random numbers from a seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 to below `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
}

export interface Dialect {
  /** Cascades are in the log, so that they may delete rows and set them to NULL. */
  readonly logsCascades: boolean;
  /** ROLLBACK TO SAVEPOINT stays in the log once a table without transactions was changed. */
  readonly keepsSavepoints: boolean;
}

type Kind = 'int' | 'decimal' | 'double' | 'float' | 'text' | 'binary' | 'time' | 'enum' | 'bit';

interface Table {
  readonly name: string;
  /** Besides the keys. */
  readonly columns: Readonly<Record<string, Kind>>;
  /** Columns of numbers that a statement may move along a chain. */
  readonly movable: readonly string[];
  /** Columns that INSERT fills with small numbers, NULL among them where they end with `?`. */
  readonly keys: readonly string[];
  /** Without transactions. */
  readonly plain?: boolean;
}

const all: Readonly<Record<string, Kind>> = {
  n: 'int',
  c: 'decimal',
  d: 'double',
  f: 'float',
  s: 'text',
  b: 'binary',
  t: 'time',
  e: 'enum',
  m: 'bit',
};
const some: Readonly<Record<string, Kind>> = { n: 'int', s: 'text', b: 'binary' };

const tables: readonly Table[] = [
  { name: 'main', keys: ['id', 'u?'], movable: ['id', 'u'], columns: all },
  { name: 'pairs', keys: ['x', 'y'], movable: ['x', 'y'], columns: { s: 'text', n: 'int' } },
  { name: 'bag', keys: ['a?'], movable: ['a', 'n'], columns: all },
  { name: 'listed', keys: ['k?'], movable: ['k', 'n'], columns: some },
  // MySQL 9.7 cannot replay a chain over its only key (order-traps.test.ts), so that key stays.
  { name: 'perhaps', keys: ['u?'], movable: ['n'], columns: some },
  { name: 'parent', keys: ['id'], movable: ['id'], columns: { s: 'text' } },
  { name: 'child', keys: ['id', 'p?'], movable: ['id'], columns: { s: 'text' } },
  { name: 'loose', keys: ['p?'], movable: [], columns: { n: 'int' } },
  { name: 'split', keys: ['id'], movable: ['id'], columns: { s: 'text', n: 'int' } },
  { name: 'plain', keys: ['id'], movable: ['id', 'n'], columns: some, plain: true },
];

const types: Readonly<Record<Kind, string>> = {
  int: 'INT',
  decimal: 'DECIMAL(20,5)',
  double: 'DOUBLE',
  float: 'FLOAT',
  text: 'VARCHAR(300)',
  binary: 'MEDIUMBLOB',
  time: 'DATETIME(3) NULL',
  enum: "ENUM('one','two','three')",
  bit: 'BIT(13)',
};

/** Statements that make the tables, triggers and a function; needs the client's DELIMITER. */
export function schema({ logsCascades }: Dialect): string {
  const columns = (name: string): string =>
    Object.entries(tables.find((table) => table.name === name)!.columns)
      .map(([column, kind]) => `${column} ${types[kind]}`)
      .join(', ');
  const rules = logsCascades ? ['ON DELETE CASCADE', 'ON DELETE SET NULL'] : ['', ''];
  return `
    SET GLOBAL log_bin_trust_function_creators = 1;
    CREATE TABLE main (id INT PRIMARY KEY AUTO_INCREMENT, u INT UNIQUE, ${columns('main')}) ENGINE=InnoDB;
    CREATE TABLE pairs (x INT, y INT, ${columns('pairs')}, PRIMARY KEY (y, x), KEY (s)) ENGINE=InnoDB;
    CREATE TABLE bag (a INT, ${columns('bag')}) ENGINE=InnoDB;
    CREATE TABLE listed (k INT, ${columns('listed')}, KEY (k), KEY (s)) ENGINE=InnoDB;
    CREATE TABLE perhaps (u INT, ${columns('perhaps')}, UNIQUE (u)) ENGINE=InnoDB;
    CREATE TABLE parent (id INT PRIMARY KEY, ${columns('parent')}) ENGINE=InnoDB;
    CREATE TABLE child (id INT PRIMARY KEY, p INT, ${columns('child')},
      FOREIGN KEY (p) REFERENCES parent (id) ON UPDATE CASCADE ${rules[0]}) ENGINE=InnoDB;
    CREATE TABLE loose (p INT, ${columns('loose')},
      FOREIGN KEY (p) REFERENCES parent (id) ON UPDATE CASCADE ${rules[1]}) ENGINE=InnoDB;
    CREATE TABLE split (id INT, ${columns('split')}, PRIMARY KEY (id)) ENGINE=InnoDB
      PARTITION BY HASH (id) PARTITIONS 4;
    CREATE TABLE plain (id INT PRIMARY KEY, ${columns('plain')}) ENGINE=MyISAM;
    CREATE TABLE log (n INT PRIMARY KEY AUTO_INCREMENT, what VARCHAR(20), id INT) ENGINE=InnoDB;
    CREATE TABLE counters (what VARCHAR(20), n INT) ENGINE=InnoDB;
    INSERT INTO counters VALUES ('log',0),('last',0),('noted',0);
    DELIMITER //
    CREATE TRIGGER main_insert AFTER INSERT ON main FOR EACH ROW BEGIN
      INSERT INTO log (what, id) VALUES ('insert', NEW.id);
      UPDATE counters SET n = n + 1 WHERE what = 'log'; END//
    CREATE TRIGGER main_update BEFORE UPDATE ON main FOR EACH ROW BEGIN
      UPDATE counters SET n = NEW.id % 3 WHERE what = 'last'; END//
    CREATE TRIGGER main_delete AFTER DELETE ON main FOR EACH ROW BEGIN
      DELETE FROM log WHERE id = OLD.id LIMIT 1;
      INSERT INTO counters VALUES ('deleted', OLD.id % 2); END//
    CREATE FUNCTION note(x INT) RETURNS INT BEGIN
      UPDATE counters SET n = x WHERE what = 'noted'; RETURN x; END//
    DELIMITER ;`;
}

/** One transaction: its statements, in order, beginning and end included. */
export function transaction(random: Random, dialect: Dialect): string[] {
  const statements = Array.from({ length: 1 + random.below(random.chance(20) ? 12 : 4) }, () =>
    statement(random, true),
  );
  if (random.chance(35)) return [statement(random, false)];
  const savepoints = random.chance(20);
  // Where such a transaction is refused, it is refused by name: other stories tell.
  const body =
    savepoints && dialect.keepsSavepoints ? statements.filter((text) => !/\bplain\b/.test(text)) : statements;
  if (savepoints) {
    const at = random.below(body.length + 1);
    const back = at + random.below(body.length + 1 - at);
    body.splice(back, 0, 'ROLLBACK TO SAVEPOINT mark');
    body.splice(at, 0, 'SAVEPOINT mark');
  }
  return ['BEGIN', ...body, random.chance(15) ? 'ROLLBACK' : 'COMMIT'];
}

function statement(random: Random, inTransaction: boolean): string {
  const table = random.pick(tables);
  // In one connection MyISAM in a transaction of its own is common, amid others rare.
  if (table.plain && inTransaction && random.chance(70)) return statement(random, inTransaction);
  return random.pick(makers)(random, table);
}

type Maker = (random: Random, table: Table) => string;

const insert: Maker = (random, table) => {
  const rows = 1 + random.below(random.chance(10) ? 40 : 4);
  return `INSERT ${random.chance(15) ? 'IGNORE ' : ''}INTO ${values(random, table, rows)}`;
};

const replace: Maker = (random, table) => `REPLACE INTO ${values(random, table, 1 + random.below(4))}`;

const upsert: Maker = (random, table) => {
  const [column, kind] = random.pick(Object.entries(table.columns));
  const set =
    kind === 'int' && random.chance(60)
      ? random.pick([`${column} = ${column} + 1`, `${column} = VALUES(${column}) % 3`])
      : `${column} = VALUES(${column})`;
  return `INSERT INTO ${values(random, table, 1 + random.below(8))} ON DUPLICATE KEY UPDATE ${set}`;
};

const insertSelect: Maker = (random, table) => {
  const columns = Object.keys(table.columns);
  const [key] = keyNames(table);
  const by = 1 + random.below(60);
  const also = keyNames(table).slice(1);
  return `INSERT IGNORE INTO ${table.name} (${[key, ...also, ...columns].join(', ')})
    SELECT ${key} + ${by}${[...also, ...columns].map((column) => `, ${column === 'u' ? 'NULL' : column}`).join('')}
    FROM (SELECT * FROM ${table.name} ${where(random, table)} LIMIT ${1 + random.below(15)}) old`;
};

const update: Maker = (random, table) => {
  const count = 1 + random.below(3);
  const names = Object.keys(table.columns);
  const set = Array.from({ length: count }, () => {
    const column = random.pick(names);
    const kind = table.columns[column]!;
    if (kind === 'int' && random.chance(50)) return `${column} = ${column} + ${random.below(3) - 1}`;
    return `${column} = ${value(random, kind)}`;
  });
  return `UPDATE ${table.name} SET ${set.join(', ')} ${where(random, table)} ${few(random)}`;
};

const move: Maker = (random, table) => {
  if (table.movable.length === 0) return update(random, table);
  const column = random.pick(table.movable);
  const by = random.pick([-7, -1, 1, 1, 3]);
  const order = random.chance(90) ? `ORDER BY ${column} ${by > 0 ? 'DESC' : 'ASC'}` : '';
  return `UPDATE ${random.chance(20) ? 'IGNORE ' : ''}${table.name} SET ${column} = ${column} + ${by}
    ${random.chance(60) ? where(random, table) : ''} ${order}`;
};

const refer: Maker = (random) =>
  random.chance(50)
    ? `UPDATE ${random.pick(['child', 'loose'])} SET p = ${small(random, true)} ORDER BY p LIMIT ${1 + random.below(3)}`
    : `UPDATE parent SET id = id + ${random.pick([-50, -1, 1, 50])} ORDER BY id DESC LIMIT ${1 + random.below(4)}`;

const remove: Maker = (random, table) =>
  `DELETE FROM ${table.name} ${where(random, table)} ${random.chance(20) ? '' : few(random)}`;

const several: Maker = (random) =>
  random.pick([
    `UPDATE main JOIN bag ON bag.a = main.id JOIN listed ON listed.k = main.id
       SET main.s = bag.s, bag.n = main.id, listed.n = listed.n + 1, listed.k = listed.k + 1`,
    `UPDATE bag one JOIN bag two ON one.a = two.a + 1 SET one.n = two.a, two.a = two.a + 1`,
    `DELETE bag, listed FROM bag JOIN listed ON listed.k = bag.a WHERE bag.a > ${random.below(40)}`,
    `DELETE main, perhaps FROM main JOIN perhaps ON perhaps.u = main.id WHERE main.id % 5 = ${random.below(5)}`,
    `UPDATE parent JOIN child ON child.p = parent.id SET parent.s = child.s, child.s = 'both'`,
  ]);

const call: Maker = (random) => {
  const numbers = Array.from({ length: 2 + random.below(6) }, () => `SELECT ${random.below(3)} x`);
  return `SELECT SUM(note(x)) FROM (${numbers.join(' UNION ALL ')}) q`;
};

const makers: readonly Maker[] = [
  insert,
  insert,
  insert,
  replace,
  upsert,
  insertSelect,
  update,
  update,
  move,
  refer,
  remove,
  remove,
  several,
  call,
];

const keyNames = (table: Table): string[] => table.keys.map((key) => key.replace('?', ''));

function values(random: Random, table: Table, count: number): string {
  const rows = Array.from({ length: count }, () => [
    ...table.keys.map((key) => small(random, key.endsWith('?'))),
    ...Object.values(table.columns).map((kind) => value(random, kind)),
  ]);
  const columns = [...keyNames(table), ...Object.keys(table.columns)];
  return `${table.name} (${columns.join(', ')}) VALUES ${rows.map((row) => `(${row.join(', ')})`).join(', ')}`;
}

/** Few different numbers, so that rows meet. */
const small = (random: Random, nullable: boolean): string =>
  nullable && random.chance(15) ? 'NULL' : String(1 + random.below(random.chance(80) ? 40 : 5000));

function where(random: Random, table: Table): string {
  const column = random.pick([...keyNames(table), ...keyNames(table), ...Object.keys(table.columns)]);
  const kind = table.columns[column];
  if (kind !== undefined && kind !== 'int') return random.chance(50) ? `WHERE ${column} IS NULL` : '';
  return random.pick([
    `WHERE ${column} = ${small(random, false)}`,
    `WHERE ${column} < ${small(random, false)}`,
    `WHERE ${column} % 4 = ${random.below(4)}`,
    `WHERE ${column} IS NULL OR ${column} > 30`,
  ]);
}

const few = (random: Random): string => (random.chance(70) ? `LIMIT ${1 + random.below(6)}` : '');

const words = [
  '',
  ' ',
  'a',
  'A',
  'a ',
  'ä',
  'ß',
  'ss',
  '日本',
  '😀',
  "it's",
  'tab\tnew\nline',
  '\\0',
  '%',
  'zero\0',
];

function value(random: Random, kind: Kind): string {
  if (random.chance(12)) return 'NULL';
  switch (kind) {
    case 'int':
      return String(random.chance(70) ? random.below(4) : random.below(2 ** 32) - 2 ** 31);
    case 'decimal':
      return `${random.below(2_000_001) - 1_000_000}.${random.below(100000)}`;
    case 'double':
      return `${random.below(1000) - 500}.${random.below(1e9)}e${random.below(40) - 20}`;
    case 'float':
      return `${random.below(1000) - 500}.${random.below(1000)}`;
    case 'text':
      return hex(
        Array.from({ length: random.below(random.chance(10) ? 60 : 4) }, () => random.pick(words)).join(''),
        '_utf8mb4 ',
      );
    case 'binary': {
      const length = random.chance(90) ? random.below(20) : random.below(random.chance(90) ? 5000 : 150_000);
      return length > 100 ? `REPEAT(CHAR(${random.below(256)}), ${length})` : hex('x'.repeat(length), '');
    }
    case 'time':
      return `'20${10 + random.below(20)}-0${1 + random.below(9)}-1${random.below(10)} 1${random.below(10)}:00:00.${random.below(1000)}'`;
    case 'enum':
      return random.pick(["'one'", "'two'", "'three'"]);
    case 'bit':
      return String(random.below(2 ** 13));
  }
}

const hex = (text: string, introducer: string): string =>
  text === '' ? "''" : `${introducer}0x${Buffer.from(text).toString('hex')}`;
