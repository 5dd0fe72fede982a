import { BinflashError, type ErrorCode } from '../errors.ts';
import { isEmpty, judgeSelection, nothingLeft, type Plan } from '../flashback/plan.ts';
import { judgeEnding } from '../flashback/refusals.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import { Ending } from '../scan/transaction-table.ts';
import { type RewriteRequest, rewriteCommand } from '../select/command-line.ts';
import { commandWarnings } from '../select/command-warnings.ts';
import { onlyTransaction } from '../select/one-transaction.ts';
import type { Selection } from '../select/selection.ts';
import type { TableDescriptions } from '../tables/description.ts';
import type { RowMask } from '../where/row-mask.ts';

/** How the selected changes of one transaction are undone; or why they cannot be. */
export type UndoCommand =
  | {
      /** For a POSIX shell. */
      readonly command: string;
      /** What it undoes. */
      readonly plan: Plan;
    }
  | { readonly command: undefined; readonly reasons: readonly BinflashError[] };

export interface UndoRequest {
  readonly select: Selection;
  readonly descriptions?: TableDescriptions | undefined;
  /** What the row filters of the selection select. */
  readonly mask?: RowMask | undefined;
  /** Further options of the command. */
  readonly more?: RewriteRequest['options'];
}

/** Judges the undo of just these changes, and says it as a command with the files that it needs. */
export function undoCommand(
  index: BinlogIndex,
  transaction: number,
  { select, descriptions, mask, more = [] }: UndoRequest,
): UndoCommand {
  const { transactions, files } = index;
  const refused = (code: ErrorCode, message: string): UndoCommand => {
    const file = files[transactions.file.get(transaction)]!.path;
    const offset = transactions.start.get(transaction);
    return { command: undefined, reasons: [new BinflashError(code, message, { file, offset })] };
  };
  if (transactions.ending.get(transaction) === Ending.XA_ROLLBACK) {
    return refused('ROLLED_BACK', 'the transaction was rolled back by XA ROLLBACK: there is nothing to undo');
  }
  const one = onlyTransaction(index, transaction, select);
  if (one === undefined) {
    return refused(
      'UNSUPPORTED',
      'the transaction was prepared in one file and committed in another, and has no GTID: no options select it alone',
    );
  }
  const plan = judgeSelection(index, { select: one.within, descriptions }, mask);
  if (isEmpty(plan)) {
    return { command: undefined, reasons: [judgeEnding(index, transaction)?.error ?? nothingLeft(plan)] };
  }
  if (plan.refusals.length > 0) return { command: undefined, reasons: plan.refusals };
  const command = rewriteCommand({ inputs: one.files, select: one.select, options: more });
  const warnings = [...plan.warnings, ...commandWarnings(one.files, more)];
  return { command, plan: { ...plan, warnings } };
}
