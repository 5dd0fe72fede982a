import {
  ColumnType,
  isEnum,
  isNumeric,
  isSet,
  realStringType,
  stringMaxLength,
} from '../../binlog/columns/types.ts';
import { charsetOf } from '../../binlog/columns/values/charsets.ts';
import type { Flavour } from '../../binlog/event-types.ts';
import { BinflashError } from '../../errors.ts';
import { collationName, longestCharacter } from '../../tables/collation-names.ts';
import type { TableDescription } from '../../tables/description.ts';
import { encodeText } from '../../tables/encode-text.ts';
import { binaryType } from '../../tables/sql-types.ts';
import type { ColumnSchema } from '../../tables/table-schema.ts';

const T = ColumnType;

/** What is known of one column. */
interface Known {
  readonly type: number;
  readonly meta: number;
  /** In the schema file. */
  readonly defined: ColumnSchema | undefined;
  /** Undefined for what is no text, and where nobody tells it. */
  readonly collation: number | undefined;
  readonly unsigned: boolean;
  readonly labels: readonly Uint8Array[] | undefined;
  readonly geometryType: number | undefined;
  readonly dimensions: number | undefined;
}

/**
 * The type of a column as CREATE TABLE takes it, with character set and collation, so that the new column holds every
 * value of the old one in the same bytes. It may be NULL and has neither default nor key. No client's character
 * set and no SQL mode changes the meaning of the text.
 *
 * The log alone does not tell widths of display, ZEROFILL, the digits of FLOAT(7,3), and of MariaDB INET4, INET6, UUID
 * and VECTOR, which are binary strings there; a schema file does. COMPRESSED stays; SRID goes, for it only forbids
 * values.
 *
 * @throws BinflashError `SCHEMA` for an ENUM or SET whose labels nobody tells
 */
export function columnType(description: TableDescription, column: number, flavour: Flavour): string {
  const { table, columns, defined, name } = description;
  const { optional } = table;
  const known: Known = {
    type: table.types[column]!,
    meta: table.metas[column]!,
    defined: defined?.columns[column],
    collation: optional.collations?.[column],
    unsigned: optional.unsigned?.[column] === true,
    labels: optional.enumLabels?.[column] ?? optional.setLabels?.[column],
    geometryType: optional.geometryTypes?.[column],
    dimensions: optional.vectorDimensions?.[column],
  };
  const text = typeText(known, flavour);
  if (text !== undefined) return text;
  throw new BinflashError('SCHEMA', `the labels of column ${columns[column]!.name} are not known`, {
    table: name,
    hint: 'Give the definition of the table with --schema.',
  });
}

function typeText(known: Known, flavour: Flavour): string | undefined {
  const { type, meta, defined } = known;
  const plain = PLAIN.get(type);
  if (plain !== undefined) return plain;
  if (isNumeric(type)) return numberText(known);
  if (isEnum(type, meta)) return labelled('enum', known, flavour);
  if (isSet(type, meta)) return labelled('set', known, flavour);
  switch (type) {
    case T.BIT:
      return `bit(${(meta >> 8) * 8 + (meta & 0xff)})`;
    // Those of old have no precision in the log, or none at all.
    case T.TIME:
    case T.TIME2:
      return `time${fraction(defined?.length ?? meta)}`;
    case T.DATETIME:
    case T.DATETIME2:
      return `datetime${fraction(defined?.length ?? meta)}`;
    case T.TIMESTAMP:
    case T.TIMESTAMP2:
      // Without the word, servers of old make it NOT NULL and follow every UPDATE.
      return `timestamp${fraction(defined?.length ?? meta)} NULL`;
    case T.GEOMETRY:
      return GEOMETRIES[known.geometryType ?? GEOMETRIES.indexOf(defined?.text ?? '')] ?? 'geometry';
    case T.VECTOR: {
      const dimensions = defined?.length ?? known.dimensions;
      return dimensions === undefined ? 'vector' : `vector(${dimensions})`;
    }
    default:
      return stringText(known, flavour);
  }
}

const PLAIN = new Map<number, string>([
  [T.YEAR, 'year'],
  [T.DATE, 'date'],
  [T.NEWDATE, 'date'],
  [T.JSON, 'json'],
]);

const NUMBERS = new Map<number, string>([
  [T.TINY, 'tinyint'],
  [T.SHORT, 'smallint'],
  [T.INT24, 'mediumint'],
  [T.LONG, 'int'],
  [T.LONGLONG, 'bigint'],
  [T.FLOAT, 'float'],
  [T.DOUBLE, 'double'],
]);

/** By the number of the log. */
const GEOMETRIES = [
  'geometry',
  'point',
  'linestring',
  'polygon',
  'multipoint',
  'multilinestring',
  'multipolygon',
  'geometrycollection',
];

const fraction = (digits: number): string => (digits === 0 ? '' : `(${digits})`);

