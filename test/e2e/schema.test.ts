/** What a schema file tells of a table is what the server itself logs with binlog_row_metadata=FULL. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { plainText } from '../../src/binlog/columns/values/format.ts';
import type { OptionalMetadata } from '../../src/binlog/optional-metadata.ts';
import type { TableDefinition } from '../../src/binlog/table-map.ts';
import { TableDescriptions } from '../../src/tables/description.ts';
import { readSchema } from '../../src/tables/read-schema.ts';
import type { RunningServer, ServerId } from '../servers/index.ts';
import { decodedInserts } from './decoded-log.ts';
import { loggedTables } from './logged-tables.ts';
import { aRow, specialTables } from './special-tables.ts';
import { specimensOf } from './specimens.ts';
import {
  eachServer,
  expectUndone,
  fingerprint,
  logged,
  quote,
  type Scene,
  showGeneratedKeys,
} from './support.ts';

const lenient = "SET sql_mode = '', NAMES utf8mb4;";

/** Tables of all types and of all oddities. Answers their names. */
async function createTables({ server, database }: Scene): Promise<string[]> {
  const definitions = Object.entries(specimensOf(server)).map(([table, columns]) => {
    const texts = columns.map(({ type }, i) => `c${i} ${type}`);
    return `CREATE TABLE ${table} (${['id INT PRIMARY KEY', ...texts].join(', ')}) ENGINE=InnoDB;`;
  });
  const specials = Object.entries(specialTables(server)).map(
    ([table, body]) => `CREATE TABLE ${table} ${body};`,
  );
  const decoys = `
    CREATE VIEW a_view AS SELECT id FROM integers;
    CREATE TABLE decoy (v VARCHAR(99));
    INSERT INTO decoy VALUES ('CREATE TABLE labels (x int);'), ('\\'\\\\'), ('a;b'), ('-- "'), ('/*');
    DELIMITER //
    CREATE TRIGGER decoy_trigger BEFORE INSERT ON decoy FOR EACH ROW BEGIN SET NEW.v = 'x;y'; END//
    CREATE PROCEDURE decoy_procedure() BEGIN CREATE TABLE labels (only_one INT); SELECT ';'; END//
    SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'//
    CREATE TRIGGER decoy_mode AFTER INSERT ON decoy FOR EACH ROW BEGIN SET @"a\\" = '\\'; END//
    DELIMITER ;`;
  await server.sql(lenient + definitions.join('\n') + specials.join('\n') + decoys, database);
  const names = await server.sql(
    `SELECT table_name FROM information_schema.tables
     WHERE table_schema = '${database}' AND table_type <> 'VIEW' AND table_name <> 'decoy' ORDER BY 1`,
  );
  return names.trim().split('\n');
}

/** The maps of the tables, of which a row of defaults or, if there can be none, of values is put in. */
async function mapsOf(
  { server, database }: Scene,
  metadata: string,
  names: readonly string[],
): Promise<Map<string, TableDefinition>> {
  if (server.id !== 'mysql-5.6') await server.sql(`SET GLOBAL binlog_row_metadata = '${metadata}'`);
  const inserts = names.map((name) => {
    const table = quote(name);
    return `INSERT INTO ${table} ${aRow(name)}; DELETE FROM ${table};`;
  });
  const file = await logged(server, lenient + inserts.join('\n'), database);
  return loggedTables(file, server.flavour);
}

/** Bytes as text, for messages. */
const readable = (optional: OptionalMetadata): unknown => {
  const texts = (labels: OptionalMetadata['enumLabels']): unknown =>
    labels?.map((all) => all?.map((label) => Buffer.from(label).toString('hex')));
  const { names, unsigned, collations, enumLabels, setLabels, primaryKey } = optional;
  return {
    names,
    // Servers leave out what no column has.
    unsigned: unsigned?.includes(true) ? unsigned : undefined,
    collations: collations?.some((collation) => collation !== undefined) ? collations : undefined,
    enumLabels: texts(enumLabels),
    setLabels: texts(setLabels),
    primaryKey,
  };
};

