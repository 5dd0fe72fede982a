/** Row filters select the rows that the server's own WHERE finds, and rewrite undoes exactly these. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { BinflashError, rewrite } from '../../src/index.ts';
import { openBinlogs, readIndex } from '../../src/read/binlogs.ts';
import { Selector } from '../../src/select/selection.ts';
import { TableDescriptions } from '../../src/tables/description.ts';
import { readSchema } from '../../src/tables/read-schema.ts';
import { RowFilter } from '../../src/where/row-filter.ts';
import { maskRows } from '../../src/where/row-mask.ts';
import type { ServerId } from '../servers/index.ts';
import { Random } from './fuzz/random.ts';
import { filteredColumns, filteredTable, generatedConditions } from './generated-conditions.ts';
import { eachServer, fingerprint, logged, type Scene, undo } from './support.ts';

process.env.TZ = 'America/St_Johns';

const SEED = 20_261_121;
const ROWS = 150;
const CONDITIONS = 700;
const lenient = "SET sql_mode = ''; SET NAMES utf8mb4;";

/** All that the log can tell, and for MySQL 5.6, which tells nothing, the schema. */
async function descriptions(
  { server, database }: Scene,
  tables: readonly string[],
): Promise<TableDescriptions> {
  if (server.id !== 'mysql-5.6') return new TableDescriptions();
  const shown = await Promise.all(tables.map((table) => server.sql(`SHOW CREATE TABLE ${table}`, database)));
  const folder = await mkdtemp(join(dirname(server.binlogFolder), 'schema-'));
  const path = join(folder, 'schema.sql');
  const statements = shown.map((line) => line.split('\t')[1]!.replaceAll('\\n', '\n'));
  await writeFile(path, `USE \`${database}\`;\n${statements.map((text) => `${text.trim()};`).join('\n')}\n`);
  return new TableDescriptions({}, await readSchema(path));
}

async function fullMetadata({ server }: Scene): Promise<void> {
  if (server.id !== 'mysql-5.6') await server.sql('SET GLOBAL binlog_row_metadata = FULL');
}

/** The ids that each condition finds: what the server says. */
async function askServer(
  { server, database }: Scene,
  table: string,
  conditions: readonly string[],
): Promise<string[]> {
  const script = conditions.map(
    (condition) => `SELECT IFNULL(GROUP_CONCAT(id ORDER BY id), '') FROM ${table} WHERE ${condition};`,
  );
  const answer = await server.sql(
    `${lenient} SET group_concat_max_len = 100000; ${script.join('\n')}`,
    database,
  );
  return answer.split('\n').slice(0, -1);
}

/** Instead of an answer: only the server knows how its collation compares. */
const REFUSED = 'refused';

function orRefused(error: unknown): typeof REFUSED {
  if (error instanceof BinflashError && error.code === 'UNSUPPORTED') return REFUSED;
  throw error;
}

/** The same from the log of the inserts, whose rows have ids from 1 on. */
async function askLog(
  file: string,
  table: string,
  conditions: readonly string[],
  tables: TableDescriptions,
): Promise<string[]> {
  const files = await openBinlogs([file]);
  try {
    const index = await readIndex(files, {});
    const answers: string[] = [];
    for (const condition of conditions) {
      const where = [`*.${table}: ${condition}`];
      const selector = new Selector(index, { where });
      const filter = new RowFilter(where, tables);
      const options = { window: 1 << 20, spoolFolder: '/tmp' };
      const mask = await maskRows(index, files, selector, filter, options).catch(orRefused);
      if (mask === REFUSED) {
        answers.push(REFUSED);
        continue;
      }
      const ids: number[] = [];
      let id = 0;
      for (let event = 0; event < index.events.length; event++) {
        for (let row = 0; row < index.events.rows.get(event); row++) {
          id++;
          if (mask.has(event, row)) ids.push(id);
        }
      }
      answers.push(ids.join(','));
    }
    return answers;
  } finally {
    await Promise.all(files.map((one) => one.close()));
  }
}

/** The ids that are missing and those that are too many. */
function difference(expected: string, found: string): string {
  const without = (ids: string, others: string): string[] => {
    const known = new Set(others.split(','));
    return ids.split(',').filter((id) => !known.has(id));
  };
  return `missing ${without(expected, found)}, too many ${without(found, expected)}`;
}

