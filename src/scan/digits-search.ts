import { type RowLayout, valueEnd } from '../binlog/columns/layout.ts';
import {
  ANY_DIGITS,
  digitsByLength,
  digitsIn,
  isOldTemporal,
  lengthOfDigits,
  possibleDigits,
} from '../binlog/columns/old-digits.ts';
import type { RowsEvent } from '../binlog/rows.ts';
import { type TableDefinition, tableName } from '../binlog/table-map.ts';
import { BinflashError } from '../errors.ts';
import { hasBit } from '../wire/bitmap.ts';
import type { BinlogIndex } from './binlog-index.ts';
import type { Shape } from './shapes.ts';
import { NO_COLUMN } from './told-digits.ts';

/** More possibilities than this are not followed: the log does not tell, then. */
const MOST_CANDIDATES = 256;
/** Nor more steps at an event that leads to none. */
const MOST_BRANCHES = 100_000;

/** Of these a message names so many. */
const MOST_SHOWN = 3;

/** By column, a mask of digits of fraction, see {@link ANY_DIGITS}; 0 for all other columns. */
export type DigitMasks = Uint8Array;

/**
 * Looks for the digits of fraction of MariaDB's temporal columns of old: those with which every row of every event of a
 * table holds possible values and ends where it must. The log does not tell them, see `TableDefinition.lengthsKnown`.
 */
export class DigitsSearch {
  readonly #tables = new Map<TableDefinition, TableSearch>();

  /** Takes a rows event of such a table. */
  watch(shape: Shape, bytes: Uint8Array, rows: RowsEvent): void {
    let search = this.#tables.get(shape.table);
    if (search === undefined) {
      search = new TableSearch(shape.table);
      this.#tables.set(shape.table, search);
    }
    search.watch(shape, bytes, rows);
  }

  /** What is possible for a table: one where it is found, none or several where it cannot be. */
  candidates(table: TableDefinition): readonly DigitMasks[] {
    return this.#tables.get(table)?.candidates ?? [];
  }

  /** Were there too many possibilities? */
  gaveUpOn(table: TableDefinition): boolean {
    return this.#tables.get(table)?.gaveUp ?? false;
  }

  /** The tables for which it is found. */
  found(): Map<TableDefinition, DigitMasks> {
    const found = new Map<TableDefinition, DigitMasks>();
    for (const [table, { candidates }] of this.#tables) {
      // Of a column that was never anything but NULL, every length is right.
      const settled = (mask: number, i: number): number =>
        mask === 0 || lengthOfDigits(table.types[i]!, mask) !== undefined ? mask : mask & -mask;
      if (candidates.length === 1) found.set(table, candidates[0]!.map(settled));
    }
    return found;
  }
}

class TableSearch {
  candidates: DigitMasks[];
  gaveUp = false;
  readonly #table: TableDefinition;
  #next = new Map<string, DigitMasks>();
  #branches = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #end = 0;
  #images: readonly RowLayout[] = [];

  constructor(table: TableDefinition) {
    this.#table = table;
    const masks =
      table.digits ?? Uint8Array.from(table.types, (type) => (isOldTemporal(type) ? ANY_DIGITS : 0));
    this.candidates = [Uint8Array.from(masks)];
  }

