import { ColumnType, isNumeric } from '../binlog/columns/types.ts';
import type { HiddenType } from '../binlog/columns/values/decoder.ts';
import type { Flavour } from '../binlog/event-types.ts';
import type { KeyPart, OptionalMetadata } from '../binlog/optional-metadata.ts';
import type { TableDefinition } from '../binlog/table-map.ts';
import { collationId } from './collation-names.ts';
import { sameName } from './create-table.ts';
import { encodeText } from './encode-text.ts';
import { hiddenType } from './logged-type.ts';
import { binaryType } from './sql-types.ts';
import type { ColumnSchema, KeyColumn, TableSchema, UniqueKey } from './table-schema.ts';

/** A table of the file as a server logs it. */
export interface LoggedTable {
  readonly schema: TableSchema;
  /** With those that the definition does not show. */
  readonly columns: readonly ColumnSchema[];
  readonly optional: OptionalMetadata;
  readonly hiddenTypes: readonly (HiddenType | undefined)[];
  /** Digits of fraction of temporals. */
  readonly fractions: readonly number[];
}

/** TABLE_MAP flag of MySQL: the first column is a generated invisible primary key. */
const GENERATED_INVISIBLE_PK = 0x0004;

const BINARY = 63;

/** Puts a definition into the log's words. */
export function loggedColumns(schema: TableSchema, table: TableDefinition, flavour: Flavour): LoggedTable {
  const columns = withHidden(schema, table, flavour);
  const isNumber = (_: unknown, i: number): boolean => i < table.types.length && isNumeric(table.types[i]!);
  const collations = columns.map((column) => collationOf(column, flavour));
  const optional: OptionalMetadata = {
    names: columns.map(({ name }) => name),
    // YEAR counts as unsigned.
    unsigned: columns.map((column, i) => isNumber(column, i) && (column.unsigned || column.type === 'year')),
    collations,
    ...labelsOf(columns, collations),
  };
  const primaryKey = keyOf(schema, table, columns, flavour);
  if (primaryKey !== undefined) optional.primaryKey = primaryKey;
  return {
    schema,
    columns,
    optional,
    hiddenTypes: columns.map((column) => hiddenType(column, flavour)),
    fractions: columns.map(({ type, length }) => (FRACTIONAL.has(type) ? length : 0)),
  };
}

const FRACTIONAL = new Set(['time', 'datetime', 'timestamp']);

const invisible = (
  name: string,
  type: 'bigint' | 'timestamp',
  { nullable = false, generated = true } = {},
): ColumnSchema => ({
  name,
  text: type,
  type,
  length: type === 'timestamp' ? 6 : 0,
  scale: 0,
  unsigned: type === 'bigint',
  zerofill: false,
  nullable,
  compressed: false,
  generated,
  onUpdateNow: false,
  charset: undefined,
  collation: undefined,
  labels: undefined,
});

/**
 * The columns in the log. MySQL can be told not to show a generated primary key, which is the first column; MariaDB
 * does not show the period of a versioned table that declares none, nor the hashes that it keeps for unique keys over
 * long columns: they are the last ones.
 */
function withHidden(schema: TableSchema, table: TableDefinition, flavour: Flavour): readonly ColumnSchema[] {
  const { columns, versioned, rowEnd } = schema;
  if (flavour === 'mariadb') {
    const period = versioned && rowEnd === undefined ? ['row_start', 'row_end'] : [];
    return [
      ...columns,
      ...period.map((name) => invisible(name, 'timestamp')),
      ...hashNames(schema).map((name) => invisible(name, 'bigint', { nullable: true })),
    ];
  }
  return isGenerated(schema, table)
    ? [invisible('my_row_id', 'bigint', { generated: false }), ...columns]
    : columns;
}

/** `DB_ROW_HASH_1` and on, without numbers that users took. */
function hashNames({ columns, uniqueKeys }: TableSchema): string[] {
  const names: string[] = [];
  let left = uniqueKeys.filter(({ hashed }) => hashed).length;
  for (let number = 1; left > 0; number++) {
    const hash = `DB_ROW_HASH_${number}`;
    if (columns.some(({ name }) => sameName(name, hash))) continue;
    names.push(hash);
    left--;
  }
  return names;
}

/** Does the log begin with a generated primary key that the file does not show? */
function isGenerated({ columns: [first] }: TableSchema, { flags, types }: TableDefinition): boolean {
  const hasGenerated = (flags & GENERATED_INVISIBLE_PK) !== 0 && types[0] === ColumnType.LONGLONG;
  return hasGenerated && !(first !== undefined && sameName(first.name, 'my_row_id'));
}

function collationOf(
  { type, charset, collation, labels }: ColumnSchema,
  flavour: Flavour,
): number | undefined {
  if (charset !== undefined && (labels !== undefined || binaryType(type) !== undefined)) {
    return collationId(charset, collation, flavour);
  }
  if (type.endsWith('binary') || type.endsWith('blob')) return BINARY;
  // What MariaDB logs of its own types; its JSON is text.
  if (flavour === 'mariadb' && ['inet4', 'inet6', 'uuid', 'vector', 'geometry'].includes(type)) return BINARY;
  if (flavour === 'mariadb' && type === 'json') return collationId('utf8mb4', 'utf8mb4_bin', flavour);
  return flavour === 'mysql' && type === 'vector' ? BINARY : undefined;
}

/** Labels that cannot be written in the column's set are not known: the file must have been damaged. */
function labelsOf(
  columns: readonly ColumnSchema[],
  collations: readonly (number | undefined)[],
): Pick<OptionalMetadata, 'enumLabels' | 'setLabels'> {
  const labels = (type: 'enum' | 'set'): (Uint8Array[] | undefined)[] =>
    columns.map((column, i) => {
      if (column.type !== type) return undefined;
      const encoded = column.labels!.map((label) =>
        collations[i] === undefined ? Buffer.from(label) : encodeText(label, collations[i]),
      );
      return encoded.every((label) => label !== undefined) ? encoded : undefined;
    });
  return {
    ...(columns.some(({ type }) => type === 'enum') ? { enumLabels: labels('enum') } : {}),
    ...(columns.some(({ type }) => type === 'set') ? { setLabels: labels('set') } : {}),
  };
}

/**
 * The primary key as servers log it: where a table has none, the first unique key over whole columns that are
 * never NULL; where it is versioned, the end of a row's period is a part of it.
 */
function keyOf(
  schema: TableSchema,
  table: TableDefinition,
  columns: readonly ColumnSchema[],
  flavour: Flavour,
): KeyPart[] | undefined {
  const number = ({ name }: KeyColumn): number => columns.findIndex((column) => sameName(column.name, name));
  const isUsable = (key: UniqueKey): boolean =>
    !(flavour === 'mariadb' && key.hashed) &&
    key.columns.every((part) => part.prefixLength === 0 && columns[number(part)]?.nullable === false);
  const isMysql = flavour === 'mysql';
  const generated =
    isMysql && isGenerated(schema, table) ? [{ name: 'my_row_id', prefixLength: 0 }] : undefined;
  const key = generated ?? schema.primaryKey ?? schema.uniqueKeys.find(isUsable)?.columns;
  if (key === undefined || key.length === 0) return undefined;
  const parts = key.map((part) => ({ column: number(part), prefixLength: part.prefixLength }));
  const rowEnd = isMysql || !schema.versioned || schema.rowEnd !== undefined ? undefined : 'row_end';
  if (rowEnd !== undefined)
    parts.push({ column: number({ name: rowEnd, prefixLength: 0 }), prefixLength: 0 });
  return parts.every(({ column }) => column >= 0) ? parts : undefined;
}