eachServer('filters select the rows that WHERE finds', async (scene) => {
  const { server, database } = scene;
  await fullMetadata(scene);
  const columns = filteredColumns(server);
  const { create, insert } = filteredTable('t', columns, ROWS, SEED);
  await server.sql(`${lenient}${create}`, database);
  const file = await logged(server, `${lenient}${insert}`, database);
  // Asked whether something is known, MySQL 5.6 answers for an XOR of an earlier row, and MariaDB 10.5 takes <=>,
  // which always is, for unknown.
  const wrong: Partial<Record<ServerId, RegExp>> = {
    'mysql-5.6': /XOR.*UNKNOWN/,
    'mariadb-10.5': /<=>.*UNKNOWN/,
  };
  const sane = (condition: string): boolean => wrong[server.id]?.test(condition) !== true;
  const conditions = generatedConditions(columns, CONDITIONS, SEED).filter(sane);
  const expected = await askServer(scene, 't', conditions);
  const found = await askLog(file, 't', conditions, await descriptions(scene, ['t']));
  const differences = conditions.flatMap((condition, i) =>
    expected[i] === found[i] || found[i] === REFUSED
      ? []
      : [`${condition}: ${difference(expected[i]!, found[i]!)}`],
  );
  expect(differences).toEqual([]);
  expect(found.filter((answer) => answer === REFUSED).length).toBeLessThan(CONDITIONS / 10);
  expect(expected.filter((ids) => ids !== '').length).toBeGreaterThan(CONDITIONS / 2);
});

/** The rows of a table, in a form that is the same for equal rows. */
async function rowsOf({ server, database }: Scene, table: string): Promise<readonly string[] | string> {
  return (await fingerprint(server, database))[`${database}.${table}`]!.rows;
}

/** Conditions that say which image they mean, so that the server can be asked about it. */
const qualified = (condition: string, image: 'before' | 'after', names: readonly string[]): string =>
  condition.replace(new RegExp(`(?<![\\w'])(${names.join('|')})(?![\\w'])`, 'g'), `${image}.$1`);

eachServer('rewrite undoes exactly the rows that WHERE finds', async (scene) => {
  const { server, database } = scene;
  await fullMetadata(scene);
  const columns = filteredColumns(server);
  const { create, insert } = filteredTable('t', columns, ROWS, SEED + 1);
  const random = new Random(SEED);
  const conditions = generatedConditions(columns, 60, SEED + 1).filter((_, i) => i % 3 === 2);
  const like = (name: string): string =>
    `DROP TABLE IF EXISTS ${name}; ${create.replace('TABLE t', `TABLE ${name}`)}`;
  await server.sql(
    `${lenient}${like('t')}${insert}${like('original')}INSERT INTO original SELECT * FROM t;`,
    database,
  );
  const tables = await descriptions(scene, ['t']);
  const names = columns.map(({ name }) => name);
  // Every column moves on to what the row with the next id had.
  const moved = `UPDATE t JOIN original o ON o.id = t.id % ${ROWS} + 1 SET ${names.map((name) => `t.${name} = o.${name}`).join(', ')};`;
  let undone = 0;
  for (const condition of conditions) {
    const change = random.pick(['DELETE FROM t;', moved, 'before', 'after', 'INSERT']);
    const where = (image?: 'before' | 'after'): string[] => [
      `${database}.t: ${image === undefined ? condition : qualified(condition, image, names)}`,
    ];
    await server.sql(`${lenient}${like('t')}INSERT INTO t SELECT * FROM original;`, database);
    const label = `${change} ${condition}`;
    let selected: string[];
    let taken: number | undefined;
    const find = (table: string): string => `SELECT id FROM ${table} WHERE ${condition}`;
    if (change === 'INSERT') {
      await server.sql(`${lenient}DELETE FROM t;`, database);
      const file = await logged(server, `${lenient}INSERT INTO t SELECT * FROM original;`, database);
      selected = where();
      await server.sql(
        `${lenient}${like('expected')}INSERT INTO expected SELECT * FROM original WHERE id NOT IN (${find('original')});`,
        database,
      );
      taken = await undoSome(scene, file, selected, tables);
    } else if (change.startsWith('DELETE')) {
      const file = await logged(server, `${lenient}${change}`, database);
      await server.sql(
        `${lenient}${like('expected')}INSERT INTO expected ${find('original').replace('id', '*')};`,
        database,
      );
      taken = await undoSome(scene, file, where(), tables);
    } else {
      const file = await logged(server, `${lenient}${moved}`, database);
      const image = change === 'before' || change === 'after' ? change : undefined;
      const found = [
        ...(image === 'after' ? [] : [find('original')]),
        ...(image === 'before' ? [] : [find('changed')]),
      ].join(' UNION ');
      await server.sql(
        `${lenient}${like('changed')}INSERT INTO changed SELECT * FROM t;
        ${like('expected')}INSERT INTO expected SELECT * FROM t;
        CREATE TEMPORARY TABLE ids (id INT PRIMARY KEY) ${found};
        DELETE FROM expected WHERE id IN (SELECT id FROM ids);
        INSERT INTO expected SELECT * FROM original WHERE id IN (SELECT id FROM ids);`,
        database,
      );
      taken = await undoSome(scene, file, where(image), tables);
    }
    if (taken === undefined) continue;
    undone += taken;
    expect(await rowsOf(scene, 't'), label).toEqual(await rowsOf(scene, 'expected'));
  }
  expect(undone).toBeGreaterThan(ROWS);
});

