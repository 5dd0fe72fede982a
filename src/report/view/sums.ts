import type { Counts, ReportData, Span, View } from './data.ts';

/** Rows of one bucket that the view looks at, by kind. */
export function bucketRows(data: ReportData, { kinds, table }: Omit<View, 'span'>, bucket: number): Counts {
  const rows: [number, number, number] = [0, 0, 0];
  if (table === undefined) {
    for (const kind of [0, 1, 2] as const) rows[kind] = data.rows[kind][bucket]!;
  } else {
    const flat = data.byTable[bucket]!;
    for (let i = 0; i < flat.length; i += 4) {
      if (flat[i] === table) for (const kind of [0, 1, 2] as const) rows[kind] = flat[i + 1 + kind]!;
    }
  }
  return [kinds[0] ? rows[0] : 0, kinds[1] ? rows[1] : 0, kinds[2] ? rows[2] : 0];
}

/** All rows that the view looks at, by kind. */
export function viewRows(data: ReportData, view: View): Counts {
  const sum: [number, number, number] = [0, 0, 0];
  for (let bucket = view.span.from; bucket < view.span.to; bucket++) {
    const rows = bucketRows(data, view, bucket);
    for (const kind of [0, 1, 2] as const) sum[kind] += rows[kind];
  }
  return sum;
}

/** How many transactions were at work between two buckets: those that began before its end and did not end before it. */
export function transactionsAtWork({ begun, ended }: ReportData, { from, to }: Span): number {
  let count = 0;
  for (let bucket = 0; bucket < to; bucket++) {
    count += begun[bucket]!;
    if (bucket < from) count -= ended[bucket]!;
  }
  return count;
}

/** A table with what the view's kinds changed in it during the span, whatever table the view looks at. */
export interface TableRows {
  readonly table: number;
  readonly rows: Counts;
}

/** The tables that changed, the most changed first. */
export function tableRows(data: ReportData, { span, kinds }: View): TableRows[] {
  const sums = new Map<number, [number, number, number]>();
  for (let bucket = span.from; bucket < span.to; bucket++) {
    const flat = data.byTable[bucket]!;
    for (let i = 0; i < flat.length; i += 4) {
      const sum = sums.get(flat[i]!) ?? [0, 0, 0];
      for (const kind of [0, 1, 2] as const) if (kinds[kind]) sum[kind] += flat[i + 1 + kind]!;
      sums.set(flat[i]!, sum);
    }
  }
  return [...sums]
    .map(([table, rows]) => ({ table, rows }))
    .filter(({ rows }) => rows[0] + rows[1] + rows[2] > 0)
    .sort(
      (a, b) => b.rows[0] + b.rows[1] + b.rows[2] - (a.rows[0] + a.rows[1] + a.rows[2]) || a.table - b.table,
    );
}

/** How transactions may be ranked. */
export type Order = 'rows' | 'deleted' | 'updated' | 'inserted' | 'time';

/** A listed transaction with what it changed during the span. */
export interface RankedTransaction {
  /** Index in `ReportData.transactions`. */
  readonly listed: number;
  readonly rows: Counts;
}

/** The listed transactions at work in the view, ranked. */
export function rankTransactions(data: ReportData, view: View, order: Order): RankedTransaction[] {
  const sums = new Map<number, [number, number, number]>();
  for (let bucket = view.span.from; bucket < view.span.to; bucket++) {
    const flat = data.largest[bucket]!;
    for (let i = 0; i < flat.length; i += 4) {
      const sum = sums.get(flat[i]!) ?? [0, 0, 0];
      for (const kind of [0, 1, 2] as const) sum[kind] += flat[i + 1 + kind]!;
      sums.set(flat[i]!, sum);
    }
  }
  const ranked = [...sums].map(([listed, rows]) => ({ listed, rows }));
  const seen = ranked.filter(({ listed, rows }) => {
    const { tables, moreTables } = data.transactions[listed]!;
    const touches = view.table === undefined || tables.includes(view.table) || moreTables !== undefined;
    return touches && view.kinds.some((wanted, kind) => wanted && rows[kind]! > 0);
  });
  const score = scoreOf(order, view.kinds);
  return seen.sort((a, b) => score(b.rows) - score(a.rows) || a.listed - b.listed);
}

function scoreOf(order: Order, kinds: View['kinds']): (rows: Counts) => number {
  switch (order) {
    case 'rows':
      return (rows) => rows.reduce((sum, count, kind) => sum + (kinds[kind] ? count : 0), 0);
    case 'inserted':
      return (rows) => rows[0];
    case 'updated':
      return (rows) => rows[1];
    case 'deleted':
      return (rows) => rows[2];
    case 'time':
      return () => 0;
  }
}
