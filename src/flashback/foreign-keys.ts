import { RowsFlag } from '../binlog/rows.ts';
import { TableMapFlag, tableName } from '../binlog/table-map.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import type { NumberList } from '../scan/paged-column.ts';

/** Tables that a message names before it only counts. */
const NAMED = 8;

/**
 * What foreign keys may do that the undo does not show.
 *
 * - InnoDB's own cascades (MariaDB, MySQL before 9.6, or innodb_native_foreign_keys=ON) are not in the log:
 *   children that they deleted or changed do not come back, and the undo of an INSERT runs them again.
 * - MySQL 9.6 and later log them, and the replay runs without checks: what is left out may lose its parent.
 *
 * MySQL marks the TABLE_MAP of tables that take part in foreign keys: 5.6 those referred to, 9.7 both
 * sides (seen on live servers). MariaDB marks none, so every table may be meant.
 */
export function foreignKeyWarnings(index: BinlogIndex, selected: NumberList, partial: boolean): string[] {
  const { flavour, serverVersion } = index.files[0]!.format;
  const unlogged = new Set<string>();
  const unchecked = new Set<string>();
  for (let i = 0; i < selected.length; i++) {
    const event = selected.get(i);
    const { kind, table } = index.shapes[index.events.shape.get(event)]!;
    if (flavour === 'mysql' && (table.flags & TableMapFlag.REFERRED_FK_DB) === 0) continue;
    if ((index.events.flags.get(event) & RowsFlag.USE_SQL_FOREIGN_KEY) !== 0) unchecked.add(tableName(table));
    else if (kind !== 'insert' || partial) unlogged.add(tableName(table));
  }
  const warnings: string[] = [];
  if (unlogged.size > 0) {
    warnings.push(
      `server ${serverVersion} does not log what ON DELETE CASCADE, ON DELETE SET NULL and ON UPDATE CASCADE do to child tables: if there are any, check the children of ${list(unlogged)}`,
    );
  }
  if (unchecked.size > 0 && partial) {
    warnings.push(
      `the replay runs without foreign key checks (the log holds what cascades did), and the selection leaves changes out: check that no row refers to one that is gone, in and around ${list(unchecked)}`,
    );
  }
  return warnings;
}

function list(tables: ReadonlySet<string>): string {
  const names = [...tables];
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return names.slice(0, NAMED).join(', ') + more;
}
