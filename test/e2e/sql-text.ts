/** What the stories of SQL text share. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type SqlOptions, type SqlResult, sql, TableDescriptions } from '../../src/index.ts';
import { readSchema } from '../../src/tables/read-schema.ts';
import type { RunningServer } from '../servers/index.ts';
import { quote } from './support.ts';

/** A folder for what a story writes. */
export function storyFolder(server: RunningServer): Promise<string> {
  return mkdtemp(join(dirname(server.binlogFolder), 'sql-'));
}

/** The definitions of all tables of a database, as a user would keep them; 5.6 and MariaDB log no names. */
export async function schemaOf(
  server: RunningServer,
  database: string,
  dump: readonly string[] = [],
): Promise<TableDescriptions> {
  const folder = await storyFolder(server);
  const tables = await server.sql(
    `SELECT table_name FROM information_schema.tables WHERE table_schema = '${database}' AND table_type <> 'VIEW'`,
  );
  const shown: string[] = [];
  for (const table of tables.split('\n').filter((name) => name !== '')) {
    const create = await server.print(
      ['--batch', '--skip-column-names', '--raw'],
      `SHOW CREATE TABLE ${quote(table)}`,
      database,
    );
    shown.push(`${create.slice(create.indexOf('\t') + 1).trimEnd()};\n`);
  }
  const path = join(folder, 'schema.sql');
  await writeFile(path, [...shown, ...dump].join(''));
  return new TableDescriptions({}, await readSchema(path));
}

/** Writes SQL text of a log, and answers it. */
export async function textOf(
  server: RunningServer,
  file: string,
  options: Omit<SqlOptions, 'inputs' | 'output'>,
): Promise<{ text: string; path: string; result: SqlResult }> {
  const path = join(await storyFolder(server), 'changes.sql');
  const result = await sql({ ...options, inputs: [file], output: path });
  return { text: await readFile(path, 'utf8'), path, result };
}

/** Client settings that the text must not depend on, as options of the client program. */
export const clientSettings: Readonly<Record<'utf8mb4' | 'latin1' | 'modes', readonly string[]>> = {
  utf8mb4: [],
  latin1: ['--default-character-set=latin1', "--init-command=SET time_zone = '+08:00'"],
  modes: ["--init-command=SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'"],
};

/**
 * Runs SQL text through the server's own client as a user does: in batch mode, without --binary-mode, from standard
 * input. Throws with what the client says, if it stops. Answers what it prints.
 */
export function runText(
  server: RunningServer,
  text: string | Uint8Array,
  database: string,
  options: readonly string[] = clientSettings.utf8mb4,
): Promise<string> {
  return server.print(['--batch', '--skip-column-names', '--skip-binary-mode', ...options], text, database);
}
