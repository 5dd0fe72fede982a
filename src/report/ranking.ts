import type { SelectedEvents } from './selected-events.ts';
import { eachSlice, type Timeline } from './timeline.ts';
import { type Counts, DELETE, UPDATE } from './view/data.ts';

/** The part that a transaction has in a bucket. */
export interface Entry {
  readonly transaction: number;
  readonly rows: Counts;
}

/** Keeps the entries with the highest scores, of equal ones the earliest. */
class Best {
  readonly #most: number;
  /** Ascending by score. */
  readonly #entries: { score: number; entry: Entry }[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  offer(score: number, transaction: number, rows: Counts): void {
    const entries = this.#entries;
    if (score === 0 || (entries.length === this.#most && score <= entries[0]!.score)) return;
    let at = entries.findIndex((other) => other.score >= score);
    if (at < 0) at = entries.length;
    // The caller goes on using its array.
    entries.splice(at, 0, { score, entry: { transaction, rows: [...rows] } });
    if (entries.length > this.#most) entries.shift();
  }

  *entries(): Generator<Entry> {
    for (const { entry } of this.#entries) yield entry;
  }
}

/**
 * By bucket, the transactions that changed most in it: most rows of all, and most deleted and updated, for a
 * large import must not hide a small accident. About `budget` in all, shared out evenly where there are more.
 */
export function largestTransactions(
  changes: SelectedEvents,
  { buckets, touched }: Timeline,
  budget: number,
): Entry[][] {
  const most = fairShare(touched, budget);
  const rankings = Array.from({ length: buckets.count }, () => [0, 1, 2].map(() => new Best(most)));
  eachSlice(changes, buckets, ({ bucket, transaction, rows }) => {
    const [all, deleted, updated] = rankings[bucket]!;
    all!.offer(rows[0] + rows[1] + rows[2], transaction, rows);
    deleted!.offer(rows[DELETE], transaction, rows);
    updated!.offer(rows[UPDATE], transaction, rows);
  });
  return rankings.map((three) => {
    const entries = new Map<number, Entry>();
    for (const best of three) for (const entry of best.entries()) entries.set(entry.transaction, entry);
    return [...entries.values()].sort((a, b) => a.transaction - b.transaction);
  });
}

/** The largest limit by bucket with which the sum over all of them stays within the budget; at least 1. */
export function fairShare(counts: Iterable<number>, budget: number): number {
  const all = [...counts].filter((count) => count > 0).sort((a, b) => a - b);
  let rest = budget;
  for (const [i, count] of all.entries()) {
    const share = Math.floor(rest / (all.length - i));
    if (count > share) return Math.max(1, share);
    rest -= count;
  }
  return Math.max(1, all.at(-1) ?? 1);
}
