/** One round: a schema, a workload with some points to go back to, and the way back. */
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect } from 'vitest';
import {
  BinflashError,
  type ChecksumAlgorithm,
  type RefusedError,
  type Selection,
} from '../../../src/index.ts';
import { type Fingerprint, fingerprint, type UndoOptions, undo } from '../support.ts';
import { dataTypes } from './columns.ts';
import type { ConnectedServer } from './connected.ts';
import { type Dialect, dialectOf, features } from './dialect.ts';
import { gtidPosition, gtidsBetween } from './gtids.ts';
import { Random } from './random.ts';
import { randomSchema, type Schema } from './schema.ts';
import { Sessions } from './sessions.ts';
import { globalSettings, gtidModeSteps, sessionSettings } from './settings.ts';
import { type TransactionOptions, transaction, XA_CONNECTION, xaTransaction } from './transactions.ts';

/** What came of a round, or of many. */
export interface Tally {
  /** Undos replayed whose result was the state of that time. */
  undone: number;
  /** Undos of undos, likewise. */
  redone: number;
  /** Undos refused because row images were not full, rightly. */
  refused: number;
  /** Undos of the tables that such a refusal did not name. */
  partly: number;
  statements: number;
  failedStatements: number;
}

export const emptyTally = (): Tally => ({
  undone: 0,
  redone: 0,
  refused: 0,
  partly: 0,
  statements: 0,
  failedStatements: 0,
});

/** A moment between two parts of the workload. */
interface Point {
  readonly file: string;
  readonly position: number;
  /** What the server calls all transactions so far, if it numbers them. */
  readonly gtids: string;
  readonly state: Fingerprint;
}

const DATABASE = 'fuzz';
/** Connections of a round; what a part does at the same time is shared by all. */
const CONNECTIONS = 3;

/** Runs the round of a seed and adds to the tally. Fails with the statements and files kept in a folder. */
export async function runRound(server: ConnectedServer, seed: number, tally: Tally): Promise<void> {
  const round = new Round(server, seed, tally);
  try {
    await round.run();
  } catch (error) {
    const folder = await round.keepEvidence(error);
    throw new Error(`seed ${seed} on ${server.id}: ${(error as Error).message}\nkept in ${folder}`, {
      cause: error,
    });
  } finally {
    await round.clear();
  }
}

class Round {
  readonly #server: ConnectedServer;
  readonly #seed: number;
  readonly #random: Random;
  readonly #dialect: Dialect;
  readonly #tally: Tally;
  readonly #points: Point[] = [];
  /** By part of the workload, which lies between two points: may its rows lack old values? */
  readonly #mayLackValues: boolean[] = [];
  readonly #singleRows: boolean;
  #hasGtids = true;
  #schema!: Schema;
  #sessions!: Sessions;
  #xaCount = 0;

  constructor(server: ConnectedServer, seed: number, tally: Tally) {
    this.#server = server;
    this.#seed = seed;
    this.#random = new Random(seed);
    this.#dialect = dialectOf(server);
    this.#tally = tally;
    this.#singleRows = this.#dialect.batches && this.#random.chance(25);
  }

