import type { Flavour } from '../../binlog/event-types.ts';
import type { ChangeKind } from '../../binlog/rows.ts';
import { BinflashError } from '../../errors.ts';
import type { TableDescription } from '../../tables/description.ts';
import { quotedName } from '../names.ts';
import { AFTER, auditedColumns, BEFORE, HEAD, TAIL } from './audited-columns.ts';
import { columnType } from './column-type.ts';
import { auditColumnName } from './names.ts';
import {
  type ColumnSize,
  columnSize,
  longSize,
  MOST_COLUMNS,
  MOST_OF_PAGE,
  MOST_OF_SERVER,
  rowSize,
  variableSize,
} from './row-size.ts';

/** What is made of a table's definition. */
export interface AuditTable {
  /** Columns of the source whose values are kept. */
  readonly columns: readonly number[];
  /** All that stands in CREATE TABLE behind the name: equal for definitions that can share an audit table. */
  readonly body: string;
  /** All that stands in INSERT between the name and the values, by what an INSERT is about. */
  readonly insert: Readonly<Record<ChangeKind, string>>;
}

/** Types of the columns around the values: {@link HEAD} and {@link TAIL}. */
const HEAD_TYPES = ['varchar(64)', 'datetime'];
const TAIL_TYPES = ['varchar(255)', 'bigint unsigned', 'varchar(100)'];

/** What these take; four bytes a character. */
const ownSizes = (flavour: Flavour): ColumnSize[] => [
  variableSize(4 * 64, flavour),
  { server: 5, page: 5 },
  variableSize(4 * 255, flavour),
  { server: 8, page: 8 },
  variableSize(4 * 100, flavour),
];

interface Value {
  readonly column: number;
  type: string;
  size: ColumnSize;
}

/**
 * The audit table of a table: no key, every column may be NULL. Where all columns twice are more than a row may have,
 * the longest strings become TEXT and BLOB, which hold the same bytes.
 *
 * @throws BinflashError `UNSUPPORTED` for what is too large even so, `SCHEMA` for labels that nobody tells
 */
export function auditTable(description: TableDescription, flavour: Flavour): AuditTable {
  const columns = auditedColumns(description, flavour);
  const values = columns.map((column) => ({
    column,
    type: columnType(description, column, flavour),
    size: columnSize(description.table, column, flavour),
  }));
  shrink(values, description, flavour);
  const names = columns.map((column) => description.columns[column]!.name);
  const before = names.map((name) => quotedName(auditColumnName(BEFORE, name)));
  const after = names.map((name) => quotedName(auditColumnName(AFTER, name)));
  const types = values.map(({ type }) => (type.endsWith(' NULL') ? type : `${type} NULL`));
  const defined = [
    ...HEAD.map((name, i) => `${name} ${HEAD_TYPES[i]}`),
    ...before.map((name, i) => `${name} ${types[i]}`),
    ...after.map((name, i) => `${name} ${types[i]}`),
    ...TAIL.map((name, i) => `${quotedName(name)} ${TAIL_TYPES[i]}`),
  ];
  const list = (...of: string[]): string =>
    `(${[...HEAD, ...of, ...TAIL.map(quotedName)].join(',')}) VALUES (`;
  return {
    columns,
    // Rows of many long values fit only in this format; MySQL 5.6 has it where innodb_file_format is Barracuda.
    body: ` (${defined.join(',')}) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 ROW_FORMAT=DYNAMIC`,
    insert: { insert: list(...after), update: list(...before, ...after), delete: list(...before) },
  };
}

function shrink(values: readonly Value[], { name }: TableDescription, flavour: Flavour): void {
  const own = ownSizes(flavour);
  const count = 2 * values.length + own.length;
  if (count > MOST_COLUMNS) throw tooLarge(name, `${count} columns, and InnoDB takes ${MOST_COLUMNS}`);
  const total = (): ColumnSize => rowSize([...own, ...values, ...values].map(sizeOf));
  for (let size = total(); size.server > MOST_OF_SERVER; size = total()) {
    if (!lengthen(values, 'server', longSize(flavour))) {
      throw tooLarge(name, `rows of ${size.server} bytes, and servers take ${MOST_OF_SERVER}`);
    }
  }
  for (let size = total(); size.page >= MOST_OF_PAGE; size = total()) {
    if (!lengthen(values, 'page', longSize(flavour))) {
      throw tooLarge(
        name,
        `rows of ${size.page} bytes in a page, and InnoDB takes less than ${MOST_OF_PAGE}`,
      );
    }
  }
}

const sizeOf = (of: Value | ColumnSize): ColumnSize => ('size' in of ? of.size : of);

/** Makes the column that takes most a TEXT or BLOB; false when none would become smaller. */
function lengthen(values: readonly Value[], limit: keyof ColumnSize, long: ColumnSize): boolean {
  let largest: Value | undefined;
  for (const value of values) {
    if (longType(value.type) === undefined || value.size[limit] <= long[limit]) continue;
    if (largest === undefined || value.size[limit] > largest.size[limit]) largest = value;
  }
  if (largest === undefined) return false;
  largest.type = longType(largest.type)!;
  largest.size = long;
  return true;
}

/**
 * The type without a limit that holds the same bytes. There is none for BINARY, whose values end with zeros that the
 * log leaves out; VECTOR, where it is one long string in the row, is so in MariaDB alone.
 */
function longType(type: string): string | undefined {
  if (/^(?:var)?char\(/.test(type)) return type.replace(/^(?:var)?char\(\d+\)/, 'text');
  if (/^varbinary\(/.test(type)) return type.replace(/^varbinary\(\d+\)/, 'blob');
  return /^vector\(/.test(type) ? 'blob' : undefined;
}

function tooLarge(table: string, why: string): BinflashError {
  return new BinflashError('UNSUPPORTED', `its audit table would have ${why}`, {
    table,
    hint: 'Write its changes with --format ndjson or csv, or leave it out with --exclude-table.',
  });
}
