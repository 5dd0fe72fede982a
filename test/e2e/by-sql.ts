/**
 * Every undo that a story makes by binary log is made by SQL text as well, and so is its way forth: `binflash sql`
 * piped into the server's own client, in sessions as people have them.
 */
import { createReadStream } from 'node:fs';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { packetOf } from '../../src/cli/replay.ts';
import type { BinflashError, ErrorCode, Plan, RewriteOptions, Selection } from '../../src/index.ts';
import type { Output } from '../../src/io/output.ts';
import { selectedShapes } from '../../src/sql/judge-text.ts';
import { sql } from '../../src/sql/sql.ts';
import { TableDescriptions } from '../../src/tables/description.ts';
import { readSchema } from '../../src/tables/read-schema.ts';
import { type RunningServer, serverIds } from '../servers/index.ts';
import {
  dumpScript,
  type Fingerprint,
  fingerprint,
  listTables,
  readDump,
  type Table,
} from './fingerprint.ts';
import { aside, END, SESSION, type Setting, settings, tellSession } from './sql-settings.ts';

/** What SQL text can do of a story; nothing said: all, in every setting. */
export interface BySql {
  /** It is refused: with this code, and this in the message. */
  readonly refused?: readonly [code: ErrorCode, says: string];
  /** A narrower selection that is proved nevertheless, or because all of it would take too long. */
  readonly only?: Selection;
  /** Not tried, and why. */
  readonly left?: string;
  /** Why the changes, made again, do not lead to where they led. */
  readonly noRedo?: string;
  /** {@link dumpDefinitions} of earlier, for a log that stretches over an ALTER TABLE. */
  readonly earlier?: string;
  /** Why a guard stops it, though the statements are right. */
  readonly noGuard?: string;
  /** Only the first setting, and why: a large story would take too long. */
  readonly once?: string;
  /** May a `max_allowed_packet` beyond the default be asked for? */
  readonly hugeRow?: boolean;
}

/** Most logs here are small, and there are many. */
const SMALL_WINDOW = 64 * 1024;

/** How often a story has undone something. */
const turns = new Map<string, number>();

type Source = Pick<RewriteOptions, 'inputs' | 'keys' | 'select' | 'skip' | 'primaryKeys' | 'descriptions'>;

/** That SQL text undoes what the binary log undoes, and makes it again. */
export class SqlProof {
  readonly #server: RunningServer;
  readonly #source: Source;
  readonly #bySql: BySql;
  readonly #folder: string;
  readonly #databases: readonly string[];
  readonly #damaged: Fingerprint;

  private constructor(
    server: RunningServer,
    source: Source,
    bySql: BySql,
    folder: string,
    databases: readonly string[],
    damaged: Fingerprint,
  ) {
    this.#server = server;
    this.#source = source;
    this.#bySql = bySql;
    this.#folder = folder;
    this.#databases = databases;
    this.#damaged = damaged;
  }

  /** Before the undo is replayed. A refusal is looked at here, and then there is nothing left to prove. */
  static async begin(
    server: RunningServer,
    plan: Plan,
    { inputs, keys, select, skip, primaryKeys, descriptions }: Source,
    bySql: BySql,
  ): Promise<SqlProof | undefined> {
    if (bySql.left !== undefined) return undefined;
    const folder = await mkdtemp(join(dirname(server.binlogFolder), 'sql-'));
    const databases = databasesOf(plan);
    const source: Source = {
      inputs,
      keys,
      select: { ...select },
      skip,
      primaryKeys,
      descriptions:
        descriptions ?? (await describe(server, databases, bySql.earlier, join(folder, 'schema.sql'))),
    };
    if (bySql.refused !== undefined) {
      await expectRefused(source, join(folder, 'refused.sql'), bySql.refused);
      if (bySql.only === undefined) return undefined;
    }
    const proved = { ...source, select: { ...select, ...bySql.only } };
    return new SqlProof(server, proved, bySql, folder, databases, await fingerprint(server, databases));
  }

