import { type Inspection, inspect } from '../inspect/inspect.ts';
import { formatLocal } from '../select/local-time.ts';
import { type Arguments, flagOf, maxUnpackedSizeOf } from './options.ts';
import { writeStdout } from './stdout.ts';
import { formatBytes, plural, printable, progressBar, Style } from './terminal.ts';

/** Blockers that are listed; the rest is counted. */
const SHOWN = 10;

/** `binflash inspect`: what is in these files, and what could not be undone. */
export async function inspectCommand(
  inputs: readonly string[],
  args: Arguments,
  signal: AbortSignal,
): Promise<void> {
  const bar = await progressBar(flagOf(args, 'progress') && !flagOf(args, 'quiet'));
  let inspection: Inspection;
  try {
    inspection = await inspect(inputs, {
      onProgress: bar.update,
      signal,
      maxUnpackedSize: maxUnpackedSizeOf(args),
    });
  } finally {
    bar.stop();
  }
  if (flagOf(args, 'json')) await writeStdout(`${JSON.stringify(inspection, null, 2)}\n`);
  else await writeStdout(await render(inspection, new Style(flagOf(args, 'color'), process.stdout)));
}

async function render({ files, tables, blockers, warnings }: Inspection, style: Style): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const lines: string[] = [];
  for (const file of files) {
    lines.push(
      style.bold(printable(file.path)),
      `  ${file.flavour === 'mariadb' ? 'MariaDB' : 'MySQL'} ${printable(file.serverVersion)}, server id ${file.serverId}, ` +
        `checksum ${file.checksum}, ${formatBytes(file.size)}${file.closed ? '' : ', not closed by the server'}`,
      file.firstTime === 0
        ? '  no events'
        : `  ${formatLocal(file.firstTime)} to ${formatLocal(file.lastTime)}`,
      `  ${plural(file.transactions, 'transaction')} with ${plural(file.rows, 'row change')}`,
    );
    if (file.takenBack > 0) {
      lines.push(
        `  and ${plural(file.takenBack, 'row change')} that the server took back (XA ROLLBACK, ROLLBACK TO SAVEPOINT)`,
      );
    }
  }
  if (tables.length > 0) {
    const table = new Table({
      head: ['table', 'inserts', 'updates', 'deletes', 'transactions', 'size', 'first', 'last'],
      style: { head: [], border: [], compact: true },
      colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'left', 'left'],
    });
    for (const row of tables) {
      table.push([
        printable(row.table),
        row.insert,
        row.update,
        row.delete,
        row.transactions,
        formatBytes(row.bytes),
        formatLocal(row.firstTime),
        formatLocal(row.lastTime),
      ]);
    }
    lines.push('', table.toString());
  }
  if (blockers.length > 0) {
    lines.push('', style.bold('What could not be undone here:'));
    for (const { file, offset, table, message } of blockers.slice(0, SHOWN)) {
      lines.push(printable(`  ${file}:${offset}${table ? `, table ${table}` : ''}: ${message}`));
    }
    if (blockers.length > SHOWN) lines.push(`  and ${blockers.length - SHOWN} more (--json has all)`);
  }
  for (const warning of warnings) lines.push(`${style.yellow('Note:')} ${printable(warning)}`);
  return `${lines.join('\n')}\n`;
}
