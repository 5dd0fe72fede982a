/** Columns made by the types that audit tables are given are those of the source. */
import { expect } from 'vitest';
import type { TableDefinition } from '../../src/binlog/table-map.ts';
import { columnType } from '../../src/sql/audit/column-type.ts';
import { TableDescriptions } from '../../src/tables/description.ts';
import { schemaOf } from '../tables/schema-text.ts';
import { loggedTables } from './logged-tables.ts';
import { aRow, specialTables } from './special-tables.ts';
import { specimensOf } from './specimens.ts';
import { eachServer, logged, quote, type Scene } from './support.ts';

const lenient = "SET sql_mode = '', NAMES utf8mb4;";

/** Clients under whose settings the types are read. */
const clients = {
  ofLog: "SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES', NAMES latin1;",
  ofSchema: "SET sql_mode = 'TRADITIONAL', NAMES cp1251;",
};

/** Creates tables of all types and of all oddities. */
async function createTables({ server, database }: Scene): Promise<string[]> {
  const specimens = Object.entries(specimensOf(server)).map(([table, columns]): [string, string] => [
    table,
    `(${columns.map(({ type }, i) => `c${i} ${type}`).join(', ')})`,
  ]);
  const all = [...specimens, ...Object.entries(specialTables(server))];
  await server.sql(
    lenient + all.map(([table, body]) => `CREATE TABLE ${table} ${body};`).join('\n'),
    database,
  );
  return all.map(([table]) => (table.startsWith('`') ? table.slice(1, -1).replaceAll('``', '`') : table));
}

/** The maps of tables, as the server logs them now. */
async function mapsOf(
  { server }: Scene,
  database: string,
  names: readonly string[],
): Promise<Map<string, TableDefinition>> {
  const inserts = names.map((name) => {
    const row = database.startsWith('story') ? aRow(name) : '() VALUES ()';
    return `INSERT INTO ${quote(name)} ${row};`;
  });
  return loggedTables(await logged(server, lenient + inserts.join('\n'), database), server.flavour);
}

/** Type, character set and collation of each column, as the server tells them; by table and column. */
async function told({ server }: Scene, database: string): Promise<Map<string, string>> {
  const answer = await server.sql(
    `SET NAMES utf8mb4; SELECT table_name, column_name, column_type, character_set_name, collation_name
     FROM information_schema.columns WHERE table_schema = '${database}' ORDER BY table_name, ordinal_position`,
  );
  const rows = answer.trimEnd().split('\n');
  return new Map(
    rows.map((row): [string, string] => {
      const [table, column, ...rest] = row.split('\t');
      const type = rest.join(' ');
      return [
        `${table}.${column}`,
        garbled(server.id, column!) ? type.replace(/^enum\(.*?\) /, 'enum ') : type,
      ];
    }),
  );
}

/** Creates in `copies` a table of each map, its columns of the types that are found for them. */
async function copy(
  { server, database }: Scene,
  copies: string,
  descriptions: TableDescriptions,
  maps: ReadonlyMap<string, TableDefinition>,
  client: string,
): Promise<void> {
  const tables = [...maps].map(([name, map]) => {
    const description = descriptions.of(map, server.flavour);
    const columns = description.columns.map(
      (column, i) => `${quote(column.name)} ${columnType(description, i, server.flavour)}`,
    );
    return `CREATE TABLE ${quote(name)} (${columns.join(', ')});`;
  });
  await server.sql(`CREATE DATABASE ${copies}; USE ${copies}; ${client}\n${tables.join('\n')}`, database);
}

const dumpOf = async ({ server }: Scene, database: string): Promise<string> => {
  // The dump program of MySQL 5.6 is a newer one.
  const options = server.id === 'mysql-5.6' ? ['--column-statistics=0', '--set-gtid-purged=OFF'] : [];
  return (await server.dump([...options, '--no-data', database])).toString();
};

/** MySQL 5.6 garbles labels of wide sets in tables that have labels in other sets too, of the source as well. */
const garbled = (id: string, column: string): boolean =>
  id === 'mysql-5.6' && /^(?:ucs2|utf16|utf16le|utf32)_$/.test(column);