const forms: Record<string, (scene: Scene, names: readonly string[]) => Promise<string | Uint8Array>> = {
  'mysql -e': ({ server, database }, names) => server.print(['--batch'], showAll(names), database),
  'mysql -N -e': ({ server, database }, names) => server.sql(showAll(names), database),
  'mysql --raw': ({ server, database }, names) =>
    server.print(['--batch', '--raw'], showAll(names), database),
  'mysql -E': ({ server, database }, names) => server.print(['--vertical'], showAll(names), database),
  'mysql -t': ({ server, database }, names) => server.print(['--table'], showAll(names), database),
  'mysql -N -r with ANSI_QUOTES': ({ server, database }, names) =>
    server.print(
      ['-N', '-r'],
      `SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'; ${showAll(names)}`,
      database,
    ),
  'a dump without rows': ({ server, database }) => dump(server, ['--no-data', database]),
  'a dump of everything': ({ server, database }) =>
    dump(server, ['--databases', database, '--routines', '--triggers']),
  'a dump with hexadecimal rows': ({ server, database }) =>
    dump(server, ['--hex-blob', '--compact', database]),
};

const showAll = (names: readonly string[]): string =>
  names.map((name) => `SHOW CREATE TABLE ${quote(name)};`).join('\n');

/** The dump program of MySQL 5.6 is a newer one. */
const dump = (server: RunningServer, args: readonly string[]): Promise<Buffer> =>
  server.dump(server.id === 'mysql-5.6' ? ['--column-statistics=0', '--set-gtid-purged=OFF', ...args] : args);

// MySQL 5.6 logs no metadata to compare with.
const servers: ServerId[] = ['mysql-9.7', 'mariadb-10.5', 'mariadb-10.11', 'mariadb-11.8'];

async function written({ server }: Scene, text: string | Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(dirname(server.binlogFolder), 'schema-'));
  await writeFile(join(folder, 'schema.sql'), text);
  return join(folder, 'schema.sql');
}

eachServer('tables of all types, from every form of schema file', async (scene) => {
  const { server } = scene;
  const names = await createTables(scene);
  const full = servers.includes(server.id) ? await mapsOf(scene, 'FULL', names) : undefined;
  const bare = await mapsOf(scene, server.flavour === 'mariadb' ? 'NO_LOG' : 'MINIMAL', names);
  expect([...bare.keys()].sort()).toEqual([...names].sort());
  for (const [form, print] of Object.entries(forms)) {
    const descriptions = new TableDescriptions(
      {},
      await readSchema(await written(scene, await print(scene, names))),
    );
    for (const [name, table] of bare) {
      const { optional } = descriptions.of(table, server.flavour).table;
      expect(optional.names?.length, `${name} from ${form}`).toBe(table.types.length);
      const wanted = full?.get(name);
      if (wanted === undefined) continue;
      expect.soft(readable(optional), `${name} from ${form}`).toEqual(readable(wanted.optional));
      // And with what the log tells itself nothing contradicts.
      expect(readable(descriptions.of(wanted, server.flavour).table.optional)).toEqual(
        readable(wanted.optional),
      );
    }
  }
});

eachServer(
  'an INSERT that logs only some columns, by the key of a schema file',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(
      `CREATE TABLE orders (id INT AUTO_INCREMENT PRIMARY KEY, note VARCHAR(20) DEFAULT 'x', amount INT);
       INSERT INTO orders (amount) VALUES (1), (2)`,
      database,
    );
    const schema = await readSchema(await written(scene, await dump(server, ['--no-data', database])));
    await expectUndone(
      scene,
      "SET binlog_row_image = 'MINIMAL'; INSERT INTO orders (amount) VALUES (3), (4)",
      {
        descriptions: new TableDescriptions({}, schema),
      },
    );
    expect(Object.keys(await fingerprint(server, database))).toEqual([`${database}.orders`]);
  },
  { servers: ['mysql-9.7', 'mysql-5.6', 'mariadb-10.5', 'mariadb-11.8'] },
);

