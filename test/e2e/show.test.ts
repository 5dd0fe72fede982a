/** What `show --json` says, replayed from empty tables, leads to the rows that the server selects. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { tableName } from '../../src/binlog/table-map.ts';
import { readSchema, TableDescriptions } from '../../src/index.ts';
import type { RunningServer } from '../servers/index.ts';
import { generatedSpecimens } from './generated-values.ts';
import { bothSides, changesOf, liveTables, Replay, schemaFile } from './json-replay.ts';
import { type Specimens, specimensOf } from './specimens.ts';
import { eachServer, logged, type Scene } from './support.ts';

const SEED = 20_261_122;

/** A table of each family; then rows change places with others, some go and some come again. */
function workload(specimens: Specimens): string {
  const tables = Object.entries(specimens).map(([table, columns]) => {
    const filled = columns.flatMap(({ values }, i) => (values.length > 0 ? [i] : []));
    const count = Math.max(...columns.map(({ values }) => values.length)) + 1;
    const row = (number: number, id: number): string => {
      const values = filled.map(
        (i) => [...columns[i]!.values, 'NULL'][number % (columns[i]!.values.length + 1)],
      );
      return `(${[id, ...values].join(', ')})`;
    };
    const rows = Array.from({ length: count }, (_, number) => row(number, number + 1));
    const names = ['id', ...filled.map((i) => `c${i}`)].join(', ');
    const set = filled.map((i) => `c${i} = VALUES(c${i})`).join(', ');
    const definitions = columns.map(({ type }, i) => `c${i} ${type}`);
    return `
      CREATE TABLE ${table} (${['id INT PRIMARY KEY', ...definitions].join(', ')}) ENGINE=InnoDB;
      INSERT INTO ${table} (${names}) VALUES ${rows.join(', ')};
      INSERT INTO ${table} (${names}) VALUES ${row(1, 1)}, ${row(0, 2)} ON DUPLICATE KEY UPDATE ${set};
      UPDATE ${table} SET id = id + 1000 WHERE id > 2;
      DELETE FROM ${table} WHERE id % 3 = 0;
      INSERT INTO ${table} (${names}) VALUES ${row(2, 3)};`;
  });
  return `SET sql_mode = '', time_zone = '+00:00';${tables.join('\n')}`;
}

async function expectShown({ server, database }: Scene, file: string, metadata: Metadata): Promise<void> {
  const schema = metadata === 'FULL' ? undefined : await readSchema(await schemaFile(server, database));
  const descriptions = new TableDescriptions({ timeZone: '+00:00' }, schema);
  const tables = await liveTables(server, database);
  const transactional = new Set(
    tables.flatMap(({ name, engine }) =>
      engine === 'InnoDB' ? [tableName({ schema: database, name })] : [],
    ),
  );
  const replay = new Replay();
  for (const change of await changesOf([file], { databases: [database] }, descriptions)) {
    // What was rolled back stays where there are no transactions.
    if (change.ending === 'committed' || !transactional.has(change.table)) replay.apply(change);
  }
  for (const table of tables) {
    const rows = replay.rows(tableName({ schema: database, name: table.name }));
    const { shown, selected } = await bothSides(server, database, table, rows);
    expect.soft(shown, table.name).toEqual(selected);
  }
}

type Metadata = 'FULL' | 'MINIMAL' | 'NO_LOG';

/** MySQL 5.6 logs none, MySQL 9.7 always some. */
function metadataOf({ id, flavour }: RunningServer): Metadata[] {
  if (id === 'mysql-5.6') return ['NO_LOG'];
  return flavour === 'mysql' ? ['FULL', 'MINIMAL'] : ['FULL', 'MINIMAL', 'NO_LOG'];
}

async function setMetadata(server: RunningServer, metadata: Metadata): Promise<void> {
  if (server.id !== 'mysql-5.6') await server.sql(`SET GLOBAL binlog_row_metadata = '${metadata}'`);
}

eachServer('shows what the server selects, type by type', async (scene) => {
  const { server, database } = scene;
  const specimens = { ...specimensOf(server), ...generatedSpecimens(server, SEED) };
  for (const metadata of metadataOf(server)) {
    await server.sql(`DROP DATABASE ${database}; CREATE DATABASE ${database} DEFAULT CHARACTER SET utf8mb4`);
    await setMetadata(server, metadata);
    // What the log does not tell, a schema file does; but servers print labels as utf8mb3, so these lack some letters.
    const { labels: _, ...printable } = specimens;
    const script = workload(metadata === 'FULL' ? specimens : printable);
    await expectShown(scene, await logged(server, script, database), metadata);
  }
});

const scenarios = join(import.meta.dirname, '..', '..', 'fixtures', 'scenarios');

eachServer('shows what the server selects after the scenarios of the fixtures', async ({ server }) => {
  const [metadata] = metadataOf(server);
  await setMetadata(server, metadata!);
  for (const name of await readdir(scenarios)) {
    const sql = await readFile(join(scenarios, name), 'utf8');
    const [, servers] = /^-- servers: (.*)$/m.exec(sql) ?? [];
    if (servers !== undefined && !servers.split(', ').includes(server.id)) continue;
    const database = /CREATE DATABASE (\w+)/.exec(sql)![1]!;
    const file = await logged(server, `SET NAMES utf8;\nSET sql_mode = '';\n${sql}`);
    await expectShown({ server, database }, file, metadata!);
    await server.sql(`DROP DATABASE ${database}`);
  }
});
