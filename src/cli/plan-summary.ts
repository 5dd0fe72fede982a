import type { Plan } from '../flashback/plan.ts';
import { formatLocal } from '../select/local-time.ts';
import { safeText } from '../wire/safe-text.ts';
import { plural, type Style } from './terminal.ts';

/** A line for each table: what becomes of its changes, by kind. */
export function changeLines(plan: Plan, undo: boolean): string[] {
  return plan.tables.map(({ table, insert, update, delete: deleted }) => {
    const parts = [
      insert > 0 ? `${plural(insert, 'insert')}${undo ? ' removed' : ''}` : '',
      update > 0 ? `${plural(update, 'update')}${undo ? ' turned back' : ''}` : '',
      deleted > 0 ? `${plural(deleted, 'delete')}${undo ? ' restored' : ''}` : '',
    ];
    return `  ${safeText(table)}: ${parts.filter((part) => part !== '').join(', ')}`;
  });
}

/** What there is to know of a plan besides: its time, what it leaves out, what there is to mind. */
export function planDetails(plan: Plan, style: Style): string[] {
  const [first, last] = plan.timeSpan;
  const lines: string[] = [];
  if (plan.rows > 0) lines.push(`  logged from ${formatLocal(first)} to ${formatLocal(last)}`);
  const { transactions, rows } = plan.leftOut;
  // What is refused is not undone either, and nothing is read behind a stop position.
  if (rows > 0 && plan.refusals.length === 0) {
    lines.push(
      `Left out of what was read: ${plural(rows, 'row change')}${transactions > 0 ? `, ${plural(transactions, 'whole transaction')} among them` : ''}`,
    );
  }
  if (plan.takenBack > 0) {
    lines.push(
      `Left out, for the server took it back itself: ${plural(plan.takenBack, 'row change')} (XA ROLLBACK, ROLLBACK TO SAVEPOINT)`,
    );
  }
  for (const skipped of plan.skipped) lines.push(`${style.yellow('Skipped:')} ${safeText(skipped)}`);
  for (const warning of plan.warnings) lines.push(`${style.yellow('Warning:')} ${safeText(warning)}`);
  return lines;
}

/** What there is to know of a plan, for programs. */
export function planJson(plan: Plan, leftOut: readonly string[]): Record<string, unknown> {
  const [firstTime, lastTime] = plan.timeSpan;
  const { transactions, rows, tables, takenBack, skipped } = plan;
  const warnings = [...leftOut, ...plan.warnings];
  return {
    transactions,
    rows,
    tables,
    firstTime,
    lastTime,
    leftOut: plan.leftOut,
    takenBack,
    skipped,
    warnings,
  };
}
