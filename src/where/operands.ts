import type { ColumnReader } from './column-reader.ts';
import type { ColumnOperand, Literal } from './syntax.ts';
import { type RowContext, type Test, type Truth, UNKNOWN } from './truth.ts';

/** A column of one image, and where the row context has it. */
export interface BoundColumn {
  readonly kind: 'column';
  readonly operand: ColumnOperand;
  readonly reader: ColumnReader;
  readonly slot: number;
  /** In the second image, the after image of an UPDATE. */
  readonly second: boolean;
}

/** A column of an image that there is not: all that is asked of it is unknown. */
export interface MissingColumn {
  readonly kind: 'missing';
}

export type BoundOperand = BoundColumn | MissingColumn | Literal;

/** Makes the error for something that cannot be compared, with the place in the filter. */
export type Fail = (at: number, message: string, hint?: string) => Error;

/** A test of a value that is not NULL. */
export type ValueTest = (bytes: Uint8Array, start: number, end: number) => Truth;

/** Tests a column's value, and answers `whenNull` for NULL. */
export function onValue({ slot, second }: BoundColumn, whenNull: Truth, test: ValueTest): Test {
  return second
    ? (row) => {
        const start = row.starts[slot]!;
        return start < 0 ? whenNull : test(row.second, start, row.ends[slot]!);
      }
    : (row) => {
        const start = row.starts[slot]!;
        return start < 0 ? whenNull : test(row.first, start, row.ends[slot]!);
      };
}

/** Tests the values of two columns, `whenNull` by how many of them are NULL: one or both. */
export function onValues(
  left: BoundColumn,
  right: BoundColumn,
  whenNull: readonly [one: Truth, both: Truth],
  test: (
    leftBytes: Uint8Array,
    leftStart: number,
    leftEnd: number,
    rightBytes: Uint8Array,
    rightStart: number,
    rightEnd: number,
  ) => Truth,
): Test {
  return (row: RowContext) => {
    const leftStart = row.starts[left.slot]!;
    const rightStart = row.starts[right.slot]!;
    if (leftStart < 0 || rightStart < 0) return leftStart < 0 && rightStart < 0 ? whenNull[1] : whenNull[0];
    return test(
      left.second ? row.second : row.first,
      leftStart,
      row.ends[left.slot]!,
      right.second ? row.second : row.first,
      rightStart,
      row.ends[right.slot]!,
    );
  };
}

export const unknown: Test = () => UNKNOWN;

/** What a message calls a column. */
export function columnCalled({ operand }: BoundColumn): string {
  return operand.image === undefined ? operand.name : `${operand.image}.${operand.name}`;
}
