import type { BinlogIndex } from '../scan/binlog-index.ts';
import { transactionPlace } from '../scan/transaction-place.ts';
import type { Moment } from '../select/moments.ts';
import { transactionDetails } from '../show/transaction-details.ts';
import { safeText } from '../wire/safe-text.ts';

/** The comment above a transaction: where it stands in the log, when it was made, and by whom. */
export function transactionLine(index: BinlogIndex, transaction: number, moment: Moment): string {
  const { transactions, events } = index;
  const first = events.timestamp.get(transactions.firstEvent.get(transaction));
  const time = moment(Math.min(first, transactions.beginTime.get(transaction)));
  const place = safeText(transactionPlace(index, transaction));
  return `-- ${[place, time, ...transactionDetails(index, transaction)].join('  ')}\n`;
}
