import type { TimeZone } from '../binlog/columns/values/time-zone.ts';
import { BinflashError } from '../errors.ts';
import type { Shape } from '../scan/shapes.ts';
import type { TableDescription } from '../tables/description.ts';
import { type ColumnReader, columnReader } from './column-reader.ts';
import { compileComparison } from './compare.ts';
import { toDouble } from './exact.ts';
import { filterError } from './filter-error.ts';
import { numberOf } from './literal-numbers.ts';
import { resolveColumn } from './names.ts';
import type { BoundOperand, Fail } from './operands.ts';
import { compileIn, compileIsNull, compileLikeTest, compileValue } from './predicates.ts';
import type { ColumnOperand, Condition, ImageName, Operand } from './syntax.ts';
import { always, and, FALSE, is, not, or, type RowContext, type Test, TRUE, xor } from './truth.ts';
import { forEachComparedLiteral, forEachOperand } from './walk.ts';

/** Where the columns that conditions ask for stand in the row context: a slot for each column of each image. */
export class Slots {
  /** By image (0 is the first) the slot of each column that is asked for. */
  readonly byColumn: readonly [Map<number, number>, Map<number, number>] = [new Map(), new Map()];
  count = 0;

  of(second: boolean, column: number): number {
    const map = this.byColumn[second ? 1 : 0];
    let slot = map.get(column);
    if (slot === undefined) {
      slot = this.count++;
      map.set(column, slot);
    }
    return slot;
  }
}

/** Compiles the condition of one filter for the rows of one shape. */
export class ConditionCompiler {
  readonly #text: string;
  readonly #condition: Condition;
  readonly #table: TableDescription;
  readonly #shape: Shape;
  readonly #zone: TimeZone;
  readonly #slots: Slots;
  readonly #fail: Fail;
  /** By column: what the numbers that it is compared with say of its sign. */
  readonly #unsigned = new Map<number, boolean>();
  /** The image that columns without `before.` or `after.` mean in this turn. */
  #side: ImageName = 'after';

  constructor(
    text: string,
    condition: Condition,
    table: TableDescription,
    shape: Shape,
    zone: TimeZone,
    slots: Slots,
  ) {
    this.#text = text;
    this.#condition = condition;
    this.#table = table;
    this.#shape = shape;
    this.#zone = zone;
    this.#slots = slots;
    this.#fail = (at, message, hint) => filterError(text, at, message, hint).locate({ table: table.name });
    this.#inferSigns();
  }

