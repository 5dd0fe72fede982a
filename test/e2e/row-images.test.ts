/**
 * What `binlog_row_image` and `binlog_row_metadata` leave of a change. Every kind of change is made to tables
 * with every kind of key under every row image, all in one file; each is undone exactly, or refused with its
 * place and the columns whose values are missing, as the servers' manuals let expect.
 */
import { expect } from 'vitest';
import { type RefusedError, type RewriteResult, rewrite } from '../../src/index.ts';
import type { RunningServer, ServerId } from '../servers/index.ts';
import { eachServer, fingerprint, logged, type Scene, undo } from './support.ts';

type Image = 'FULL' | 'NOBLOB' | 'MINIMAL' | 'FULL_NODUP';
const mariadbs: ServerId[] = ['mariadb-10.5', 'mariadb-10.11', 'mariadb-11.8'];

const columns = ['k', 'n', 'v', 'b', 'doc'] as const;
type Column = (typeof columns)[number];
const without = (list: readonly Column[], left: readonly Column[]): Column[] =>
  list.filter((column) => !left.includes(column));
/** MySQL's JSON is no blob to a row image; elsewhere it is text, and that is one. */
const blobsOf = (server: RunningServer): readonly Column[] =>
  server.id === 'mysql-9.7' ? ['b'] : ['b', 'doc'];

/** How column k is a key; a nullable one is none to a row image. */
const keys = {
  primary: 'k INT DEFAULT 50 PRIMARY KEY',
  unique: 'k INT NOT NULL DEFAULT 50 UNIQUE',
  nullable: 'k INT DEFAULT 50 UNIQUE',
  none: 'k INT DEFAULT 50',
} as const;
type Key = keyof typeof keys;

interface Change {
  readonly kind: 'insert' | 'update' | 'delete';
  /** The columns that the statement names. */
  readonly sets: readonly Column[];
  readonly sql: (table: string) => string;
}

const changes: Record<string, Change> = {
  insert_all: {
    kind: 'insert',
    sets: columns,
    sql: (t) => `INSERT INTO ${t} VALUES (9, 9, 'nine', 'blob9', '[9]')`,
  },
  insert_nothing: { kind: 'insert', sets: [], sql: (t) => `INSERT INTO ${t} () VALUES ()` },
  insert_some: {
    kind: 'insert',
    sets: ['k', 'v'],
    sql: (t) => `INSERT INTO ${t} (k, v) VALUES (9, 'nine'), (10, NULL)`,
  },
  insert_no_key: { kind: 'insert', sets: ['n', 'v'], sql: (t) => `INSERT INTO ${t} (n, v) VALUES (9, 'x')` },
  update_small: { kind: 'update', sets: ['n'], sql: (t) => `UPDATE ${t} SET n = n + 1` },
  update_blob: { kind: 'update', sets: ['b'], sql: (t) => `UPDATE ${t} SET b = 'changed'` },
  update_to_null: { kind: 'update', sets: ['n', 'doc'], sql: (t) => `UPDATE ${t} SET n = 0, doc = NULL` },
  update_key: { kind: 'update', sets: ['k'], sql: (t) => `UPDATE ${t} SET k = k + 1 ORDER BY k DESC` },
  update_all: {
    kind: 'update',
    sets: columns,
    sql: (t) => `UPDATE ${t} SET k = k + 100, n = 0, v = '', b = '', doc = '{}'`,
  },
  // Servers log the columns that the INSERT named as if they had been set.
  update_or_insert: {
    kind: 'update',
    sets: columns,
    sql: (t) => `INSERT INTO ${t} VALUES (1, 7, 'x', 'y', '[]') ON DUPLICATE KEY UPDATE v = 'both'`,
  },
  delete_one: { kind: 'delete', sets: [], sql: (t) => `DELETE FROM ${t} WHERE k = 1` },
  delete_all: { kind: 'delete', sets: [], sql: (t) => `DELETE FROM ${t}` },
};

interface Case {
  readonly table: string;
  readonly image: Image;
  readonly key: Key;
  readonly change: Change;
}

function casesFor(server: RunningServer): Case[] {
  const images: Image[] = ['FULL', 'MINIMAL', 'NOBLOB'];
  if (hasNodup(server)) images.push('FULL_NODUP');
  return images.flatMap((image) =>
    (Object.keys(keys) as Key[]).flatMap((key) =>
      Object.entries(changes)
        // Without a unique key it is an INSERT like the first one.
        .filter(([name]) => name !== 'update_or_insert' || key !== 'none')
        .map(([name, change]) => ({ table: `${image}_${key}_${name}`.toLowerCase(), image, key, change })),
    ),
  );
}

const hasNodup = (server: RunningServer): boolean => server.id === 'mariadb-11.8';

