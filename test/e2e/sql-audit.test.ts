/** Audit tables and exports hold the true old and new rows, of every type, and tell truly where they come from. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { expect } from 'vitest';
import type { Value } from '../../src/binlog/columns/values/value.ts';
import { packetOf } from '../../src/cli/replay.ts';
import { type SqlOptions, type SqlResult, sql } from '../../src/sql/sql.ts';
import { TableDescriptions } from '../../src/tables/description.ts';
import { readSchema } from '../../src/tables/read-schema.ts';
import { csvValue, readCsv } from '../sql/read-csv.ts';
import { copyOf, makeCopies, type Step, WORKLOAD_TIME, workload } from './audit-workload.ts';
import { insertAll } from './specimen-tables.ts';
import { type Specimen, specimensOf } from './specimens.ts';
import {
  defaultPacket,
  eachServer,
  logged,
  quote,
  type Scene,
  type SceneOptions,
  setPacket,
} from './support.ts';
import { readingsOf } from './value-readings.ts';

/** GTIDs everywhere, and on MySQL 5.6 the row format that long rows need. */
const settings: Record<string, SceneOptions> = {
  mysql: {
    servers: ['mysql-9.7'],
    args: ['--gtid-mode=ON', '--enforce-gtid-consistency=ON', '--binlog-row-metadata=FULL'],
  },
  'mysql-5.6': {
    servers: ['mysql-5.6'],
    args: [
      '--gtid-mode=ON',
      '--enforce-gtid-consistency=ON',
      '--log-slave-updates',
      '--innodb-file-format=Barracuda',
    ],
  },
  mariadb: {
    servers: ['mariadb-10.5', 'mariadb-10.11', 'mariadb-11.8'],
    args: ['--binlog-row-metadata=FULL'],
  },
};

function everyServer(name: string, story: (scene: Scene) => Promise<void>): void {
  for (const options of Object.values(settings)) eachServer(name, story, options);
}

async function folderOf({ server }: Scene): Promise<string> {
  return mkdtemp(join(dirname(server.binlogFolder), 'audit-'));
}

/** What the log and the definitions together tell. */
async function described(scene: Scene, timeZone?: string): Promise<TableDescriptions> {
  const path = join(await folderOf(scene), 'schema.sql');
  await writeFile(path, await scene.server.dump(['--no-data', '--databases', scene.database]));
  return new TableDescriptions({ timeZone }, await readSchema(path));
}

type Audit = SqlResult & { readonly text: Buffer };

async function audit(
  scene: Scene,
  inputs: readonly string[],
  options: Partial<SqlOptions> = {},
): Promise<Audit> {
  const output = join(await folderOf(scene), 'audit.sql');
  const result = await sql({ inputs, output, audit: true, ...options });
  return { ...result, text: await readFile(output) };
}

/** Runs the text on the server, in the packets that the summary asks for. */
async function apply({ server, database }: Scene, { text, plan, longestStatement }: Audit): Promise<void> {
  const { maxAllowedPacket } = packetOf(plan.index, longestStatement);
  if (maxAllowedPacket !== undefined) await setPacket(server, maxAllowedPacket);
  await server.sql(text, database);
  if (maxAllowedPacket !== undefined) await setPacket(server, defaultPacket(server));
}

