import type { Shape } from '../../scan/shapes.ts';
import type { TableDescription } from '../../tables/description.ts';

/** Columns that a warning names before it only counts. */
const NAMED = 8;

/**
 * What to say of old and new values that the log does not hold (`binlog_row_image` not FULL): an audit has nothing
 * there, as it has for NULL. By table, each said once.
 */
export function unloggedWarnings(
  shapes: readonly Shape[],
  describe: (shape: Shape) => TableDescription,
): string[] {
  const unlogged = new Map<string, Set<string>>();
  for (const shape of shapes) {
    const { name, columns } = describe(shape);
    // A new value that is not logged, where the old one is, is the same.
    const { first } = shape;
    const lacking = columns.filter((_, column) => !first.columns.includes(column));
    const known = unlogged.get(name) ?? new Set();
    for (const column of lacking) known.add(column.name);
    if (known.size > 0) unlogged.set(name, known);
  }
  return [...unlogged].map(([table, names]) => {
    const more = names.size > NAMED ? ` and ${names.size - NAMED} more` : '';
    const some = [...names].slice(0, NAMED).join(', ') + more;
    return `the log does not hold all values of ${table}: where they are missing, ${some} look like NULL`;
  });
}
