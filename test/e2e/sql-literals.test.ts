/** Values written as SQL literals are the same values again, whatever the client's settings are. */
import { expect } from 'vitest';
import type { ColumnSql, LiteralWriter, TextLiterals } from '../../src/sql/column-sql.ts';
import { compileColumns } from '../../src/sql/literals/compile.ts';
import { Session } from '../../src/sql/statements/session.ts';
import { tableFacts } from '../../src/sql/table-facts.ts';
import { TableDescriptions } from '../../src/tables/description.ts';
import { ByteText } from '../../src/wire/byte-text.ts';
import { decodedInserts } from './decoded-log.ts';
import { generatedSpecimens } from './generated-values.ts';
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

const SEED = 20_261_121;

/** One row: by column what it is written as, undefined for NULL and for columns that a statement does not name. */
interface WrittenRow {
  readonly stored: readonly (string | undefined)[];
  readonly keys: readonly (string | undefined)[];
  readonly exact: readonly string[];
  readonly lenient: boolean;
  /** Equal for rows that are the same but for their id. */
  readonly identity: string;
}

interface WrittenTable {
  readonly columns: readonly ColumnSql[];
  readonly writable: readonly boolean[];
  readonly rows: readonly WrittenRow[];
}

function text(write: (out: ByteText) => void): string {
  const pieces: Uint8Array[] = [];
  const out = new ByteText((piece) => pieces.push(piece));
  write(out);
  out.flush();
  return Buffer.concat(pieces).toString();
}

/** All rows of a log, each value written in all ways. */
async function writtenRows(
  { server: { flavour } }: Scene,
  file: string,
  descriptions: TableDescriptions,
  textLiterals: TextLiterals,
): Promise<Map<string, WrittenTable>> {
  const tables = new Map<string, Pick<WrittenTable, 'columns' | 'writable'>>();
  const decoded = await decodedInserts(
    file,
    flavour,
    () => ({}),
    (table) => table,
    (table) => {
      const description = descriptions.of(table, flavour);
      const columns = compileColumns(description, { textLiterals });
      tables.set(table.name, { columns, writable: tableFacts(description, flavour).writable });
      return {
        columns: columns.map((column) => (bytes, start, end) => {
          const written = (write: LiteralWriter): string => text((out) => write(out, bytes, start, end));
          const value = {
            stored: written(column.store),
            key: written(column.key),
            exact: written(column.exact),
            lenient: column.needsLenient?.(bytes, start, end) ?? false,
            bytes: Buffer.from(bytes.subarray(start, end)).toString('hex'),
          };
          return { kind: 'json', text: JSON.stringify(value), cut: false };
        }),
      };
    },
  );
  return new Map(
    [...decoded].map(([name, { rows }]): [string, WrittenTable] => {
      const table = tables.get(name)!;
      return [name, { ...table, rows: rows.map((row) => writtenRow(row as { text: string }[])) }];
    }),
  );
}

function writtenRow(row: readonly ({ text: string } | null)[]): WrittenRow {
  const values = row.map((value) => (value === null ? null : JSON.parse(value.text)));
  return {
    stored: values.map((value) => value?.stored),
    keys: values.map((value) => value?.key),
    exact: values.map((value) => value?.exact ?? 'NULL'),
    lenient: values.some((value) => value?.lenient),
    identity: JSON.stringify(values.slice(1).map((value) => value?.bytes)),
  };
}

/** INSERT statements as the program puts them: everything between what a session sets and puts back. */
function inserts(tables: ReadonlyMap<string, WrittenTable>, database: string): string {
  return text((out) => {
    const session = new Session(out);
    session.open();
    for (const [name, { columns, writable, rows }] of tables) {
      const names = columns.filter((_, i) => writable[i]).map((column) => column.name);
      for (const { stored, lenient } of rows) {
        if (lenient) session.beginLenient();
        const values = stored.filter((_, i) => writable[i]).map((value) => value ?? 'NULL');
        out.utf8(`INSERT INTO ${database}.${quote(name)} (${names}) VALUES (${values});\n`);
        if (lenient) session.endLenient();
      }
    }
    session.close();
  });
}