  async run(): Promise<void> {
    const random = this.#random;
    await this.#prepare();
    this.#points.push(await this.#point());
    const parts = 1 + random.below(4);
    for (let part = 0; part < parts; part++) {
      await this.#work();
      if (random.chance(40)) await this.#server.closeBinlog();
      this.#points.push(await this.#point());
    }
    let at = parts;
    while (at > 0) {
      const target = random.chance(35) ? 0 : random.below(at);
      if (!(await this.#goBack(at, target))) return;
      at = target;
    }
  }

  async #prepare(): Promise<void> {
    const random = this.#random;
    const server = this.#server;
    const dialect = this.#dialect;
    let mixes = true;
    if (dialect.mysql97) {
      mixes = random.chance(30);
      const mode = (await server.sql('SELECT @@GLOBAL.gtid_mode')).trim();
      for (const step of gtidModeSteps(mode, mixes ? 'OFF' : 'ON')) await server.sql(step);
    }
    this.#hasGtids = dialect.mariadb || !mixes;
    const types = dataTypes(server);
    const options = { dialect, types, singleRows: this.#singleRows, mixes };
    this.#schema = randomSchema(random, options);
    await server.sql(
      `SET GLOBAL log_bin_trust_function_creators = 1;
       DROP DATABASE IF EXISTS ${DATABASE}; CREATE DATABASE ${DATABASE} DEFAULT CHARACTER SET utf8mb4;`,
    );
    await server.client.sql(this.#schema.sql, DATABASE);
    this.#sessions = await Sessions.open(server, DATABASE, CONNECTIONS);
    const settings = sessionSettings(random, dialect, 'full');
    await this.#sessions.set(0, [...globalSettings(random, dialect), ...settings.statements]);
    await this.#sessions.run(0, random.times(30, () => transaction(random, this.#workload(mixes))).flat());
    this.#mixes = mixes;
  }

  #mixes = true;

  #workload(mixes: boolean): TransactionOptions {
    return { dialect: this.#dialect, tables: this.#schema.tables, mixes };
  }

  /** A part of the workload: one session after the other as a rule, at times all at once. */
  async #work(): Promise<void> {
    const random = this.#random;
    const sessions = this.#sessions;
    const images = random.chance(20) ? 'any' : 'full';
    if (random.chance(30)) await sessions.set(0, globalSettings(random, this.#dialect));
    const count = 5 + random.below(40);
    let mayLackValues = false;
    const set = async (number: number, random: Random): Promise<void> => {
      const settings = sessionSettings(random, this.#dialect, images);
      mayLackValues ||= settings.mayLackValues;
      await sessions.set(number, settings.statements);
    };
    const workload = this.#workload(this.#mixes);
    const many = async (number: number, random: Random, count: number): Promise<void> => {
      await set(number, random);
      for (let i = 0; i < count; i++) {
        if (random.chance(20)) await set(number, random);
        await sessions.run(number, transaction(random, workload));
      }
    };
    if (random.chance(10)) {
      const share = Math.ceil(count / CONNECTIONS);
      await Promise.all(random.times(CONNECTIONS, (number) => many(number, random.fork(), share)));
    } else {
      await set(XA_CONNECTION, random);
      for (let left = count; left > 0; left -= 5) {
        await many(0, random, Math.min(5, left));
        if (features.xa && random.chance(25)) {
          await sessions.runXa(xaTransaction(random, `${DATABASE}${this.#xaCount++}`, workload));
        }
      }
    }
    this.#mayLackValues.push(mayLackValues);
  }

  async #point(): Promise<Point> {
    const { file, position } = await this.#server.position();
    const gtids = this.#hasGtids ? await gtidPosition(this.#server) : '';
    this.#sessions.log.push(`-- point ${this.#points.length}: ${file}:${position}`);
    return { file, position, gtids, state: await this.#state() };
  }

  /** Undoes what was done between two points. Answers whether the state is that of the earlier one now. */
  async #goBack(from: number, to: number): Promise<boolean> {
    const random = this.#random;
    const [later, earlier] = [this.#points[from]!, this.#points[to]!];
    const what = `the undo from point ${from} to point ${to}`;
    const { inputs, select } = await this.#selection(from, to);
    const begun = basename(await this.#server.closeBinlog());
    try {
      await this.#undo(inputs, select);
    } catch (error) {
      if (!(error instanceof BinflashError))
        throw new Error(`${what} cannot be replayed: ${(error as Error).message}`);
      if (error.code === 'NO_MATCH') {
        expect(differences(later.state, earlier.state), `there is nothing to undo: ${what}`).toBe('');
        return true;
      }
      expect(error.code, `${what}: ${error.message}`).toBe('ROW_IMAGE');
      expect(
        this.#mayLackValues.slice(to, from),
        `${what} is refused for its row images: ${error.file}:${error.offset} ${error.table} ${error.message}`,
      ).toContain(true);
      this.#tally.refused++;
      await this.#goBackPartly(error as RefusedError, from, to, inputs, select, what);
      return false;
    }
    await this.#expectState(earlier.state, what);
    this.#tally.undone++;
    if (!random.chance(35)) return true;
    const undone = basename(await this.#server.closeBinlog());
    await this.#undo(await this.#filesAfter(begun, undone), {});
    await this.#expectState(later.state, `the undo of ${what}`);
    this.#tally.redone++;
    const redone = basename(await this.#server.closeBinlog());
    // Back once more: from the log of that, or from the first one's again.
    if (random.chance(50)) await this.#undo(await this.#filesAfter(undone, redone), {});
    else await this.#undo(inputs, select);
    await this.#expectState(earlier.state, `once more ${what}`);
    this.#tally.undone++;
    return true;
  }

  /** The tables that a refusal does not name can be undone, but for those that refer to them. */
  async #goBackPartly(
    { refusals }: RefusedError,
    from: number,
    to: number,
    inputs: readonly string[],
    select: Selection,
    what: string,
  ): Promise<void> {
    const [later, earlier] = [this.#points[from]!, this.#points[to]!];
    expect([...new Set(refusals.map(({ code }) => code))]).toEqual(['ROW_IMAGE']);
    const named = new Set(refusals.map(({ table }) => table!));
    const parents = this.#schema.tables
      .filter(({ group }) => group === 'parent')
      .map(({ name }) => `${DATABASE}.${name}`);
    if (parents.some((table) => named.has(table))) for (const table of parents) named.add(table);
    const expected = Object.fromEntries(
      Object.keys(later.state).map((table) => [table, (named.has(table) ? later : earlier).state[table]!]),
    );
    try {
      await this.#undo(inputs, { ...select, excludeTables: [...named] });
    } catch (error) {
      if (!(error instanceof BinflashError && error.code === 'NO_MATCH')) throw error;
    }
    await this.#expectState(expected, `${what} without ${[...named].join(', ')}`);
    this.#tally.partly++;
  }

  /**
   * MariaDB answers CHECKSUM TABLE differently for the same rows at times where a table has generated columns
   * (seen with a copy made by INSERT ... SELECT, nothing undone); the rows in HEX are exact without it.
   */
  async #state(): Promise<Fingerprint> {
    const state = await fingerprint(this.#server, DATABASE);
    if (!this.#dialect.mariadb) return state;
    return Object.fromEntries(
      Object.entries(state).map(([name, table]) => [name, { ...table, checksum: 'not asked' }]),
    );
  }

  async #expectState(state: Fingerprint, what: string): Promise<void> {
    const differing = differences(await this.#state(), state);
    if (differing !== '') throw new Error(`${what} does not lead to the state of that time:\n${differing}`);
  }

  async #undo(inputs: readonly string[], select: Selection): Promise<void> {
    const files = this.#random.chance(50) ? inputs : inputs.toReversed();
    await undo(this.#server, files, select, this.#undoOptions());
  }

  /** Files and filters that mean what happened between two points, by position or by GTID. */
  async #selection(from: number, to: number): Promise<{ inputs: string[]; select: Selection }> {
    const [later, earlier] = [this.#points[from]!, this.#points[to]!];
    const inputs = await this.#filesBetween(earlier.file, later.file);
    if (this.#hasGtids && this.#random.chance(25)) {
      const includeGtids = gtidsBetween(earlier.gtids, later.gtids, this.#dialect);
      if (includeGtids.length > 0) return { inputs, select: { includeGtids } };
    }
    const same = later.file === earlier.file && later.position === earlier.position;
    const stopPosition = same ? undefined : later.position;
    return { inputs, select: { startPosition: earlier.position, stopPosition } };
  }

  /** Paths of the binary logs from one to another. */
  async #filesBetween(first: string, last: string): Promise<string[]> {
    const paths = await this.#server.binlogs();
    return paths.filter((path) => basename(path) >= first && basename(path) <= last);
  }

  async #filesAfter(previous: string, last: string): Promise<string[]> {
    return (await this.#filesBetween(previous, last)).slice(1);
  }

  /** Options that change the form of an undo and never what it does. */
  #undoOptions(): UndoOptions {
    const random = this.#random;
    if (random.chance(40)) return this.#singleRows ? { maxEventSize: 1 } : {};
    return {
      checksum: random.pick<ChecksumAlgorithm>(['crc32', 'none']),
      maxEventSize: this.#singleRows ? 1 : random.pick([1, 1000, 20_000, 1 << 20]),
      maxStatementSize: random.pick([1000, 100_000, 8 << 20]),
      maxFileSize: random.pick([undefined, 50_000, 1 << 20]),
      window: random.pick([64, 4096, 1 << 20, 4 << 20]),
      rowsVersion: this.#dialect.mysql ? 2 : random.pick([1, 2]),
    };
  }

  /** What is needed to look at a failure: statements with their errors, and the binary logs. */
  async keepEvidence(error: unknown): Promise<string> {
    const folder = join(tmpdir(), 'binflash-fuzz', `${this.#server.id}-${this.#seed}`);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const log = [this.#schema?.sql, ...(this.#sessions?.log ?? [])].join('\n');
    await writeFile(join(folder, 'statements.sql'), log);
    const { stack, cause } = error as Error;
    await writeFile(
      join(folder, 'error.txt'),
      [stack, cause, (error as { diff?: string }).diff].join('\n\n'),
    );
    for (const path of await this.#server.binlogs()) await cp(path, join(folder, basename(path)));
    for (const undo of await this.#undoFolders())
      await cp(undo, join(folder, basename(undo)), { recursive: true });
    return folder;
  }

  /** Where the undos of this round are. */
  async #undoFolders(): Promise<string[]> {
    const folder = dirname(this.#server.binlogFolder);
    const names = await readdir(folder);
    return names.filter((name) => name.startsWith('undo-')).map((name) => join(folder, name));
  }

  /** Leaves the server as a round of its own would find it. */
  async clear(): Promise<void> {
    if (this.#sessions !== undefined) {
      await this.#sessions.close();
      this.#tally.statements += this.#sessions.counts.done;
      this.#tally.failedStatements += this.#sessions.counts.failed;
    }
    const { file } = await this.#server.position();
    const prepared = await this.#server.sql('XA RECOVER FORMAT = SQL').catch(() => '');
    const xids = prepared
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t').at(-1)!);
    for (const xid of xids) await this.#server.sql(`XA ROLLBACK ${xid}`);
    await this.#server.sql(`DROP DATABASE IF EXISTS ${DATABASE}; PURGE BINARY LOGS TO '${file}'`);
    for (const folder of await this.#undoFolders()) await rm(folder, { recursive: true, force: true });
  }
}

/** The rows that only one of two states has, or nothing. */
function differences(actual: Fingerprint, expected: Fingerprint): string {
  const lines: string[] = [];
  for (const table of new Set([...Object.keys(actual), ...Object.keys(expected)])) {
    const [is, was] = [actual[table], expected[table]];
    if (JSON.stringify(is) === JSON.stringify(was)) continue;
    lines.push(`${table}: ${is?.count} rows, ${was?.count} at that time`);
    if (is?.checksum !== was?.checksum) lines.push(`  checksum ${is?.checksum}, then ${was?.checksum}`);
    if (is?.create !== was?.create) lines.push(`  is ${is?.create}`, `  was ${was?.create}`);
    if (is === undefined || was === undefined || typeof is.rows === 'string' || typeof was.rows === 'string')
      continue;
    lines.push(...without(is.rows, was.rows).map((row) => `  + ${row}`));
    lines.push(...without(was.rows, is.rows).map((row) => `  - ${row}`));
  }
  return lines.join('\n');
}

/** The rows of one list that another has not, as often as they stand there. */
function without(rows: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return rows.filter((row) => {
    const at = left.indexOf(row);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
