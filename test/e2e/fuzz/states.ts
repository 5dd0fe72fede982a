import { type Fingerprint, fingerprint } from '../support.ts';
import type { ConnectedServer } from './connected.ts';

/**
 * All rows of a database. MariaDB answers CHECKSUM TABLE differently for the same rows at times where a table has
 * generated columns (seen with a copy made by INSERT ... SELECT, nothing undone); the rows in HEX are exact
 * without it.
 */
export async function stateOf(server: ConnectedServer, database: string): Promise<Fingerprint> {
  const state = await fingerprint(server, database);
  if (server.flavour !== 'mariadb') return state;
  return Object.fromEntries(
    Object.entries(state).map(([name, table]) => [name, { ...table, checksum: 'not asked' }]),
  );
}

/** Some tables as at one time, all others as at another. */
export function mixed(some: Fingerprint, others: Fingerprint, tables: readonly string[]): Fingerprint {
  const named = tables.filter((table) => some[table] !== undefined);
  return { ...others, ...Object.fromEntries(named.map((table) => [table, some[table]!])) };
}

/** What only one of two states has, or nothing. */
export function differences(actual: Fingerprint, expected: Fingerprint): string {
  const lines: string[] = [];
  for (const table of new Set([...Object.keys(actual), ...Object.keys(expected)])) {
    const [is, was] = [actual[table], expected[table]];
    if (JSON.stringify(is) === JSON.stringify(was)) continue;
    lines.push(`${table}: ${is?.count} rows, ${was?.count} at that time`);
    if (is?.checksum !== was?.checksum) lines.push(`  checksum ${is?.checksum}, then ${was?.checksum}`);
    if (is?.create !== was?.create) lines.push(`  is ${is?.create}`, `  was ${was?.create}`);
    if (!Array.isArray(is?.rows) || !Array.isArray(was?.rows)) continue;
    lines.push(...without(is.rows, was.rows).map((row) => `  + ${row}`));
    lines.push(...without(was.rows, is.rows).map((row) => `  - ${row}`));
  }
  return lines.join('\n');
}

/** The rows of one list that another has not, as often as they stand there. */
function without(rows: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return rows.filter((row) => {
    const at = left.indexOf(row);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
