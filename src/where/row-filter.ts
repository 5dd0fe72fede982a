import { type TimeZone, timeZone } from '../binlog/columns/values/time-zone.ts';
import type { Flavour } from '../binlog/event-types.ts';
import type { RowsEvent } from '../binlog/rows.ts';
import type { Shape } from '../scan/shapes.ts';
import { divideFilter, filterTable } from '../select/filter-text.ts';
import type { TableTest } from '../select/patterns.ts';
import type { TableDescriptions } from '../tables/description.ts';
import { ConditionCompiler, Slots } from './condition.ts';
import { parseCondition } from './parser.ts';
import { ShapeMatcher } from './shape-matcher.ts';
import type { Condition } from './syntax.ts';

/** Tests the rows of one shape, event by event. */
export interface RowMatcher {
  /**
   * Tests all rows of an event: `bytes` and what `parseRows` made of them. Answers how many are selected;
   * {@link has} tells which, until the next call.
   *
   * @throws BinflashError when the log does not tell what must be known of a value
   */
  test(bytes: Uint8Array, event: RowsEvent): number;
  /** Is row `row` of the event that was tested last, counted from 0, selected? */
  has(row: number): boolean;
}

interface Filter {
  readonly text: string;
  readonly hasTable: TableTest;
  readonly condition: Condition;
}

/**
 * The row filters of a selection, made ready for whoever looks at rows:
 *
 *     const filter = new RowFilter(selection.where, descriptions);
 *     const matcher = filter.of(shape, flavour); // undefined: every row of this shape is selected
 *     if (matcher !== undefined && matcher.test(bytes, rows) === 0) continue;
 *     for (let row = 0; ...; row++) if (matcher === undefined || matcher.has(row)) ...
 *
 * Tables that no filter names are the Selector's business; asked for one of them, the matcher selects nothing.
 */
export class RowFilter {
  readonly #filters: readonly Filter[];
  readonly #descriptions: TableDescriptions;
  readonly #zone: TimeZone;
  readonly #matchers = new Map<Shape, RowMatcher>();

  /**
   * Names, signs, labels and the time zone of TIMESTAMP columns are those of the descriptions.
   *
   * @throws BinflashError `USAGE` for a filter that does not parse, with the place in it, or an unknown time zone
   */
  constructor(filters: readonly string[] | undefined, descriptions: TableDescriptions) {
    // What is printed may be cut, what is compared may not.
    this.#descriptions = descriptions.whole();
    this.#zone = timeZone(descriptions.timeZone);
    this.#filters = (filters ?? []).map((text) => {
      const divided = divideFilter(text);
      return {
        text,
        hasTable: filterTable(divided),
        condition: parseCondition(divided),
      };
    });
  }

  /** Are there no filters? */
  get isEmpty(): boolean {
    return this.#filters.length === 0;
  }

  /**
   * The test for rows of this shape, compiled once.
   *
   * @throws BinflashError `USAGE` for unknown names and for comparisons that make no sense, `ROW_IMAGE` for
   * columns that no image of this shape holds; the caller knows file and offset (`locate`)
   */
  of(shape: Shape, flavour: Flavour): RowMatcher | undefined {
    if (this.isEmpty) return undefined;
    let matcher = this.#matchers.get(shape);
    if (matcher === undefined) {
      matcher = this.#compile(shape, flavour);
      this.#matchers.set(shape, matcher);
    }
    return matcher;
  }

  #compile(shape: Shape, flavour: Flavour): RowMatcher {
    const { table } = shape;
    const slots = new Slots();
    const tests = this.#filters
      .filter(({ hasTable }) => hasTable(table.schema, table.name))
      .flatMap(({ text, condition }) => {
        const description = this.#descriptions.of(table, flavour);
        return new ConditionCompiler(text, condition, description, shape, this.#zone, slots).compile();
      });
    return new ShapeMatcher(shape, tests, slots);
  }
}
