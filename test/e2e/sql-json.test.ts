/** Binary JSON written as SQL: documents of every type come back from their literals, whatever the client's settings. */
import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { parseJson } from '../../src/binlog/json/binary.ts';
import type { JsonValue } from '../../src/binlog/json/dom.ts';
import type { LiteralWriter } from '../../src/sql/column-sql.ts';
import { jsonColumn } from '../../src/sql/literals/json.ts';
import { ByteText } from '../../src/wire/byte-text.ts';
import type { RunningServer } from '../servers/index.ts';
import { Random } from './fuzz/random.ts';
import { rowChanges } from './json-log.ts';
import { jsonText } from './json-text.ts';
import { largeDocument, smallDocument } from './json-workload.ts';
import { specimensOf } from './specimens.ts';
import { eachServer, logged, type Scene } from './support.ts';

const SEED = 20_261_121;
const mysql = { servers: ['mysql-9.7'] } as const;
const column = jsonColumn('`doc`');
const hexColumn = jsonColumn('`doc`', 'hex');

/** What a script of SQL begins with. */
const preamble = `SET NAMES utf8mb4; SET time_zone = '+00:00';
  SET sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES';`;

/** Clients, and what their sessions have set before the script. */
const settings: Readonly<Record<string, { options: readonly string[]; before: string; after: string }>> = {
  'the defaults': { options: [], before: '', after: '' },
  'latin1 in another time zone': {
    options: ['--default-character-set=latin1'],
    before: "SET time_zone = '+08:00';",
    after: '',
  },
  'other quotes and no escapes': {
    options: [],
    before: "SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES';",
    // The literals do not need that the script puts them back.
    after: "SET sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES,NO_BACKSLASH_ESCAPES');",
  },
};

function written(write: LiteralWriter, bytes: Uint8Array): string {
  const chunks: Uint8Array[] = [];
  const out = new ByteText((chunk) => chunks.push(chunk));
  write(out, bytes, 0, bytes.length);
  out.flush();
  return Buffer.concat(chunks).toString();
}

/** Stores expressions in a table and answers the documents as they stand in the log, by their place. */
async function stored(
  { server, database }: Scene,
  statements: string,
  table: string,
): Promise<Map<number, Buffer>> {
  await server.sql(`CREATE TABLE ${table} (id INT PRIMARY KEY, doc JSON) ENGINE=InnoDB`, database);
  const file = await logged(server, statements, database);
  return documentsOf(file);
}

/** The last documents of each row. */
async function documentsOf(file: string): Promise<Map<number, Buffer>> {
  const documents = new Map<number, Buffer>();
  for (const { after } of rowChanges(await readFile(file), 1)) {
    const [cell] = after?.cells ?? [];
    if (cell) documents.set(after!.id, cell.bytes);
  }
  return documents;
}

/** A document to compare deeply: of decimals the precision is left out, which nothing shows. */
function comparable(value: JsonValue): unknown {
  switch (value.kind) {
    case 'object':
      return value.members.map((member) => [
        Buffer.from(member.key).toString('hex'),
        comparable(member.value),
      ]);
    case 'array':
      return { elements: value.elements.map(comparable) };
    case 'opaque':
      if (value.fieldType === 246) return ['decimal', value.bytes[1], jsonText(value)];
      return ['opaque', value.fieldType, Buffer.from(value.bytes).toString('hex')];
    case 'string':
      return ['string', Buffer.from(value.bytes).toString('hex')];
    case 'double':
      return ['double', Object.is(value.value, -0) ? '-0' : value.value];
    default:
      return [value.kind, String(value.value)];
  }
}

/** Documents of which this is the same are equal to the server and print the same. */
function identity(value: JsonValue): string {
  switch (value.kind) {
    case 'object':
      return `{${value.members.map((member) => `${Buffer.from(member.key).toString('hex')}:${identity(member.value)}`)}}`;
    case 'array':
      return `[${value.elements.map(identity)}]`;
    case 'string':
      return JSON.stringify(Buffer.from(value.bytes).toString());
    case 'opaque':
      if (value.fieldType === 246) return jsonText(value);
      return `${value.fieldType === 7 ? 12 : value.fieldType}${jsonText(value)}`;
    case 'double':
      return Object.is(value.value, -0)
        ? '-0.0'
        : `${value.value}${Number.isInteger(value.value) ? '.0' : ''}`;
    default:
      return String(value.value);
  }
}

