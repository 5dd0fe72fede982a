/** What `show --json` says, replayed from empty tables, leads to the rows that the server selects. */
import { expect } from 'vitest';
import type { RunningServer } from '../servers/index.ts';
import { generatedSpecimens } from './generated-values.ts';
import { bothSides, changesOf, liveTables, Replay } from './json-replay.ts';
import { type Specimens, specimensOf } from './specimens.ts';
import { eachServer, logged, type Scene } from './support.ts';

const SEED = 20_261_122;

async function fullMetadata(server: RunningServer): Promise<void> {
  if (server.id !== 'mysql-5.6') await server.sql("SET GLOBAL binlog_row_metadata = 'FULL'");
}

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

async function expectShown({ server, database }: Scene, file: string): Promise<void> {
  const replay = new Replay();
  for (const change of await changesOf([file], { databases: [database] })) replay.apply(change);
  for (const table of await liveTables(server, database)) {
    const { shown, selected } = await bothSides(
      server,
      database,
      table,
      replay.rows(`${database}.${table.name}`),
    );
    expect.soft(shown, table.name).toEqual(selected);
  }
}

eachServer(
  'shows what the server selects, type by type',
  async (scene) => {
    const { server, database } = scene;
    await fullMetadata(server);
    const specimens = { ...specimensOf(server), ...generatedSpecimens(server, SEED) };
    await expectShown(scene, await logged(server, workload(specimens), database));
  },
  // MySQL 5.6 logs neither names nor character sets.
  { servers: ['mysql-9.7', 'mariadb-10.5', 'mariadb-10.11', 'mariadb-11.8'] },
);
