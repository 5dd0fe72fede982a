import type { BinlogIndex } from './binlog-index.ts';

/** Where a transaction stands: `mysql-bin.000011:1234-5678`; where it goes on in the next relay log, with both names. */
export function transactionPlace({ transactions, files }: BinlogIndex, transaction: number): string {
  const file = transactions.file.get(transaction);
  const endFile = transactions.endFile.get(transaction);
  const end = transactions.end.get(transaction);
  const to = endFile === file ? end : `${files[endFile]!.path}:${end}`;
  return `${files[file]!.path}:${transactions.start.get(transaction)}-${to}`;
}

/** Bytes from the beginning of a transaction to its end. */
export function transactionSize({ transactions, files }: BinlogIndex, transaction: number): number {
  const file = transactions.file.get(transaction);
  const endFile = transactions.endFile.get(transaction);
  let size = transactions.end.get(transaction) - transactions.start.get(transaction);
  for (let between = file; between < endFile; between++) size += files[between]!.size;
  return size;
}