/** Values of columns that JSON functions give a type of their own. */
const types = [
  ...['BIT(12)', 'BIT(64)', 'BINARY(16)', 'VARBINARY(300)', 'BLOB', 'MEDIUMBLOB', 'LONGBLOB', 'TIMESTAMP(6)'],
  ...[
    'DATETIME(6)',
    'DATE',
    'TIME(6)',
    'YEAR',
    'DECIMAL(30,4)',
    'DECIMAL(10,2)',
    'BIGINT',
    'INT UNSIGNED',
    'DOUBLE',
  ],
  "ENUM('a','b')",
];

const typedRows = [
  `b'101', b'1', 0x00FF27, 0x5C27, 0x00, 0x27, 0xC3A9, '2024-02-29 12:34:56.789', '2024-02-31 00:00:00', '2024-00-00',
   '-838:59:59', 2024, 1.5, 19.90, 4294967296, 7, 0.1, 'b'`,
  `0, 0xFFFFFFFFFFFFFFFF, '', '', '', '', '', '0000-00-00 00:00:00', '0000-00-00 00:00:00', '0000-00-00',
   '-00:00:00.000001', 0, 0, 0, -1, 0, -0e0, 'a'`,
  `0xFFF, 0x8000000000000000, REPEAT(0xFF, 16), REPEAT(0xFE, 300), REPEAT('b', 65535), REPEAT('c', 70000), 'long',
   '2038-01-19 03:14:07.999999', '9999-12-31 23:59:59.999999', '9999-12-31', '838:59:59', 2155,
   -99999999999999999999999999.9999, -0.05, 9223372036854775807, 4294967295, 1e308, ''`,
  `1, 2, 'binary', 'var', 'x', 'y', 'z', '1970-01-01 00:00:01', '0000-01-01 23:59:59', '0001-01-01', '12:00:00', 1901,
   0.0001, 1000000, -9223372036854775808, 65536, 5e-324, 'b'`,
];

async function typedDocuments({ server, database }: Scene): Promise<string[]> {
  const names = types.map((_, i) => `c${i}`);
  await server.sql(
    `SET sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+00:00';
     CREATE TABLE typed (id INT PRIMARY KEY, ${types.map((type, i) => `c${i} ${type}`).join(', ')});
     ${typedRows.map((row, id) => `INSERT INTO typed VALUES (${id}, ${row});`).join('\n')}`,
    database,
  );
  return typedRows.flatMap((_, id) => [
    `(SELECT JSON_OBJECT(${names.map((name) => `'${name}', ${name}`).join(', ')}) FROM typed WHERE id = ${id})`,
    ...names.map((name) => `(SELECT CAST(${name} AS JSON) FROM typed WHERE id = ${id})`),
    ...names.map((name) => `(SELECT JSON_ARRAY(${name}, JSON_ARRAY(${name})) FROM typed WHERE id = ${id})`),
  ]);
}

const borders = [0, 1, -1]
  .flatMap((step) => [15, 16, 31, 32, 53, 63, 64].map((bits) => 2n ** BigInt(bits) + BigInt(step)))
  .flatMap((border) => [border, -border])
  .filter((border) => border >= -(2n ** 63n) && border < 2n ** 64n);

const texts = (value: string): string => `_utf8mb4 x'${Buffer.from(value).toString('hex')}'`;

const everyCharacter = Array.from({ length: 0x1_1000 }, (_, i) => i)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code));

const oddKeys = [
  ...[
    '',
    '"',
    '\\',
    "'",
    '.',
    '$',
    '*',
    '[0]',
    'a.b',
    'a b',
    '`',
    '\u0000',
    '\n',
    '\u007f',
    '\u200b',
    '\u2028',
  ],
  ...[
    'größe',
    '漢字',
    '𝄞',
    'last',
    'to',
    'true',
    '1',
    '_',
    '$a',
    '\\"',
    '\\u0041',
    '--',
    '/*',
    ';',
    '%s',
    '?',
  ],
];

