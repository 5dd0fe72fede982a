import { BinflashError } from '../../../errors.ts';
import type { Flavour } from '../../event-types.ts';
import type { TableDefinition } from '../../table-map.ts';
import { digitsIn } from '../old-digits.ts';
import { ColumnType, isEnum, isSet, realStringType, stringMaxLength } from '../types.ts';
import { compressedDecoder } from './compressed.ts';
import { decimalDecoder } from './decimal.ts';
import { geometryDecoder, type WktStyle } from './geometry.ts';
import { bitDecoder, decodeYear, enumDecoder, integerDecoder, setDecoder } from './integers.ts';
import { jsonDecoder } from './json-text.ts';
import { decodeInet4, decodeInet6, decodeUuid } from './network.ts';
import { decodeOldDatetime, decodeOldTime, hiresDecoder, oldTimestampDecoder } from './old-temporals.ts';
import { decodeDouble, decodeFloat } from './reals.ts';
import { datetimeDecoder, decodeDate, timeDecoder, timestampDecoder } from './temporals.ts';
import { bytesDecoder, decodedText, textDecoder, textDecoding } from './text.ts';
import { type TimeZone, timeZone } from './time-zone.ts';
import type { ColumnDecoder } from './value.ts';
import { vectorDecoder } from './vector.ts';

/** MariaDB's types that the log does not tell from binary strings. */
export type HiddenType = 'inet4' | 'inet6' | 'uuid' | 'vector';

/** No value is decoded to more: no string of JavaScript may be longer than half a billion characters. */
export const MOST_CHARACTERS: number = 2 ** 28;

export interface DecodeOptions {
  /** For TIMESTAMP columns: an IANA name or an offset such as `+02:00`; the machine's time zone if left out. */
  readonly timeZone?: string | undefined;
  /**
   * Longest text of a value; binary strings are cut to as many hexadecimal digits. Nothing is cut if left out, but
   * for what is longer than {@link MOST_CHARACTERS}.
   */
  readonly maxCharacters?: number | undefined;
  /** By column, where the user knows it. */
  readonly hiddenTypes?: readonly (HiddenType | undefined)[];
  /** Digits of fraction by column, of MariaDB's temporals of old (see {@link hiresDecoder}); as in the table if left out. */
  readonly oldFractions?: readonly (number | undefined)[];
}

/** How to read the values of a table's columns, by column number. */
export interface ValueDecoder {
  readonly columns: readonly ColumnDecoder[];
}

/**
 * Compiles a table's columns once for all of its rows. What the log does not tell (signs, labels, character
 * sets, see `OptionalMetadata`) is made up for as told at {@link Value}; text without a known character set
 * is shown as text where it is valid UTF-8.
 *
 * @throws BinflashError `USAGE` for an unknown time zone
 */
export function compileDecoder(
  table: TableDefinition,
  flavour: Flavour,
  options: DecodeOptions = {},
): ValueDecoder {
  const compiler = new Compiler(table, flavour, options);
  return { columns: Array.from(table.types, (_, column) => compiler.column(column)) };
}

/** The length of values is known, and the undo is made without more; but not what they say. */
function refuseUnknownDigits(column: number): never {
  throw new BinflashError(
    'UNSUPPORTED',
    `the log does not tell whether temporal column @${column + 1} has one digit of fraction more or less`,
    { hint: 'Give --schema or --temporal-precision.' },
  );
}

/** Collation of binary strings. */
const BINARY = 63;

class Compiler {
  readonly #table: TableDefinition;
  readonly #style: WktStyle;
  readonly #options: DecodeOptions;
  readonly #zone: TimeZone;
  readonly #most: number;

  constructor(table: TableDefinition, flavour: Flavour, options: DecodeOptions) {
    this.#table = table;
    this.#options = options;
    this.#zone = timeZone(options.timeZone);
    this.#most = Math.min(options.maxCharacters ?? MOST_CHARACTERS, MOST_CHARACTERS);
    // MySQL logs the types of geometries from 8.0 on; 5.7 is taken for older here, and only MULTIPOINT looks it.
    const modern = flavour === 'mysql' && table.optional.geometryTypes !== undefined;
    this.#style = { pointsInParentheses: modern, axesOfReferenceSystem: modern };
  }

