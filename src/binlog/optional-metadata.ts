import { BinflashError } from '../errors.ts';
import { hasBitMsbFirst } from '../wire/bitmap.ts';
import { Cursor } from '../wire/cursor.ts';
import { ColumnType, isCharacter, isEnum, isNumeric, isSet } from './columns/types.ts';
import type { Flavour } from './event-types.ts';

/** A primary key column; `prefixLength` in characters, 0 for the whole column. */
export interface KeyPart {
  readonly column: number;
  readonly prefixLength: number;
}

/**
 * What `binlog_row_metadata` adds to TABLE_MAP, by column number; a field is absent where the server did
 * not log it. MySQL logs MINIMAL by default (signs, charsets, geometry types), MariaDB nothing.
 */
export interface OptionalMetadata {
  unsigned?: boolean[];
  /** Collation ids of character, ENUM and SET columns. */
  collations?: (number | undefined)[];
  names?: string[];
  /** Labels of SET columns, as bytes in the column's charset. */
  setLabels?: (Uint8Array[] | undefined)[];
  enumLabels?: (Uint8Array[] | undefined)[];
  geometryTypes?: (number | undefined)[];
  primaryKey?: KeyPart[];
  visible?: boolean[];
  vectorDimensions?: (number | undefined)[];
}

/** Type codes of the fields (MySQL: Table_map_event::Optional_metadata_field_type). */
const Field = {
  SIGNEDNESS: 1,
  DEFAULT_CHARSET: 2,
  COLUMN_CHARSET: 3,
  COLUMN_NAME: 4,
  SET_STR_VALUE: 5,
  ENUM_STR_VALUE: 6,
  GEOMETRY_TYPE: 7,
  SIMPLE_PRIMARY_KEY: 8,
  PRIMARY_KEY_WITH_PREFIX: 9,
  ENUM_AND_SET_DEFAULT_CHARSET: 10,
  ENUM_AND_SET_COLUMN_CHARSET: 11,
  COLUMN_VISIBILITY: 12,
  VECTOR_DIMENSIONALITY: 13,
} as const;

/**
 * Parses the fields at the end of a TABLE_MAP event, each `type u8, length lenenc, value`. Unknown types
 * are passed over by their length, as servers do.
 *
 * @throws BinflashError `DAMAGED` when a field runs over its length or names a column that is not there
 */
export function parseOptionalMetadata(
  bytes: Uint8Array,
  start: number,
  end: number,
  types: Uint8Array,
  metas: Uint16Array,
  flavour: Flavour,
): OptionalMetadata {
  const columns = (test: (type: number, meta: number) => boolean): number[] => {
    const found: number[] = [];
    for (let i = 0; i < types.length; i++) if (test(types[i]!, metas[i]!)) found.push(i);
    return found;
  };
  const character = (): number[] => columns((type, meta) => isCharacter(type, meta, flavour));
  const labelled = (): number[] => columns((type, meta) => isEnum(type, meta) || isSet(type, meta));
  const result: OptionalMetadata = {};
  const outer = new Cursor(bytes, start, end);
  while (outer.left > 0) {
    const field = outer.u8('optional metadata type');
    const length = outer.lenenc('optional metadata length');
    const at = outer.skip(length, 'optional metadata');
    const cursor = new Cursor(bytes, at, at + length);
    switch (field) {
      case Field.SIGNEDNESS:
        result.unsigned = new Array<boolean>(types.length).fill(false);
        readBits(cursor, columns(isNumeric), result.unsigned);
        break;
      case Field.DEFAULT_CHARSET:
        readDefaultCharset(cursor, character(), collationsOf(result, types.length));
        break;
      case Field.COLUMN_CHARSET:
        readNumbers(cursor, character(), collationsOf(result, types.length));
        break;
      case Field.ENUM_AND_SET_DEFAULT_CHARSET:
        readDefaultCharset(cursor, labelled(), collationsOf(result, types.length));
        break;
      case Field.ENUM_AND_SET_COLUMN_CHARSET:
        readNumbers(cursor, labelled(), collationsOf(result, types.length));
        break;
      case Field.COLUMN_NAME:
        result.names = Array.from(types, () => cursor.text(cursor.lenenc('name length'), 'column name'));
        break;
      case Field.SET_STR_VALUE:
        result.setLabels = readLabels(cursor, columns(isSet), types.length, MAX_SET_LABELS);
        break;
      case Field.ENUM_STR_VALUE:
        result.enumLabels = readLabels(cursor, columns(isEnum), types.length, MAX_ENUM_LABELS);
        break;
      case Field.GEOMETRY_TYPE:
        result.geometryTypes = new Array<number | undefined>(types.length).fill(undefined);
        readNumbers(
          cursor,
          columns((type) => type === ColumnType.GEOMETRY),
          result.geometryTypes,
        );
        break;
      case Field.SIMPLE_PRIMARY_KEY:
        result.primaryKey = readKey(cursor, types.length, false);
        break;
      case Field.PRIMARY_KEY_WITH_PREFIX:
        result.primaryKey = readKey(cursor, types.length, true);
        break;
      case Field.COLUMN_VISIBILITY:
        result.visible = new Array<boolean>(types.length).fill(true);
        readBits(
          cursor,
          columns(() => true),
          result.visible,
        );
        break;
      case Field.VECTOR_DIMENSIONALITY:
        result.vectorDimensions = new Array<number | undefined>(types.length).fill(undefined);
        readNumbers(
          cursor,
          columns((type) => type === ColumnType.VECTOR),
          result.vectorDimensions,
        );
        break;
    }
  }
  return result;
}

