import type { BinlogRecord, Change, Image } from './reader.ts';
import { changesOf } from './reader.ts';

/** A change without its packing and padding: what an undo is compared by. */
export interface Effect {
  readonly kind: string;
  readonly table: string;
  readonly before: Image | undefined;
  readonly after: Image | undefined;
}

export function effectOf({ kind, table, images }: Change): Effect {
  const [first, second] = images;
  if (kind === 'insert') return { kind, table, before: undefined, after: first };
  return { kind, table, before: first, after: second };
}

/** What undoes one change: found by what it left behind, set to what it found. */
export function inverseOf({ kind, table, before, after }: Effect): Effect {
  if (kind === 'insert') return { kind: 'delete', table, before: after, after: undefined };
  if (kind === 'delete') return { kind: 'insert', table, before: undefined, after: before };
  const old = Object.fromEntries(Object.entries(before!).filter(([column]) => column in after!));
  return { kind, table, before: { ...before, ...after }, after: old };
}

/** Effects by transaction, for those that have any. */
export function effects(binlogs: readonly BinlogRecord[]): Effect[][] {
  return binlogs
    .flatMap((binlog) => binlog.transactions)
    .map((transaction) => changesOf(transaction).map(effectOf))
    .filter((changes) => changes.length > 0);
}

/** The undo of everything: transactions, and within them changes, from the last to the first. */
export function undoOf(transactions: readonly (readonly Effect[])[]): Effect[][] {
  return transactions.map((changes) => changes.map(inverseOf).reverse()).reverse();
}