/** The columns whose values an undo would need and the log does not have; none: it can be undone. */
function missing({ image, key, change }: Case, server: RunningServer, metadata: string): Column[] {
  const mariadb = server.flavour === 'mariadb';
  const blobs = blobsOf(server);
  const keyed = key === 'primary' || key === 'unique';
  const whole =
    image === 'FULL' || image === 'FULL_NODUP' || (!keyed && (mariadb || change.kind !== 'insert'));
  const before: readonly Column[] = whole ? columns : image === 'NOBLOB' ? without(columns, blobs) : ['k'];
  if (change.kind === 'delete') return without(columns, before);
  if (change.kind === 'update') {
    return without(image === 'NOBLOB' ? [...before, ...change.sets] : change.sets, before);
  }
  const inserted = whole
    ? columns
    : columns.filter(
        (column) => change.sets.includes(column) || (image === 'NOBLOB' && !blobs.includes(column)),
      );
  // The metadata takes a NOT NULL UNIQUE key for a primary one.
  return metadata === 'FULL' && keyed && inserted.includes('k') ? [] : without(columns, inserted);
}

/** By table, the offsets of its rows events. */
async function rowsEvents(server: RunningServer, file: string): Promise<Map<string, number[]>> {
  const events = await server.sql(`SHOW BINLOG EVENTS IN '${file.split('/').at(-1)}'`);
  const names = new Map<string, string>();
  const offsets = new Map<string, number[]>();
  for (const line of events.split('\n')) {
    const [, offset, type, , , info] = line.split('\t');
    const [, id, name] = /table_id: (\d+)(?: \((.*)\))?/.exec(info ?? '') ?? [];
    if (type === 'Table_map') names.set(id!, name!);
    else if (/_rows/.test(type ?? '')) {
      const table = names.get(id!)!;
      offsets.set(table, [...(offsets.get(table) ?? []), Number(offset)]);
    }
  }
  return offsets;
}

async function tellOfImages({ server, database }: Scene, metadata: string): Promise<void> {
  const cases = casesFor(server);
  const json = server.id === 'mysql-5.6' ? 'TEXT' : 'JSON';
  await server.sql(
    cases
      .map(
        ({ table, key }) => `
          CREATE TABLE ${table} (${keys[key]}, n INT, v VARCHAR(30) DEFAULT 'def', b BLOB, doc ${json});
          INSERT INTO ${table} VALUES (1, 1, 'a', 'blob1', '[1]'), (2, 2, NULL, NULL, '[2]'), (3, NULL, 'c', '', NULL);`,
      )
      .join(''),
    database,
  );
  const before = await fingerprint(server, database);
  const damage = cases.map(
    ({ table, image, change }) => `SET SESSION binlog_row_image = '${image}'; ${change.sql(table)};`,
  );
  const file = await logged(server, `SET sql_mode = ''; ${damage.join('\n')}`, database);
  const damaged = await fingerprint(server, database);
  const offsets = await rowsEvents(server, file);

  const undoable: string[] = [];
  for (const each of cases) {
    const table = `${database}.${each.table}`;
    expect(damaged[table], `${table} is changed`).not.toEqual(before[table]);
    const gone = missing(each, server, metadata);
    if (gone.length === 0) undoable.push(table);
    else await expectRefused(table, file, offsets.get(table)!, gone, metadata);
  }
  const { plan } = await undo(server, [file], { tables: undoable });
  expect(plan.tables.map(({ table }) => table).sort()).toEqual([...undoable].sort());
  const after = await fingerprint(server, database);
  for (const { table } of cases) {
    const name = `${database}.${table}`;
    expect(after[name], name).toEqual((undoable.includes(name) ? before : damaged)[name]);
  }
}

async function expectRefused(
  table: string,
  file: string,
  offsets: readonly number[],
  gone: readonly Column[],
  metadata: string,
): Promise<void> {
  const error = await rewrite({ inputs: [file], output: `${file}.undo`, select: { tables: [table] } }).then(
    ({ outputs }: RewriteResult) => expect.fail(`${table} is undone: ${outputs}`),
    (reason: RefusedError) => reason,
  );
  expect(error, table).toMatchObject({ code: 'ROW_IMAGE', file, table, offset: offsets[0] });
  const names = gone.map((column) =>
    metadata === 'FULL' ? `\`${column}\`` : `@${columns.indexOf(column) + 1}`,
  );
  expect(error.message, table).toContain(`column ${names.join(', ')} `);
  expect(error.refusals.map(({ offset }) => offset)).toEqual(offsets);
}

eachServer('every change under every row image, by default metadata', (scene) =>
  tellOfImages(scene, 'default'),
);

eachServer('every change under every row image, with all metadata', (scene) => tellOfImages(scene, 'FULL'), {
  servers: ['mysql-9.7', ...mariadbs], // MySQL 5.6 logs no metadata
  args: ['--binlog-row-metadata=FULL'],
});
