import type { ReportData, Span, View } from './data.ts';
import { bucketRows } from './sums.ts';

/** A stretch of time in which much more of one kind was changed than at any other time. */
export interface Spike extends Span {
  /** See `Counts`. */
  readonly kind: number;
  readonly rows: number;
  /** The bucket with most of them. */
  readonly top: number;
  /** How many times as much as in an average bucket of the others. */
  readonly factor: number;
  /** How much of its kind was changed at all other times. */
  readonly others: number;
}

/** With fewer buckets than this nothing is usual and nothing stands out. */
const LEAST_BUCKETS = 8;
const LEAST_FACTOR = 4;
const LEAST_ROWS = 10;

/** The most striking spikes, the most striking first. */
export function findSpikes(data: ReportData, view: Omit<View, 'span'>, most: number): Spike[] {
  if (data.count < LEAST_BUCKETS) return [];
  const rows = Array.from({ length: data.count }, (_, bucket) => bucketRows(data, view, bucket));
  const spikes: Spike[] = [];
  for (const kind of [0, 1, 2] as const) {
    const sum = rows.reduce((all, counts) => all + counts[kind], 0);
    const isHigh = (bucket: number): boolean => {
      const own = rows[bucket]?.[kind] ?? 0;
      return own >= LEAST_ROWS && own >= LEAST_FACTOR * usual(sum - own, data.count - 1);
    };
    for (let from = 0; from < data.count; from++) {
      if (!isHigh(from)) continue;
      let to = from + 1;
      while (isHigh(to)) to++;
      let top = from;
      let own = 0;
      for (let bucket = from; bucket < to; bucket++) {
        own += rows[bucket]![kind];
        if (rows[bucket]![kind] > rows[top]![kind]) top = bucket;
      }
      const factor = own / (to - from) / usual(sum - own, data.count - (to - from));
      spikes.push({ kind, from, to, rows: own, top, factor, others: sum - own });
      from = to;
    }
  }
  // A deletion is worth more attention than an import of the same height.
  const score = ({ kind, factor, rows: own }: Spike): number =>
    Math.log2(factor) * Math.log2(own) * (1 + kind / 2);
  return spikes.sort((a, b) => score(b) - score(a)).slice(0, most);
}

/** What an average bucket holds; a row at least, or nothing would be infinitely more than usual. */
function usual(rows: number, buckets: number): number {
  return Math.max(1, rows / Math.max(1, buckets));
}
