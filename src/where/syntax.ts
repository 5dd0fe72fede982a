/** The row images that a condition may ask for by name. */
export type ImageName = 'before' | 'after';

/** `at` is where it begins in the text of the filter, for messages. */
export interface ColumnOperand {
  readonly kind: 'column';
  /** Undefined: whichever image the condition is asked for. */
  readonly image: ImageName | undefined;
  readonly name: string;
  readonly at: number;
}

export type Literal = (
  | { readonly kind: 'null' }
  /** As written, with its sign. */
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'hex' | 'bits'; readonly digits: string }
  | { readonly kind: 'temporal'; readonly type: 'date' | 'time' | 'timestamp'; readonly text: string }
) & { readonly at: number };

export type Operand = ColumnOperand | Literal;

export type Comparison = '=' | '<=>' | '<>' | '<' | '<=' | '>' | '>=';

/** The tree of a condition. */
export type Condition =
  | { readonly kind: 'or' | 'and' | 'xor'; readonly terms: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | {
      readonly kind: 'compare';
      readonly comparison: Comparison;
      readonly left: Operand;
      readonly right: Operand;
    }
  | {
      readonly kind: 'between';
      readonly negated: boolean;
      readonly operand: Operand;
      readonly low: Operand;
      readonly high: Operand;
    }
  | {
      readonly kind: 'in';
      readonly negated: boolean;
      readonly operand: Operand;
      readonly list: readonly Operand[];
    }
  | {
      readonly kind: 'like';
      readonly negated: boolean;
      readonly operand: Operand;
      readonly pattern: Operand;
      /** One character, or none. */
      readonly escape: string;
    }
  | { readonly kind: 'is-null'; readonly negated: boolean; readonly operand: Operand }
  /** `(condition) IS UNKNOWN` and the like. */
  | {
      readonly kind: 'is';
      readonly negated: boolean;
      readonly truth: 'true' | 'false' | 'unknown';
      readonly of: Condition;
    }
  | { readonly kind: 'changed'; readonly column: ColumnOperand }
  /** An operand for itself: is it a number other than 0? */
  | { readonly kind: 'value'; readonly operand: Operand };

/** Writes a condition as it may be parsed again, all parentheses written out. */
export function printCondition(condition: Condition): string {
  const not = 'negated' in condition && condition.negated ? 'NOT ' : '';
  switch (condition.kind) {
    case 'or':
    case 'and':
    case 'xor':
      return condition.terms
        .map((term) => `(${printCondition(term)})`)
        .join(` ${condition.kind.toUpperCase()} `);
    case 'not':
      return `NOT (${printCondition(condition.of)})`;
    case 'compare':
      return `${printOperand(condition.left)} ${condition.comparison} ${printOperand(condition.right)}`;
    case 'between': {
      const { operand, low, high } = condition;
      return `${printOperand(operand)} ${not}BETWEEN ${printOperand(low)} AND ${printOperand(high)}`;
    }
    case 'in':
      return `${printOperand(condition.operand)} ${not}IN (${condition.list.map(printOperand).join(', ')})`;
    case 'like': {
      const { operand, pattern } = condition;
      const escaped = condition.escape === '\\' ? '' : ` ESCAPE ${quoted(condition.escape)}`;
      return `${printOperand(operand)} ${not}LIKE ${printOperand(pattern)}${escaped}`;
    }
    case 'is-null':
      return `${printOperand(condition.operand)} IS ${not}NULL`;
    case 'is':
      return `(${printCondition(condition.of)}) IS ${not}${condition.truth.toUpperCase()}`;
    case 'changed':
      return `CHANGED(${printOperand(condition.column)})`;
    case 'value':
      return printOperand(condition.operand);
  }
}

export function printOperand(operand: Operand): string {
  switch (operand.kind) {
    case 'column': {
      const name = /^@\d+$/.test(operand.name) ? operand.name : `\`${operand.name.replaceAll('`', '``')}\``;
      return operand.image === undefined ? name : `${operand.image}.${name}`;
    }
    case 'null':
      return 'NULL';
    case 'number':
      return operand.text;
    case 'boolean':
      return operand.value ? 'TRUE' : 'FALSE';
    case 'string':
      return quoted(operand.text);
    case 'hex':
      return `x'${operand.digits}'`;
    case 'bits':
      return `b'${operand.digits}'`;
    case 'temporal':
      return `${operand.type.toUpperCase()} ${quoted(operand.text)}`;
  }
}

/** A string literal. Its `\%` and `\_` mean themselves, so they are not escaped once more. */
function quoted(text: string): string {
  return `'${text.replace(/\\(?![%_])/g, '\\\\').replaceAll("'", "''")}'`;
}
