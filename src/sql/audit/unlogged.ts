import type { Flavour } from '../../binlog/event-types.ts';
import type { Shape } from '../../scan/shapes.ts';
import type { TableDescription } from '../../tables/description.ts';
import { hiddenColumns } from './audited-columns.ts';

/** Columns that a warning names before it only counts. */
const NAMED = 8;

/**
 * What to say of old and new values that the log does not hold (`binlog_row_image` not FULL): an audit has nothing
 * there, as it has for NULL. By table, each said once.
 */
export function unloggedWarnings(
  shapes: readonly Shape[],
  describe: (shape: Shape) => TableDescription,
  flavour: Flavour,
): string[] {
  const unlogged = new Map<string, Set<string>>();
  for (const shape of shapes) {
    const description = describe(shape);
    const { name, columns } = description;
    const { first, second } = shape;
    const hidden = hiddenColumns(description, flavour);
    // A new value that is not logged, where the old one is, is the same.
    const isLacking = (column: number): boolean =>
      !first.columns.includes(column) || (hidden[column]! && second?.columns.includes(column) === false);
    const lacking = columns.filter((_, column) => isLacking(column));
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
