import type { BinlogIndex } from '../scan/binlog-index.ts';
import { NO_THREAD } from '../scan/transaction-table.ts';

/** What names a transaction besides its place and time, as far as the log tells it: GTID, thread, xid, server. */
export function transactionDetails({ transactions }: BinlogIndex, transaction: number): string[] {
  const thread = transactions.threadId.get(transaction);
  const xid = transactions.xid.get(transaction);
  const gtid = transactions.gtid(transaction);
  return [
    ...(gtid === undefined ? [] : [`GTID ${gtid}`]),
    ...(thread === NO_THREAD ? [] : [`thread ${thread}`]),
    ...(xid === 0n ? [] : [`xid ${xid}`]),
    `server ${transactions.serverId.get(transaction)}`,
  ];
}