  /** After it: forth and back again, in each setting. */
  async prove(): Promise<void> {
    const tables = await listTables(this.#server, this.#databases);
    const undone = readDump(tables, await this.#server.look(dumpScript(tables)));
    for (const setting of this.#settings()) {
      const [forth, back] = await this.#goRound(setting, tables);
      const { noRedo, only } = this.#bySql;
      if (noRedo === undefined && only === undefined)
        expect(forth, `made again by SQL (${setting.name})`).toEqual(this.#damaged);
      else expect(forth, `changed by SQL (${setting.name})`).not.toEqual(undone);
      expect(back, `undone by SQL (${setting.name})`).toEqual(undone);
    }
    await rm(this.#folder, { recursive: true });
  }

  /**
   * They take turns, from undo to undo and from server to server, so that a story meets all of them: every story in every
   * setting on every server would take minutes more than CI has. With BINFLASH_EVERY_SETTING the first undo of each does.
   */
  #settings(): readonly Setting[] {
    const { once } = this.#bySql;
    const story = expect.getState().currentTestName ?? '';
    const turn = turns.get(story) ?? 0;
    turns.set(story, turn + 1);
    if (once !== undefined) return settings.slice(0, 1);
    if (turn === 0 && process.env.BINFLASH_EVERY_SETTING) return settings;
    const next = (turn + serverIds.indexOf(this.#server.id)) % settings.length;
    return settings.slice(next, next + 1);
  }

  /** Makes the changes again and undoes them, in one session; answers the states. */
  async #goRound(
    setting: Setting,
    tables: readonly Table[],
  ): Promise<[forth: Fingerprint, back: Fingerprint]> {
    const forth = await this.#write(setting, false);
    const back = await this.#write(setting, true);
    const tell = tellSession(this.#server.flavour === 'mariadb');
    const dump = tell + aside(dumpScript(tables));
    const pieces = [tell, forth, dump, tell, back, dump];
    const answer = await this.#run(setting, pieces);
    const states = answer.split(`${END}\n`).slice(0, -1);
    expect(states).toHaveLength(2);
    return states.map((state) => {
      const [before, after, ...lines] = state.split('\n');
      expect(before!.startsWith(SESSION)).toBe(true);
      expect(after, `the session that the text leaves, or what it printed (${setting.name})`).toBe(before);
      return readDump(tables, lines.join('\n'));
    }) as [Fingerprint, Fingerprint];
  }

  async #write({ text, stream }: Setting, flashback: boolean): Promise<Text> {
    const path = join(this.#folder, flashback ? 'back.sql' : 'forth.sql');
    const guard = text.guard && this.#bySql.noGuard === undefined;
    const options = { ...this.#source, ...text, guard, flashback, window: SMALL_WINDOW };
    const result = stream
      ? await intoStream(path, (output) => sql({ ...options, output }))
      : await sql({ ...options, output: path, force: true });
    const { maxAllowedPacket } = packetOf(result.plan.index, result.longestStatement);
    if (maxAllowedPacket !== undefined)
      expect(this.#bySql.hugeRow, `a max_allowed_packet of ${maxAllowedPacket} is asked for`).toBe(true);
    return { path, packet: maxAllowedPacket };
  }

  /** Pipes the pieces into a client, with the packet that the text asks for. */
  async #run({ name, client }: Setting, pieces: readonly (string | Text)[]): Promise<string> {
    const packets = pieces.flatMap((piece) => (typeof piece === 'string' ? [] : (piece.packet ?? [])));
    const server = this.#server;
    const before = Number(packets.length > 0 && (await server.look('SELECT @@GLOBAL.max_allowed_packet;')));
    const setPacket = (bytes: number): Promise<string> =>
      server.sql(`SET GLOBAL max_allowed_packet = ${bytes}`);
    const options = packets.map((packet) => `--max-allowed-packet=${packet}`);
    try {
      if (packets.length > 0) await setPacket(Math.max(...packets));
      const { stdout, stderr } = await server.pipe([...client, ...options], joined(pieces));
      expect(stderr, `what the client said (${name})`).toBe('');
      return stdout;
    } catch (error) {
      const { message } = error as Error;
      const [, line] = / at line (\d+)/.exec(message) ?? [];
      const said = line === undefined ? '' : `\n${await lineOf(pieces, Number(line))}`;
      throw new Error(`SQL text fails (${name}): ${message.slice(0, 2000)}${said}`);
    } finally {
      if (packets.length > 0) await setPacket(before);
    }
  }
}

/** A text for a client. */
interface Text {
  readonly path: string;
  /** The `max_allowed_packet` that it asks for. */
  readonly packet: number | undefined;
}

/** Has a text written to a stream, which ends in a file all the same: texts may be large. */
async function intoStream<T>(path: string, write: (output: Output) => Promise<T>): Promise<T> {
  const file = await open(path, 'w');
  try {
    return await write({ write: async (bytes) => void (await file.writeFile(bytes)) });
  } finally {
    await file.close();
  }
}

async function* joined(pieces: readonly (string | Text)[]): AsyncGenerator<string | Uint8Array> {
  for (const piece of pieces) {
    if (typeof piece === 'string') yield piece;
    else yield* createReadStream(piece.path);
  }
}

/** A line of what a client was given, as far as one wants to see it. */
async function lineOf(pieces: readonly (string | Text)[], line: number): Promise<string> {
  const texts = await Promise.all(
    pieces.map((piece) => (typeof piece === 'string' ? piece : readFile(piece.path, 'utf8'))),
  );
  return (texts.join('').split('\n')[line - 1] ?? '').slice(0, 2000);
}

/** The databases of what is selected. */
function databasesOf(plan: Plan): string[] {
  return [...new Set(selectedShapes(plan).map((shape) => plan.index.shapes[shape]!.table.schema))];
}

/** What a user has at hand: the dump of the databases as they are now. */
export async function dumpDefinitions(server: RunningServer, databases: readonly string[]): Promise<string> {
  // The dump program of MySQL 5.6 is a newer one, whose collation that server does not know.
  const own = server.id === 'mysql-5.6' ? ['--column-statistics=0', '--init-command=SET NAMES utf8mb4'] : [];
  const gtids = server.flavour === 'mysql' ? ['--set-gtid-purged=OFF'] : [];
  // Prepared transactions may hold locks.
  const args = ['--no-data', '--skip-lock-tables', '--no-tablespaces', ...own, ...gtids];
  return (await server.dump([...args, '--databases', ...databases])).toString();
}

async function describe(
  server: RunningServer,
  databases: readonly string[],
  earlier: string | undefined,
  path: string,
): Promise<TableDescriptions> {
  await writeFile(path, (earlier ?? '') + (await dumpDefinitions(server, databases)));
  return new TableDescriptions({}, await readSchema(path));
}

async function expectRefused(
  source: Source,
  output: string,
  [code, says]: readonly [ErrorCode, string],
): Promise<void> {
  for (const flashback of [false, true]) {
    const error = await sql({ ...source, output, flashback }).then(
      () => expect.fail(`SQL does not refuse: ${says}`),
      (reason: BinflashError) => reason,
    );
    expect(error).toMatchObject({ code, message: expect.stringContaining(says) });
  }
}
