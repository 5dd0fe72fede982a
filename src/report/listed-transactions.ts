import { isCutOff } from '../flashback/unclosed.ts';
import { type BinlogIndex, isRelayLog } from '../scan/binlog-index.ts';
import { Ending, NO_THREAD } from '../scan/transaction-table.ts';
import { rewriteCommand } from '../select/command-line.ts';
import { onlyTransaction } from '../select/one-transaction.ts';
import type { Selection } from '../select/selection.ts';
import { type SelectedEvents, timeOf } from './selected-events.ts';
import type { Statements } from './statements.ts';
import type { ReportTables } from './tables.ts';
import type { ListedTransaction } from './view/data.ts';

/** Tables of a transaction that are named. */
const MOST_TABLES = 8;

/** Describes transactions, given ascending by their numbers, for the page. */
export function listTransactions(
  changes: SelectedEvents,
  tables: ReportTables,
  numbers: readonly number[],
  statements: ReadonlyMap<number, Statements>,
  select: Selection,
  options: readonly (readonly [string, string])[],
): ListedTransaction[] {
  const { index, events } = changes;
  const { transactions } = index;
  let at = 0;
  return numbers.map((transaction) => {
    // Both are ascending, so one walk over the events serves all.
    while (index.events.transaction.get(events.get(at)) < transaction) at++;
    const begin = at;
    while (at < events.length && index.events.transaction.get(events.get(at)) === transaction) at++;
    const text = statements.get(transaction);
    // An undo leaves it out, and of it alone nothing would be left.
    const one = isCutOff(index, transaction) ? undefined : onlyTransaction(index, transaction, select);
    const thread = transactions.threadId.get(transaction);
    return {
      file: transactions.file.get(transaction),
      start: transactions.start.get(transaction),
      end: transactions.end.get(transaction),
      gtid: transactions.gtid(transaction),
      thread: thread === NO_THREAD ? undefined : thread,
      ...sums(changes, begin, at, tables),
      statements: text?.texts ?? [],
      moreStatements: text?.more || undefined,
      command: one && rewriteCommand({ inputs: one.files, select: one.select, options }),
      mark: markOf(index, transaction),
    };
  });
}

function markOf({ transactions, files }: BinlogIndex, transaction: number): ListedTransaction['mark'] {
  const ending = transactions.ending.get(transaction);
  if (ending === Ending.ROLLBACK) return 'never committed';
  if (transactions.headless.has(transaction)) return 'not complete';
  if (ending !== Ending.OPEN && ending !== Ending.PREPARED) return undefined;
  const isRelay = isRelayLog(files[transactions.file.get(transaction)]!);
  return ending === Ending.OPEN && isRelay ? 'not complete' : 'never committed';
}

/** What selected events, those of one transaction, are together. */
function sums(
  { index, events, kinds, rowsOf }: SelectedEvents,
  begin: number,
  end: number,
  { ofShape }: ReportTables,
): Pick<ListedTransaction, 'first' | 'last' | 'rows' | 'tables' | 'moreTables'> {
  const rows: [number, number, number] = [0, 0, 0];
  const byTable = new Map<number, number>();
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (let i = begin; i < end; i++) {
    const event = events.get(i);
    const shape = index.events.shape.get(event);
    const count = rowsOf(event);
    const time = timeOf(index, event);
    rows[kinds[shape]!]! += count;
    byTable.set(ofShape[shape]!, (byTable.get(ofShape[shape]!) ?? 0) + count);
    first = Math.min(first, time);
    last = Math.max(last, time);
  }
  const tables = [...byTable].sort((a, b) => b[1] - a[1]).map(([table]) => table);
  return {
    first,
    last,
    rows,
    tables: tables.slice(0, MOST_TABLES),
    moreTables: Math.max(0, tables.length - MOST_TABLES) || undefined,
  };
}
