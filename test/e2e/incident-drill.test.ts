/**
 * The incident drill: a busy night of 20,000 transactions with one wrong DELETE and one wrong UPDATE in it, found
 * and undone as the person on call would. docs/incident-drill.md tells it with what it took.
 */
import { copyFile, mkdir, mkdtemp } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { expect } from 'vitest';
import type { RunningServer } from '../servers/index.ts';
import { findByEye } from './incident/by-eye.ts';
import { DELETE_HOUR, UPDATE_HOUR } from './incident/mistakes.ts';
import { makeNight, makeOracle, NIGHT_ARGS } from './incident/night.ts';
import { Terminal } from './incident/terminal.ts';
import { eachServer, type Fingerprint, fingerprint } from './support.ts';

/** The replay command in a summary of `rewrite`. */
const replayCommand = (stderr: string): string => /^Replay with:\n {2}(.*)$/m.exec(stderr)![1]!;

/** A shell in a quiet place with copies of the logs. */
async function atTheTerminal(server: RunningServer, files: readonly string[]): Promise<Terminal> {
  const folder = await mkdtemp(join(dirname(server.binlogFolder), 'drill-'));
  const logs = join(folder, 'logs');
  await mkdir(logs);
  for (const file of files) await copyFile(file, join(logs, basename(file)));
  return Terminal.open(logs, server);
}

/** The state of a database, whatever its name. */
async function stateOf(server: RunningServer, database: string): Promise<Fingerprint> {
  const tables = await fingerprint(server, database);
  return Object.fromEntries(
    Object.entries(tables).map(([name, state]) => [name.slice(database.length + 1), state]),
  );
}

eachServer(
  'finds and undoes two wrong statements of a busy night',
  async ({ server }) => {
    const files = await makeNight(server, 'shop');
    await makeOracle(server, 'oracle');
    expect(files).toHaveLength(10);
    const meant = await stateOf(server, 'oracle');
    expect(Object.keys(meant)).toHaveLength(12);
    const damaged = await stateOf(server, 'shop');
    const differing = Object.keys(meant).filter(
      (table) => damaged[table]!.checksum !== meant[table]!.checksum,
    );
    expect(differing).toEqual(['customers', 'orders']);

    const terminal = await atTheTerminal(server, files);
    for (const [hour, change, table] of [
      [UPDATE_HOUR, 'UPDATE', 'customers'],
      [DELETE_HOUR, 'DELETE FROM', 'orders'],
    ] as const) {
      const file = files[hour - 1]!;
      const { start, end } = await findByEye(server, file, change, `shop.${table}`);
      const { stderr, code } = await terminal.run(
        `binflash rewrite ${basename(file)} --start-position ${start} --stop-position ${end} -o ${table}.undo`,
      );
      expect(code, stderr).toBe(0);
      expect(await terminal.replay(replayCommand(stderr))).toMatchObject({ code: 0, stderr: '' });
    }
    expect(await stateOf(server, 'shop')).toEqual(meant);
    await terminal.record(server.id);
  },
  { args: NIGHT_ARGS },
);
