/** Every type of column in every kind of change, with and without a key by which the rows are found again. */
import { expect } from 'vitest';
import type { RunningServer, ServerId } from '../servers/index.ts';
import type { BySql } from './by-sql.ts';
import { type Specimen, type Specimens, specimensOf } from './specimens.ts';
import { eachServer, expectUndone, fingerprint, logged, quote, type Scene, undo } from './support.ts';

/** Zero dates and values that do not fit are wanted here; so is one time zone. */
const session = "SET sql_mode = '', time_zone = '+00:00';";

/** Rows of SQL expressions, so that each column goes through its values and NULL; a turn further in each round. */
function rowsOf(specimens: readonly Specimen[], round: number): string[] {
  const filled = specimens.filter(({ values }) => values.length > 0);
  const count = Math.max(...filled.map(({ values }) => values.length)) + 1;
  return Array.from({ length: count }, (_, row) => {
    const values = filled.map(({ values }) => [...values, 'NULL'][(row + round) % (values.length + 1)]);
    return `(${[row + 1, ...values].join(', ')})`;
  });
}

const filledColumns = (specimens: readonly Specimen[]): string[] =>
  specimens.flatMap(({ values }, i) => (values.length > 0 ? [`c${i}`] : []));

const insertInto = (table: string, specimens: readonly Specimen[], round: number): string =>
  `INSERT INTO ${table} (${['id', ...filledColumns(specimens)].join(', ')}) VALUES ${rowsOf(specimens, round).join(', ')};`;

const each = (
  specimens: Specimens,
  statement: (table: string, columns: readonly Specimen[]) => string,
): string =>
  session +
  Object.entries(specimens)
    .map(([table, columns]) => statement(table, columns))
    .join('\n');

/** A table of each family of types, and beside it one with the values to come. */
async function createTables({ server, database }: Scene, specimens: Specimens, key: string): Promise<void> {
  const create = each(specimens, (table, columns) => {
    const definitions = columns.map(({ type }, i) => `c${i} ${type}`).join(', ');
    return `
      CREATE TABLE ${table} (id INT NOT NULL ${key}, ${definitions}) ENGINE=InnoDB;
      CREATE TABLE ${table}_next LIKE ${table};
      ${insertInto(`${table}_next`, columns, 1)}`;
  });
  await server.sql(create, database);
}

async function tellOfTypes(scene: Scene, key: string): Promise<void> {
  const { server, database } = scene;
  const specimens = specimensOf(server);
  await createTables(scene, specimens, key);
  const insert = each(specimens, (table, columns) => insertInto(table, columns, 0));
  const update = each(specimens, (table, columns) => {
    const assignments = filledColumns(columns).map((column) => `t.${column} = n.${column}`);
    return `UPDATE ${table} t JOIN ${table}_next n ON n.id = t.id SET ${assignments.join(', ')};`;
  });
  const remove = each(specimens, (table) => `DELETE FROM ${table};`);

  // A value of a megabyte has two letters a byte, and an UPDATE has it up to twice: MySQL 5.6 takes 4 MiB by default.
  const bySql: BySql = { hugeRow: server.id === 'mysql-5.6' };
  const { plan } = await expectUndone(scene, insert, { bySql });
  expect(plan.tables).toHaveLength(Object.keys(specimens).length);
  await server.sql(insert, database);
  await expectUndone(scene, update, { bySql });
  await expectUndone(scene, remove, { bySql });
  await expectUndone(scene, `BEGIN; ${update} ${remove} ${insert} ${update} COMMIT;`, { bySql });
}

const withKey = 'PRIMARY KEY';

eachServer('undoes changes of every column type', (scene) => tellOfTypes(scene, withKey));

eachServer('undoes changes of every column type in tables without a key', (scene) => tellOfTypes(scene, ''));

// MySQL 5.6 logs no optional metadata.
const serversWithMetadata: ServerId[] = ['mysql-9.7', 'mariadb-10.5', 'mariadb-10.11', 'mariadb-11.8'];

/** Runs a story with all metadata in the log. */
async function withFullMetadata(server: RunningServer, story: () => Promise<void>): Promise<void> {
  await server.sql("SET GLOBAL binlog_row_metadata = 'FULL'");
  await story();
  await server.sql("SET GLOBAL binlog_row_metadata = 'MINIMAL'");
}

