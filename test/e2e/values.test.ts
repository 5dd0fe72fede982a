/** Values decoded from the log are those that the server itself selects. */
import { expect } from 'vitest';
import { ColumnType } from '../../src/binlog/columns/types.ts';
import type { DecodeOptions, HiddenType } from '../../src/binlog/columns/values/decoder.ts';
import { plainText } from '../../src/binlog/columns/values/format.ts';
import { hiresLength } from '../../src/binlog/columns/values/old-temporals.ts';
import type { Value } from '../../src/binlog/columns/values/value.ts';
import type { TableDefinition } from '../../src/binlog/table-map.ts';
import type { RunningServer, ServerId } from '../servers/index.ts';
import { type DecodedTable, decodedInserts } from './decoded-log.ts';
import { generatedSpecimens } from './generated-values.ts';
import { insertAll, lenient } from './specimen-tables.ts';
import { type Specimen, type Specimens, specimensOf } from './specimens.ts';
import { eachServer, logged, type Scene } from './support.ts';
import { type Metadata, type Reading, readingsOf } from './value-readings.ts';

// The machine's time zone, and by it the servers': one that changes its clocks, not by whole hours off UTC.
process.env.TZ = 'America/St_Johns';

const SEED = 20_261_121;

/** What the log cannot tell of MariaDB's types. */
function hiddenTypes(
  specimens: readonly Specimen[] | undefined,
  { flavour }: RunningServer,
): (HiddenType | undefined)[] {
  const hidden = (specimens ?? []).map(({ type }) =>
    /^(INET4|INET6|UUID|VECTOR)/.exec(type)?.[0].toLowerCase(),
  );
  return [undefined, ...(flavour === 'mariadb' ? (hidden as (HiddenType | undefined)[]) : [])];
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** But for U+FFFD (and what tis620 takes for it), by which tis620 and big5 mean bytes that are no character. */
const charactersOf = (block: number): string =>
  String.fromCodePoint(...range(256).map((i) => block * 256 + i)).replace(/[\ufffd\u{1fffd}]/u, ' ');

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', '0': '\0', '\\': '\\' };

/** What the server selects, as rows of fields, in a time zone. */
async function selected(
  { server, database }: Scene,
  table: string,
  expressions: readonly string[],
  timeZone: string,
): Promise<string[][]> {
  const answer = await server.sql(
    `SET time_zone = '${timeZone}'; SELECT ${expressions.join(', ')} FROM ${table} ORDER BY id`,
    database,
  );
  const unescaped = (field: string): string =>
    field.replace(/\\(.)/g, (_, letter: string) => ESCAPES[letter]!);
  return answer
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t').map(unescaped));
}

/** Compares a table column by column, so that a failure says which one. */
async function compare(
  scene: Scene,
  name: string,
  columns: readonly Specimen[],
  { rows }: DecodedTable,
  readings: (type: string) => Reading[],
  timeZone: string,
): Promise<void> {
  const asked = columns.flatMap(({ type }, i) => readings(type).map((reading) => ({ ...reading, i, type })));
  const expressions = asked.map(({ sql, i }) => sql(`c${i}`));
  const answers = await selected(scene, name, expressions, timeZone);
  expect(rows.length, `rows of ${name}`).toBe(answers.length);
  for (const [field, { text, i, type }] of asked.entries()) {
    const said = (value: Value | null | undefined): string =>
      value ? text(value) : value === null ? 'NULL' : 'absent';
    const decoded = rows.map((row) => said(row[i + 1]));
    expect.soft(decoded, `${name}, ${type}, ${timeZone}`).toEqual(answers.map((answer) => answer[field]));
  }
}

async function setMetadata(server: RunningServer, metadata: Metadata): Promise<void> {
  if (server.id === 'mysql-5.6') return;
  await server.sql(`SET GLOBAL binlog_row_metadata = '${metadata === 'NONE' ? 'NO_LOG' : metadata}'`);
}

// MySQL 5.6 logs no optional metadata.
const serversWithMetadata: ServerId[] = ['mysql-9.7', 'mariadb-10.5', 'mariadb-10.11', 'mariadb-11.8'];

/** A server in a container has the container's. */
async function hasOurTimeZone(server: RunningServer): Promise<boolean> {
  const zone = (await server.sql('SELECT @@system_time_zone')).trim();
  expect(['NST', 'NDT', 'UTC']).toContain(zone);
  return zone !== 'UTC';
}

/** Mostly as a user would, but for types that the user has to tell of. */
async function tellOfValues(scene: Scene, metadata: Metadata): Promise<void> {
  const { server, database } = scene;
  const specimens = { ...specimensOf(server), ...generatedSpecimens(server, SEED) };
  await setMetadata(server, metadata);
  const file = await logged(server, insertAll(specimens), database);
  const readings = (type: string): Reading[] => readingsOf(type, server, metadata);
  const tell = async (
    names: readonly string[],
    ofServer: string,
    ofOurs: string | undefined,
  ): Promise<void> => {
    const tables = await decodedInserts(file, server.flavour, (table) =>
      names.includes(table)
        ? { timeZone: ofOurs, hiddenTypes: hiddenTypes(specimens[table], server) }
        : undefined,
    );
    for (const name of names) {
      await compare(scene, name, specimens[name]!, tables.get(name)!, readings, ofServer);
    }
  };
  await tell(Object.keys(specimens), '+00:00', '+00:00');
  await tell(['timestamps', 'some_timestamps'], '-11:45', '-11:45');
  if (await hasOurTimeZone(server)) {
    await tell(['timestamps', 'some_timestamps'], 'SYSTEM', process.env.TZ);
    await tell(['timestamps', 'some_timestamps'], 'SYSTEM', undefined);
  }
}

eachServer('decodes what the server selects', (scene) =>
  tellOfValues(scene, scene.server.id === 'mysql-5.6' ? 'NONE' : 'FULL'),
);

eachServer('decodes without labels', (scene) => tellOfValues(scene, 'MINIMAL'), { servers: ['mysql-9.7'] });

eachServer('decodes without metadata', (scene) => tellOfValues(scene, 'NONE'), {
  servers: ['mariadb-11.8'], // MySQL 5.6 logs none anyway, 9.7 always some; MariaDB's is of one form.
});

/** Every character of every set, 256 in a row; what a set does not have becomes a question mark on the server. */
eachServer(
  'decodes every character of every character set',
  async (scene) => {
    const { server, database } = scene;
    const charsets = (
      await server.sql('SELECT character_set_name FROM information_schema.character_sets ORDER BY 1')
    )
      .split('\n')
      .filter((name) => name !== '' && name !== 'binary');
    const columns = charsets.map((charset) => ({ type: `TEXT CHARACTER SET ${charset}`, values: [] }));
    const blocks = range(0x200).flatMap((block) =>
      block >= 0xd8 && block < 0xe0 ? [] : [charactersOf(block)],
    );
    await setMetadata(server, 'FULL');
    const file = await logged(
      server,
      `${lenient}
     CREATE TABLE blocks (id INT PRIMARY KEY, t TEXT CHARACTER SET utf8mb4);
     INSERT INTO blocks VALUES ${blocks.map((text, i) => `(${i}, _utf8mb4 0x${Buffer.from(text).toString('hex')})`)};
     CREATE TABLE characters (id INT PRIMARY KEY, ${columns.map(({ type }, i) => `c${i} ${type}`)});
     INSERT INTO characters SELECT id, ${columns.map(() => 't')} FROM blocks;`,
      database,
    );
    const tables = await decodedInserts(file, server.flavour, () => ({}));
    const readings = (type: string): Reading[] => readingsOf(type, server, 'FULL');
    await compare(scene, 'characters', columns, tables.get('characters')!, readings, '+00:00');
  },
  { servers: serversWithMetadata },
);

const OLD_TEMPORALS: readonly number[] = [ColumnType.TIME, ColumnType.DATETIME, ColumnType.TIMESTAMP];

const plainReadings = (): Reading[] => [{ sql: (column) => column, text: plainText }];

/** MariaDB's temporals of old: the log has neither their precision nor, with it, their length. */
eachServer(
  "decodes MariaDB's old temporals",
  async (scene) => {
    const { server, database } = scene;
    const { times, dates, timestamps } = specimensOf(server);
    const { some_times, some_timestamps } = generatedSpecimens(server, SEED);
    const all = { times, dates, timestamps, some_times, some_timestamps } as Specimens;
    const fractions = (table: string): number[] => [
      0,
      ...all[table]!.map(({ type }) => Number(/\((\d)\)/.exec(type)?.[1] ?? 0)),
    ];
    await server.sql('SET GLOBAL mysql56_temporal_format = OFF');
    const file = await logged(server, insertAll(all), database);
    await server.sql('SET GLOBAL mysql56_temporal_format = ON');
    const withLengths = (table: TableDefinition): TableDefinition => {
      const lengths = table.lengths.map((length, column) => {
        const type = table.types[column]!;
        return OLD_TEMPORALS.includes(type) ? hiresLength(type, fractions(table.name)[column]!) : length;
      });
      return { ...table, lengths };
    };
    for (const timeZone of ['+00:00', '-11:45']) {
      const options = (table: string): DecodeOptions => ({ timeZone, oldFractions: fractions(table) });
      const tables = await decodedInserts(file, server.flavour, options, withLengths);
      for (const [name, columns] of Object.entries(all)) {
        expect(OLD_TEMPORALS, name).toContain(tables.get(name)!.definition.types[2]);
        await compare(scene, name, columns, tables.get(name)!, plainReadings, timeZone);
      }
    }
  },
  { servers: ['mariadb-10.5', 'mariadb-10.11', 'mariadb-11.8'] }, // only MariaDB still makes such columns
);

eachServer(
  'prints the axes of every geographic reference system in their order',
  async (scene) => {
    const { server, database } = scene;
    const ids = await server.sql(
      `SELECT srs_id FROM information_schema.st_spatial_reference_systems
         WHERE definition LIKE 'GEOGCS%' OR srs_id % 100 = 0 ORDER BY 1`,
    );
    const points = ids
      .trim()
      .split('\n')
      .map((id) => `ST_GeomFromText('POINT(1.5 2)', ${id})`);
    const specimens: Specimens = { points: [{ type: 'GEOMETRY', values: points }] };
    const file = await logged(server, insertAll(specimens), database);
    const { points: table } = Object.fromEntries(await decodedInserts(file, server.flavour, () => ({})));
    const readings = (type: string): Reading[] => readingsOf(type, server, 'MINIMAL');
    await compare(scene, 'points', specimens.points!, table!, readings, '+00:00');
  },
  { servers: ['mysql-9.7'] }, // the others print axes as they are stored
);
