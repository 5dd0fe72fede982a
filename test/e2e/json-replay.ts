/** The rows that `show --json` leads to, and the same rows as the server selects them. */

import { mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { plainText } from '../../src/binlog/columns/values/format.ts';
import { decodeInet4, decodeInet6, decodeUuid } from '../../src/binlog/columns/values/network.ts';
import { type Selection, show, type TableDescriptions } from '../../src/index.ts';
import type { RunningServer } from '../servers/index.ts';
import { quote, text } from './support.ts';

export type Json = null | number | string | { hex: string; length: number };
export type Row = Record<string, Json>;

/** A line of `show --json`, as much as matters here. */
export interface Change {
  readonly table: string;
  readonly kind: 'insert' | 'update' | 'delete';
  readonly ending: 'committed' | 'rolled back' | 'undecided' | 'unfinished';
  readonly before?: Row;
  readonly after?: Row;
  readonly changed?: readonly string[];
}

/** All changes, in the order in which they are shown. */
export async function changesOf(
  inputs: readonly string[],
  select: Selection = {},
  tables?: TableDescriptions,
): Promise<Change[]> {
  const pieces: string[] = [];
  const write = async (piece: string | Uint8Array): Promise<void> => void pieces.push(String(piece));
  await show({ inputs, select, descriptions: tables, format: 'json', timeZone: '+00:00', write });
  return pieces
    .join('')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Change);
}

/** Tables as bags of rows, changed by what the log says; nothing is looked up by keys. */
export class Replay {
  /** By table, then by the JSON text of a row. */
  readonly #tables = new Map<string, Map<string, { row: Row; count: number }>>();
  readonly #leftOut: ReadonlyMap<string, readonly string[]>;

  /** `leftOut` are columns by table that the log does not follow. */
  constructor(leftOut: ReadonlyMap<string, readonly string[]> = new Map()) {
    this.#leftOut = leftOut;
  }

  apply({ table, kind, before, after, changed }: Change): void {
    const leftOut = this.#leftOut.get(table) ?? [];
    for (const column of leftOut) {
      delete before?.[column];
      delete after?.[column];
    }
    const held = before && this.#take(table, before);
    if (after === undefined) return;
    const row = { ...held, ...after };
    if (kind === 'update') {
      const followed = changed!.filter((column) => !leftOut.includes(column));
      checkChanged(table, before!, after, followed);
    }
    this.#put(table, row);
  }

