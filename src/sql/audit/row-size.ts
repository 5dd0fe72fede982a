import { ColumnType, realStringType, stringMaxLength } from '../../binlog/columns/types.ts';
import { charsetOf } from '../../binlog/columns/values/charsets.ts';
import type { Flavour } from '../../binlog/event-types.ts';
import type { TableDefinition } from '../../binlog/table-map.ts';
import { longestCharacter } from '../../tables/collation-names.ts';

const T = ColumnType;

/** Bytes that a column takes of what a table may have. */
export interface ColumnSize {
  /** In the row as servers count it: at most {@link MOST_OF_SERVER} in all. */
  readonly server: number;
  /** In the page of InnoDB, where what can be stored outside of it counts little: less than {@link MOST_OF_PAGE} in all. */
  readonly page: number;
}

/** Columns of an InnoDB table. */
export const MOST_COLUMNS = 1017;
/** A row of any engine, without the contents of BLOB and TEXT. */
export const MOST_OF_SERVER = 65_535;
/** Half a page of 16 KiB. MySQL: dict_index_too_big_for_tree; MariaDB: dict_index_t::rec_potentially_too_big. */
export const MOST_OF_PAGE = 8126;

/** Row header, row id, transaction id and roll pointer of a table without a key. */
const PAGE_HEAD = 5 + 6 + 6 + 7;

/** The least that InnoDB keeps in the page of a value that may be stored outside, as it is counted, with its length. */
const OUTSIDE = { mysql: 41, mariadb: 21 };

/** A BLOB or TEXT: length and pointer. */
const POINTER = 8;

/** What a column of TEXT or BLOB takes, of up to 65535 bytes. */
export function longSize(flavour: Flavour): ColumnSize {
  return { server: 2 + POINTER, page: OUTSIDE[flavour] };
}

/** What a VARCHAR of so many bytes takes. MySQL stores what is longer than 40 bytes outside, MariaDB than 255. */
export function variableSize(bytes: number, flavour: Flavour): ColumnSize {
  const size = bytes + (bytes < 256 ? 1 : 2);
  const isOutside = bytes >= (flavour === 'mysql' ? 40 : 256);
  return { server: size, page: isOutside ? OUTSIDE[flavour] : size };
}

/** What a column takes in a table that has it too. */
export function columnSize(
  { types, metas, lengths, optional }: TableDefinition,
  column: number,
  flavour: Flavour,
): ColumnSize {
  const type = types[column]!;
  const meta = metas[column]!;
  const length = lengths[column]!;
  if (length >= 0) return { server: length, page: length };
  if (type === T.VARCHAR || type === T.VAR_STRING || type === T.VARCHAR_COMPRESSED)
    return variableSize(meta, flavour);
  if (type !== T.STRING || realStringType(meta) !== T.STRING)
    return { server: POINTER - length, page: OUTSIDE[flavour] };
  const bytes = stringMaxLength(meta);
  // A CHAR in a set whose characters are not all of one length is variable to InnoDB.
  const charset = charsetOf(optional.collations?.[column] ?? 0);
  const isVariable = charset !== undefined && longestCharacter(charset) > 1 && !SAME_LENGTH.test(charset);
  return { server: bytes, page: isVariable ? variableSize(bytes, flavour).page : bytes };
}

const SAME_LENGTH = /^(?:ucs2|utf32)$/;

/** What a table of these columns, all of which may be NULL, takes. */
export function rowSize(columns: readonly ColumnSize[]): ColumnSize {
  let server = (columns.length + 7) >> 3;
  let page = PAGE_HEAD + ((columns.length + 7) >> 3);
  for (const column of columns) {
    server += column.server;
    page += column.page;
  }
  return { server, page };
}
