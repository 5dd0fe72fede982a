import { ColumnType } from '../binlog/columns/types.ts';
import { EventCode } from '../binlog/event-types.ts';
import { type ChangeKind, RowsFlag } from '../binlog/rows.ts';
import type { TableDescription } from '../tables/description.ts';
import { hasBit } from '../wire/bitmap.ts';
import { readU16, readU32 } from '../wire/integers.ts';
import type { ShownEvent } from './change-formatter.ts';
import type { SqlColumn } from './pseudo-sql-columns.ts';
import { quotedName } from './pseudo-sql-text.ts';

const EVENTS: Readonly<Record<ChangeKind, string>> = {
  insert: 'Write_rows',
  update: 'Update_rows',
  delete: 'Delete_rows',
};

const FLAGS: readonly [flag: number, name: string][] = [
  [RowsFlag.STMT_END, 'STMT_END_F'],
  [RowsFlag.NO_FOREIGN_KEY_CHECKS, 'NO_FOREIGN_KEY_CHECKS_F'],
  [RowsFlag.USE_SQL_FOREIGN_KEY, 'USE_SQL_FOREIGN_KEY_F'],
];

/**
 * What mysqlbinlog says of a rows event before its rows: `# at` its position, or that of the event that holds it,
 * then its header and flags. `date` is its time as `261121  3:00:00`.
 */
export function eventHead({ bytes, start, rows }: ShownEvent, at: number, end: number, date: string): string {
  const flags = FLAGS.filter(([flag]) => (rows.flags & flag) !== 0).map(([, name]) => name);
  const name = bytes[start + 4] === EventCode.PARTIAL_UPDATE_ROWS ? 'Update_rows_partial' : EVENTS[rows.kind];
  const serverId = readU32(bytes, start + 5);
  const tail = flags.length > 0 ? ` flags: ${flags.join(' ')}` : '';
  return `# at ${at}\n#${date} server id ${serverId}  end_log_pos ${end} \t${name}: table id ${rows.tableId}${tail}\n`;
}

/** Type byte of the extra data chunk that holds partition ids. */
const PARTITION_CHUNK = 1;

/** The partitions that MySQL 8.0.16 and later log; empty where there are none. */
export function partitionLine({ bytes, rows }: ShownEvent): string {
  const { extraStart, extraEnd, kind } = rows;
  const size = kind === 'update' ? 5 : 3;
  if (extraEnd - extraStart < size || bytes[extraStart] !== PARTITION_CHUNK) return '';
  const partition = readU16(bytes, extraStart + 1);
  if (kind !== 'update') return `### Extra row info for partitioning: partition: ${partition}\n`;
  const source = readU16(bytes, extraStart + 3);
  return `### Extra row info for partitioning: source_partition: ${source} target_partition: ${partition}\n`;
}

/**
 * Names, types and key of a table as `mysqlbinlog --print-table-metadata` prints them, but with the types called
 * as in the lines of the rows. Empty where no name is known.
 */
export function tableHead(
  { table, columns: described }: TableDescription,
  columns: readonly SqlColumn[],
): string {
  if (!described.some(({ named }) => named)) return '';
  const lines = described.map(({ name }, i) => {
    const unsigned = table.optional.unsigned?.[i] && table.types[i] !== ColumnType.YEAR ? ' UNSIGNED' : '';
    const nullable = hasBit(table.nullable, 0, i) ? '' : ' NOT NULL';
    return `${quotedName(name)} ${columns[i]!.type}${unsigned}${nullable}`;
  });
  const keys = described.flatMap(({ name, key }) => (key ? [quotedName(name)] : []));
  const key = keys.length > 0 ? `# Primary Key(${keys.join(', ')})\n` : '';
  return `# Columns(${lines.join(',\n#         ')})\n${key}`;
}
