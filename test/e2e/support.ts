/** What the stories share: a server each, the state of its databases, and an undo the way a user makes one. */
import { mkdtemp } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { replayOf } from '../../src/cli/replay.ts';
import { type RewriteOptions, type RewriteResult, rewrite, type Selection, verify } from '../../src/index.ts';
import {
  type RunningServer,
  type ServerId,
  selectedServerIds,
  serverIds,
  startServer,
} from '../servers/index.ts';
import { type BySql, SqlProof } from './by-sql.ts';
import { fingerprint } from './fingerprint.ts';
import { ourRows, programRows } from './row-lines.ts';
import { compareRows } from './vv-comparison.ts';

export { type Fingerprint, fingerprint, quote, type TableState, text } from './fingerprint.ts';

const MIB = 1024 * 1024;

/** Where a story takes place: a database of its own, and an empty binary log. */
export interface Scene {
  readonly server: RunningServer;
  readonly database: string;
}

export interface SceneOptions {
  /** All five, if left out; a story that leaves one out says why. */
  readonly servers?: readonly ServerId[];
  /** Further server options; stories of a file with the same options share the server. */
  readonly args?: readonly string[];
}

const started = new Map<string, Promise<RunningServer>>();
let scenes = 0;

// Each test file has a module of its own, so the servers end with their file.
afterAll(async () => {
  const servers = await Promise.allSettled(started.values());
  await Promise.all(
    servers.map((server) => (server.status === 'fulfilled' ? server.value.stop() : undefined)),
  );
});

/** Declares a story on each server. */
export function eachServer(
  name: string,
  story: (scene: Scene) => Promise<void>,
  { servers = serverIds, args = [] }: SceneOptions = {},
): void {
  const ids = selectedServerIds().filter((id) => servers.includes(id));
  for (const id of ids) it(`${name} (${id})`, async () => story(await makeScene(id, args)));
}

async function makeScene(id: ServerId, args: readonly string[]): Promise<Scene> {
  const key = [id, ...args].join(' ');
  const starting = started.get(key) ?? startServer(id, { args });
  started.set(key, starting);
  const server = await starting;
  scenes++;
  const database = `story${scenes}`;
  await server.look(`CREATE DATABASE ${database} DEFAULT CHARACTER SET utf8mb4;`);
  await server.closeBinlog();
  return { server, database };
}

/** Runs statements with a binary log of their own; answers its path. */
export async function logged(
  server: RunningServer,
  statements: string | Uint8Array,
  database?: string,
): Promise<string> {
  await server.closeBinlog();
  await server.sql(statements, database);
  const file = await server.closeBinlog();
  if (process.env.BINFLASH_COMPARE_STORIES) await compareStory(server, file);
  return file;
}

/**
 * Holds what `show --sql` says of a story's log against the server's own mysqlbinlog -vv, as mysqlbinlog-vv.test.ts does
 * for logs of its own. Asked for by hand, because it doubles the time that stories take.
 */
async function compareStory(server: RunningServer, file: string): Promise<void> {
  const { unexplained } = compareRows(await ourRows(file), await programRows(server, file), server.flavour);
  expect(unexplained.slice(0, 5).join('\n')).toBe('');
}

export interface UndoOptions extends Omit<RewriteOptions, 'inputs' | 'output' | 'select'> {
  /** Whether the replay may need a `max_allowed_packet` beyond the default: only where one row alone is larger. */
  readonly hugeRow?: boolean;
  /** What SQL text can do of it: all of it, unless the story says why not. */
  readonly bySql?: BySql | undefined;
}

/**
 * Makes the undo of the selected changes and replays it on the server with its default settings, but for what
 * the summary tells the user to set. Nothing may be said on the way: no warning by the programs, no new word
 * in the server's error log. Then SQL text must lead there and back as well, see {@link SqlProof}.
 */
export async function undo(
  server: RunningServer,
  files: readonly string[],
  select: Selection = {},
  { hugeRow = false, bySql = {}, ...options }: UndoOptions = {},
): Promise<RewriteResult> {
  const result = await makeUndo(server, files, select, options);
  const proof = await SqlProof.begin(server, result.plan, { ...options, inputs: files, select }, bySql);
  await replayUndo(server, result, hugeRow);
  await proof?.prove();
  return result;
}

