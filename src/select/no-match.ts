import { tableName } from '../binlog/table-map.ts';
import { BinflashError } from '../errors.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import { formatLocal } from './local-time.ts';
import { eventsText, notUnderstood } from './not-understood.ts';

/** The error for a selection that nothing matches: says what the files hold instead. */
export function noMatch(index: BinlogIndex): BinflashError {
  const names = [...new Set(index.shapes.map(({ table }) => tableName(table)))];
  const listed = names.slice(0, 8).join(', ') + (names.length > 8 ? ` and ${names.length - 8} more` : '');
  const from = Math.min(...index.files.map((file) => file.firstTime).filter((time) => time > 0));
  const to = Math.max(...index.files.map((file) => file.lastTime));
  const span = to > 0 ? `, from ${formatLocal(from)} to ${formatLocal(to)}` : '';
  const what =
    index.events.length === 0
      ? `no row changes at all${span}`
      : `${index.events.length} rows events on ${listed}${span}`;
  const others = notUnderstood(index);
  const more = others === undefined ? '' : `; ${eventsText(others)} not understood, and may hold some`;
  return new BinflashError('NO_MATCH', `nothing matches the selection; the files hold ${what}${more}`, {
    file: index.files.length === 1 ? index.files[0]!.path : undefined,
    hint:
      index.events.length === 0
        ? 'Row changes are only logged with binlog_format=ROW.'
        : 'binflash inspect shows tables, times and positions.',
  });
}
