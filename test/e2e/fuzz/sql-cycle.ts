/** What a binlog undo has turned back is done again by SQL text, and undone by SQL text. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import {
  BinflashError,
  RefusedError,
  type Selection,
  type SqlOptions,
  sql,
  type TableDescriptions,
} from '../../../src/index.ts';
import { clientSettings, runText, storyFolder } from '../sql-text.ts';
import type { ConnectedServer } from './connected.ts';
import type { Random } from './random.ts';
import { mixed } from './states.ts';
import type { Undone } from './step.ts';
import { hasLargeColumns, type Table } from './tables.ts';
import { count, type Tally } from './tally.ts';

import { DATABASE, type Workload } from './workload.ts';

type Direction = 'redo' | 'undo';

/** What SQL cannot do of an undo. */
interface Limits {
  /** Tables left out, as `database.table`. */
  readonly tables: readonly string[];
  /** The triggers are told of; they are gone. */
  readonly ignoreTriggers: boolean;
}

/** What one cycle is about. */
interface Cycle extends Undone {
  /** The only tables, unless all are meant. */
  readonly only: readonly string[] | undefined;
  /** Options of the text that are the same both ways, for the random ones were drawn. */
  readonly options: Partial<SqlOptions>;
}

export class SqlCycles {
  readonly #server: ConnectedServer;
  readonly #workload: Workload;
  readonly #random: Random;
  readonly #tally: Tally;
  readonly #schema: TableDescriptions | undefined;

  /** `schema` is that of a schema file; without one, the log has the names. */
  constructor(
    server: ConnectedServer,
    workload: Workload,
    random: Random,
    tally: Tally,
    schema: TableDescriptions | undefined,
  ) {
    this.#server = server;
    this.#workload = workload;
    this.#random = random;
    this.#tally = tally;
    this.#schema = schema;
  }

  /** Does again what was undone, and undoes it; at times only in some of the tables. */
  async run(undone: Undone): Promise<void> {
    const cycle: Cycle = {
      ...undone,
      only: this.#random.chance(25) ? this.#someTables(undone.later) : undefined,
      options: this.#options(),
    };
    const made = await this.#make(cycle);
    if (made === undefined) return;
    const { later, earlier, what } = undone;
    const changed = (cycle.only ?? Object.keys(later)).filter((table) => !made.left.includes(table));
    await this.#feed(made.redo);
    await undone.expectState(
      mixed(later, earlier, changed),
      `the way forth by SQL after ${what}${made.which}`,
    );
    await this.#feed(made.undo);
    await undone.expectState(earlier, `by SQL ${what}${made.which}`);
    count(this.#tally.bySql, 'cycles');
  }

  /** Tables without foreign keys; those with are changed by each other. */
  #someTables(state: Undone['later']): string[] | undefined {
    const { related } = this.#workload;
    const some = Object.keys(state).filter((table) => !related.includes(table) && this.#random.chance(50));
    return some.length === 0 ? undefined : some;
  }

  /** The texts both ways, without what SQL may refuse; nothing where nothing is left. */
  async #make(
    cycle: Cycle,
  ): Promise<{ redo: string[]; undo: string[]; left: readonly string[]; which: string } | undefined> {
    let limits: Limits = { tables: this.#unknown(), ignoreTriggers: false };
    for (;;) {
      try {
        const redo = await this.#texts(cycle, 'redo', limits);
        const undo = await this.#texts(cycle, 'undo', limits);
        const only = cycle.only === undefined ? '' : `, only ${cycle.only.join(', ')}`;
        const left = limits.tables.length === 0 ? '' : `, without ${limits.tables.join(', ')}`;
        return { redo, undo, left: limits.tables, which: `${only}${left}` };
      } catch (error) {
        if (!(error instanceof BinflashError)) throw error;
        if (error.code === 'NO_MATCH') return undefined;
        limits = this.#further(limits, error, cycle);
      }
    }
  }

  /** Which columns are generated, only a schema file tells. */
  #unknown(): string[] {
    if (this.#schema !== undefined) return [];
    return this.#workload.tables.filter(hasGenerated).map(({ name }) => `${DATABASE}.${name}`);
  }

  /** What is left out because of a refusal, which must be right. */
  #further(limits: Limits, error: BinflashError, cycle: Cycle): Limits {
    const refusals = error instanceof RefusedError ? error.refusals : [error];
    const tables = new Set(limits.tables);
    let { ignoreTriggers } = limits;
    for (const refusal of refusals) {
      const reason = this.#reason(refusal, cycle);
      const { code, message, file, offset, table } = refusal;
      expect(reason, `SQL is refused (${code}) at ${file}:${offset} ${table}: ${message}`).toBeDefined();
      count(this.#tally.bySql, `refused: ${reason}`);
      if (reason === 'triggers') ignoreTriggers = true;
      else tables.add(table!);
    }
    const { related } = this.#workload;
    if (related.some((table) => tables.has(table))) for (const table of related) tables.add(table);
    const more = { tables: [...tables], ignoreTriggers };
    expect(more, `what was refused is refused no more: ${error.message}`).not.toEqual(limits);
    return more;
  }

  /** Why SQL is right to refuse. */
  #reason({ code, message, table: path }: BinflashError, { images }: Cycle): string | undefined {
    const table = this.#workload.table(path ?? '');
    if (table === undefined) return undefined;
    if (code === 'ROW_IMAGE') {
      const mayLack = images.has('MINIMAL') || (images.has('NOBLOB') && hasLargeColumns(table));
      return mayLack ? 'row images' : undefined;
    }
    if (code !== 'UNSUPPORTED') return undefined;
    if (/trigger/.test(message)) return table.name === 'main' ? 'triggers' : undefined;
    if (/system-versioned/.test(message)) return this.#mayBeVersioned(table) ? 'versioning' : undefined;
    return undefined;
  }

