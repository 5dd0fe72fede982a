import { Ending, type TransactionTable } from '../scan/transaction-table.ts';

/** How a transaction ended, for programs. */
export type EndingName = 'committed' | 'rolled back' | 'undecided' | 'unfinished';

export function endingName(transactions: TransactionTable, transaction: number): EndingName {
  switch (transactions.ending.get(transaction)) {
    case Ending.OPEN:
      return 'unfinished';
    case Ending.ROLLBACK:
    case Ending.XA_ROLLBACK:
      return 'rolled back';
    case Ending.PREPARED:
      return 'undecided';
    default:
      return 'committed';
  }
}

/** The same for people; undefined for what is committed, as most are. */
export function endingRemark(transactions: TransactionTable, transaction: number): string | undefined {
  switch (transactions.ending.get(transaction)) {
    case Ending.OPEN:
      return 'NOT COMMITTED: the file ends before it does';
    case Ending.ROLLBACK:
      return 'ROLLED BACK';
    case Ending.PREPARED:
      return 'UNDECIDED: prepared, and neither XA COMMIT nor XA ROLLBACK is in these files';
    default:
      return undefined;
  }
}