function collationsOf(result: OptionalMetadata, count: number): (number | undefined)[] {
  result.collations ??= new Array<number | undefined>(count).fill(undefined);
  return result.collations;
}

function readBits(cursor: Cursor, columns: number[], into: boolean[]): void {
  const bits = cursor.view((columns.length + 7) >> 3, 'bits');
  for (const [i, column] of columns.entries()) into[column] = hasBitMsbFirst(bits, i);
}

function readNumbers(cursor: Cursor, columns: number[], into: (number | undefined)[]): void {
  for (const column of columns) into[column] = cursor.lenenc('number');
}

/** A default collation, then pairs (index among the columns concerned, collation). */
function readDefaultCharset(cursor: Cursor, columns: number[], into: (number | undefined)[]): void {
  const fallback = cursor.lenenc('default collation');
  for (const column of columns) into[column] = fallback;
  while (cursor.left > 0) {
    const index = cursor.lenenc('column index');
    const collation = cursor.lenenc('collation');
    const column = columns[index];
    if (column !== undefined) into[column] = collation;
  }
}

/** Of one column; of all of a table's together, more than any table has, for each takes memory of its own. */
const MAX_SET_LABELS = 64;
const MAX_ENUM_LABELS = 65_535;
const MAX_LABELS = 2 ** 20;

function readLabels(
  cursor: Cursor,
  columns: number[],
  count: number,
  most: number,
): (Uint8Array[] | undefined)[] {
  const all = new Array<Uint8Array[] | undefined>(count).fill(undefined);
  let total = 0;
  for (const column of columns) {
    const labels: Uint8Array[] = [];
    const own = cursor.lenenc('label count');
    total += own;
    if (own > most || total > MAX_LABELS) throw new BinflashError('DAMAGED', `a column has ${own} labels`);
    for (let left = own; left > 0; left--) {
      labels.push(cursor.view(cursor.lenenc('label length'), 'label').slice());
    }
    all[column] = labels;
  }
  return all;
}

function readKey(cursor: Cursor, count: number, withPrefix: boolean): KeyPart[] {
  const parts: KeyPart[] = [];
  while (cursor.left > 0) {
    const column = cursor.lenenc('key column');
    const prefixLength = withPrefix ? cursor.lenenc('key prefix length') : 0;
    if (column < count) parts.push({ column, prefixLength });
  }
  return parts;
}
