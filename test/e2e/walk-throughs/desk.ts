import { copyFile, mkdir, mkdtemp } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { expect } from 'vitest';
import type { RunningServer, ServerId } from '../../servers/index.ts';
import { type Step, Terminal } from '../incident/terminal.ts';
import { eachServer, quote, type Scene } from '../support.ts';

/** Of each flavour one: what other tools' documents show depends on commands more than on servers, and CI has its time. */
const WALKED: readonly ServerId[] = ['mysql-9.7', 'mariadb-11.8'];

/** Declares a walk-through. */
export function walkThrough(name: string, story: (scene: Scene) => Promise<void>): void {
  eachServer(name, story, { servers: WALKED });
}

/** Where a walk-through is played: a shell with copies of the logs and the tables' definitions, and the server. */
export interface Desk {
  /** Runs a command line, which must succeed. */
  run(command: string): Promise<Step>;
  /** Runs a command line that must be refused with this exit code; answers what it says. */
  refused(command: string, code: number): Promise<string>;
  /** Lets the server's own client run a file, as `mysql < file` does. */
  load(file: string, database?: string): Promise<void>;
  /** Replays an undo binlog as the summary of `rewrite` says. */
  replay(summary: string): Promise<void>;
  /** The text of a file. */
  text(file: string): Promise<string>;
}

/** A desk in a quiet place. `schema.sql` is what the server's dump program says of the database. */
export async function openDesk(
  server: RunningServer,
  database: string,
  logs: readonly string[],
): Promise<Desk> {
  const folder = await mkdtemp(join(dirname(server.binlogFolder), 'walk-'));
  const quiet = join(folder, 'quiet');
  await mkdir(quiet);
  for (const log of logs) await copyFile(log, join(quiet, basename(log)));
  const terminal = await Terminal.open(quiet, server);
  await terminal.write('schema.sql', (await server.dump(['--no-data', database])).toString());
  const run = async (command: string): Promise<Step> => {
    const step = await terminal.run(command);
    expect(step.code, `${command}\n${step.stderr}`).toBe(0);
    return step;
  };
  const text = async (file: string): Promise<string> => (await run(`cat '${file}'`)).stdout;
  return {
    run,
    text,
    async refused(command, code) {
      const step = await terminal.run(command);
      expect(step.code, command).toBe(code);
      return step.stderr;
    },
    async load(file, target) {
      await server.sql(await text(file), target);
    },
    async replay(summary) {
      const command = /^Replay with:\n {2}(.*)$/m.exec(summary)![1]!;
      expect(await terminal.replay(command)).toMatchObject({ code: 0, stderr: '' });
    },
  };
}

/** The rows of a query, columns divided by tabs. */
export async function rows(server: RunningServer, query: string, database: string): Promise<string[]> {
  return (await server.sql(query, database)).split('\n').slice(0, -1);
}

/** The statements of SQL text that change rows, by their first word. */
export const changes = (sql: string): string[] =>
  [...sql.matchAll(/^(INSERT|REPLACE|UPDATE|DELETE)\b/gm)].map(([, word]) => word!);

/** What CHECKSUM TABLE says. */
export async function checksum(server: RunningServer, table: string, database: string): Promise<string> {
  const [line] = await rows(server, `CHECKSUM TABLE ${quote(table)}`, database);
  return line!.split('\t')[1]!;
}

/** Position and end of the transaction that `binflash transactions` ranks first. */
export function firstListed(stdout: string): { start: number; stop: number } {
  const [, start, stop] = /--start-position (\d+) --stop-position (\d+)/.exec(stdout)!;
  return { start: Number(start), stop: Number(stop) };
}

/** A derived table with the numbers from 1 to 10 to the power of so many digits, as column `n`. */
export function numbersTo(digits: number): string {
  const ten = Array.from({ length: 10 }, (_, n) => `SELECT ${n} AS d`).join(' UNION ALL ');
  const tables = Array.from({ length: digits }, (_, i) => `(${ten}) AS d${i}`);
  const sum = tables.map((_, i) => `d${i}.d * ${10 ** i}`).join(' + ');
  return `(SELECT 1 + ${sum} AS n FROM ${tables.join(', ')}) AS numbers`;
}