  column(column: number): ColumnDecoder {
    const type = this.#table.types[column]!;
    const meta = this.#table.metas[column]!;
    const { optional } = this.#table;
    const hidden = this.#options.hiddenTypes?.[column];
    if (hidden !== undefined) return this.#hidden(hidden);
    if (isEnum(type, meta)) return enumDecoder(this.#labels(column, optional.enumLabels));
    if (isSet(type, meta)) return setDecoder(this.#labels(column, optional.setLabels));
    switch (type) {
      case ColumnType.TINY:
      case ColumnType.SHORT:
      case ColumnType.INT24:
      case ColumnType.LONG:
      case ColumnType.LONGLONG:
        return integerDecoder(this.#table.lengths[column]!, optional.unsigned?.[column]);
      case ColumnType.FLOAT:
        return decodeFloat;
      case ColumnType.DOUBLE:
        return decodeDouble;
      case ColumnType.NEWDECIMAL:
        return decimalDecoder(meta);
      case ColumnType.BIT:
        return bitDecoder(meta);
      case ColumnType.YEAR:
        return decodeYear;
      case ColumnType.DATE:
      case ColumnType.NEWDATE:
        return decodeDate;
      case ColumnType.DATETIME2:
        return datetimeDecoder(meta);
      case ColumnType.TIME2:
        return timeDecoder(meta);
      case ColumnType.TIMESTAMP2:
        return timestampDecoder(meta, this.#zone);
      case ColumnType.DATETIME:
      case ColumnType.TIME:
      case ColumnType.TIMESTAMP:
        return this.#oldTemporal(type, column);
      case ColumnType.JSON:
        return jsonDecoder(this.#most);
      case ColumnType.GEOMETRY:
        return geometryDecoder(this.#most, this.#style);
      case ColumnType.VECTOR:
        return vectorDecoder(this.#most);
      case ColumnType.BLOB_COMPRESSED:
      case ColumnType.VARCHAR_COMPRESSED:
        return compressedDecoder(this.#string(column, 0), this.#most);
      case ColumnType.STRING:
        return this.#string(column, realStringType(meta) === ColumnType.STRING ? stringMaxLength(meta) : 0);
      default:
        return this.#string(column, 0);
    }
  }

  #hidden(type: HiddenType): ColumnDecoder {
    switch (type) {
      case 'inet4':
        return decodeInet4;
      case 'inet6':
        return decodeInet6;
      case 'uuid':
        return decodeUuid;
      case 'vector':
        return vectorDecoder(this.#most);
    }
  }

  #oldTemporal(type: number, column: number): ColumnDecoder {
    const { digits } = this.#table;
    const known = digits === undefined ? 0 : digitsIn(digits[column]!);
    const fsp = this.#options.oldFractions?.[column] ?? known;
    if (fsp === undefined) return () => refuseUnknownDigits(column);
    if (fsp > 0) return hiresDecoder(type, fsp, this.#zone);
    if (type === ColumnType.TIMESTAMP) return oldTimestampDecoder(this.#zone);
    return type === ColumnType.TIME ? decodeOldTime : decodeOldDatetime;
  }

  /** `width` is that of BINARY. */
  #string(column: number, width: number): ColumnDecoder {
    const collation = this.#table.optional.collations?.[column];
    if (collation === BINARY) return bytesDecoder(this.#most, width);
    return textDecoder(textDecoding(collation), this.#most);
  }

  #labels(column: number, labels: readonly (Uint8Array[] | undefined)[] | undefined): string[] | undefined {
    const collation = this.#table.optional.collations?.[column];
    const decoding = textDecoding(collation === BINARY ? undefined : collation);
    const texts = labels?.[column]?.map((label) => decodedText(decoding, label));
    return texts?.every((text) => text !== undefined) ? texts : undefined;
  }
}