  /** Tests of which one must be true: the condition for each image that there is, if it does not name images. */
  compile(): Test[] {
    let open = false;
    forEachOperand(this.#condition, (operand) => {
      if (operand.kind === 'column' && operand.image === undefined) open = true;
    });
    const { kind } = this.#shape;
    const sides: ImageName[] =
      kind === 'insert' ? ['after'] : kind === 'delete' ? ['before'] : ['before', 'after'];
    return (open ? sides : sides.slice(0, 1)).map((side) => {
      this.#side = side;
      return this.#compile(this.#condition);
    });
  }

  #compile(condition: Condition): Test {
    const fail = this.#fail;
    const negatable = (test: Test): Test => ('negated' in condition && condition.negated ? not(test) : test);
    switch (condition.kind) {
      case 'or':
        return or(condition.terms.map((term) => this.#compile(term)));
      case 'and':
        return and(condition.terms.map((term) => this.#compile(term)));
      case 'xor':
        return xor(condition.terms.map((term) => this.#compile(term)));
      case 'not':
        return not(this.#compile(condition.of));
      case 'is':
        return negatable(is(condition.truth, this.#compile(condition.of)));
      case 'compare':
        return compileComparison(
          condition.comparison,
          this.#bind(condition.left),
          this.#bind(condition.right),
          fail,
        );
      case 'between': {
        const operand = this.#bind(condition.operand);
        return negatable(
          and([
            compileComparison('>=', operand, this.#bind(condition.low), fail),
            compileComparison('<=', operand, this.#bind(condition.high), fail),
          ]),
        );
      }
      case 'in': {
        const list = condition.list.map((item) => this.#bind(item));
        return negatable(compileIn(this.#bind(condition.operand), list, fail));
      }
      case 'like':
        return negatable(
          compileLikeTest(
            this.#bind(condition.operand),
            this.#bind(condition.pattern),
            condition.escape,
            fail,
          ),
        );
      case 'is-null':
        return negatable(compileIsNull(this.#bind(condition.operand)));
      case 'changed':
        return this.#changed(condition.column);
      case 'value':
        return compileValue(this.#bind(condition.operand), fail);
    }
  }

  #bind(operand: Operand): BoundOperand {
    if (operand.kind !== 'column') return operand;
    const column = resolveColumn(this.#text, operand, this.#table);
    const { first, second, kind } = this.#shape;
    const image = operand.image ?? this.#side;
    if ((kind === 'insert' && image === 'before') || (kind === 'delete' && image === 'after')) {
      return { kind: 'missing' };
    }
    const inFirst = first.columns.includes(column);
    const inSecond = second?.columns.includes(column) ?? false;
    // What an after image leaves out has not changed.
    if (image === 'after' && inSecond) return this.#bound(operand, column, true);
    if (inFirst) return this.#bound(operand, column, false);
    if (inSecond && operand.image === undefined) return { kind: 'missing' };
    throw this.#notLogged(operand);
  }

  #bound(operand: ColumnOperand, column: number, second: boolean): BoundOperand {
    return {
      kind: 'column',
      operand,
      reader: this.#reader(column),
      slot: this.#slots.of(second, column),
      second,
    };
  }

  #reader(column: number): ColumnReader {
    return columnReader(this.#table, column, this.#zone, this.#unsigned.get(column));
  }

  #notLogged(operand: ColumnOperand): BinflashError {
    const name = operand.image === undefined ? operand.name : `${operand.image}.${operand.name}`;
    return new BinflashError(
      'ROW_IMAGE',
      `--where: the value of ${name} is not in the log (binlog_row_image is not FULL), so it is not known whether rows are meant`,
      {
        table: this.#table.name,
        hint: 'Filter by columns that are there, the primary key most likely, or leave these events out by --type, time or position.',
      },
    );
  }

  /** Are the bytes of the value different in both images? */
  #changed(operand: ColumnOperand): Test {
    const column = resolveColumn(this.#text, operand, this.#table);
    const { first, second } = this.#shape;
    if (second === undefined || !second.columns.includes(column)) return always(FALSE);
    if (!first.columns.includes(column)) throw this.#notLogged({ ...operand, image: 'before' });
    const before = this.#slots.of(false, column);
    const after = this.#slots.of(true, column);
    return ({ starts, ends, first: from, second: to }: RowContext) => {
      const [a, b] = [starts[before]!, starts[after]!];
      if (a < 0 || b < 0) return a < 0 === b < 0 ? FALSE : TRUE;
      const length = ends[before]! - a;
      if (ends[after]! - b !== length) return TRUE;
      for (let i = 0; i < length; i++) if (from[a + i] !== to[b + i]) return TRUE;
      return FALSE;
    };
  }

  /** Where the log does not tell a sign: who asks for a negative number, or for one beyond the signed ones, does. */
  #inferSigns(): void {
    const { lengths } = this.#table.table;
    forEachComparedLiteral(this.#condition, (operand, literal) => {
      const number = numberOf(literal, this.#fail);
      if (number === undefined) return;
      const column = resolveColumn(this.#text, operand, this.#table);
      const value = typeof number === 'number' ? number : toDouble(number);
      if (value < 0) this.#unsigned.set(column, false);
      else if (value >= 2 ** (8 * lengths[column]! - 1) && !this.#unsigned.has(column))
        this.#unsigned.set(column, true);
    });
  }
}
