/** Values written as SQL literals are the same values again, whatever the client's settings are. */
import { expect } from 'vitest';
import { readableSet } from '../../src/sql/literals/readable.ts';
import { UNICODE } from '../../src/sql/literals/readable-set.ts';
import { collationId } from '../../src/tables/collation-names.ts';
import { TableDescriptions } from '../../src/tables/description.ts';
import { encodeText } from '../../src/tables/encode-text.ts';
import { generatedSpecimens } from './generated-values.ts';
import { hexOf, invalidDates, oddities } from './odd-specimens.ts';
import { insertAll } from './specimen-tables.ts';
import { type Specimens, specimensOf } from './specimens.ts';
import { clientSettings, runText, schemaOf } from './sql-text.ts';
import {
  eachServer,
  type Fingerprint,
  fingerprint,
  logged,
  quote,
  type Scene,
  type TableState,
} from './support.ts';
import { inserts, questions, type WrittenTable, writtenRows } from './written-literals.ts';

const SEED = 20_261_121;

/** Without the databases' names, and without what MySQL 5.6 makes of labels when it copies a definition. */
function ofTables(state: Fingerprint): Record<string, Omit<TableState, 'create'>> {
  return Object.fromEntries(
    Object.entries(state).map(([name, { create: _, ...table }]) => [name.split('.')[1]!, table]),
  );
}

async function copyBack(
  { server, database }: Scene,
  tables: ReadonlyMap<string, WrittenTable>,
  setting: keyof typeof clientSettings,
  original: Fingerprint,
): Promise<void> {
  const copies = `${database}_copies`;
  await server.sql(
    `SET sql_mode = ''; CREATE DATABASE ${copies};
     ${[...tables.keys()].map((name) => `CREATE TABLE ${copies}.${quote(name)} LIKE ${quote(name)};`).join('\n')}`,
    database,
  );
  await runText(server, inserts(tables, copies), database, clientSettings[setting]);
  const [copied, source] = [ofTables(await fingerprint(server, copies)), ofTables(original)];
  for (const name of tables.keys()) {
    expect.soft(copied[name], `${name}, ${setting}`).toEqual(source[name]);
  }
  await server.sql(`DROP DATABASE ${copies}`);
}

async function findAll(
  { server, database }: Scene,
  tables: ReadonlyMap<string, WrittenTable>,
  specimens: Specimens,
  setting: keyof typeof clientSettings,
): Promise<void> {
  const asked = questions(tables, specimens);
  const answer = (await runText(server, asked, database, clientSettings[setting])).split('\n');
  let at = 0;
  for (const [name, { rows }] of tables) {
    for (const [i, { identity, exact }] of rows.entries()) {
      const same = rows.filter((row) => row.identity === identity).length;
      const what = `${name}, row ${i + 1}, ${setting}: ${exact.join(', ').slice(0, 1000)}`;
      expect.soft(answer[at++], `exactly: ${what}`).toBe(String(same));
      expect.soft(answer[at++], `by key: ${what}`).toBe('1');
    }
  }
}

/** Fills tables of all specimens, which are empty at first; answers the log of it. */
async function specimenLog({ server, database }: Scene): Promise<{ specimens: Specimens; file: string }> {
  const made = { ...specimensOf(server), ...generatedSpecimens(server, SEED), ...oddities };
  const file = await logged(server, insertAll(made) + invalidDates, database);
  return { specimens: { ...made, invalid_dates: [] }, file };
}

eachServer('writes values of every type', async (scene) => {
  const { specimens, file } = await specimenLog(scene);
  const descriptions = await schemaOf(scene.server, scene.database);
  const readable = await writtenRows(scene, file, descriptions, 'readable');
  expect([...readable.keys()].sort()).toEqual(Object.keys(specimens).sort());
  const hex = await writtenRows(scene, file, descriptions, 'hex');
  const original = await fingerprint(scene.server, scene.database);
  await copyBack(scene, readable, 'utf8mb4', original);
  await copyBack(scene, readable, 'latin1', original);
  await copyBack(scene, hex, 'modes', original);
  await findAll(scene, readable, specimens, 'modes');
  await findAll(scene, hex, specimens, 'latin1');
});

