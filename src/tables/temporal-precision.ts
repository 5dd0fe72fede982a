import { ANY_DIGITS, isOldTemporal } from '../binlog/columns/old-digits.ts';
import { type TableDefinition, tableName } from '../binlog/table-map.ts';
import { BinflashError } from '../errors.ts';
import { compileTable, splitList, splitOutsideBackticks, unquote } from '../select/patterns.ts';

const OPTION = '--temporal-precision';

interface Given {
  readonly text: string;
  readonly matches: (schema: string, name: string) => boolean;
  readonly columns: readonly { readonly column: string; readonly digits: number }[];
}

/** Digits of fraction of MariaDB's temporal columns of old, as users tell them: `db.table=column:3,@4:6`. */
export class TemporalPrecision {
  readonly #given: readonly Given[];
  readonly #used = new Set<Given>();

  /** @throws BinflashError `USAGE` for what does not parse */
  constructor(texts: readonly string[]) {
    this.#given = texts.map(parse);
  }

  /**
   * What is told of the table's columns, as masks; undefined where that is nothing. `names` are those of its columns.
   *
   * @throws BinflashError `USAGE` for a column that is not there, or none of old, or that is told twice
   */
  of(table: TableDefinition, names: readonly (string | undefined)[]): Uint8Array | undefined {
    const given = this.#given.filter(({ matches }) => matches(table.schema, table.name));
    if (given.length === 0) return undefined;
    for (const one of given) this.#used.add(one);
    const masks = Uint8Array.from(table.types, (type) => (isOldTemporal(type) ? ANY_DIGITS : 0));
    for (const { column, digits } of given.flatMap(({ columns }) => columns)) {
      const number = columnNumber(table, names, column);
      if (masks[number] !== ANY_DIGITS && masks[number]! > 0 && masks[number] !== 1 << digits) {
        throw new BinflashError('USAGE', `${OPTION}: column "${column}" is told two precisions`, {
          table: tableName(table),
        });
      }
      if (masks[number] === 0) {
        throw new BinflashError('USAGE', `${OPTION}: the log tells all of column "${column}"`, {
          table: tableName(table),
        });
      }
      masks[number] = 1 << digits;
    }
    return masks;
  }

  /** What has been of no table so far. */
  unused(): string[] {
    return this.#given
      .filter((given) => !this.#used.has(given))
      .map(
        ({ text }) =>
          `${OPTION} ${text} matches no table in these files that has such columns: MariaDB's, from before 10.1`,
      );
  }
}

function parse(text: string): Given {
  const [pattern, list, ...more] = splitOutsideBackticks(text, '=');
  const columns = splitList(list === undefined ? [] : [list]).map((entry) => {
    const [, column, digits] = /^(.+):([0-6])$/s.exec(entry) ?? [];
    return { column: column ?? '', digits: Number(digits) };
  });
  if (columns.length === 0 || more.length > 0 || columns.some(({ column }) => column === '')) {
    throw new BinflashError(
      'USAGE',
      `${OPTION} "${text}" is not of the form db.table=column:digits,column:digits`,
      {
        hint: 'As in shop.orders=made:3,@5:6, with 0 to 6 digits.',
      },
    );
  }
  return { text, matches: compileTable(OPTION, pattern!.trim()), columns };
}

function columnNumber(
  table: TableDefinition,
  names: readonly (string | undefined)[],
  column: string,
): number {
  const place = { table: tableName(table) };
  const [, number] = /^@(\d+)$/.exec(column) ?? [];
  const wanted = unquote(column).toLowerCase();
  const found =
    number === undefined ? names.findIndex((name) => name?.toLowerCase() === wanted) : Number(number) - 1;
  if (found >= 0 && found < table.types.length) return found;
  throw new BinflashError('USAGE', `${OPTION}: there is no column "${column}"`, {
    ...place,
    hint: 'Give columns by their numbers, the first one as @1, where the log does not tell their names.',
  });
}
