/**
 * Random partial updates of JSON: the diffs in the log, applied to the document in the before image, must give
 * the bytes that the server stored, as they stand in the row's next before image. BINFLASH_FUZZ_SEED repeats a
 * run with the seed that its name tells.
 */
import { readFile } from 'node:fs/promises';
import { type Connection, createConnection } from 'mysql2/promise';
import { expect } from 'vitest';
import { applyJsonDiffs } from '../../src/binlog/json/apply.ts';
import { parseJson } from '../../src/binlog/json/binary.ts';
import { encodeJson } from '../../src/binlog/json/encode.ts';
import { Random } from './fuzz-workload.ts';
import { rowChanges } from './json-log.ts';
import { jsonText } from './json-text.ts';
import { change, largeDocument, value } from './json-workload.ts';
import { eachServer, type Scene } from './support.ts';

const seed = Number(process.env.BINFLASH_FUZZ_SEED ?? Date.now() % 2 ** 31);
const updates = Number(process.env.BINFLASH_JSON_UPDATES ?? 3000);

const rounds = 10;
const smallRows = 40;
const largeRows = 3;
const columns = ['a', 'b', 'c'] as const;

eachServer(
  `random partial updates of JSON with seed ${seed} give the bytes that the server stored`,
  async (scene) => {
    const connection = await connect(scene);
    try {
      await tell(scene, connection);
    } finally {
      await connection.end();
    }
  },
  { servers: ['mysql-9.7'] }, // the only one with partial updates
);

async function tell({ server }: Scene, connection: Connection): Promise<void> {
  const random = new Random(seed);
  await createTable(connection, random);
  const state = new Map<string, Buffer>();
  /** What the last change left in each column of each row, and whether its bytes can be told from the diffs. */
  const expected = new Map<string, { bytes: Uint8Array; exact: boolean; told: string }>();
  const counts = { diffs: 0, whole: 0, inexact: 0, gaps: 0, failed: 0 };
  for (let round = 0; round < rounds; round++) {
    await server.closeBinlog();
    await connection.query('UPDATE t SET n = JSON_ARRAY(?)', [round]);
    for (const { after } of rowChanges(await readFile(await server.closeBinlog()), 4)) {
      for (const [i, cell] of after!.cells.entries()) state.set(`${after!.id} ${i}`, cell!.bytes);
    }
    await connection.query("SET SESSION binlog_row_value_options = 'PARTIAL_JSON'");
    const statements: { sql: string; copies: boolean }[] = [];
    for (let i = 0; i < updates / rounds; i++) {
      const id = random.chance(3) ? smallRows + 1 + random.below(largeRows) : 1 + random.below(smallRows);
      const changes = columns
        .filter(() => random.chance(50))
        .map((column) => {
          const document = parseJson(state.get(`${id} ${columns.indexOf(column)}`)!);
          const others = columns.filter((other) => other !== column);
          return { column, ...change(random, column, others, document) };
        });
      if (changes.length === 0) continue;
      const where =
        random.chance(10) && id <= smallRows ? `id IN (${id}, ${1 + random.below(smallRows)})` : `id = ${id}`;
      statements.push({
        sql: `UPDATE t SET ${changes.map(({ column, sql }) => `${column} = ${sql}`).join(', ')} WHERE ${where}`,
        copies: changes.some(({ copies }) => copies),
      });
    }
    const texts = new Map<string, string>();
    for (const { sql } of statements)
      await connection.query(sql).catch((error: Error) => {
        counts.failed++;
        if (counts.failed < 5) console.log(error.message, sql.slice(0, 300));
      });
    await connection.query("SET SESSION binlog_row_value_options = ''");
    const [rows] = await connection.query(
      'SELECT id, CAST(a AS CHAR) a, CAST(b AS CHAR) b, CAST(c AS CHAR) c FROM t',
    );
    for (const row of rows as Record<string, string>[]) {
      for (const [i, column] of columns.entries()) texts.set(`${row.id} ${i}`, row[column]!);
    }
    await connection.query('UPDATE t SET n = JSON_ARRAY()');
    expected.clear();
    for (const { before, after } of rowChanges(await readFile(await server.closeBinlog()), 4)) {
      for (const i of columns.keys()) {
        const place = `${before!.id} ${i}`;
        const stored = before!.cells[i]!.bytes;
        const last = expected.get(place);
        if (last !== undefined) {
          if (!Buffer.from(last.bytes).equals(stored)) {
            counts.inexact++;
            const same = Buffer.from(encodeJson(parseJson(last.bytes))).equals(encodeJson(parseJson(stored)));
            if (!same || last.exact)
              console.log(
                'MISMATCH',
                place,
                same,
                last.told.slice(0, 2000),
                '\nours  ',
                Buffer.from(last.bytes).toString('hex').slice(0, 1000),
                '\nserver',
                stored.toString('hex').slice(0, 1000),
              );
          }
          if (!Buffer.from(encodeJson(parseJson(stored))).equals(stored)) counts.gaps++;
        }
        const cell = after!.cells[i]!;
        if (cell.isDiff) {
          counts.diffs++;
          const bytes = applyJsonDiffs(stored, cell.bytes);
          expected.set(place, {
            bytes,
            exact: true,
            told: `before ${stored.toString('hex')} diffs ${cell.bytes.toString('hex')} ${cell.bytes.toString('latin1')}`,
          });
        } else {
          counts.whole++;
          expected.set(place, { bytes: cell.bytes, exact: true, told: 'whole' });
        }
      }
    }
    for (const [place, { bytes }] of expected) {
      expect(jsonText(parseJson(bytes)), place).toBe(texts.get(place));
    }
  }
  console.log(counts);
}

async function connect({ server, database }: Scene): Promise<Connection> {
  const connection = await createConnection({
    host: '127.0.0.1',
    port: server.port,
    user: 'root',
    database,
    charset: 'utf8mb4',
  });
  await connection.query("SET SESSION sql_mode = '', cte_max_recursion_depth = 100000");
  return connection;
}

async function createTable(connection: Connection, random: Random): Promise<void> {
  await connection.query('CREATE TABLE t (id INT PRIMARY KEY, a JSON, b JSON, c JSON, n JSON)');
  await connection.query('CREATE TABLE numbers (n INT PRIMARY KEY)');
  await connection.query(
    'INSERT INTO numbers WITH RECURSIVE s (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < 19999) SELECT n FROM s',
  );
  for (let id = 1; id <= smallRows + largeRows; id++) {
    const documents = columns.map(() => {
      if (id > smallRows) return largeDocument(random);
      const inner = value(random, 4);
      return random.chance(50)
        ? `JSON_ARRAY(${inner}, ${value(random, 3)})`
        : `JSON_OBJECT('a', ${inner}, 'c', ${value(random, 3)})`;
    });
    await connection.query(`INSERT INTO t VALUES (${id}, ${documents.join(', ')}, JSON_ARRAY())`);
  }
}
