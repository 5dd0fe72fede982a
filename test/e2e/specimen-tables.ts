import type { Specimens } from './specimens.ts';

/** Zero dates, values cut to fit, and what else strict servers refuse. */
export const lenient = "SET sql_mode = '', time_zone = '+00:00';";

/** A table of each family, its columns going through their values and NULL. */
export function insertAll(specimens: Specimens): string {
  const tables = Object.entries(specimens).map(([table, columns]) => {
    const filled = columns.flatMap(({ values }, i) => (values.length > 0 ? [i] : []));
    const count = Math.max(...columns.map(({ values }) => values.length)) + 1;
    const rows = Array.from({ length: count }, (_, row) => {
      const values = filled.map(
        (i) => [...columns[i]!.values, 'NULL'][row % (columns[i]!.values.length + 1)],
      );
      return `(${[row + 1, ...values].join(', ')})`;
    });
    const definitions = columns.map(({ type }, i) => `c${i} ${type}`);
    return `
      CREATE TABLE ${table} (${['id INT PRIMARY KEY', ...definitions].join(', ')}) ENGINE=InnoDB;
      INSERT INTO ${table} (${['id', ...filled.map((i) => `c${i}`)].join(', ')}) VALUES ${rows.join(', ')};`;
  });
  return lenient + tables.join('\n');
}
