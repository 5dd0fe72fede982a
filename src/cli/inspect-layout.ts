import type { ChangeKind } from '../binlog/rows.ts';
import type { Contents, GtidSpan, Spot, TableInspection } from '../inspect/contents.ts';
import type { FileInspection, Inspection } from '../inspect/inspect.ts';
import { formatLocal } from '../select/local-time.ts';
import { formatBytes } from '../wire/format-bytes.ts';
import { safeText } from '../wire/safe-text.ts';
import { plural, type Style } from './terminal.ts';

/** Blockers, and tables of one file of many, that are listed; the rest is counted. */
const SHOWN_BLOCKERS = 10;
const SHOWN_TABLES = 5;
/** Sources of GTIDs that are listed. */
const SHOWN_SOURCES = 8;

const KINDS: readonly ChangeKind[] = ['insert', 'update', 'delete'];

/** An inspection for people. */
export async function inspectionText(inspection: Inspection, style: Style): Promise<string> {
  const { files, total, tables, blockers, warnings } = inspection;
  const lines: string[] = [];
  for (const file of files) {
    lines.push(style.bold(safeText(file.path)), ...serverLines(file), ...contentLines(file));
    if (files.length > 1) lines.push(...tableLines(file.tables));
  }
  if (files.length > 1) lines.push(style.bold(`In all ${files.length} files`), ...contentLines(total, true));
  if (tables.length > 0) lines.push('', await tableOfTables(tables));
  if (blockers.length > 0) {
    lines.push('', style.bold('What could not be undone here:'));
    for (const { file, offset, table, message } of blockers.slice(0, SHOWN_BLOCKERS)) {
      lines.push(safeText(`  ${file}:${offset}${table ? `, table ${table}` : ''}: ${message}`));
    }
    if (blockers.length > SHOWN_BLOCKERS)
      lines.push(`  and ${blockers.length - SHOWN_BLOCKERS} more (--json has all)`);
  } else if (total.rows > 0) {
    lines.push('', 'Nothing here stands against an undo.');
  }
  for (const warning of warnings) lines.push(`${style.yellow('Note:')} ${safeText(warning)}`);
  return `${lines.join('\n')}\n`;
}

function serverLines(file: FileInspection): string[] {
  const { flavour, serverVersion, serverId, binlogVersion, headerLength, checksum, closed, encryption } =
    file;
  return [
    `  ${flavour === 'mariadb' ? 'MariaDB' : 'MySQL'} ${safeText(serverVersion)}, server id ${serverId}, ` +
      `binlog version ${binlogVersion}, event headers of ${headerLength} bytes, checksum ${checksum}` +
      `${encryption === undefined ? '' : `, encrypted (${encryption})`}${closed ? '' : ', not closed by the server'}`,
    ...relayLines(file),
  ];
}

/** Where a DBA finds the same on the source. */
function relayLines({ relay, transactions, withoutRows }: FileInspection): string[] {
  if (relay === undefined) return [];
  const { serverId, sourceFiles } = relay;
  const isEmpty = transactions + withoutRows === 0;
  const [first, ...others] = sourceFiles;
  const last = others.at(-1);
  const none = isEmpty ? 'no transaction of its source' : 'of which files of its source it does not tell';
  const events = first === undefined ? none : `events of its ${last ? `${first} to ${last}` : first}`;
  return [`  relay log of the replica with server id ${serverId}, ${safeText(events)}`];
}

function contentLines(contents: Contents, isTotal = false): string[] {
  const { size, firstTime, lastTime, transactions, rows, takenBack, gtids, withoutRows, uncountedEvents } =
    contents;
  const time = firstTime === 0 ? 'no events' : `${formatLocal(firstTime)} to ${formatLocal(lastTime)}`;
  const lines = [`${formatBytes(size)}, ${time}`];
  if (gtids.length > 0) lines.push(`GTIDs ${gtidText(gtids)}`);
  const kinds = KINDS.filter((kind) => contents[kind] > 0).map((kind) => plural(contents[kind], kind));
  const changes = kinds.length > 0 ? `: ${kinds.join(', ')}` : '';
  lines.push(`${plural(transactions, 'transaction')} with ${plural(rows, 'row change')}${changes}`);
  if (uncountedEvents > 0)
    lines.push(`and ${plural(uncountedEvents, 'rows event')} whose rows cannot be counted`);
  if (takenBack > 0) {
    lines.push(
      `and ${plural(takenBack, 'row change')} that the server took back (XA ROLLBACK, ROLLBACK TO SAVEPOINT)`,
    );
  }
  if (withoutRows > 0) lines.push(`and ${plural(withoutRows, 'group')} without row changes`);
  if (rows > 0) lines.push(...formatLines(contents), ...largestLines(contents, isTotal));
  const others = statementsText(contents);
  if (others !== '') lines.push(others);
  lines.push(`events: ${eventsText(contents)}`);
  return lines.map((line) => `  ${line}`);
}

/** GTIDs by source from the first to the last, as servers write sets where they can. */
function gtidText(gtids: readonly GtidSpan[]): string {
  const spans = gtids.slice(0, SHOWN_SOURCES).map(({ source, first, last, count }) => {
    const isMysql = source.includes(':') || source.length > 30;
    const whole = BigInt(count) === last - first + 1n;
    const holes = whole ? '' : ` (${count} of them)`;
    if (isMysql) return `${source}:${first === last ? first : `${first}-${last}`}${holes}`;
    return first === last ? `${source}-${first}` : `${source}-${first} to ${source}-${last}${holes}`;
  });
  const more = gtids.length > SHOWN_SOURCES ? `, and of ${gtids.length - SHOWN_SOURCES} more sources` : '';
  return spans.join(', ') + more;
}