/** What the log does not tell: a type, and what becomes of it without a schema file. */
const untold: readonly [was: RegExp, is: (...was: string[]) => string, why: string][] = [
  [
    /^(\w*int)(?:\(\d+\))?( unsigned)?( zerofill)?/,
    (_, type, unsigned) => `${type}${unsigned ?? ''}`,
    'neither width of display nor ZEROFILL are logged',
  ],
  [/^(float|double)\(\d+,\d+\)/, (_, type) => type!, 'digits of reals are not logged'],
  [/^inet4 /, () => 'binary(4) ', 'INET4 is logged as BINARY'],
  [/^(?:inet6|uuid) /, () => 'binary(16) ', 'INET6 and UUID are logged as BINARY'],
  [
    /^vector\((\d+)\)/,
    (_, dimensions) => `varbinary(${4 * Number(dimensions)})`,
    'VECTOR is logged as VARBINARY',
  ],
];

/** A type without what the log does not tell. */
function asLogged(type: string, isMariadb: boolean): string {
  const [was, is] = untold.find(([one], i) => (isMariadb || i < 2) && one.test(type)) ?? [];
  return was === undefined ? type : type.replace(was, is as (...was: string[]) => string);
}

/** All that the log tells of a table, but for what is of no column's type. */
const logOf = ({ types, metas, optional }: TableDefinition): unknown => {
  const { unsigned, collations, enumLabels, setLabels, geometryTypes, vectorDimensions } = optional;
  const hex = (all: typeof enumLabels): unknown =>
    all?.map((labels) => labels?.map((label) => Buffer.from(label).toString('hex')));
  return {
    types: [...types],
    metas: [...metas],
    unsigned,
    collations,
    enumLabels: hex(enumLabels),
    setLabels: hex(setLabels),
    geometryTypes,
    vectorDimensions,
  };
};

eachServer('columns of all types, copied by the log alone and by a schema file', async (scene) => {
  const { server, database } = scene;
  const isMariadb = server.flavour === 'mariadb';
  const names = await createTables(scene);
  const wanted = await told(scene, database);
  const setMetadata = async (how: string): Promise<void> => {
    if (server.id !== 'mysql-5.6') await server.sql(`SET GLOBAL binlog_row_metadata = '${how}'`);
  };
  await setMetadata(isMariadb ? 'NO_LOG' : 'MINIMAL');
  const bare = await mapsOf(scene, database, names);
  expect([...bare.keys()].sort()).toEqual([...names].sort());
  const withSchema = new TableDescriptions({}, schemaOf(await dumpOf(scene, database)));
  await copy(scene, 'by_schema', withSchema, bare, clients.ofSchema);
  const bySchema = await told(scene, 'by_schema');
  for (const [column, type] of wanted) expect.soft(bySchema.get(column), column).toBe(type);
  const copied = await mapsOf(scene, 'by_schema', names);
  for (const [name, map] of bare) expect.soft(logOf(copied.get(name)!), name).toEqual(logOf(map));
  // MySQL 5.6 never logs names.
  if (server.id === 'mysql-5.6') return;
  await setMetadata('FULL');
  await server.sql(names.map((name) => `DELETE FROM ${quote(name)};`).join('\n'), database);
  const full = await mapsOf(scene, database, names);
  await copy(scene, 'by_log', new TableDescriptions(), full, clients.ofLog);
  const byLog = await told(scene, 'by_log');
  for (const [column, type] of wanted) {
    expect
      .soft(asLogged(byLog.get(column) ?? 'none', isMariadb), `${column} ${type}`)
      .toBe(asLogged(type, isMariadb));
  }
  const logs = await mapsOf(scene, 'by_log', names);
  for (const [name, map] of full) expect.soft(logOf(logs.get(name)!), name).toEqual(logOf(map));
});

// SHOW CREATE TABLE says '?' for each: audit tables have as many labels all the same, and values go by numbers.
eachServer(
  'labels that the server does not show',
  async (scene) => {
    const { server, database } = scene;
    if (server.flavour === 'mariadb') await server.sql("SET GLOBAL binlog_row_metadata = 'NO_LOG'");
    const table = "CREATE TABLE t (e ENUM('😀', '😁', 'x') CHARACTER SET utf8mb4);";
    await server.sql(lenient + table, database);
    const map = await mapsOf(scene, database, ['t']);
    const schema = schemaOf(await dumpOf(scene, database));
    await copy(scene, 'of_emoji', new TableDescriptions({}, schema), map, clients.ofSchema);
    await server.sql('INSERT INTO t VALUES (1), (2), (3)', 'of_emoji');
    expect(await server.sql('SELECT e, e + 0 FROM t', 'of_emoji')).toBe('?\t1\n? (2)\t2\nx\t3\n');
  },
  { servers: ['mysql-5.6', 'mariadb-10.5', 'mariadb-10.11', 'mariadb-11.8'] },
);