const special = [
  `JSON_ARRAY(${borders.join(', ')})`,
  `JSON_ARRAY(${borders.filter((border) => border >= 0).map((border) => `CAST(${border} AS UNSIGNED)`)})`,
  'JSON_ARRAY(-0e0, 0e0, 1e0, 1e15, 1e14, 1e-15, 1e-16, 1.7976931348623157e308, 2.2250738585072014e-308, 0.1, 1/3e0)',
  'CAST(5 AS JSON)',
  'CAST(CAST(5 AS UNSIGNED) AS JSON)',
  "CAST('null' AS JSON)",
  "CAST('{}' AS JSON)",
  // What prints the same and is not.
  `JSON_ARRAY(DATE'2024-02-29')`,
  `JSON_ARRAY('2024-02-29')`,
  `JSON_ARRAY(TIME'10:00:00')`,
  `JSON_ARRAY('10:00:00.000000')`,
  `JSON_ARRAY(x'00FF')`,
  `JSON_ARRAY('base64:type15:AP8=')`,
  `JSON_ARRAY(TIMESTAMP'2024-02-29 10:00:00')`,
  `JSON_ARRAY('2024-02-29 10:00:00.000000')`,
  'JSON_ARRAY(1, 1.0, 1e0, 1.00)',
  'JSON_ARRAY(1.0, 1, 1.00, 1e0)',
  // More digits than any column has.
  `JSON_ARRAY(${'9'.repeat(81)}., .${'9'.repeat(72)}, -${'1'.repeat(40)}.${'2'.repeat(30)})`,
  `JSON_OBJECT(${oddKeys.flatMap((key, i) => [texts(key), i % 2 === 0 ? `DATE'2024-02-29'` : texts(key)])})`,
  `JSON_OBJECT(${oddKeys.flatMap((key) => [texts(key), 'CAST(1 AS UNSIGNED)'])})`,
  `JSON_ARRAY(${texts(everyCharacter.join(''))})`,
  // One by one those that may not stand in a literal, and their neighbours.
  ...[...everyCharacter.slice(0, 0x30), '\\', ...everyCharacter.slice(0x7e, 0xae), '\u2028', '\ufeff'].map(
    (character) => `JSON_ARRAY(${texts(character)})`,
  ),
  `${'JSON_ARRAY('.repeat(100)}CAST(1 AS UNSIGNED)${')'.repeat(100)}`,
  `${"JSON_OBJECT('a b', ".repeat(100)}DATE'2024-02-29'${')'.repeat(100)}`,
  `${'JSON_ARRAY('.repeat(100)}'deep'${')'.repeat(100)}`,
  "JSON_ARRAY(REPEAT('megabytes ', 300000), x'00')",
  '(SELECT JSON_ARRAYAGG(CAST(n AS UNSIGNED)) FROM numbers WHERE n < 5000)',
  "(SELECT JSON_OBJECTAGG(CONCAT('k', n), n / 7) FROM numbers WHERE n < 3000)",
];

async function numbers({ server, database }: Scene): Promise<void> {
  await server.sql(
    `CREATE TABLE numbers (n INT PRIMARY KEY); SET SESSION cte_max_recursion_depth = 20000;
     INSERT INTO numbers WITH RECURSIVE r AS (SELECT 0 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 16000) SELECT n FROM r`,
    database,
  );
}

async function select(server: RunningServer, database: string, table: string): Promise<string> {
  return server.sql(`SELECT id, JSON_TYPE(doc), HEX(doc) FROM ${table} ORDER BY id`, database);
}