eachServer(
  'writes values by what the log alone tells',
  async (scene) => {
    const { server } = scene;
    await server.sql("SET GLOBAL binlog_row_metadata = 'FULL'");
    const { specimens, file } = await specimenLog(scene);
    const tables = await writtenRows(scene, file, new TableDescriptions(), 'readable');
    // Which columns are generated is not in the log.
    tables.delete('generated_columns');
    await copyBack(scene, tables, 'modes', await fingerprint(server, scene.database));
    await findAll(scene, tables, specimens, 'utf8mb4');
  },
  { servers: ['mysql-9.7', 'mariadb-10.5', 'mariadb-10.11', 'mariadb-11.8'] }, // MySQL 5.6 logs no names
);

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** 128 characters each: those of two planes, but for what no literal shows. */
const blocks: readonly string[] = [...range(0, 0x1b0), ...range(0x1c0, 0x220), ...range(0x3e0, 0x400)].map(
  (block) =>
    String.fromCodePoint(...range(128 * block, 128 * (block + 1)))
      .replace(/[\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
      // By these tis620 and big5 mean bytes that are no character.
      .replace(/[\ufffd\u{1fffd}]/gu, ''),
);

/** What a set does not have becomes a question mark on the server. */
eachServer('writes every character of every character set', async (scene) => {
  const { server, database } = scene;
  const charsets = (
    await server.sql('SELECT character_set_name FROM information_schema.character_sets ORDER BY 1')
  )
    .split('\n')
    .filter((name) => name !== '' && name !== 'binary');
  const file = await logged(
    server,
    `SET sql_mode = '';
     CREATE TABLE blocks (id INT PRIMARY KEY, t TEXT CHARACTER SET utf8mb4);
     INSERT INTO blocks VALUES ${blocks.map((block, i) => `(${i}, ${hexOf(block)})`)};
     CREATE TABLE characters (id INT PRIMARY KEY, ${charsets.map((charset) => `${charset}_ TEXT CHARACTER SET ${charset}`)});
     INSERT INTO characters SELECT id, ${charsets.map(() => 't')} FROM blocks;`,
    database,
  );
  const tables = await writtenRows(scene, file, await schemaOf(server, database), 'readable');
  expect(tables.get('characters')!.rows).toHaveLength(blocks.length);
  await copyBack(scene, tables, 'latin1', await fingerprint(server, database));
  const ascii = tables.get('characters')!.rows[0]!.stored.slice(1);
  // armscii8 has some of ASCII's characters a second time, and MySQL 5.6 takes those; swe7 lacks some.
  const otherwise = ['armscii8', 'swe7'];
  for (const [i, literal] of ascii.entries()) {
    if (!otherwise.includes(charsets[i]!)) expect.soft(literal, charsets[i]!).toMatch(/^'/);
  }
});

const FAR_EAST = ['sjis', 'cp932', 'ujis', 'eucjpms', 'gbk', 'gb2312', 'gb18030', 'big5', 'euckr'];

interface ShownCharacter {
  readonly character: string;
  /** Its bytes in the set. */
  readonly digits: string;
}

const shownBySet = new Map<string, readonly ShownCharacter[]>();

/** The characters that literals of a set show, but for those of ASCII. */
function shownOf(charset: string): readonly ShownCharacter[] {
  const known = shownBySet.get(charset);
  if (known !== undefined) return known;
  const collation = collationId(charset, undefined, 'mysql')!;
  const { judge } = readableSet(charset);
  const characters = [...range(0xa0, 0xd800), ...range(0xe000, 0x1_0000), ...range(0x2_0000, 0x2_0400)];
  const shown = characters.flatMap((code): ShownCharacter[] => {
    const character = String.fromCodePoint(code);
    const bytes = encodeText(character, collation);
    const isShown = bytes !== undefined && judge(bytes, 0, bytes.length) === UNICODE;
    return isShown ? [{ character, digits: Buffer.from(bytes).toString('hex').toUpperCase() }] : [];
  });
  shownBySet.set(charset, shown);
  return shown;
}

/** What is taken for certain in src/sql/literals/multi-byte-sets.ts. */
eachServer('agrees with servers on the characters of the far east that it shows', async ({ server }) => {
  const known = (await server.sql('SELECT character_set_name FROM information_schema.character_sets')).split(
    '\n',
  );
  for (const charset of FAR_EAST.filter((name) => known.includes(name))) {
    const shown = shownOf(charset);
    expect(shown.length, charset).toBeGreaterThan(6000);
    const runs = range(0, Math.ceil(shown.length / 1000)).map((i) => shown.slice(1000 * i, 1000 * (i + 1)));
    const asked = runs.map((run) => {
      const all = run.map(({ character }) => character).join('');
      return `SELECT HEX(CONVERT(_utf8mb4'${all}' USING ${charset}));`;
    });
    const answers = (await server.sql(asked.join('\n'))).split('\n');
    for (const [i, run] of runs.entries()) {
      expect.soft(answers[i], charset).toBe(run.map(({ digits }) => digits).join(''));
    }
  }
});
