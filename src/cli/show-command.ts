import { fstatSync } from 'node:fs';
import { BinflashError } from '../errors.ts';
import { defaultMaxValue, type ShowFormat } from '../show/formats.ts';
import { type ShowResult, show } from '../show/show.ts';
import { safeText } from '../wire/safe-text.ts';
import { type Arguments, flagOf, numberOf, readSelection, textOf } from './arguments.ts';
import { debugLog } from './debug-log.ts';
import { readDescriptions } from './descriptions.ts';
import { inputOptions } from './input-options.ts';
import { progressBar } from './progress-bar.ts';
import { PipeClosed, writeStdout } from './stdout.ts';
import { plural, Style } from './terminal.ts';

/** `binflash show`: the selected row changes as people or programs read them. */
export async function showCommand(
  inputs: readonly string[],
  args: Arguments,
  signal: AbortSignal,
): Promise<void> {
  const quiet = flagOf(args, 'quiet');
  const limit = numberOf(args, 'limit');
  if (limit === 0) throw new BinflashError('USAGE', '--limit 0 shows nothing', { hint: 'Give 1 or more.' });
  const format = formatOf(args);
  const maxValue = numberOf(args, 'max-value') ?? defaultMaxValue(format);
  const tables = await readDescriptions(args, { maxValue });
  // Where changes are printed, they show how far it is; and a pager at the end of a pipe has the terminal for itself.
  const bar = await progressBar(args, isFile(process.stdout.fd));
  const input = await inputOptions(args);
  let result: ShowResult;
  try {
    result = await show({
      inputs,
      select: readSelection(args),
      format,
      descriptions: tables,
      write: writeStdout,
      limit,
      timeZone: textOf(args, 'time-zone'),
      maxValue,
      palette: new Style(flagOf(args, 'color'), process.stdout),
      width: process.stdout.columns,
      ...input.options,
      onProgress: bar.update,
      onDebug: debugLog(args),
      signal,
    });
  } catch (error) {
    // Whoever reads has seen enough (less, head): that is how one looks at a long log.
    if (error instanceof PipeClosed) return;
    throw error;
  } finally {
    bar.stop();
  }
  if (!quiet) process.stderr.write(remarks(result, new Style(flagOf(args, 'color'), process.stderr)));
}

function isFile(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFile();
  } catch {
    return false;
  }
}

function formatOf(args: Arguments): ShowFormat {
  if (!flagOf(args, 'sql')) return flagOf(args, 'json') ? 'json' : 'text';
  if (flagOf(args, 'json')) throw new BinflashError('USAGE', '--sql and --json exclude each other');
  if (textOf(args, 'max-value') !== undefined) {
    throw new BinflashError('USAGE', '--max-value does not go with --sql, which shows values whole');
  }
  return 'sql';
}

function remarks({ rows, limited, takenBack, warnings }: ShowResult, style: Style): string {
  const lines: string[] = [];
  if (limited) lines.push(`Stopped after ${plural(rows, 'row change')} (--limit)`);
  if (takenBack > 0) {
    lines.push(
      `Not shown, for the server took it back itself: ${plural(takenBack, 'row change')} (XA ROLLBACK, ROLLBACK TO SAVEPOINT)`,
    );
  }
  for (const warning of warnings) lines.push(`${style.yellow('Warning:')} ${safeText(warning)}`);
  return lines.map((line) => `${line}\n`).join('');
}