  #put(table: string, row: Row): void {
    const rows = this.#tables.get(table) ?? new Map<string, { row: Row; count: number }>();
    this.#tables.set(table, rows);
    const key = JSON.stringify(row);
    const held = rows.get(key);
    if (held === undefined) rows.set(key, { row, count: 1 });
    else held.count++;
  }

  #take(table: string, row: Row): Row {
    const rows = this.#tables.get(table) ?? new Map<string, { row: Row; count: number }>();
    const whole = JSON.stringify(row);
    // An image that holds only some columns, or a row of which not all is known.
    const key = rows.has(whole) ? whole : [...rows.keys()].find((one) => agree(rows.get(one)!.row, row));
    const held = key === undefined ? undefined : rows.get(key);
    if (held === undefined) throw new Error(`${table} has no row ${whole.slice(0, 2000)}`);
    if (--held.count === 0) rows.delete(key!);
    return { ...held.row, ...row };
  }

  rows(table: string): Row[] {
    const held = [...(this.#tables.get(table)?.values() ?? [])];
    return held.flatMap(({ row, count }) => Array.from({ length: count }, () => row));
  }

  get tables(): string[] {
    return [...this.#tables.keys()];
  }
}

/** Are two rows the same in all columns that are known of both? */
function agree(one: Row, other: Row): boolean {
  return Object.keys(other).every(
    (name) => !(name in one) || JSON.stringify(one[name]) === JSON.stringify(other[name]),
  );
}

/** What differs is said to be changed, and so is what may differ. */
function checkChanged(table: string, before: Row, after: Row, changed: readonly string[]): void {
  for (const name of Object.keys(after)) {
    const differs = JSON.stringify(before[name]) !== JSON.stringify(after[name]);
    if (differs && !changed.includes(name)) {
      throw new Error(`${table}: ${name} differs and is not called changed`);
    }
  }
  // Both ways, but for values that differ in what JSON does not show.
  for (const name of changed) if (!(name in after)) throw new Error(`${table}: ${name} is not in the image`);
}

interface LiveColumn {
  readonly name: string;
  /** `varchar`, and `varchar(20)`. */
  readonly type: string;
  readonly fullType: string;
  readonly isVirtual: boolean;
}

export interface LiveTable {
  readonly name: string;
  readonly engine: string;
  readonly versioned: boolean;
  readonly columns: readonly LiveColumn[];
}

/** The tables of a database as the server describes them. */
export async function liveTables(server: RunningServer, database: string): Promise<LiveTable[]> {
  const answer = await server.sql(`
    SELECT HEX(t.table_name), t.engine, t.table_type = 'SYSTEM VERSIONED', HEX(c.column_name), c.data_type,
      HEX(c.column_type), c.extra LIKE '%VIRTUAL%'
    FROM information_schema.tables t
    JOIN information_schema.columns c ON c.table_schema = t.table_schema AND c.table_name = t.table_name
    WHERE t.table_schema = ${text(database)} AND t.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')
    ORDER BY t.table_name, c.ordinal_position`);
  const tables = new Map<string, LiveTable & { columns: LiveColumn[] }>();
  const unhex = (hex: string): string => Buffer.from(hex, 'hex').toString();
  for (const line of answer.split('\n').slice(0, -1)) {
    const [table, engine, versioned, column, type, fullType, virtual] = line.split('\t');
    const name = unhex(table!);
    const known = tables.get(name) ?? { name, engine: engine!, versioned: versioned === '1', columns: [] };
    tables.set(name, known);
    known.columns.push({
      name: unhex(column!),
      type: type!.toLowerCase(),
      fullType: unhex(fullType!).toLowerCase(),
      isVirtual: virtual === '1',
    });
  }
  return [...tables.values()];
}

/** The definitions of all tables of a database, as the server prints them, in a file. */
export async function schemaFile(server: RunningServer, database: string): Promise<string> {
  const names = (await liveTables(server, database)).map(({ name }) => name);
  const text = await server.sql(
    names.map((name) => `SHOW CREATE TABLE ${quote(name)};`).join('\n'),
    database,
  );
  const folder = await mkdtemp(join(dirname(server.binlogFolder), 'schema-'));
  await writeFile(join(folder, 'schema.sql'), text);
  return join(folder, 'schema.sql');
}

/** An expression that the server answers exactly, and what a value of ours says to it. */
interface Reading {
  readonly sql: (column: string) => string;
  readonly text: (value: Exclude<Json, null>) => string;
  /** The server's answer in the same spelling, where it has another. */
  readonly answer?: (field: string) => string;
}

const hexOf = (value: string | Uint8Array): string =>
  Buffer.from(value as string)
    .toString('hex')
    .toUpperCase();

const asHex: Reading = {
  sql: (column) => `HEX(${column})`,
  text: (value) => (typeof value === 'object' ? value.hex : `not binary: ${value}`),
};

const asText: Reading = {
  sql: (column) => `HEX(CONVERT(${column} USING utf8mb4))`,
  text: (value) => (typeof value === 'string' ? hexOf(value) : `not text: ${JSON.stringify(value)}`),
};

const plain: Reading = { sql: (column) => column, text: String };

/** Numbers are told exactly, and in different spellings. */
const asDouble: Reading = {
  sql: (column) => `${column} * 1e0`,
  text: (value) => String(Number(value)),
  answer: (field) => String(Number(field)),
};
const asFloat: Reading = {
  sql: asDouble.sql,
  text: (value) => String(Math.fround(Number(value))),
  answer: (field) => String(Math.fround(Number(field))),
};

function integer(fullType: string): Reading {
  const bits = { tinyint: 8, smallint: 16, mediumint: 24, int: 32, bigint: 64 }[/^[a-z]+/.exec(fullType)![0]];
  const unsigned = /unsigned|zerofill/.test(fullType);
  return {
    sql: (column) => `${column} + 0`,
    // Where the log does not tell the sign.
    text: (value) => {
      const number = BigInt(String(value));
      return String(unsigned ? BigInt.asUintN(bits!, number) : number);
    },
  };
}

function geometry(server: RunningServer): Reading {
  const [srid, wkt] = server.id === 'mysql-5.6' ? ['SRID', 'AsText'] : ['ST_SRID', 'ST_AsText'];
  return {
    sql: (column) =>
      `CONCAT(IF(${srid}(${column}) = 0, '', CONCAT('SRID=', ${srid}(${column}), ';')), ${wkt}(${column}))`,
    text: String,
  };
}

const vector: Reading = {
  sql: (column) => `HEX(${column})`,
  text: (value) => {
    if (typeof value === 'object') return value.hex;
    const numbers = Float32Array.from(JSON.parse(String(value)) as number[]);
    return hexOf(new Uint8Array(numbers.buffer));
  },
};

/** The log does not tell these types from BINARY; where nobody else does, the test does. */
function hidden(decode: typeof decodeUuid): Reading {
  return {
    sql: (column) => column,
    text: (value) => {
      if (typeof value !== 'object') return String(value);
      const bytes = Buffer.from(value.hex, 'hex');
      return plainText(decode(bytes, 0, bytes.length));
    },
  };
}

function readingOf({ type, fullType }: LiveColumn, server: RunningServer): Reading {
  if (/^(tiny|small|medium|big)?int$/.test(type)) return integer(fullType);
  if (type === 'float') return asFloat;
  if (type === 'double') return asDouble;
  if (/^(bit|year)$/.test(type)) return { sql: (column) => `${column} + 0`, text: String };
  if (/point|linestring|polygon|geom/.test(type)) return geometry(server);
  if (/^(char|varchar|tinytext|text|mediumtext|longtext|enum|set)$/.test(type)) return asText;
  if (type === 'json') return { ...asText, sql: (column) => `HEX(CAST(${column} AS CHAR))` };
  if (/binary|blob/.test(type)) return asHex;
  switch (type) {
    case 'vector':
      return vector;
    case 'inet4':
      return hidden(decodeInet4);
    case 'inet6':
      return hidden(decodeInet6);
    case 'uuid':
      return hidden(decodeUuid);
    default:
      return plain;
  }
}

/** Both sides of a comparison: rows as lines, sorted. */
export interface Sides {
  readonly shown: readonly string[];
  readonly selected: readonly string[];
}

/** A field of which the log tells nothing. */
const UNKNOWN = '?';

/**
 * The rows of a table as the log's changes made them, and as the server selects them. What was not logged, for an
 * image held only some columns, is as the server has it.
 */
export async function bothSides(
  server: RunningServer,
  database: string,
  { name, versioned, columns }: LiveTable,
  rows: readonly Row[],
): Promise<Sides> {
  // The log need not hold what the server computes on reading.
  const first = rows[0] ?? {};
  const compared = columns.filter((column) => column.name in first || !column.isVirtual);
  const readings = compared.map((column) => ({ ...readingOf(column, server), name: column.name }));
  const expressions = readings.map(({ sql, name }) => sql(quote(name)));
  const answer = await server.sql(
    `SET time_zone = '+00:00'; SELECT ${expressions.join(', ')}
       FROM ${quote(database)}.${quote(name)}${versioned ? ' FOR SYSTEM_TIME ALL' : ''}`,
  );
  const selected = answer
    .split('\n')
    .slice(0, -1)
    .map((line) =>
      line
        .split('\t')
        .map((field, i) => (field === 'NULL' ? field : (readings[i]!.answer?.(field) ?? field))),
    );
  const shown = rows.map((row) =>
    readings.map(({ name, text }) => {
      const value = row[name];
      return value === null ? 'NULL' : value === undefined ? UNKNOWN : text(value);
    }),
  );
  return { shown: completed(shown, selected).sort(), selected: selected.map(line).sort() };
}

const line = (fields: readonly string[]): string => fields.join('\t');

/** Rows of which all is known first, so that none of the others takes their place. */
function completed(shown: readonly string[][], selected: readonly string[][]): string[] {
  const left = new Set(selected);
  const lines = shown.filter((row) => !row.includes(UNKNOWN)).map(line);
  const whole = new Map<string, string[][]>();
  for (const row of selected) whole.set(line(row), [...(whole.get(line(row)) ?? []), row]);
  for (const text of lines) {
    const row = whole.get(text)?.pop();
    if (row !== undefined) left.delete(row);
  }
  for (const row of shown.filter((one) => one.includes(UNKNOWN))) {
    const found = [...left].find((one) => row.every((field, i) => field === UNKNOWN || field === one[i]));
    if (found !== undefined) left.delete(found);
    lines.push(line(found ?? row));
  }
  return lines;
}
