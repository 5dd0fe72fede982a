/** One round: a workload and the way back; what is needed to look into it is kept when it fails. */
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { schemaOf } from '../sql-text.ts';
import type { ConnectedServer } from './connected.ts';
import { dialectOf } from './dialect.ts';
import { Random } from './random.ts';
import { dropTriggers } from './schema.ts';
import { SqlCycles } from './sql-cycle.ts';
import type { Tally } from './tally.ts';
import { WayBack } from './way-back.ts';
import { DATABASE, Workload } from './workload.ts';

/** Runs the round of a seed and adds to the tally. */
export async function runRound(server: ConnectedServer, seed: number, tally: Tally): Promise<void> {
  const random = new Random(seed);
  const workload = new Workload(server, random, dialectOf(server), tally);
  await runKept(server, seed, workload, async () => {
    await new WayBack(server, workload, random, tally).go();
  });
}

/** The same, but what was undone by binary log is done again by SQL text, and undone by SQL text. */
export async function runSqlRound(server: ConnectedServer, seed: number, tally: Tally): Promise<void> {
  const random = new Random(seed);
  const dialect = dialectOf(server);
  const named = !dialect.mysql56 && random.chance(50);
  const workload = new Workload(server, random, dialect, tally, { named });
  await runKept(server, seed, workload, async () => {
    // What they did is in the log: SQL would have them do it a second time.
    if (workload.table(`${DATABASE}.main`) !== undefined) await server.sql(dropTriggers, DATABASE);
    const schema = named ? undefined : await schemaOf(server.client, DATABASE);
    const cycles = new SqlCycles(server, workload, random, tally, schema);
    await new WayBack(server, workload, random, tally, (undone) => cycles.run(undone)).go();
  });
}

/** Runs a workload and what comes after it. */
async function runKept(
  server: ConnectedServer,
  seed: number,
  workload: Workload,
  after: () => Promise<void>,
): Promise<void> {
  try {
    await workload.run();
    await after();
  } catch (error) {
    const folder = await keepEvidence(server, seed, workload.log, error as Error);
    throw new Error(`seed ${seed} on ${server.id}: ${(error as Error).message}\nkept in ${folder}`);
  } finally {
    await workload.close();
    await clear(server);
  }
}

/** Keeps the statements with their errors, the binary logs and the undos in a folder. */
export async function keepEvidence(
  server: ConnectedServer,
  seed: number,
  log: string,
  error: Error,
): Promise<string> {
  const folder = join(tmpdir(), 'binflash-fuzz', `${server.id}-${seed}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'statements.sql'), log);
  await writeFile(join(folder, 'error.txt'), String(error.stack));
  for (const path of await server.binlogs()) await cp(path, join(folder, basename(path)));
  for (const undo of await undoFolders(server))
    await cp(undo, join(folder, basename(undo)), { recursive: true });
  return folder;
}

/** Where the undos of this round are, as binary logs and as text. */
async function undoFolders(server: ConnectedServer): Promise<string[]> {
  const folder = dirname(server.binlogFolder);
  const names = await readdir(folder);
  return names.filter((name) => /^(?:undo|sql)-/.test(name)).map((name) => join(folder, name));
}

/** Leaves the server as the first round found it, but for its settings: every round has its own. */
export async function clear(server: ConnectedServer): Promise<void> {
  const { file } = await server.position();
  // MySQL tells the parts of an XID in hexadecimal; the branch that is open after a failure must not hold locks.
  if (server.id !== 'mysql-5.6') {
    const convert = server.flavour === 'mysql' ? 'CONVERT XID' : "FORMAT = 'SQL'";
    for (const line of (await server.sql(`XA RECOVER ${convert}`)).split('\n').slice(0, -1)) {
      await server.sql(`XA ROLLBACK ${xidOf(line.split('\t'))}`);
    }
  }
  await server.sql(`DROP DATABASE IF EXISTS ${DATABASE}; PURGE BINARY LOGS TO '${file}'`);
  for (const folder of await undoFolders(server)) await rm(folder, { recursive: true, force: true });
}

/** An XID as XA ROLLBACK takes it: MariaDB says it like that, MySQL says `0x` and both parts in one. */
function xidOf([format, gtridLength, , data]: string[]): string {
  if (!data!.startsWith('0x')) return data!;
  const cut = 2 + 2 * Number(gtridLength);
  return `X'${data!.slice(2, cut)}', X'${data!.slice(cut)}', ${format}`;
}
