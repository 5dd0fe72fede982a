import type { ChangeKind } from '../../binlog/rows.ts';
import { optionWords, selectionWords } from '../../select/command-line.ts';
import type { Selection } from '../../select/selection.ts';
import { shellPath } from '../../wire/shell.ts';
import { bucketStart, isWhole, type ReportData, type View } from './data.ts';
import { KIND_CLASSES } from './numbers.ts';
import { isoTime } from './time.ts';

/** The commands for what is looked at, each for a POSIX shell. */
export interface Commands {
  /** Undoes it. */
  readonly rewrite: string;
  /** Shows its rows. */
  readonly show: string;
  /** Lists its transactions. */
  readonly transactions: string;
  /** Makes a report of it, with finer buckets. */
  readonly report: string;
}

/**
 * The report's own selection, narrowed to the view. Undefined when no options say it: the tables that go by one
 * name are too many to name.
 */
export function commandsFor(data: ReportData, view: View): Commands | undefined {
  if (view.table !== undefined && data.patterns[view.table] === undefined) return undefined;
  if (lookedAt(data, view.kinds).length === 0) return undefined;
  const inputs = filesOf(data, view).map(shellPath);
  const words = [...inputs, ...narrowedWords(data, view)];
  const further = data.options.flatMap(([option, value]) => optionWords(option, value));
  const command = (name: string, ...rest: string[]): string =>
    ['binflash', name, ...words, ...further, ...rest].join(' ');
  return {
    rewrite: command('rewrite', '-o', 'undo.binlog'),
    show: command('show'),
    transactions: command('transactions', '--sort', 'rows'),
    report: command('report', '-o', 'closer.html'),
  };
}

/** The kinds of change that the report selects and the view has. */
function lookedAt({ select }: ReportData, kinds: View['kinds']): ChangeKind[] {
  return KIND_CLASSES.filter((name, kind) => kinds[kind] && (select.types?.includes(name) ?? true));
}

function narrowedWords(data: ReportData, { span, kinds, table }: View): string[] {
  const { startDatetime, stopDatetime, xids, ...select } = data.select;
  const narrowed: Selection = {
    ...select,
    ...(xids === undefined ? {} : { xids: xids.map(BigInt) }),
    // A table of the report matches what the report selects already: its own name is narrower than that.
    ...(table === undefined ? {} : { tables: [data.patterns[table]!] }),
    ...(kinds.every(Boolean) ? {} : { types: lookedAt(data, kinds) }),
  };
  const from = bucketStart(data, span.from);
  const to = bucketStart(data, span.to);
  const times: string[] = [];
  const whole = isWhole(data, span);
  if (!whole || startDatetime !== undefined) {
    times.push(
      '--start-datetime',
      isoTime(data.zone, whole ? startDatetime! : Math.max(from, startDatetime ?? 0)),
    );
  }
  if (!whole || stopDatetime !== undefined) {
    times.push(
      '--stop-datetime',
      isoTime(data.zone, whole ? stopDatetime! : Math.min(to, stopDatetime ?? to)),
    );
  }
  return [...selectionWords(narrowed), ...times];
}

/** The files that hold changes of the span, and those between them: what is not needed is not read. */
function filesOf({ files, firstFile, lastFile, select }: ReportData, { span }: View): readonly string[] {
  let first = files.length;
  let last = -1;
  for (let bucket = span.from; bucket < span.to; bucket++) {
    if (firstFile[bucket]! < 0) continue;
    first = Math.min(first, firstFile[bucket]!);
    last = Math.max(last, lastFile[bucket]!);
  }
  if (last < 0) return files;
  // Positions count in the first and the last file that are named.
  if (select.startPosition !== undefined) first = 0;
  if (select.stopPosition !== undefined) last = files.length - 1;
  return files.slice(first, last + 1);
}