eachServer(
  'a generated primary key that the server does not show',
  async (scene) => {
    const { server, database } = scene;
    await showGeneratedKeys(server, 'OFF');
    await server.sql(
      `SET sql_generate_invisible_primary_key = ON; CREATE TABLE t (name VARCHAR(20), n INT DEFAULT 5);
       SET GLOBAL binlog_row_metadata = 'MINIMAL'`,
      database,
    );
    const create = await server.sql('SHOW CREATE TABLE t', database);
    expect(create).not.toContain('my_row_id');
    const schema = await readSchema(await written(scene, create));
    const descriptions = new TableDescriptions({}, schema);
    const file = await logged(server, "INSERT INTO t (name) VALUES ('a')", database);
    const { columns } = descriptions.of((await loggedTables(file, 'mysql')).get('t')!, 'mysql');
    expect(columns.map(({ name, key }) => [name, key])).toEqual([
      ['my_row_id', true],
      ['name', false],
      ['n', false],
    ]);
    await expectUndone(scene, "SET binlog_row_image = 'MINIMAL'; INSERT INTO t (name) VALUES ('b'), (NULL)", {
      descriptions,
    });
    await showGeneratedKeys(server, 'ON');
  },
  { servers: ['mysql-9.7'] },
);

eachServer('values that only a schema file tells how to read', async (scene) => {
  const { server, database } = scene;
  const own: Partial<Record<ServerId, string>> = {
    'mariadb-10.5': 'six INET6',
    'mariadb-10.11': 'four INET4, six INET6, id UUID',
    'mariadb-11.8': 'four INET4, six INET6, id UUID, v VECTOR(2)',
  };
  const values: Record<string, string> = {
    four: "'192.0.2.1'",
    six: "'2001:db8::1'",
    id: "'123e4567-e89b-12d3-a456-426655440000'",
    v: "VEC_FromText('[1,-0.5]')",
  };
  const columns = `u BIGINT UNSIGNED, e ENUM('да', 'нет') CHARACTER SET koi8r, s SET('ソ', '表') CHARACTER SET sjis,
    c CHAR(9) CHARACTER SET cp1251, t TEXT CHARACTER SET gbk, b BINARY(3)${own[server.id] ? `, ${own[server.id]}` : ''}`;
  await server.sql(`CREATE TABLE t (${columns})`, database);
  const metadata = server.flavour === 'mariadb' ? 'NO_LOG' : 'MINIMAL';
  if (server.id !== 'mysql-5.6') await server.sql(`SET GLOBAL binlog_row_metadata = '${metadata}'`);
  const names = [...columns.matchAll(/(?:^|, )(\w+) [A-Z]/g)]
    .map(([, name]) => name!)
    .filter((name) => name in values);
  const file = await logged(
    server,
    `INSERT INTO t VALUES (18446744073709551615, 'нет', 'ソ,表', 'Привет', '中文誠', 'ab'${names.map((name) => `, ${values[name]}`).join('')})`,
    database,
  );
  const schema = await readSchema(await written(scene, await server.sql('SHOW CREATE TABLE t', database)));
  const descriptions = new TableDescriptions({}, schema);
  const tables = await decodedInserts(
    file,
    server.flavour,
    () => ({}),
    undefined,
    (table) => descriptions.of(table, server.flavour).decoder,
  );
  const shown = tables.get('t')!.rows[0]!.map((value) => (value ? plainText(value) : value));
  const readings = [
    'u',
    'e',
    's',
    'c',
    't',
    "CONCAT('0x', LOWER(HEX(b)))",
    ...names.map((name) => (name === 'v' ? 'VEC_ToText(v)' : name)),
  ];
  const said = await server.sql(`SELECT ${readings} FROM t`, database);
  expect(shown).toEqual(said.trimEnd().split('\t'));
});
