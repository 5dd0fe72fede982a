import type { ColumnOperand, Condition, Literal, Operand } from './syntax.ts';

/** Visits all operands of a condition. */
export function forEachOperand(condition: Condition, visit: (operand: Operand) => void): void {
  switch (condition.kind) {
    case 'or':
    case 'and':
    case 'xor':
      for (const term of condition.terms) forEachOperand(term, visit);
      return;
    case 'not':
    case 'is':
      forEachOperand(condition.of, visit);
      return;
    case 'changed':
      visit(condition.column);
      return;
    case 'value':
    case 'is-null':
      visit(condition.operand);
      return;
    case 'like':
      visit(condition.operand);
      visit(condition.pattern);
      return;
    default:
      forEachPair(condition, (a, b) => {
        visit(a);
        visit(b);
      });
  }
}

/** Visits what is compared with what. */
function forEachPair(condition: Condition, visit: (a: Operand, b: Operand) => void): void {
  switch (condition.kind) {
    case 'or':
    case 'and':
    case 'xor':
      for (const term of condition.terms) forEachPair(term, visit);
      return;
    case 'not':
    case 'is':
      forEachPair(condition.of, visit);
      return;
    case 'compare':
      visit(condition.left, condition.right);
      return;
    case 'between':
      visit(condition.operand, condition.low);
      visit(condition.operand, condition.high);
      return;
    case 'in':
      for (const item of condition.list) visit(condition.operand, item);
  }
}

/** Visits the literals that columns are compared with. */
export function forEachComparedLiteral(
  condition: Condition,
  visit: (column: ColumnOperand, literal: Literal) => void,
): void {
  forEachPair(condition, (a, b) => {
    if (a.kind === 'column' && b.kind !== 'column') visit(a, b);
    else if (b.kind === 'column' && a.kind !== 'column') visit(b, a);
  });
}