/** Rows of fields as the client prints them. */
async function selected({ server, database }: Scene, statement: string): Promise<string[][]> {
  const answer = await server.sql(`SET time_zone = '+00:00'; ${statement}`, database);
  const unescaped = (field: string): string =>
    field.replace(/\\(.)/g, (_, letter: string) => ESCAPES[letter]!);
  return answer
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t').map(unescaped));
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', '0': '\0', '\\': '\\' };

/** A value in a form in which equal texts mean equal values. */
function exactly(column: string, { type }: Specimen): string {
  if (/^(FLOAT|DOUBLE)/.test(type)) return `CAST(${column} * 1e0 AS CHAR)`;
  if (/^(ENUM|SET)/.test(type)) return `CONCAT(HEX(${column}), ':', ${column} + 0)`;
  if (/^(DECIMAL|BIT)/.test(type)) return `HEX(CAST(${column} AS CHAR))`;
  if (/BLOB|TEXT|^JSON/.test(type)) return `CONCAT(LENGTH(${column}), ':', SHA2(${column}, 256))`;
  return `HEX(${column})`;
}

const auditOf = (table: string): string => `_${table}_keep_data_`;

/** How many rows of an audit table differ from what was seen, by column. */
async function differences(
  scene: Scene,
  table: string,
  specimens: readonly Specimen[],
  op: string,
  prefix: 'bfr_' | 'aft_',
  step: Step,
): Promise<string[]> {
  const columns: [string, Specimen][] = [
    ['id', { type: 'INT', values: [] }],
    ...specimens.map((specimen, i): [string, Specimen] => [`c${i}`, specimen]),
  ];
  const sums = columns.map(([name, specimen]) => {
    const [kept, seen] = [`a.${quote(prefix + name)}`, `s.${quote(name)}`];
    return `SUM(NOT (${exactly(kept, specimen)} <=> ${exactly(seen, specimen)}))`;
  });
  const [counts] = await selected(
    scene,
    `SELECT ${sums.join(', ')} FROM ${quote(auditOf(table))} a
      LEFT JOIN ${quote(copyOf(table, step))} s ON s.id = a.${prefix}id WHERE a.op = '${op}'`,
  );
  return counts!.flatMap((count, i) =>
    count === '0' ? [] : [`${table}.${columns[i]![0]} ${columns[i]![1].type} ${op} ${prefix}: ${count}`],
  );
}

/** Where the log has its rows events, and which transactions they are of, as the server tells. */
async function placesOf({ server }: Scene, file: string): Promise<Map<string, string>> {
  const name = basename(file);
  const lines = (await server.sql(`SHOW BINLOG EVENTS IN '${name}'`)).split('\n').slice(0, -1);
  const places = new Map<string, string>();
  let gtid = 'NULL';
  for (const line of lines) {
    const [, position, type, , , info] = line.split('\t') as [string, string, string, string, string, string];
    if (type === 'Gtid') gtid = /'([^']+)'/.exec(info)?.[1] ?? /GTID (\S+)/.exec(info)![1]!;
    if (/_rows/i.test(type)) places.set(position, gtid);
  }
  return places;
}

everyServer('audit tables hold the true old and new rows of every type', async (scene) => {
  const { server, database } = scene;
  const specimens = specimensOf(server);
  await server.sql(insertAll(specimens), database);
  await server.sql(makeCopies(specimens, database), database);
  const script = Object.keys(specimens).map((table) => workload(specimens, table));
  const file = await logged(server, script.join('\n'), database);
  const descriptions = await described(scene, '+03:00');
  // Twice 300 columns are more than MySQL's InnoDB takes; MariaDB's takes them with TEXT instead of VARCHAR.
  const left = server.flavour === 'mysql' ? ['wide'] : [];
  if (left.length > 0) {
    await expect(audit(scene, [file], { descriptions })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      table: `${database}.wide`,
      message: expect.stringContaining('InnoDB takes less'),
    });
  }
  const tables = Object.keys(specimens).filter((table) => !left.includes(table));
  const select = left.length > 0 ? { excludeTables: left.map((table) => `*.${table}`) } : {};
  const written = await audit(scene, [file], { descriptions, select });
  await apply(scene, written);
  const { plan, statements } = written;
  const wrong: string[] = [];
  const places = await placesOf(scene, file);
  let rows = 0;
  for (const table of tables) {
    const of = (op: string, prefix: 'bfr_' | 'aft_', step: Step): Promise<string[]> =>
      differences(scene, table, specimens[table]!, op, prefix, step);
    wrong.push(
      ...(await of('insert', 'aft_', 'inserted')),
      ...(await of('update', 'bfr_', 'inserted')),
      ...(await of('update', 'aft_', 'updated')),
      ...(await of('delete', 'bfr_', 'updated')),
    );
    const counts = await selected(
      scene,
      `SELECT op, COUNT(*), COUNT(bfr_id), COUNT(aft_id), MIN(op_datetime), MAX(op_datetime), MIN(binlog_file), MAX(binlog_file)
        FROM ${quote(auditOf(table))} GROUP BY op ORDER BY op`,
    );
    const {
      insert,
      update,
      delete: deleted,
    } = plan.tables.find((of) => of.table === `${database}.${table}`)!;
    const seen = new Date((WORKLOAD_TIME + 3 * 3600) * 1000).toISOString().slice(0, 19).replace('T', ' ');
    const where = [seen, seen, basename(file), basename(file)];
    expect(counts).toEqual([
      ['delete', String(deleted), String(deleted), '0', ...where],
      ['insert', String(insert), '0', String(insert), ...where],
      ['update', ...[update, update, update].map(String), ...where],
    ]);
    rows += insert + update + deleted;
    const at = await selected(scene, `SELECT DISTINCT binlog_position, gtid FROM ${quote(auditOf(table))}`);
    for (const [position, gtid] of at) expect([position, places.get(position!)]).toEqual([position, gtid]);
  }
  expect(wrong).toEqual([]);
  expect(statements).toBe(rows);
});

