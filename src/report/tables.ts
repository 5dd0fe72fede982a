import type { SelectedEvents } from './selected-events.ts';

/** So many tables are told apart; the rest, which change least, go by one name. */
export const MOST_TABLES = 100;

export interface ReportTables {
  /** The most changed first. */
  readonly names: readonly string[];
  /** Patterns of `--table` that mean one table each. */
  readonly patterns: readonly string[];
  /** When not 0, one more name stands at the end, for so many tables. */
  readonly others: number;
  /** By shape: index in {@link names}. */
  readonly ofShape: Uint32Array;
}

/** Puts the tables with selected changes in order. */
export function rankTables(
  { index, events, rowsOf }: SelectedEvents,
  most: number = MOST_TABLES,
): ReportTables {
  const rows = new Float64Array(index.shapes.length);
  for (let i = 0; i < events.length; i++) {
    const event = events.get(i);
    rows[index.events.shape.get(event)]! += rowsOf(event);
  }
  const byKey = new Map<string, { schema: string; name: string; rows: number; shapes: number[] }>();
  for (const { number, table } of index.shapes) {
    if (rows[number] === 0) continue;
    // Names may hold dots, but never this character.
    const key = `${table.schema}\0${table.name}`;
    const entry = byKey.get(key) ?? { schema: table.schema, name: table.name, rows: 0, shapes: [] };
    entry.rows += rows[number]!;
    entry.shapes.push(number);
    byKey.set(key, entry);
  }
  const ranked = [...byKey.values()].sort((a, b) => b.rows - a.rows);
  // One that would be alone under the common name may as well keep its own.
  const kept = ranked.length <= most + 1 ? ranked.length : most;
  const ofShape = new Uint32Array(index.shapes.length);
  for (const [rank, { shapes }] of ranked.entries()) {
    for (const shape of shapes) ofShape[shape] = Math.min(rank, kept);
  }
  const named = ranked.slice(0, kept);
  return {
    names: named.map(({ schema, name }) => `${schema}.${name}`),
    patterns: named.map(({ schema, name }) => `${literal(schema)}.${literal(name)}`),
    others: ranked.length - kept,
    ofShape,
  };
}

/** A name as a pattern that matches nothing else. */
function literal(name: string): string {
  return /^[\w$-]+$/.test(name) ? name : `\`${name.replaceAll('`', '``')}\``;
}