  /** Two columns that may not be NULL and hold times to the microsecond look like a period where no schema is known. */
  #mayBeVersioned({ definition }: Table): boolean {
    if (definition.includes('VERSIONING')) return true;
    return this.#schema === undefined && (definition.match(/TIMESTAMP\(6\)/g) ?? []).length > 1;
  }

  /** Writes the text one way. Answers its files in the order in which they are to be run. */
  async #texts(cycle: Cycle, direction: Direction, limits: Limits): Promise<string[]> {
    const { help, inputs, only } = cycle;
    const result = await sql({
      ...cycle.options,
      ...help,
      inputs: this.#random.chance(50) ? inputs : inputs.toReversed(),
      output: join(await storyFolder(this.#server), `${direction}.sql`),
      select: selecting(cycle.select, only, limits.tables),
      flashback: direction === 'undo',
      descriptions: this.#schema,
      ignoreTriggers: limits.ignoreTriggers,
      window: this.#random.pick([64, 4096, 1 << 20, 4 << 20]),
    });
    count(this.#tally.bySql, 'statements', result.statements);
    count(this.#tally.bySql, 'files', result.outputs.length);
    return [...result.outputs];
  }

  /** Options that change the form of the text and never what it does where nobody else has changed anything. */
  #options(): Partial<SqlOptions> {
    const random = this.#random;
    const splitBy = random.pick([undefined, undefined, undefined, 'transaction', 'size'] as const);
    return {
      guard: random.chance(50),
      changedOnly: random.chance(30),
      rowsPerStatement: random.pick([undefined, 2, 10, 1000]),
      replace: random.chance(20),
      schemaName: random.chance(80),
      textLiterals: random.pick(['readable', 'readable', 'hex']),
      splitBy,
      maxFileSize: splitBy === 'size' ? random.pick([4096, 100_000]) : undefined,
    };
  }

  /** Runs texts through the server's client, one after the other in a session of a random kind. */
  async #feed(paths: readonly string[]): Promise<void> {
    const settings = this.#random.pick(Object.keys(clientSettings) as (keyof typeof clientSettings)[]);
    const texts = await Promise.all(paths.map((path) => readFile(path)));
    const run = runText(this.#server.client, Buffer.concat(texts), DATABASE, clientSettings[settings]);
    const said = await run.catch((error: Error) => {
      throw new Error(`${paths[0]} cannot be run in a session of '${settings}': ${error.message}`);
    });
    expect(said, `what the client says of ${paths[0]}`).toBe('');
  }
}

function selecting(
  select: Selection,
  only: readonly string[] | undefined,
  left: readonly string[],
): Selection {
  const excludeTables = [...(select.excludeTables ?? []), ...left];
  return {
    ...select,
    ...(only === undefined ? {} : { tables: only }),
    ...(excludeTables.length === 0 ? {} : { excludeTables }),
  };
}

/** Columns that the server computes; of those behind an index over an expression the log says nothing. */
const hasGenerated = ({ definition }: Table): boolean => definition.includes('GENERATED ALWAYS');
