/** The state of databases, exact to the byte. */
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { RunningServer } from '../servers/index.ts';

/** All that can be told of a table by SQL. */
export interface TableState {
  /** SHOW CREATE TABLE without the AUTO_INCREMENT counter. */
  readonly create: string;
  /** CHECKSUM TABLE. */
  readonly checksum: string;
  readonly count: number;
  /** The rows in HEX, sorted; or their SHA-256 when they are many. */
  readonly rows: readonly string[] | string;
}

/** By `database.table`. */
export type Fingerprint = Readonly<Record<string, TableState>>;

/** A dump of more characters is kept as its SHA-256. */
const LONG_DUMP = 256 * 1024;
/** A longer value is dumped as its SHA-256: HEX() answers NULL where the result exceeds max_allowed_packet. */
const LONG_VALUE = 64 * 1024;

/** The state of databases, exact to the byte: equal fingerprints mean equal rows in equal tables. */
export async function fingerprint(
  server: RunningServer,
  databases: string | readonly string[],
): Promise<Fingerprint> {
  const tables = await listTables(server, typeof databases === 'string' ? [databases] : databases);
  if (tables.length === 0) return {};
  return readDump(tables, await server.look(dumpScript(tables)));
}

/** Statements that print all of the tables; they set the session as they need it. */
export function dumpScript(tables: readonly Table[]): string {
  const script = tables.map(
    ({ schema, name, versioned, columns }) => `
      SHOW CREATE TABLE ${quote(schema)}.${quote(name)};
      CHECKSUM TABLE ${quote(schema)}.${quote(name)};
      SELECT ${columns.map(dumped).join(', ')}
        FROM ${quote(schema)}.${quote(name)}${versioned ? ' FOR SYSTEM_TIME ALL' : ''};
      SELECT '${END_OF_TABLE}';`,
  );
  return `SET NAMES utf8mb4; SET time_zone = '+00:00', sql_mode = '';${script.join('')}\n`;
}

/** What {@link dumpScript} printed. */
export function readDump(tables: readonly Table[], answer: string): Fingerprint {
  const dumps = answer.split(`${END_OF_TABLE}\n`);
  expect(dumps).toHaveLength(tables.length + 1);
  return Object.fromEntries(
    tables.map(({ schema, name }, i) => {
      const [create, checksum, ...rows] = dumps[i]!.split('\n').slice(0, -1);
      rows.sort();
      const long = dumps[i]!.length > LONG_DUMP;
      const state: TableState = {
        create: create!.replace(/ AUTO_INCREMENT=\d+/, ''),
        checksum: checksum!.split('\t').at(-1)!,
        count: rows.length,
        rows: long ? createHash('sha256').update(rows.join('\n')).digest('hex') : rows,
      };
      return [`${schema}.${name}`, state];
    }),
  );
}

/** No line of HEX dumps and statements is this. */
const END_OF_TABLE = '--end-of-table--';

interface Column {
  readonly name: string;
  readonly type: string;
}

/** What has to be known of a table to print it. */
export interface Table {
  readonly schema: string;
  readonly name: string;
  readonly versioned: boolean;
  readonly columns: Column[];
}

export async function listTables(server: RunningServer, databases: readonly string[]): Promise<Table[]> {
  // Names in HEX, for the client escapes tabs, newlines and backslashes.
  const answer = await server.look(`
    SELECT HEX(t.table_schema), HEX(t.table_name), t.table_type = 'SYSTEM VERSIONED', HEX(c.column_name), c.data_type
      FROM information_schema.tables t
      JOIN information_schema.columns c ON c.table_schema = t.table_schema AND c.table_name = t.table_name
      WHERE t.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') AND t.table_schema IN (${databases.map(text).join(', ')})
      ORDER BY t.table_schema, t.table_name, c.ordinal_position;`);
  const tables = new Map<string, Table>();
  for (const line of answer.split('\n').slice(0, -1)) {
    const [schema, name, versioned, column, type] = line.split('\t');
    const key = `${schema}.${name}`;
    const table = tables.get(key) ?? {
      schema: unhex(schema!),
      name: unhex(name!),
      versioned: versioned === '1',
      columns: [],
    };
    table.columns.push({ name: unhex(column!), type: type!.toLowerCase() });
    tables.set(key, table);
  }
  return [...tables.values()];
}

/** A column's exact value as HEX; HEX alone would round what has a fraction. */
function dumped({ name, type }: Column): string {
  const column = quote(name);
  if (type === 'float' || type === 'double') return `HEX(CAST(${column} * 1e0 AS CHAR))`;
  if (type === 'decimal') return `HEX(CAST(${column} AS CHAR))`;
  if (type === 'enum' || type === 'set') return `CONCAT(HEX(${column}), ':', ${column} + 0)`;
  if (/blob|text|json/.test(type)) {
    const digest = `CONCAT(LENGTH(${column}), ':', SHA2(${column}, 256))`;
    return `IF(LENGTH(${column}) > ${LONG_VALUE}, ${digest}, HEX(${column}))`;
  }
  return `HEX(${column})`;
}

/** An identifier in SQL. */
export const quote = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
/** A string literal in SQL that needs no escape. */
export const text = (value: string): string => `_utf8mb4 0x${Buffer.from(value).toString('hex')}`;

const unhex = (hex: string): string => Buffer.from(hex, 'hex').toString();