  watch({ first, second }: Shape, bytes: Uint8Array, { rowsStart, rowsEnd }: RowsEvent): void {
    if (this.candidates.length === 0) return;
    this.#bytes = bytes;
    this.#end = rowsEnd;
    this.#images = second === undefined ? [first] : [first, second];
    this.#next = new Map();
    this.#branches = 0;
    for (const masks of this.candidates) this.#walk(masks.slice(), 0, rowsStart, rowsStart, -1);
    this.gaveUp = this.#next.size > MOST_CANDIDATES || this.#branches > MOST_BRANCHES;
    this.candidates = this.gaveUp ? [] : [...this.#next.values()];
  }

  /**
   * Walks on from `at`, in the image number `image` that began at `start`, from its value number `from` on, or from its
   * null bits where that is -1. Where a value may have several lengths, each is tried.
   */
  #walk(masks: DigitMasks, image: number, start: number, at: number, from: number): void {
    const { types, lengths } = this.#table;
    for (;;) {
      const { columns, nullBytes } = this.#images[image]!;
      if (from < 0) {
        at += nullBytes;
        from = 0;
      }
      for (let i = from; i < columns.length; i++) {
        if (at > this.#end) return;
        if (hasBit(this.#bytes, start, i)) continue;
        const column = columns[i]!;
        const mask = masks[column]!;
        if (mask === 0) {
          at = valueEnd(this.#bytes, at, lengths[column]!);
          continue;
        }
        const length = lengthOfDigits(types[column]!, mask);
        if (length === undefined) {
          for (const one of digitsByLength(types[column]!, mask)) {
            if (++this.#branches > MOST_BRANCHES) return;
            const branch = masks.slice();
            branch[column] = one;
            this.#walk(branch, image, start, at, i);
          }
          return;
        }
        if (at + length > this.#end) return;
        masks[column] = possibleDigits(types[column]!, mask, this.#bytes, at);
        if (masks[column] === 0) return;
        at += length;
      }
      if (at > this.#end) return;
      image = (image + 1) % this.#images.length;
      if (image === 0 && at === this.#end) {
        this.#next.set(masks.join(), masks);
        return;
      }
      // A row without bytes would never end.
      if (at === start) return;
      start = at;
      from = -1;
    }
  }
}

/** What to do where the rows of a table leave no precision, or several. */
export function precisionHint(search: DigitsSearch, table: TableDefinition): string {
  const candidates = search.candidates(table);
  const shown = candidates.slice(0, MOST_SHOWN).map((masks) => digitsText(table, masks));
  const left = candidates.length - shown.length;
  const more = left > 0 ? `, and ${left === 1 ? 'one other' : `${left} others`}` : '';
  const which =
    candidates.length === 0
      ? ` ${nothingFits(search, table)}`
      : ` Its rows fit ${shown.join(' and ')}${more}.`;
  return `Tell it with --temporal-precision or --schema, or leave the table out with --exclude-table.${which}`;
}

function nothingFits(search: DigitsSearch, table: TableDefinition): string {
  if (search.gaveUpOn(table)) return 'More precisions fit its rows than can be looked through.';
  const isTold = Array.from(table.digits ?? [], digitsIn).some((digits) => digits !== undefined);
  if (isTold) return 'None fits its rows together with what is told of some of its columns.';
  return 'None fits all of its rows: it was altered between them, or they are damaged.';
}

/** The rows of a table are not as `--temporal-precision` or `--schema` tells. */
export function precisionContradicted({ toldDigits }: BinlogIndex, table: TableDefinition): BinflashError {
  const column = toldDigits.contradicted.get(table) ?? NO_COLUMN;
  const name = table.optional.names?.[column];
  const where = column === NO_COLUMN ? 'no row ends where it must' : 'a value would be no time';
  const what =
    column === NO_COLUMN ? 'its columns' : `column ${name === undefined ? `@${column + 1}` : name}`;
  return new BinflashError(
    'UNSUPPORTED',
    `${where} with the precision that --temporal-precision or --schema tells of ${what}`,
    {
      hint: 'The table had another one here, before an ALTER or after it: tell that, or nothing of this table to have it looked for.',
    },
  );
}

/** As `--temporal-precision` takes it; the least digits where several have values of one length. */
export function digitsText(table: TableDefinition, masks: DigitMasks): string {
  const columns = [...table.types.keys()].filter((column) => masks[column] !== 0);
  const text = (column: number): string =>
    `@${column + 1}:${31 - Math.clz32(masks[column]! & -masks[column]!)}`;
  return `${tableName(table)}=${columns.map(text).join(',')}`;
}
