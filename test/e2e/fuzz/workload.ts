/** The workload of a round: a schema, sessions whose settings change, and points to go back to. */
import type { Fingerprint } from '../support.ts';
import { dataTypes } from './columns.ts';
import type { ConnectedServer } from './connected.ts';
import type { Dialect } from './dialect.ts';
import { gtidPosition } from './gtids.ts';
import type { Random } from './random.ts';
import { randomSchema, type Schema } from './schema.ts';
import { Sessions } from './sessions.ts';
import {
  globalSettings,
  gtidModeSteps,
  type Images,
  type SettingsOptions,
  sessionSettings,
} from './settings.ts';
import { stateOf } from './states.ts';
import type { Table } from './tables.ts';
import type { Tally } from './tally.ts';
import {
  pendingXa,
  type Step,
  type TransactionOptions,
  transaction,
  usesSavepointAgain,
  XA_CONNECTION,
  xaTransaction,
} from './transactions.ts';

export const DATABASE = 'fuzz';

/** Connections of a round; what a part does at the same time is shared by all. */
const CONNECTIONS = 3;

/** A moment between two parts of the workload. */
export interface Point {
  readonly file: string;
  readonly position: number;
  /** Is an XA transaction prepared, and not yet decided? */
  readonly pending: boolean;
  /** The newest transactions by what the server calls them, if it numbers them. */
  readonly gtids: string;
  readonly state: Fingerprint;
}

/** A part of the workload: what may be refused in it. */
export interface Part {
  /** The values of binlog_row_image. */
  readonly images: ReadonlySet<string>;
  /** Which of two savepoints of one name is meant, MariaDB's log does not tell. */
  readonly usesSavepointAgain: boolean;
}

export interface WorkloadOptions {
  /** The log tells the names of columns, and what else servers with such logs tell of tables. */
  readonly named?: boolean;
  /** The log tells which savepoint is meant. */
  readonly distinctSavepoints?: boolean;
}

export class Workload {
  readonly dialect: Dialect;
  readonly points: Point[] = [];
  /** What lies between two points. */
  readonly parts: Part[] = [];
  /** See {@link TableOptions}. */
  readonly singleRows: boolean;
  readonly #server: ConnectedServer;
  readonly #random: Random;
  readonly #tally: Tally;
  readonly #options: WorkloadOptions;
  readonly #mixes: boolean;
  readonly #unchecked: boolean;
  readonly #schema: Schema;
  #sessions: Sessions | undefined;
  #xaCount = 0;
  #pending: readonly Step[] | undefined;

  constructor(
    server: ConnectedServer,
    random: Random,
    dialect: Dialect,
    tally: Tally,
    options: WorkloadOptions = {},
  ) {
    this.#options = options;
    this.#tally = tally;
    this.dialect = dialect;
    this.#server = server;
    this.#random = random;
    this.singleRows = dialect.batches && random.chance(25);
    this.#mixes = dialect.mysql97 ? random.chance(30) : true;
    this.#unchecked = random.chance(12);
    const types = dataTypes(server);
    this.#schema = randomSchema(random, { dialect, types, singleRows: this.singleRows, mixes: this.#mixes });
  }

  /** Do transactions have GTIDs? */
  get hasGtids(): boolean {
    return this.dialect.mariadb || (this.dialect.mysql97 && !this.#mixes);
  }

  /** May the log hold a transaction that was rolled back, for what it did beside could not be? */
  get mayRollBack(): boolean {
    return this.#mixes && this.#schema.tables.some(({ plain }) => plain);
  }

  get #isNamed(): boolean {
    return this.#options.named === true && !this.dialect.mysql56;
  }

  get #settings(): SettingsOptions {
    const versioned = this.#schema.tables.some(({ definition }) => definition.includes('VERSIONING'));
    return { dialect: this.dialect, hasGtids: this.hasGtids, versioned, unchecked: this.#unchecked };
  }

  /** All but those that only triggers and functions change. */
  get tables(): readonly Table[] {
    return this.#schema.tables;
  }

  /** A table by `database.table`; those that only triggers and functions change are not in here. */
  table(path: string): Table | undefined {
    return this.#schema.tables.find(({ name }) => path === `${DATABASE}.${name}`);
  }

  /** The tables that refer to each other, as `database.table`. */
  get related(): string[] {
    const tables = this.#schema.tables.filter(({ group }) => group === 'parent');
    return tables.map(({ name }) => `${DATABASE}.${name}`);
  }

