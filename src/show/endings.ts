import { type BinlogIndex, isRelayLog } from '../scan/binlog-index.ts';
import { Ending, type TransactionTable } from '../scan/transaction-table.ts';

/** How a transaction ended, for programs. */
export type EndingName = 'committed' | 'rolled back' | 'undecided' | 'unfinished' | 'headless';

export function endingName(transactions: TransactionTable, transaction: number): EndingName {
  const ending = transactions.ending.get(transaction);
  if (ending === Ending.ROLLBACK || ending === Ending.XA_ROLLBACK) return 'rolled back';
  if (transactions.headless.has(transaction)) return 'headless';
  switch (ending) {
    case Ending.OPEN:
      return 'unfinished';
    case Ending.PREPARED:
      return 'undecided';
    default:
      return 'committed';
  }
}

/** The same for people; undefined for what is committed, as most are. */
export function endingRemark({ transactions, files }: BinlogIndex, transaction: number): string | undefined {
  const ending = transactions.ending.get(transaction);
  if (ending === Ending.ROLLBACK) return 'ROLLED BACK';
  if (transactions.headless.has(transaction))
    return 'NOT COMPLETE: its beginning is in an earlier relay log, which is not among these';
  switch (ending) {
    case Ending.OPEN:
      return isRelayLog(files[transactions.file.get(transaction)]!)
        ? 'NOT COMPLETE: the relay log ends before it does'
        : 'NOT COMMITTED: the file ends before it does';
    case Ending.PREPARED:
      return 'UNDECIDED: prepared, and neither XA COMMIT nor XA ROLLBACK is in these files';
    default:
      return undefined;
  }
}