eachServer(
  'documents come back from SQL with their types',
  async (scene) => {
    const { server, database } = scene;
    await numbers(scene);
    const random = new Random(SEED);
    const expressions = [
      ...specimensOf(server).json!.flatMap(({ values }) => values),
      ...special,
      ...(await typedDocuments(scene)),
      ...random.times(250, () => smallDocument(random)),
      ...random.times(6, () => largeDocument(random)),
    ];
    const documents = await stored(
      scene,
      `SET sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+00:00';
       ${expressions.map((expression, id) => `INSERT INTO source VALUES (${id}, ${expression});`).join('\n')}`,
      'source',
    );
    expect(documents.size).toBe(expressions.length);
    const source = await select(server, database, 'source');
    let copies = 0;
    for (const [name, { options, before, after }] of Object.entries(settings)) {
      const { store, exact, exactLeft, key } = copies === 1 ? hexColumn : column;
      const table = `copy${copies++}`;
      const literals = [...documents].map(([id, bytes]) => [id, written(store, bytes)] as const);
      // Row by row, many at a time, and by UPDATE.
      const [one, two, three] = [0, 1, 2].map((rest) => literals.filter(([id]) => id % 3 === rest));
      const statements = [
        ...one!.map(([id, literal]) => `INSERT INTO ${table} VALUES (${id}, ${literal});`),
        `INSERT INTO ${table} VALUES ${two!.map(([id, literal]) => `(${id}, ${literal})`).join(', ')};`,
        ...three!.map(
          ([id, literal]) =>
            `INSERT INTO ${table} VALUES (${id}, NULL); UPDATE ${table} SET doc = ${literal} WHERE id = ${id};`,
        ),
      ];
      await server.sql(`CREATE TABLE ${table} LIKE source`, database);
      await server.closeBinlog();
      await server.print(options, `${before}\n${preamble}\n${after}\n${statements.join('\n')}`, database);
      const copied = await documentsOf(await server.closeBinlog());
      for (const [id, bytes] of documents) {
        expect(comparable(parseJson(copied.get(id)!)), `${name}: ${expressions[id]!.slice(0, 300)}`).toEqual(
          comparable(parseJson(bytes)),
        );
      }
      expect(await select(server, database, table), name).toBe(source);
      await expectFound(scene, table, documents, { exact, exactLeft, key }, name);
    }
  },
  mysql,
);

/** Bytes of a document that no other document in more than twice as many is equal to. */
const LARGE = 20_000;

/** Each document's comparison finds the rows that hold it and no others. */
async function expectFound(
  { server, database }: Scene,
  table: string,
  documents: ReadonlyMap<number, Buffer>,
  { exact, exactLeft, key }: Pick<typeof column, 'exact' | 'exactLeft' | 'key'>,
  name: string,
): Promise<void> {
  const { options, before, after } = settings[name]!;
  const ids = new Map<string, number[]>();
  for (const [id, bytes] of documents) {
    const same = identity(parseJson(bytes));
    ids.set(same, [...(ids.get(same) ?? []), id]);
  }
  const questions = [...ids.values()].map((same) => {
    const bytes = documents.get(same[0]!)!;
    // To print the few large ones for each of the others would take minutes.
    const near = bytes.length < LARGE ? `JSON_STORAGE_SIZE(doc) < ${2 * LARGE} AND` : '';
    return `SELECT GROUP_CONCAT(id ORDER BY id) FROM ${table} WHERE ${near} ${exactLeft} <=> ${written(exact, bytes)};
      SELECT COUNT(*) > 0 FROM ${table} WHERE \`doc\` = ${written(key, bytes)} AND id = ${same[0]};`;
  });
  const answer = await server.print(
    ['--batch', '--skip-column-names', ...options],
    `${before}\n${preamble}\n${after}\n${questions.join('\n')}`,
    database,
  );
  const found = answer.split('\n').slice(0, -1);
  expect(found.filter((_, i) => i % 2 === 0)).toEqual([...ids.values()].map(String));
  expect(found.filter((_, i) => i % 2 === 1)).toEqual(Array.from(ids, () => '1'));
}

eachServer(
  'values that no SQL gives back are refused by their type',
  async (scene) => {
    const { server, database } = scene;
    await server.sql(
      `SET time_zone = '+08:00'; CREATE TABLE typed (t TINYBLOB, ts TIMESTAMP(6));
       INSERT INTO typed VALUES ('tiny', '2038-01-19 11:14:07');`,
      database,
    );
    const documents = await stored(
      scene,
      `SET time_zone = '+08:00';
       INSERT INTO source SELECT 0, JSON_OBJECT('a', t) FROM typed;
       INSERT INTO source SELECT 1, JSON_ARRAY(ts) FROM typed;`,
      'source',
    );
    const refusals = [...documents.values()].map((bytes) => () => written(column.store, bytes));
    expect(refusals[0]).toThrow('a JSON document holds a value of TINYBLOB that no SQL gives back');
    expect(refusals[1]).toThrow('a JSON document holds a value of TIMESTAMP that no SQL gives back');
  },
  mysql,
);