/** Makes the undo of the selected changes, proves it, and has the server's own mysqlbinlog verify it. */
export async function makeUndo(
  server: RunningServer,
  files: readonly string[],
  select: Selection = {},
  options: Omit<UndoOptions, 'hugeRow' | 'bySql'> = {},
): Promise<RewriteResult> {
  const folder = await mkdtemp(join(dirname(server.binlogFolder), 'undo-'));
  const result = await rewrite({ inputs: files, output: join(folder, 'undo.binlog'), select, ...options });
  await expectProved(result, { inputs: files, select, ...options });
  for (const output of result.outputs) await expectReadable(server, output);
  return result;
}

/** `binflash verify` proves what was rewritten, and counts what `rewrite` has counted. */
export async function expectProved(
  { outputs, plan, written }: RewriteResult,
  options: Omit<RewriteOptions, 'output'>,
): Promise<void> {
  const { proof } = await verify({ ...options, undo: outputs });
  const { rows, transactions, bytes, largestStatement } = proof;
  expect({ rows, transactions, bytes, largestStatement }).toEqual({
    ...written,
    rows: plan.rows,
    transactions: plan.transactions,
  });
}

/** Replays an undo as {@link undo} does. */
export async function replayUndo(
  server: RunningServer,
  { plan, outputs, written }: RewriteResult,
  hugeRow = false,
): Promise<void> {
  const { maxAllowedPacket } = replayOf(plan.index, outputs, written!.largestStatement);
  expect(maxAllowedPacket !== undefined, 'a max_allowed_packet beyond the default is asked for').toBe(
    hugeRow,
  );
  const packet = Number(await server.look('SELECT @@GLOBAL.max_allowed_packet;'));
  expect(packet, 'the server takes the undo with its default max_allowed_packet').toBe(defaultPacket(server));
  const log = await server.errorLog();
  if (maxAllowedPacket !== undefined) await setPacket(server, maxAllowedPacket);
  const said = await server.replay(outputs);
  if (maxAllowedPacket !== undefined) await setPacket(server, packet);
  expect(said, 'what mysqlbinlog and the client said').toBe('');
  const words = (await server.errorLog()).slice(log.length).replaceAll(ofTheServer, '');
  expect(words, 'what the replay added to the error log').toBe('');
}

/**
 * What servers say of themselves: MySQL that the disk did not keep up with its redo log, MariaDB from 11.7 on
 * that it made a binary log of a large transaction's cache.
 */
const ofTheServer =
  /^.*(\[Warning\] \[MY-\d+\] \[InnoDB\] .*Consider increasing innodb_redo_log_capacity\.|\[Note\] Renamed binlog cache to binlog ).*\n/gm;

/** The server's own mysqlbinlog reads the file, checksums included, without a word. */
export async function expectReadable(server: RunningServer, file: string): Promise<void> {
  const { code, stderr } = await server.mysqlbinlog([
    '--verify-binlog-checksum',
    '--result-file=/dev/null',
    file,
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
}

/** The default of `max_allowed_packet`, as the servers' manuals have it. */
export function defaultPacket(server: RunningServer): number {
  if (server.flavour === 'mariadb') return 16 * MIB;
  return server.id === 'mysql-5.6' ? 4 * MIB : 64 * MIB;
}

/** Whether MySQL shows the keys it has made by itself: in connections from now on, and in the one that looks. */
export async function showGeneratedKeys(server: RunningServer, how: 'ON' | 'OFF'): Promise<void> {
  const name = 'show_gipk_in_create_table_and_information_schema';
  await server.look(`SET GLOBAL ${name} = ${how}; SET SESSION ${name} = ${how};`);
}

/** For connections from now on. */
export async function setPacket(server: RunningServer, bytes: number): Promise<void> {
  await server.look(`SET GLOBAL max_allowed_packet = ${bytes};`);
}

/**
 * Damages a database, undoes the damage from its log, and expects the state before. The damage must change
 * something, or the story would tell nothing.
 */
export async function expectUndone(
  { server, database }: Scene,
  damage: string | Uint8Array,
  { select, ...options }: UndoOptions & { readonly select?: Selection } = {},
): Promise<RewriteResult> {
  const before = await fingerprint(server, database);
  const file = await logged(server, damage, database);
  expect(await fingerprint(server, database), 'the damage changes something').not.toEqual(before);
  const result = await undo(server, [file], select, options);
  expect(await fingerprint(server, database)).toEqual(before);
  return result;
}
