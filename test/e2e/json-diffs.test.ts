/**
 * Partial updates of JSON on a live server: the diffs in the log, applied to the document in the before image,
 * must give the bytes that the server stored, as they stand in the row's next before image.
 * BINFLASH_FUZZ_SEED repeats a run with the seed that its name tells.
 */
import { readFile } from 'node:fs/promises';
import { type Connection, createConnection } from 'mysql2/promise';
import { expect } from 'vitest';
import { applyJsonDiffs } from '../../src/binlog/json/apply.ts';
import { parseJson } from '../../src/binlog/json/binary.ts';
import { readJsonDiffs } from '../../src/binlog/json/diff.ts';
import { encodeJson } from '../../src/binlog/json/encode.ts';
import { Random } from './fuzz/random.ts';
import { type RowChange, rowChanges } from './json-log.ts';
import { jsonText } from './json-text.ts';
import { change, largeDocument, smallDocument } from './json-workload.ts';
import { eachServer, logged, type Scene } from './support.ts';

// The only one with partial updates.
const servers = ['mysql-9.7'] as const;

const seed = Number(process.env.BINFLASH_FUZZ_SEED || 1);

const rounds = 12;
const updatesInRound = 250;
const smallRows = 40;
const largeRows = 3;
const columns = ['a', 'b', 'c'] as const;
/** With the column that every round's first and last change touch. */
const jsonColumns = columns.length + 1;

eachServer(
  `random partial updates of JSON with seed ${seed} give the bytes that the server stored`,
  async (scene) => {
    const random = new Random(seed);
    const connection = await connect(scene);
    const tally = new Tally();
    try {
      await createTable(connection, random);
      for (let round = 0; round < rounds; round++) {
        await tellOfRound(scene, connection, random, round % 3 === 2, tally);
      }
    } finally {
      await connection.end();
    }
    // A tenth and less of what is usual.
    expect(tally.diffs).toBeGreaterThan(300);
    expect(tally.gapped).toBeGreaterThan(100);
    expect(tally.rewritten).toBeGreaterThan(60);
    expect(tally.inexact).toBeLessThan(tally.diffs / 20);
  },
  { servers },
);

/** What a run met, so that it cannot pass by meeting nothing. */
class Tally {
  diffs = 0;
  /** Documents that the diffs left with gaps, and without. */
  gapped = 0;
  rewritten = 0;
  /** Documents of which the diffs do not tell the exact bytes. */
  inexact = 0;
}

/** A document that a change left behind, by our account. */
interface Expected {
  readonly bytes: Uint8Array;
  /** The diffs, where the log has no whole document. */
  readonly diffs: Buffer | undefined;
}

/** `copies`: values may come from other places of stored documents, with gaps that diffs do not tell. */
async function tellOfRound(
  scene: Scene,
  connection: Connection,
  random: Random,
  copies: boolean,
  tally: Tally,
): Promise<void> {
  for (const column of columns) {
    // Paths like $[0] make scalars of documents in the long run.
    await connection.query(
      `UPDATE t SET ${column} = ${smallDocument(random)} WHERE COALESCE(JSON_DEPTH(${column}), 1) = 1`,
    );
  }
  const start = await changesBy(scene, () => connection.query("UPDATE t SET n = 'null'"));
  const documents = new Map(start.map(({ after }) => [after!.id, after!.cells.map((cell) => cell!.bytes)]));
  const changes = await changesBy(scene, async () => {
    await connection.query("SET SESSION binlog_row_value_options = 'PARTIAL_JSON'");
    for (let i = 0; i < updatesInRound; i++) {
      await connection.query(randomUpdate(random, documents, copies));
    }
    await connection.query("SET SESSION binlog_row_value_options = ''");
    await connection.query('UPDATE t SET n = JSON_ARRAY()');
  });
  const expected = check(changes, copies, tally);
  const [rows] = await connection.query(
    `SELECT id, ${columns.map((column) => `CAST(${column} AS CHAR) ${column}`).join(', ')} FROM t`,
  );
  for (const row of rows as ({ id: number } & Record<string, string>)[]) {
    for (const [i, column] of columns.entries()) {
      const { bytes } = expected.get(`${row.id}.${i}`)!;
      expect(jsonText(parseJson(bytes)), `text of ${column} in row ${row.id}`).toBe(row[column]);
    }
  }
}

async function changesBy({ server }: Scene, run: () => Promise<unknown>): Promise<RowChange[]> {
  await server.closeBinlog();
  await run();
  return rowChanges(await readFile(await server.closeBinlog()), jsonColumns);
}

