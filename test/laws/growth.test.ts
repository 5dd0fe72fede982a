import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { applyJsonDiffs } from '../../src/binlog/json/apply.ts';
import { parseJson } from '../../src/binlog/json/binary.ts';
import { encodeJson } from '../../src/binlog/json/encode.ts';
import { inspect } from '../../src/index.ts';
import { classifyStatement } from '../../src/scan/statement.ts';
import { Schema } from '../../src/tables/schema.ts';
import { SchemaBuilder } from '../../src/tables/schema-builder.ts';
import { Binlog } from '../builder/binlog.ts';
import { u8 } from '../builder/bytes.ts';
import { tinyint } from '../builder/columns.ts';
import * as e from '../builder/events.ts';
import { mariadb118, mysql97, type Server } from '../builder/format.ts';
import { diffs, int } from '../builder/json.ts';
import { rows, table, tableMap } from '../builder/rows.ts';
import { change, orders } from '../builder/shop.ts';
import { inFolder } from '../helpers.ts';

/** Far above what each takes, a second or two; what grows with the square of these sizes takes minutes, or all memory. */
const SOON = 12_000;

async function soon(run: () => unknown): Promise<void> {
  const begin = performance.now();
  await run();
  expect(performance.now() - begin).toBeLessThan(SOON);
}

const inspected = (log: Binlog): Promise<void> =>
  inFolder(async (folder) => {
    const path = join(folder, 'bin.000001');
    await writeFile(path, log.bytes());
    await soon(() => inspect([path]));
  });

function schemaOf(sql: string): Schema {
  const builder = new SchemaBuilder();
  builder.push(Buffer.from(sql));
  builder.end();
  return new Schema('schema.sql', builder.tables, builder.dumped);
}

const times = (count: number, make: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => make(i)).join('');

describe('time and memory grow as the input does', { timeout: 300_000 }, () => {
  it.each<[string, Server]>([
    ['mysql', mysql97],
    ['mariadb', mariadb118],
  ])('with the savepoints of a transaction of %s, set by a loop and rolled back to', async (_, server) => {
    const log = new Binlog(server);
    const names = Array.from({ length: 12_000 }, (_, i) => `\`s${i}\``);
    const of = { ...orders, padding: server === mysql97 ? 1 : 0 } as const;
    log.transaction([
      ...change('insert', [1], of, { version: server.rowsVersion }),
      ...names.map((name) => e.query(`SAVEPOINT ${name}`)),
      ...names.map((name) => e.query(`SAVEPOINT ${name}`)),
      ...names.toReversed().map((name) => e.query(`ROLLBACK TO ${name}`)),
    ]);
    await inspected(log);
  });

  it('with the sets of columns that minimal row images of one table hold', async () => {
    const columns = Array.from({ length: 24 }, () => tinyint);
    const wide = table('shop.wide', columns);
    const log = new Binlog(mysql97);
    const values = columns.map(() => u8(1));
    const events = Array.from({ length: 25_000 }, (_, i) => {
      const present = columns.map((_, bit) => (((i + 1) >> bit) & 1) === 1);
      return rows('insert', wide, 1, [[values]], { present, flags: 0 });
    });
    log.transaction([tableMap(wide, 1), ...events]);
    await inspected(log);
  });

  it('with the differences of a JSON array, all of them at its front', () => {
    const front = { path: '$[0]', value: int(7) } as const;
    const [inserts, removals] = [diffs({ op: 'insert', ...front }), diffs({ op: 'remove', path: '$[0]' })];
    const half = encodeJson({
      kind: 'array',
      elements: Array.from({ length: 100_000 }, (_, i) => ({ kind: 'int', value: i })),
    });
    const steps = Buffer.concat([
      Buffer.alloc(100_000 * inserts.length, inserts),
      Buffer.alloc(200_000 * removals.length, removals),
    ]);
    return soon(() =>
      expect(parseJson(applyJsonDiffs(half, steps))).toEqual({ kind: 'array', elements: [] }),
    );
  });

  it('with statements in statements', () =>
    soon(() => {
      const effect = classifyStatement(`${'SET STATEMENT a=1 FOR '.repeat(40_000)}DELETE FROM a.b`, 'd');
      expect(effect).toMatchObject({ kind: 'statement', databases: ['d', 'a'] });
      expect(classifyStatement('SET STATEMENT a=1 FOR '.repeat(40_000), 'd').kind).toBe('none');
      expect(classifyStatement(`SET STATEMENT a=1 FOR SET STATEMENT b=2 DROP TABLE x`, 'd').kind).toBe(
        'unknown',
      );
    }));

  it('not with the text of a statement, of which only names are kept', () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const used = (): number => {
      gc();
      return process.memoryUsage().heapUsed;
    };
    const before = used();
    const kept = Array.from({ length: 60 }, (_, i) =>
      classifyStatement(`INSERT INTO a_database_of_long_name_${i}.t VALUES ('${'x'.repeat(2 ** 20)}')`, ''),
    );
    expect(used() - before).toBeLessThan(10 * 2 ** 20);
    expect(kept[59]!.databases).toEqual(['a_database_of_long_name_59']);
  });

  it('of a statement that names more tables than anyone has, none are kept: it may mean any', () => {
    const names = times(200_000, (i) => `, t${i}`).slice(2);
    expect(classifyStatement(`DROP TABLE ${names}`, 'd')).toEqual({
      kind: 'unknown',
      tables: [],
      databases: [],
    });
    expect(classifyStatement(`ALTER TABLE a ${'RENAME TO b '.repeat(20_000)}`, 'd').kind).toBe('unknown');
    expect(
      classifyStatement(`DROP TABLE ${times(5000, (i) => `, t${i}`).slice(2)}`, 'd').tables,
    ).toHaveLength(5000);
  });

  it('with the definitions of a schema file: of one name, and with their triggers', () =>
    soon(() => {
      schemaOf(times(20_000, () => 'CREATE TABLE a (b INT);\n'));
      schemaOf(
        times(
          10_000,
          (i) =>
            `CREATE TABLE a${i} (b INT);\nCREATE TRIGGER t BEFORE INSERT ON a${i} FOR EACH ROW SET @a=1;\n`,
        ),
      );
    }));

  it('an expression may be longer than a call may have arguments', () => {
    const builder = new SchemaBuilder();
    const sum = '1+'.repeat(120_000);
    builder.push(Buffer.from(`CREATE TABLE a (b INT AS (${sum}1), KEY k ((${sum}1)), UNIQUE ((${sum}1)));`));
    builder.end();
    expect(builder.tables[0]!.problem).toBeUndefined();
    expect(builder.tables[0]!.expressions.length).toBeGreaterThan(700_000);
  });

  it('a definition of more words than any is refused before they fill the memory', () => {
    const builder = new SchemaBuilder();
    builder.push(Buffer.from(`CREATE TABLE a (${'(,'.repeat(600_000)}`));
    builder.end();
    expect(builder.tables[0]!.problem).toMatch(/more than 1000000 words/);
  });
});