function numberText({ type, meta, defined, unsigned }: Known): string {
  const sign = `${unsigned ? ' unsigned' : ''}${defined?.zerofill ? ' zerofill' : ''}`;
  if (type === T.NEWDECIMAL) return `decimal(${meta >> 8},${meta & 0xff})${sign}`;
  const isReal = type === T.FLOAT || type === T.DOUBLE;
  // FLOAT(7) is no FLOAT(7,0): it only chooses between FLOAT and DOUBLE.
  const digits = isReal
    ? (/\(\d+,\d+\)/.exec(defined?.text ?? '')?.[0] ?? '')
    : fraction(defined?.length ?? 0);
  return NUMBERS.get(type)! + digits + sign;
}

/** Undefined when nobody tells the labels. */
function labelled(word: 'enum' | 'set', { labels, collation }: Known, flavour: Flavour): string | undefined {
  if (labels === undefined) return undefined;
  const isUnlike = collation !== undefined && UNLIKE_ASCII.test(charsetOf(collation) ?? '');
  const written = distinct(labels, collation).map((label) => literal(label, isUnlike));
  return `${word}(${written.join(',')})${charsetText(collation, flavour)}`;
}

/**
 * A schema file of MariaDB or MySQL 5.6 has `?` for a character of four bytes in UTF-8, so that labels may be alike: strict
 * servers refuse such a definition. Values go by numbers there, hence a label may get its own behind it.
 */
function distinct(labels: readonly Uint8Array[], collation: number | undefined): Uint8Array[] {
  const taken = new Set<string>();
  return labels.map((label, i) => {
    const key = Buffer.from(label).toString('latin1');
    if (!taken.has(key)) {
      taken.add(key);
      return label;
    }
    const number = ` (${i + 1})`;
    return Buffer.concat([label, encodeText(number, collation ?? BINARY) ?? Buffer.from(number)]);
  });
}

const BINARY = 63;

/** Sets in which ASCII has other bytes, or its bytes other meanings. */
const UNLIKE_ASCII = /^(?:ucs2|utf16|utf16le|utf32|swe7)$/;

/**
 * A label as a string where it is plain text in every character set, else as its bytes, which servers take for
 * bytes of the column's own set. In SJIS and its like 0x5C may be half a letter; a backslash is never written as text.
 */
function literal(label: Uint8Array, isUnlike: boolean): string {
  if (label.length === 0) return "''";
  const text = Buffer.from(label).toString('latin1');
  if (!isUnlike && /^[ -[\]-}]*$/.test(text)) return `'${text.replaceAll("'", "''")}'`;
  return `0x${Buffer.from(label).toString('hex')}`;
}

const SIZES = ['tiny', '', 'medium', 'long'];

/** CHAR to LONGTEXT, their binary twins, and what MariaDB logs as those. */
function stringText(known: Known, flavour: Flavour): string {
  const { type, meta, defined, collation } = known;
  const ofMariadb = flavour === 'mariadb' ? defined?.type : undefined;
  if (ofMariadb === 'inet4' || ofMariadb === 'inet6' || ofMariadb === 'uuid') return ofMariadb;
  if (ofMariadb === 'vector') return `vector(${defined!.length})`;
  const charset = collation === undefined ? undefined : charsetOf(collation);
  const isText =
    (charset !== undefined && charset !== 'binary') ||
    (defined !== undefined && binaryType(defined.type) !== undefined);
  const isCompressed = type === T.VARCHAR_COMPRESSED || type === T.BLOB_COMPRESSED;
  const attributes =
    (isCompressed ? ' /*M!100301 COMPRESSED*/' : '') + (isText ? charsetText(collation, flavour) : '');
  const size = (bytes: number): string =>
    `(${defined?.length ?? (isText ? Math.floor(bytes / longestCharacter(charset!)) : bytes)})`;
  if (type === T.STRING && realStringType(meta) === T.STRING) {
    return (isText ? 'char' : 'binary') + size(stringMaxLength(meta)) + attributes;
  }
  if (type === T.VARCHAR || type === T.VAR_STRING || type === T.VARCHAR_COMPRESSED) {
    return (isText ? 'varchar' : 'varbinary') + size(meta - (isCompressed ? 1 : 0)) + attributes;
  }
  return `${SIZES[meta - 1] ?? 'long'}${isText ? 'text' : 'blob'}${attributes}`;
}

function charsetText(collation: number | undefined, flavour: Flavour): string {
  const charset = collation === undefined ? undefined : charsetOf(collation);
  if (charset === undefined) return '';
  const name = collationName(collation!, flavour);
  // The binary set has but one collation, and servers of old take its name for a keyword.
  const isTold = name !== undefined && charset !== 'binary';
  return ` CHARACTER SET ${charset}${isTold ? ` COLLATE ${name}` : ''}`;
}