/** For each row, how many its exact condition finds, and how many its keys do. */
function questions(tables: ReadonlyMap<string, WrittenTable>, specimens: Specimens): string {
  return text((out) => {
    const session = new Session(out);
    session.open();
    for (const [name, { columns, rows }] of tables) {
      // No key has vectors, which MySQL does not compare with anything.
      const keys = columns.filter((_, i) => !specimens[name]![i - 1]?.type.startsWith('VECTOR'));
      for (const row of rows) {
        const same = columns.slice(1).map(({ exactLeft }, i) => `${exactLeft} <=> ${row.exact[i + 1]}`);
        const key = keys.flatMap((column) => {
          const value = row.keys[columns.indexOf(column)];
          return value === undefined ? [] : [`${column.name} = ${value}`];
        });
        for (const condition of [same, key]) {
          out.utf8(`SELECT count(*) FROM ${quote(name)} WHERE ${condition.join(' AND ')};\n`);
        }
      }
    }
    session.close();
  });
}

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

/** Text that clients, SQL modes or editors might take for something else. */
const oddTexts = [
  `a'b''c"d\`e`,
  '\\',
  'ends in \\',
  'C:\\new\\table',
  '\r\n',
  'two\nlines\tand a tab',
  '\0 \x1a \x08',
  '; -- DROP \n# x\n/* y */ /*! SELECT 1 */',
  'DELIMITER //\nDELIMITER //\n\\g',
  '%_?:a @b',
  '0x41',
  'NULL',
];
const farTexts = [
  '\u0085 \u007f',
  '\u200b\u200d\ufeff',
  '\u202ereversed',
  '\u2028 \u2029',
  'ßéя漢\ue000\ufffe',
];

const hexOf = (value: string): string => `_utf8mb4 0x${Buffer.from(value).toString('hex')}`;

const ODD_CHARSETS = [
  'utf8mb4',
  'utf8',
  'latin1',
  'swe7',
  'cp1251',
  'sjis',
  'gbk',
  'ucs2',
  'utf16',
  'utf16le',
  'utf32',
];

const oddities: Specimens = {
  odd_texts: ODD_CHARSETS.flatMap((charset) =>
    ['CHAR(60)', 'VARCHAR(60)', 'TEXT'].map((type) => ({
      type: `${type} CHARACTER SET ${charset}`,
      values: [...oddTexts, ...(/utf8|utf16|utf32/.test(charset) ? farTexts : [])].map(hexOf),
    })),
  ),
  odd_labels: [
    { type: "ENUM('a', '', 'b')", values: ["'a'", '2', "'b'", "'none'"] },
    { type: "ENUM('', 'a')", values: ['1', "'a'", "'none'"] },
    {
      type: "ENUM('it''s', 'back\\\\slash', 'new\\nline', '?', 'é', 'e ', '0', '2')",
      values: '12345678'.split(''),
    },
    { type: "ENUM('e', 'é', 'E') COLLATE utf8mb4_bin", values: ['1', '2', '3'] },
    { type: "ENUM('a', 'é') CHARACTER SET binary", values: ['1', '2'] },
    { type: "ENUM('Å', 'x') CHARACTER SET swe7", values: ['1', '2'] },
    { type: "SET('a', '', 'b')", values: ['0', '1', '2', '3', '5', '7'] },
    {
      type: "SET('it''s', 'back\\\\slash', 'new\\nline', '?')",
      values: ['0', '1', '2', '3', '4', '8', '15'],
    },
    { type: "SET('e', 'é', 'E') COLLATE utf8mb4_bin", values: ['1', '2', '3', '7'] },
    { type: "SET('a', 'é') CHARACTER SET binary", values: ['1', '2', '3'] },
    { type: "SET('Å', 'x') CHARACTER SET swe7", values: ['1', '2', '3'] },
  ],
  zero_float: [{ type: 'FLOAT', values: ['0', '-0e0', '0', '-1e0', '-1e-40'] }],
  zero_double: [{ type: 'DOUBLE', values: ['-0e0', '0', '4.9e-324', '-4.9e-324', '2.2250738585072e-308'] }],
  // In a comparison MySQL 5.6 might take such bits for a negative number.
  bit_64: [{ type: 'BIT(64)', values: ['0', '1', '9223372036854775808', '18446744073709551615'] }],
};

/** Dates that only a session with this mode stores. */
const invalidDates = `
  SET sql_mode = 'ALLOW_INVALID_DATES';
  CREATE TABLE invalid_dates (id INT PRIMARY KEY, c0 DATE, c1 DATETIME(3), c2 DATE) ENGINE=InnoDB;
  INSERT INTO invalid_dates VALUES (1, '2026-02-31', '2025-02-29 23:59:59.999', '0000-00-00'),
    (2, '2026-04-31', '0000-12-31 00:00:00', '2026-00-31');`;

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