function randomUpdate(
  random: Random,
  documents: ReadonlyMap<number, readonly Buffer[]>,
  copies: boolean,
): string {
  const id = random.chance(3) ? smallRows + 1 + random.below(largeRows) : 1 + random.below(smallRows);
  const changed = columns.filter(() => random.chance(50));
  const sets = (changed.length === 0 ? [columns[0]] : changed).map((column) => {
    const document = parseJson(documents.get(id)![columns.indexOf(column)]!);
    const others = columns.filter((other) => other !== column);
    return `${column} = ${change(random, column, copies ? others : undefined, document)}`;
  });
  const ids = random.chance(10) && id <= smallRows ? [id, 1 + random.below(smallRows)] : [id];
  return `UPDATE t SET ${sets.join(', ')} WHERE id IN (${ids.join(', ')})`;
}

/** Compares each before image with what the change before it should have left; answers what the last ones left. */
function check(changes: readonly RowChange[], copies: boolean, tally: Tally): Map<string, Expected> {
  const expected = new Map<string, Expected>();
  for (const { before, after } of changes) {
    for (const i of columns.keys()) {
      const place = `${before!.id}.${i}`;
      const stored = before!.cells[i]!.bytes;
      const last = expected.get(place);
      if (last !== undefined) compare(place, stored, last, copies, tally);
      const cell = after!.cells[i]!;
      if (cell.isDiff) {
        tally.diffs++;
        expected.set(place, { bytes: applyJsonDiffs(stored, cell.bytes), diffs: cell.bytes });
      } else {
        expected.set(place, { bytes: cell.bytes, diffs: undefined });
      }
    }
  }
  return expected;
}

function compare(
  place: string,
  stored: Buffer,
  { bytes, diffs }: Expected,
  copies: boolean,
  tally: Tally,
): void {
  const tight = Buffer.from(encodeJson(parseJson(stored)));
  if (diffs?.length) {
    if (tight.equals(stored)) tally.rewritten++;
    else tally.gapped++;
  }
  if (stored.equals(bytes)) return;
  tally.inexact++;
  const told = `${place} after ${diffs?.toString('hex') ?? 'a whole document'}`;
  expect(diffs !== undefined && (copies || mayWrap(diffs)), `bytes of ${told}`).toBe(true);
  expect(Buffer.from(encodeJson(parseJson(bytes))).equals(tight), `JSON of ${told}`).toBe(true);
}

/** Is there a diff that may be a scalar or object made into an array by a path like `$.a[1]`? */
function mayWrap(diffs: Buffer): boolean {
  for (const { operation, value } of readJsonDiffs(diffs)) {
    if (operation !== 'replace') continue;
    const json = parseJson(value);
    if (json.kind === 'array' && json.elements.length === 2) return true;
  }
  return false;
}

async function connect({ server, database }: Scene): Promise<Connection> {
  const connection = await createConnection({
    host: '127.0.0.1',
    port: server.port,
    user: 'root',
    database,
    charset: 'utf8mb4',
  });
  await connection.query("SET SESSION sql_mode = '', cte_max_recursion_depth = 20000");
  return connection;
}

async function createTable(connection: Connection, random: Random): Promise<void> {
  await connection.query('CREATE TABLE t (id INT PRIMARY KEY, a JSON, b JSON, c JSON, n JSON)');
  await connection.query('CREATE TABLE numbers (n INT PRIMARY KEY)');
  await connection.query(
    'INSERT INTO numbers WITH RECURSIVE s (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < 15999) SELECT n FROM s',
  );
  for (let id = 1; id <= smallRows + largeRows; id++) {
    const documents = columns.map(() => (id > smallRows ? largeDocument(random) : smallDocument(random)));
    await connection.query(`INSERT INTO t VALUES (${id}, ${documents.join(', ')}, JSON_ARRAY())`);
  }
}

eachServer(
  'a row without a key is found by the text of its JSON, whatever its bytes',
  async ({ server, database }) => {
    const tight = `INSERT INTO t VALUES ('{"a": "x", "b": [1, 2]}', 1)`;
    const gapped = `SET SESSION binlog_row_value_options = 'PARTIAL_JSON';
      INSERT INTO t VALUES ('{"a": "a long string", "b": [1, 2]}', 1);
      UPDATE t SET j = JSON_SET(j, '$.a', 'x');`;
    for (const [inLog, inTable] of [
      [tight, gapped],
      [gapped, tight],
    ] as const) {
      await server.sql('DROP TABLE IF EXISTS t', database);
      await server.sql(`CREATE TABLE t (j JSON, n INT); ${inLog}`, database);
      const size = await server.sql('SELECT JSON_STORAGE_SIZE(j) FROM t', database);
      const log = await logged(server, 'DELETE FROM t', database);
      await server.sql(inTable, database);
      expect(await server.sql('SELECT JSON_STORAGE_SIZE(j) FROM t', database)).not.toBe(size);
      // The server has seen the transaction's GTID.
      await server.replay(['--skip-gtids', log]);
      expect(await server.sql('SELECT COUNT(*) FROM t', database)).toBe('0\n');
    }
  },
  { servers },
);
