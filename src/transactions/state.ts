import type { BinlogIndex } from '../scan/binlog-index.ts';
import { Ending } from '../scan/transaction-table.ts';

/** What became of a transaction. */
export type TransactionState = 'committed' | 'rolled back' | 'unfinished' | 'prepared';

/** What became of a transaction, as far as the files that were read tell. */
export function stateOf({ transactions }: BinlogIndex, transaction: number): TransactionState {
  switch (transactions.ending.get(transaction)) {
    case Ending.ROLLBACK:
    case Ending.XA_ROLLBACK:
      return 'rolled back';
    case Ending.OPEN:
      return 'unfinished';
    case Ending.PREPARED:
      return 'prepared';
    default:
      return 'committed';
  }
}
