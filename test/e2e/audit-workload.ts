/** A workload over every column type, with copies of the rows as they were before and after each change. */
import { lenient } from './specimen-tables.ts';
import type { Specimens } from './specimens.ts';
import { quote } from './support.ts';

/** When the workload's statements ran, by the source's clock. */
export const WORKLOAD_TIME = 1_795_230_000;

/** Kept beside a table: what it was like after which step. */
export const STEPS = ['inserted', 'updated', 'deleted'] as const;
export type Step = (typeof STEPS)[number];

export const copyOf = (table: string, step: Step): string => `${table}__${step}`;

/** Columns that statements may set; the others are generated, or follow the clock. */
function settable(specimens: Specimens, table: string): string[] {
  return specimens[table]!.flatMap(({ values }, i) => (values.length > 0 ? [`c${i}`] : []));
}

/** Tables for the copies, without generated columns: rows are compared with what was seen. */
export function makeCopies(specimens: Specimens, database: string): string {
  const copies = Object.entries(specimens).flatMap(([table, columns]) => {
    const all = ['id', ...columns.map((_, i) => `c${i}`)].join(', ');
    return STEPS.map(
      (step) => `CREATE TABLE ${quote(copyOf(table, step))} AS SELECT ${all} FROM ${table} WHERE FALSE;`,
    );
  });
  return `USE ${database}; ${lenient} SET sql_log_bin = 0; ${copies.join('\n')}`;
}

/**
 * Inserts all rows of a table a second time under higher numbers, gives every row the values of the next one, and deletes
 * every other row; keeps copies of all rows in between. `columns` are all that the copies have.
 */
export function workload(specimens: Specimens, table: string): string {
  const columns = settable(specimens, table);
  const all = ['id', ...specimens[table]!.map((_, i) => `c${i}`)].join(', ');
  const keep = (step: Step): string => `
    SET sql_log_bin = 0;
    INSERT INTO ${quote(copyOf(table, step))} (${all}) SELECT ${all} FROM ${table};
    SET sql_log_bin = 1;`;
  return `
    ${lenient} SET timestamp = ${WORKLOAD_TIME};
    SET @rows = (SELECT COUNT(*) FROM ${table});
    INSERT INTO ${table} (${['id', ...columns].join(', ')})
      SELECT ${['id + 1000', ...columns].join(', ')} FROM ${table};
    ${keep('inserted')}
    UPDATE ${table} t JOIN ${quote(copyOf(table, 'inserted'))} n ON n.id = t.id % 1000 % @rows + 1
      SET ${columns.map((column) => `t.${column} = n.${column}`).join(', ')};
    ${keep('updated')}
    DELETE FROM ${table} WHERE id % 2 = 0;
    ${keep('deleted')}`;
}