  /** All statements with what came of them. */
  get log(): string {
    return [this.#schema.sql, ...(this.#sessions?.log ?? [])].join('\n');
  }

  async run(): Promise<void> {
    await this.#prepare();
    this.points.push(await this.#point());
    const parts = 1 + this.#random.below(6);
    for (let part = 1; part <= parts; part++) {
      await this.#work();
      if (this.#random.chance(40)) await this.#server.closeBinlog();
      if (part < parts && this.#random.chance(15)) await this.#leavePending();
      this.points.push(await this.#point());
    }
  }

  async close(): Promise<void> {
    await this.#sessions?.close();
  }

  async #prepare(): Promise<void> {
    const server = this.#server;
    const random = this.#random;
    if (this.dialect.mysql97) {
      const mode = (await server.sql('SELECT @@GLOBAL.gtid_mode')).trim();
      for (const step of gtidModeSteps(mode, this.#mixes ? 'OFF' : 'ON')) await server.sql(step);
    }
    await server.sql(
      `SET GLOBAL log_bin_trust_function_creators = 1;
       DROP DATABASE IF EXISTS ${DATABASE}; CREATE DATABASE ${DATABASE} DEFAULT CHARACTER SET utf8mb4;`,
    );
    if (this.#isNamed) await server.sql("SET GLOBAL binlog_row_metadata = 'FULL'");
    await server.client.sql(this.#schema.sql, DATABASE);
    const sessions = await Sessions.open(server, DATABASE, CONNECTIONS, this.#tally);
    this.#sessions = sessions;
    await this.#setGlobals();
    await sessions.set(0, sessionSettings(random, this.#settings, 'full'));
    await sessions.run(0, random.times(30, () => transaction(random, this.#scope('full'))).flat());
  }

  /** Prepares an XA transaction, which the next part decides. */
  async #leavePending(): Promise<void> {
    const options = this.#scope('full');
    const [prepare, decide] = pendingXa(this.#random, `${DATABASE}${this.#xaCount++}`, options);
    await this.#sessions!.set(XA_CONNECTION, sessionSettings(this.#random, this.#settings, 'full'));
    await this.#sessions!.runXa(prepare);
    this.#pending = decide;
  }

  async #setGlobals(): Promise<void> {
    const settings = globalSettings(this.#random, this.dialect);
    if (this.#isNamed) settings.push("SET GLOBAL binlog_row_metadata = 'FULL'");
    await this.#sessions!.set(0, settings);
  }

  #scope(images: Images): TransactionOptions {
    return {
      dialect: this.dialect,
      images,
      tables: this.#schema.tables,
      mixes: this.#mixes,
      distinctSavepoints: this.#options.distinctSavepoints ?? false,
    };
  }

  /** A part of the workload: one session after the other as a rule, at times all at once. */
  async #work(): Promise<void> {
    const random = this.#random;
    const sessions = this.#sessions!;
    if (this.#pending !== undefined) await sessions.runXa(this.#pending);
    this.#pending = undefined;
    const images = random.chance(30) ? 'any' : 'full';
    if (random.chance(30)) await this.#setGlobals();
    const options = this.#scope(images);
    const begun = sessions.log.length;
    const set = async (number: number, random: Random): Promise<void> => {
      await sessions.set(number, sessionSettings(random, this.#settings, images));
    };
    const many = async (number: number, random: Random, count: number): Promise<void> => {
      await set(number, random);
      for (let i = 0; i < count; i++) {
        if (random.chance(20)) await set(number, random);
        await sessions.run(number, transaction(random, options));
      }
    };
    // A short part under partial images: a refusal must not hide what else there is.
    const count = images === 'any' ? 1 + random.below(4) : 5 + random.below(40);
    if (random.chance(10)) {
      const share = Math.ceil(count / CONNECTIONS);
      await Promise.all(random.times(CONNECTIONS, (number) => many(number, random.fork(), share)));
    } else {
      await set(XA_CONNECTION, random);
      for (let left = count; left > 0; left -= 5) {
        await many(0, random, Math.min(5, left));
        if (random.chance(25)) {
          await sessions.runXa(xaTransaction(random, `${DATABASE}${this.#xaCount++}`, options));
        }
      }
    }
    const log = sessions.log.slice(begun);
    const used = log.map((line) => /binlog_row_image = '(\w+)'/.exec(line)?.[1] ?? 'FULL');
    this.parts.push({ images: new Set(used), usesSavepointAgain: usesSavepointAgain(log) });
  }

  async #point(): Promise<Point> {
    const { file, position } = await this.#server.position();
    const gtids = this.hasGtids ? await gtidPosition(this.#server) : '';
    this.#sessions!.log.push(`-- point ${this.points.length}: ${file}:${position}`);
    const pending = this.#pending !== undefined;
    return { file, position, pending, gtids, state: await stateOf(this.#server, DATABASE) };
  }
}