/** Undoes what filters select, which may be nothing; answers how many rows that is, undefined when that is refused. */
async function undoSome(
  { server }: Scene,
  file: string,
  where: readonly string[],
  tables: TableDescriptions,
): Promise<number | undefined> {
  try {
    const { plan } = await undo(
      server,
      [file],
      { where },
      { descriptions: tables, bySql: { once: 'rows are selected before any text is written' } },
    );
    return plan.rows;
  } catch (error) {
    if (error instanceof BinflashError && error.code === 'NO_MATCH') return 0;
    if (error instanceof BinflashError && error.code === 'UNSUPPORTED') return undefined;
    throw error;
  }
}

eachServer(
  'documents of partial updates are whole before they are looked into',
  async (scene) => {
    const { server, database } = scene;
    await fullMetadata(scene);
    await server.sql(
      `CREATE TABLE docs (id INT PRIMARY KEY, doc JSON);
      INSERT INTO docs SELECT * FROM (VALUES ROW(1, JSON_OBJECT('pad', REPEAT('x', 200), 'n', 10)),
        ROW(2, JSON_OBJECT('pad', REPEAT('y', 200), 'n', 20)), ROW(3, JSON_OBJECT('pad', REPEAT('z', 200), 'n', 30))) rows_;`,
      database,
    );
    const before = await rowsOf(scene, 'docs');
    const update = `SET binlog_row_value_options = PARTIAL_JSON;
      UPDATE docs SET doc = JSON_SET(doc, '$.n', id * 10 + 1) WHERE id < 3;`;
    const file = await logged(server, update, database);
    const tables = new TableDescriptions();
    const count = (where: string): Promise<number> =>
      rewrite({ inputs: [file], select: { where: [where] }, descriptions: tables }).then(
        ({ plan }) => plan.rows,
        (error: BinflashError) => (error.code === 'NO_MATCH' ? 0 : Promise.reject(error)),
      );
    expect(await count(`*.docs: after.doc LIKE '%"n": 11,%'`)).toBe(1);
    expect(await count(`after.doc LIKE '%"n": 10,%'`)).toBe(0);
    expect(await count(`before.doc LIKE '%"n": 10,%' AND changed(doc)`)).toBe(1);
    expect(await count('changed(doc)')).toBe(2);
    expect(await undoSome(scene, file, [`after.doc LIKE '%"n": 11,%'`], tables)).toBe(1);
    expect(await undoSome(scene, file, [`after.doc LIKE '%"n": 21,%'`], tables)).toBe(1);
    expect(await rowsOf(scene, 'docs')).toEqual(before);
  },
  { servers: ['mysql-9.7'] },
);

eachServer('the plainest row image still knows the key', async (scene) => {
  const { server, database } = scene;
  await fullMetadata(scene);
  await server.sql(
    `CREATE TABLE keyed (id INT PRIMARY KEY, status VARCHAR(20) CHARACTER SET utf8mb4, note TEXT);
    INSERT INTO keyed VALUES (1, 'open', 'a'), (2, 'paid', 'b'), (3, 'open', 'c');`,
    database,
  );
  const tables = await descriptions(scene, ['keyed']);
  const file = await logged(
    server,
    "SET binlog_row_image = MINIMAL; UPDATE keyed SET status = 'void' WHERE id <> 2; INSERT INTO keyed VALUES (4, 'open', 'd');",
    database,
  );
  const plan = async (where: string): Promise<unknown> => {
    try {
      const result = await rewrite({
        inputs: [file],
        select: { where: [where], types: ['update'] },
        descriptions: tables,
      });
      return result.plan.refusals.length;
    } catch (error) {
      return (error as BinflashError).code;
    }
  };
  // What is selected is refused, for its old values are not in the log; what is not known is an error.
  expect(await plan('id = 1')).toBe(1);
  expect(await plan('id = 2')).toBe('NO_MATCH');
  expect(await plan("status = 'VOID' and id = 3")).toBe(1);
  expect(await plan("before.status = 'open'")).toBe('ROW_IMAGE');
  expect(await plan("note = 'a'")).toBe('ROW_IMAGE');
  const insert = await undo(
    server,
    [file],
    { where: ['note = "d"'], types: ['insert'] },
    { descriptions: tables },
  );
  expect(insert.plan.rows).toBe(1);
  expect(await server.sql('SELECT COUNT(*) FROM keyed', database)).toBe('3\n');
});
