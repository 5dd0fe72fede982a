/** Random workloads: what `show --json` says, replayed from empty tables, leads to the rows that the server selects. */

import { basename } from 'node:path';
import { expect, vi } from 'vitest';
import { readSchema, TableDescriptions } from '../../src/index.ts';
import { type ConnectedServer, connected } from './fuzz/connected.ts';
import { dialectOf } from './fuzz/dialect.ts';
import { Random } from './fuzz/random.ts';
import { clear, keepEvidence } from './fuzz/round.ts';
import { emptyTally } from './fuzz/tally.ts';
import { DATABASE, Workload } from './fuzz/workload.ts';
import { bothSides, changesOf, liveTables, Replay, schemaFile } from './json-replay.ts';
import { eachServer } from './support.ts';

/** As in fuzz.test.ts, in fewer rounds: each is compared change by change. */
const firstSeed = Number(process.env.BINFLASH_FUZZ_SEED || 1);
const rounds = Number(process.env.BINFLASH_FUZZ_ROUNDS || 6);

vi.setConfig({ testTimeout: 120_000 + rounds * 60_000 });

const args = [
  '--binlog-row-event-max-size=1024',
  '--innodb-flush-log-at-trx-commit=0',
  '--sync-binlog=0',
  '--innodb-stats-auto-recalc=OFF',
];

/** Runs a workload and compares; answers how many changes there were, or undefined where the log cannot tell. */
async function round(server: ConnectedServer, seed: number): Promise<number | undefined> {
  const begun = basename(await server.closeBinlog());
  const workload = new Workload(server, new Random(seed), dialectOf(server), emptyTally(), {
    named: true,
    distinctSavepoints: true,
  });
  try {
    await workload.run();
    // Which of two savepoints of one name is meant, MariaDB's log does not tell, and show says so.
    if (workload.dialect.mariadb && workload.parts.some((part) => part.usesSavepointAgain)) return undefined;
    const last = basename(await server.closeBinlog());
    const files = (await server.binlogs()).filter((path) => basename(path) > begun && basename(path) <= last);
    return await compare(server, workload, files);
  } catch (error) {
    const folder = await keepEvidence(server, seed, workload.log, error as Error);
    throw new Error(`seed ${seed} on ${server.id}: ${(error as Error).message}\nkept in ${folder}`);
  } finally {
    await workload.close();
    await clear(server);
  }
}

async function compare(
  server: ConnectedServer,
  workload: Workload,
  files: readonly string[],
): Promise<number> {
  const tables = await liveTables(server, DATABASE);
  // Where foreign keys run inside of InnoDB, the log does not hold what they do to children.
  const unlogged = workload.dialect.logsCascades ? [] : workload.related;
  const compared = tables.filter(({ name }) => !unlogged.includes(`${DATABASE}.${name}`));
  const transactional = new Set(
    tables.flatMap(({ name, engine }) => (engine === 'InnoDB' ? [`${DATABASE}.${name}`] : [])),
  );
  const excludeTables = unlogged.length > 0 ? unlogged : undefined;
  const schema = await readSchema(await schemaFile(server.client, DATABASE));
  const descriptions = new TableDescriptions({ timeZone: '+00:00' }, schema);
  const changes = await changesOf(files, { databases: [DATABASE], excludeTables }, descriptions);
  // FULL_NODUP leaves columns that are computed on reading out of after images, changed or not.
  const unfollowed = tables.map(({ name, columns }): [string, string[]] => [
    `${DATABASE}.${name}`,
    columns.flatMap((column) => (column.isVirtual ? [column.name] : [])),
  ]);
  const replay = new Replay(new Map(server.id === 'mariadb-11.8' ? unfollowed : []));
  for (const change of changes) {
    // What was rolled back stays where there are no transactions.
    if (change.ending === 'committed' || !transactional.has(change.table)) replay.apply(change);
  }
  for (const table of compared) {
    const rows = replay.rows(`${DATABASE}.${table.name}`);
    const { shown, selected } = await bothSides(server, DATABASE, table, rows);
    expect(shown, table.name).toEqual(selected);
  }
  return changes.length;
}

eachServer(
  `${rounds} random workloads from seed ${firstSeed} on are shown as the server selects them`,
  async (scene) => {
    const server = await connected(scene.server);
    const failures: string[] = [];
    let changes = 0;
    let compared = 0;
    for (let seed = firstSeed; seed < firstSeed + rounds && failures.length < 5; seed++) {
      const shown = await round(server, seed).catch((error: Error) => {
        failures.push(error.message);
        return undefined;
      });
      if (shown === undefined) continue;
      compared++;
      changes += shown;
    }
    console.log(`${server.id}: ${compared} workloads of ${changes} changes compared`);
    await server.disconnect();
    expect(failures).toEqual([]);
    expect(changes).toBeGreaterThan(100 * rounds);
  },
  { args },
);