/** Settings of the server, as far as they show in what it wrote. */
function formatLines({ rowsVersions, rowImages, metadata, statementTexts, compressed }: Contents): string[] {
  const partial = KINDS.filter((kind) => rowImages[kind].partial > 0);
  const full = KINDS.filter((kind) => rowImages[kind].full > 0);
  const images =
    partial.length === 0
      ? 'full row images'
      : `row images: ${KINDS.filter((kind) => partial.includes(kind) || full.includes(kind))
          .map((kind) => {
            const counts = rowImages[kind];
            if (counts.partial === 0) return `${kind} full`;
            return counts.full === 0
              ? `${kind} partial`
              : `${kind} partial in ${plural(counts.partial, 'event')} of ${counts.full + counts.partial}`;
          })
          .join(', ')}`;
  const known = [
    metadata.full > 0 ? `full for ${plural(metadata.full, 'table definition')}` : '',
    metadata.minimal > 0
      ? `minimal (no column names) for ${plural(metadata.minimal, 'table definition')}`
      : '',
    metadata.none > 0 ? `none for ${plural(metadata.none, 'table definition')}` : '',
  ].filter((part) => part !== '');
  const packed =
    compressed.events === 0
      ? 'not compressed'
      : `compressed in ${plural(compressed.events, 'event')}, ${formatBytes(compressed.bytes)} of ${formatBytes(compressed.unpacked)}`;
  return [
    `rows events of version ${rowsVersions.join(' and ')}, ${images}, ${packed}`,
    `table metadata ${known.join(', ')}; ${statementTexts > 0 ? plural(statementTexts, 'statement text') : 'no texts of statements'}`,
  ];
}

function largestLines(
  { largestTransaction, largestEvent, largestRow }: Contents,
  isTotal: boolean,
): string[] {
  const at = ({ file, offset }: Spot): string => (isTotal ? `${safeText(file)}:${offset}` : String(offset));
  const lines: string[] = [];
  if (largestTransaction) {
    const { end, endFile, bytes, rows } = largestTransaction;
    const to = endFile === undefined ? end : `${safeText(endFile)}:${end}`;
    lines.push(
      `largest transaction: ${at(largestTransaction)}-${to}, ${formatBytes(bytes)}, ${plural(rows, 'row change')}`,
    );
  }
  if (largestEvent) {
    const { table, rows, bytes } = largestEvent;
    lines.push(
      `largest rows event: ${at(largestEvent)}, ${formatBytes(bytes)}, ${rows === 0 ? 'rows that cannot be counted' : plural(rows, 'row')} of ${safeText(table)}`,
    );
  }
  if (largestRow) {
    const { table, kind, bytes } = largestRow;
    lines.push(
      `largest row: in the event at ${at(largestRow)}, ${formatBytes(bytes)}, ${kind} of ${safeText(table)}`,
    );
  }
  return lines;
}

function statementsText({ statements }: Contents): string {
  const { ddl, changes, unknown, incidents, unsupported } = statements;
  return [
    ddl > 0 ? plural(ddl, 'DDL statement') : '',
    changes > 0 ? plural(changes, 'change logged as statement', 'changes logged as statements') : '',
    unknown > 0 ? plural(unknown, 'other statement') : '',
    incidents > 0 ? plural(incidents, 'incident') : '',
    unsupported > 0 ? plural(unsupported, 'event not understood', 'events not understood') : '',
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function eventsText({ events }: Contents): string {
  return Object.entries(events)
    .sort(([, a], [, b]) => b - a)
    .map(([name, times]) => `${name} ${times}`)
    .join(', ');
}

/** The most changed tables of one file of many. */
function tableLines(tables: readonly TableInspection[]): string[] {
  const rowsOf = (table: TableInspection): number => KINDS.reduce((sum, kind) => sum + table[kind], 0);
  const lines = [...tables]
    .sort((a, b) => rowsOf(b) - rowsOf(a))
    .slice(0, SHOWN_TABLES)
    .map((table) => {
      const kinds = KINDS.filter((kind) => table[kind] > 0).map((kind) => plural(table[kind], kind));
      return `    ${safeText(table.table)}: ${kinds.join(', ')}`;
    });
  if (tables.length > SHOWN_TABLES)
    lines.push(
      `    and ${plural(tables.length - SHOWN_TABLES, 'more table', 'more tables')} (--json has all)`,
    );
  return lines;
}

async function tableOfTables(tables: readonly TableInspection[]): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const table = new Table({
    head: ['table', 'inserts', 'updates', 'deletes', 'transactions', 'size', 'first', 'last'],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'left', 'left'],
  });
  for (const row of tables) {
    // A table with rows events but no rows is one whose rows cannot be counted.
    const known = row.insert + row.update + row.delete > 0;
    table.push([
      safeText(row.table),
      ...(known ? [row.insert, row.update, row.delete] : ['?', '?', '?']),
      row.transactions,
      formatBytes(row.bytes),
      formatLocal(row.firstTime),
      formatLocal(row.lastTime),
    ]);
  }
  return table.toString();
}