/** What an export holds, as a value whose text is compared with what the server prints. */
function toldValue(type: string, field: unknown): Value {
  const text =
    typeof field === 'object' && field !== null && 'hex' in field ? `0x${field.hex}` : String(field);
  if (/^BIT/.test(type)) return { kind: 'bit', value: BigInt(text), width: Number(/\d+/.exec(type)![0]) };
  if (/^(FLOAT|DOUBLE)/.test(type)) return { kind: 'double', value: Number(text) };
  if (/^VECTOR/.test(type)) return { kind: 'vector', text, cut: false };
  if (/^YEAR/.test(type)) return { kind: 'decimal', text: text.padStart(4, '0') };
  return { kind: 'decimal', text };
}

/** Compares what exports hold of one image, each in its rows, with what the server selects of its copy, column by column. */
async function expectSelected(
  scene: Scene,
  table: string,
  specimens: readonly Specimen[],
  step: Step,
  exports: readonly (readonly (readonly unknown[])[])[],
): Promise<void> {
  const asked = specimens.flatMap((specimen, i) =>
    readingsOf(specimen.type, scene.server, 'FULL').map((reading) => ({ ...reading, ...specimen, i })),
  );
  const answers = await selected(
    scene,
    `SELECT ${['id', ...asked.map(({ sql, i }) => sql(`c${i}`))].join(', ')}
      FROM ${quote(copyOf(table, step))} WHERE id IN (${exports[0]!.map(([id]) => id).join(', ')}) ORDER BY id`,
  );
  for (const rows of exports) {
    const sorted = rows.toSorted(([a], [b]) => Number(a) - Number(b));
    expect(sorted.map(([id]) => String(id))).toEqual(answers.map(([id]) => id));
    for (const [field, { text, i, type }] of asked.entries()) {
      const told = sorted.map((row) => (row[i + 1] === null ? 'NULL' : text(toldValue(type, row[i + 1]))));
      expect.soft(told, `${table}, ${type}, ${step}`).toEqual(answers.map((answer) => answer[field + 1]));
    }
  }
}

everyServer('CSV and NDJSON hold what the server selects', async (scene) => {
  const { server, database } = scene;
  const specimens = specimensOf(server);
  const tables = Object.keys(specimens);
  await server.sql(insertAll(specimens), database);
  await server.sql(makeCopies(specimens, database), database);
  const file = await logged(server, tables.map((table) => workload(specimens, table)).join('\n'), database);
  const descriptions = await described(scene, 'UTC');
  const output = join(await folderOf(scene), 'changes');
  const options = { inputs: [file], output, descriptions };
  const { outputs } = await sql({ ...options, format: 'csv', splitBy: 'table' });
  expect(outputs.map((path) => basename(path)).sort()).toEqual(
    tables.map((table) => `changes.${database}.${table}`).sort(),
  );
  await sql({ ...options, format: 'ndjson' });
  const objects = (await readFile(output, 'utf8'))
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const places = await placesOf(scene, file);
  for (const { offset, gtid } of objects) expect(gtid).toBe(places.get(String(offset)));
  for (const table of tables) {
    const columns = specimens[table]!;
    const names = ['id', ...columns.map((_, i) => `c${i}`)];
    const [header, ...lines] = readCsv(await readFile(`${output}.${database}.${table}`));
    expect(header!.map(csvValue)).toEqual([
      'op',
      'op_datetime',
      ...names.map((name) => `bfr_${name}`),
      ...names.map((name) => `aft_${name}`),
      'binlog_file',
      'binlog_position',
      'gtid',
    ]);
    const csv = lines.map((line) => line.map(csvValue));
    for (const line of csv) expect(line.at(-1)).toBe(places.get(line.at(-2)!));
    const said = objects.filter((object) => object.table === `${database}.${table}`);
    const compare = async (op: string, side: 'before' | 'after', step: Step): Promise<void> => {
      const first = side === 'before' ? 2 : 2 + names.length;
      const fields = csv
        .filter(([kind]) => kind === op)
        .map((line) => line.slice(first, first + names.length));
      const images = said
        .filter(({ kind }) => kind === op)
        .map((object) => names.map((name) => (object[side] as Record<string, unknown>)[name]));
      await expectSelected(scene, table, columns, step, [fields, images]);
    };
    await compare('insert', 'after', 'inserted');
    await compare('update', 'before', 'inserted');
    await compare('update', 'after', 'updated');
    await compare('delete', 'before', 'updated');
  }
});
