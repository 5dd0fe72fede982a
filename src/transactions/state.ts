import type { BinlogIndex } from '../scan/binlog-index.ts';
import { Ending } from '../scan/transaction-table.ts';

/** What became of a transaction. */
export type TransactionState = 'committed' | 'rolled back' | 'unfinished' | 'headless' | 'prepared';

/** What became of a transaction, as far as the files that were read tell. */
export function stateOf({ transactions }: BinlogIndex, transaction: number): TransactionState {
  const ending = transactions.ending.get(transaction);
  switch (ending) {
    case Ending.ROLLBACK:
    case Ending.XA_ROLLBACK:
      return 'rolled back';
  }
  if (transactions.headless.has(transaction)) return 'headless';
  switch (ending) {
    case Ending.OPEN:
      return 'unfinished';
    case Ending.PREPARED:
      return 'prepared';
    default:
      return 'committed';
  }
}
