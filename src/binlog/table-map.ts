import { BinflashError } from '../errors.ts';
import { bitmapBytes } from '../wire/bitmap.ts';
import { Cursor } from '../wire/cursor.ts';
import { isOldTemporal, lengthOfDigits } from './columns/old-digits.ts';
import { ColumnType, readMetadata, valueLength } from './columns/types.ts';
import { HEADER_LENGTH } from './event-header.ts';
import type { Flavour } from './event-types.ts';
import { type OptionalMetadata, parseOptionalMetadata } from './optional-metadata.ts';

/** Where the body begins: after the header, table_id (6 bytes) and flags (2 bytes). */
export const TABLE_MAP_BODY: number = HEADER_LENGTH + 8;

/** Most columns that a server allows in a table. */
const MAX_COLUMNS = 4096;

export const TableMapFlag = {
  /** MySQL: the table takes part in a foreign key (5.6: is referred to; 9.7: either side). */
  REFERRED_FK_DB: 0x0002,
  /** MariaDB: the table has triggers on the source. */
  HAS_TRIGGERS: 0x4000,
} as const;

/** One table as one or more TABLE_MAP events describe it. Equal bodies share one definition. */
export interface TableDefinition {
  readonly schema: string;
  readonly name: string;
  readonly flags: number;
  readonly types: Uint8Array;
  /** One number a column, see {@link readMetadata}. */
  readonly metas: Uint16Array;
  /** {@link valueLength} of each column. */
  readonly lengths: Int32Array;
  /**
   * False where rows cannot be walked: MariaDB logs TIME, DATETIME and TIMESTAMP columns made before 10.1
   * (or with mysql56_temporal_format=OFF) under their old type codes without the precision that their length
   * depends on.
   */
  readonly lengthsKnown: boolean;
  /** What is known of the digits of fraction of such columns by other means: masks, see `ANY_DIGITS`; 0 for other columns. */
  readonly digits?: Uint8Array | undefined;
  /** Numbers of the JSON columns, which PARTIAL_UPDATE_ROWS counts by themselves. */
  readonly jsonColumns: readonly number[];
  /** Bit i: column i may be NULL. */
  readonly nullable: Uint8Array;
  readonly optional: OptionalMetadata;
  /** A copy of all that follows table_id in the event: flags and body, checksum left out. */
  readonly body: Uint8Array;
}

/** `schema.table`, the way messages and filters name it; a name with a dot stands in backticks, so no two tables have one. */
export function tableName({ schema, name }: Pick<TableDefinition, 'schema' | 'name'>): string {
  return `${unmistakable(schema)}.${unmistakable(name)}`;
}

function unmistakable(name: string): string {
  return /[.`]/.test(name) ? `\`${name.replaceAll('`', '``')}\`` : name;
}

/**
 * Parses a TABLE_MAP event; `bytes[start, end)` is the event without its checksum.
 *
 * | field | encoding |
 * |---|---|
 * | table_id, flags | u48, u16 |
 * | schema, table | length (one byte; packed in MySQL, where it is never above 192), bytes, NUL |
 * | column count n, column types | packed integer, n bytes |
 * | metadata | packed length, then {@link readMetadata} for each column |
 * | nullable | bitmap of n bits |
 * | optional metadata | to the end, see {@link parseOptionalMetadata} |
 *
 * Source: MySQL, libs/mysql/binlog/event/rows_event.h, class Table_map_event.
 *
 * @throws BinflashError `DAMAGED` for lengths that do not fit, `UNSUPPORTED` for unknown column types
 */
export function parseTableMap(
  bytes: Uint8Array,
  start: number,
  end: number,
  flavour: Flavour,
): TableDefinition {
  const cursor = new Cursor(bytes, start + HEADER_LENGTH + 6, end);
  const bodyStart = cursor.at;
  const flags = cursor.u16('flags');
  const schema = cursor.text(cursor.u8('schema length'), 'schema');
  cursor.skip(1, 'NUL after schema');
  const name = cursor.text(cursor.u8('table length'), 'table');
  cursor.skip(1, 'NUL after table');
  const count = cursor.lenenc('column count');
  if (count === 0 || count > MAX_COLUMNS) {
    throw new BinflashError('DAMAGED', `impossible column count ${count}`);
  }
  const types = cursor.view(count, 'column types').slice();
  const metaLength = cursor.lenenc('metadata length');
  const metaStart = cursor.skip(metaLength, 'metadata');
  const meta = new Cursor(bytes, metaStart, metaStart + metaLength);
  const metas = new Uint16Array(count);
  const lengths = new Int32Array(count);
  try {
    for (let i = 0; i < count; i++) {
      metas[i] = readMetadata(types[i]!, meta);
      lengths[i] = valueLength(types[i]!, metas[i]!);
    }
  } catch (error) {
    throw error instanceof BinflashError ? error.locate({ table: `${schema}.${name}` }) : error;
  }
  if (meta.left > 0) {
    throw new BinflashError('DAMAGED', `${meta.left} bytes of column metadata are left over`);
  }
  const nullable = cursor.view(bitmapBytes(count), 'null bitmap').slice();
  return {
    schema,
    name,
    flags,
    types,
    metas,
    lengths,
    lengthsKnown: flavour === 'mysql' || !types.some(isOldTemporal),
    jsonColumns: [...types.keys()].filter((i) => types[i] === ColumnType.JSON),
    nullable,
    optional: parseOptionalMetadata(bytes, cursor.at, end, types, metas, flavour),
    body: bytes.slice(bodyStart, end),
  };
}

/** The table as it is with these masks of digits; its rows can be walked where they leave but one length a value. */
export function withDigits(table: TableDefinition, digits: Uint8Array): TableDefinition {
  const lengths = Array.from(table.lengths, (length, i) =>
    digits[i] === 0 ? length : lengthOfDigits(table.types[i]!, digits[i]!),
  );
  const lengthsKnown = lengths.every((length) => length !== undefined);
  return { ...table, digits, lengthsKnown, ...(lengthsKnown && { lengths: Int32Array.from(lengths) }) };
}

/**
 * Is this the map of a MariaDB sequence? A sequence is a table of exactly these eight columns, none nullable:
 * four of its integer type (BIGINT, or another since 11.5), then BIGINT, BIGINT, TINYINT, BIGINT. Its only
 * row is overwritten by WRITE_ROWS at each NEXTVAL, so it is no insert to undo.
 * Source: MariaDB, sql/sql_sequence.cc, sequence_structure().
 */
export function isSequence(table: TableDefinition, flavour: Flavour): boolean {
  const { types, nullable, optional } = table;
  if (flavour !== 'mariadb' || types.length !== 8 || nullable[0] !== 0) return false;
  if (optional.names && optional.names[0] !== 'next_not_cached_value') return false;
  const [type] = types;
  const ofType = INTEGERS.includes(type!) && [1, 2, 3].every((i) => types[i] === type);
  return ofType && SEQUENCE_TAIL.every((expected, i) => types[4 + i] === expected);
}

const { TINY, SHORT, INT24, LONG, LONGLONG } = ColumnType;
const INTEGERS: readonly number[] = [TINY, SHORT, INT24, LONG, LONGLONG];
const SEQUENCE_TAIL: readonly number[] = [LONGLONG, LONGLONG, TINY, LONGLONG];