eachServer(
  'undoes changes of every column type with binlog_row_metadata=FULL',
  (scene) => withFullMetadata(scene.server, () => tellOfTypes(scene, withKey)),
  { servers: serversWithMetadata },
);

eachServer(
  'undoes changes of tables with a generated invisible primary key',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(
      `SET sql_generate_invisible_primary_key = ON;
       CREATE TABLE t (name VARCHAR(20), body BLOB);
       INSERT INTO t VALUES ('a', 'x'), ('a', 'x'), ('b', NULL), (NULL, NULL);`,
      database,
    );
    expect(await server.sql('SHOW CREATE TABLE t', database)).toContain('my_row_id');
    await expectUndone(scene, "INSERT INTO t VALUES ('a', 'x'), (NULL, NULL)");
    await expectUndone(scene, "UPDATE t SET body = 'y' WHERE name = 'a' LIMIT 1");
    await expectUndone(scene, 'DELETE FROM t LIMIT 2');
  },
  { servers: ['mysql-9.7'] }, // only newer MySQL makes such keys
);

// Everything that may stand in a name; letters beyond the basic plane may not.
const oddNames = [
  'with space',
  'dot.ted.name',
  "it's",
  'dou"ble',
  'back`tick``s',
  'Größe Ж 漢字',
  'select',
  'a,b*c?d',
  '%_\\n$/#@-',
  '1',
];

async function tellOfNames({ server, database }: Scene): Promise<void> {
  const databases = oddNames.map((name) => `${database} ${name}`);
  const tables = databases.flatMap((schema) => oddNames.map((table) => ({ schema, table })));
  const path = ({ schema, table }: (typeof tables)[number]): string => `${quote(schema)}.${quote(table)}`;
  const columns = oddNames.map((name, i) => `${quote(name)} ${i % 2 ? 'VARCHAR(20)' : 'INT'}`).join(', ');
  const values = oddNames.map((_, i) => (i % 2 ? `'v${i}'` : i)).join(', ');
  await server.sql(
    databases.map((schema) => `CREATE DATABASE ${quote(schema)} CHARACTER SET utf8mb4;`).join(''),
  );
  await server.sql(
    tables
      .map(
        (
          table,
        ) => `CREATE TABLE ${path(table)} (${quote('the `id`')} INT PRIMARY KEY, ${columns}) ENGINE=InnoDB;
          INSERT INTO ${path(table)} VALUES (1, ${values}), (2, ${values});`,
      )
      .join('\n'),
  );
  const before = await fingerprint(server, databases);
  expect(Object.keys(before)).toHaveLength(tables.length);
  const damage = tables.map(
    (table) => `
      DELETE FROM ${path(table)} WHERE ${quote('the `id`')} = 1;
      UPDATE ${path(table)} SET ${quote('back`tick``s')} = 77, ${quote("it's")} = 0;
      INSERT INTO ${path(table)} VALUES (3, ${values});`,
  );
  const file = await logged(server, damage.join('\n'));

  // One table by its name, then all the others of its database, then all the other databases.
  const [first, ...others] = tables.filter(({ schema }) => schema === databases[4]);
  const one = await undo(server, [file], { tables: [path(first!)] });
  expect(one.plan.tables).toEqual([
    { table: `${quote(first!.schema)}.${first!.table}`, insert: 1, update: 1, delete: 1 },
  ]);
  const rest = await undo(server, [file], {
    databases: [quote(first!.schema)],
    excludeTables: [path(first!)],
  });
  expect(rest.plan.tables).toHaveLength(others.length);
  const left = await undo(server, [file], { excludeTables: [`${quote(first!.schema)}.*`] });
  expect(left.plan.tables).toHaveLength(tables.length - others.length - 1);
  expect(await fingerprint(server, databases)).toEqual(before);
}

eachServer('takes any name', tellOfNames);

eachServer(
  'takes any name with binlog_row_metadata=FULL',
  (scene) => withFullMetadata(scene.server, () => tellOfNames(scene)),
  { servers: serversWithMetadata },
);
