import type { Flavour } from '../binlog/event-types.ts';
import type { RowsEvent } from '../binlog/rows.ts';
import type { Shape } from '../scan/shapes.ts';
import type { TableDescriptions } from '../tables/description.ts';

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
  /** @throws BinflashError `USAGE` for a filter that does not parse, with the place in it */
  constructor(_filters: readonly string[] | undefined, _descriptions: TableDescriptions) {}

  /** Are there any filters? */
  get isEmpty(): boolean {
    return true;
  }

  /**
   * The test for rows of this shape, compiled once.
   *
   * @throws BinflashError `USAGE` for unknown names and for comparisons that make no sense, `ROW_IMAGE` for
   * columns that no image of this shape holds; the caller knows file and offset (`locate`)
   */
  of(_shape: Shape, _flavour: Flavour): RowMatcher | undefined {
    return undefined;
  }
}
