import { BinflashError } from '../errors.ts';
import { type ReportResult, report } from '../report/report.ts';
import { type ReportData, wholeView } from '../report/view/data.ts';
import { countsText, KIND_CLASSES, plural as pluralOf } from '../report/view/numbers.ts';
import { findSpikes } from '../report/view/spikes.ts';
import { tableRows, transactionsAtWork, viewRows } from '../report/view/sums.ts';
import { formatLocal } from '../select/local-time.ts';
import { formatBytes } from '../wire/format-bytes.ts';
import { safeJson, safeText } from '../wire/safe-text.ts';
import { type Arguments, flagOf, furtherOptions, readSelection, textOf } from './arguments.ts';
import { debugLog } from './debug-log.ts';
import { protectNamed, readDescriptions } from './descriptions.ts';
import { inputOptions } from './input-options.ts';
import { progressBar } from './progress-bar.ts';
import { stdoutOutput, writeResult } from './stdout.ts';
import { plural, Style } from './terminal.ts';

/** `binflash report`: one page to look at. */
export async function reportCommand(
  inputs: readonly string[],
  args: Arguments,
  signal: AbortSignal,
): Promise<void> {
  const output = textOf(args, 'output');
  const json = flagOf(args, 'json');
  const quiet = flagOf(args, 'quiet');
  if (output === undefined) {
    throw new BinflashError('USAGE', 'where the page goes is missing', {
      hint: 'Name a file with -o report.html.',
    });
  }
  const toStdout = output === '-';
  await protectNamed(args, output);
  if (toStdout && json) throw new BinflashError('USAGE', '--json and -o - cannot both have standard output');
  const bar = await progressBar(args);
  const input = await inputOptions(args);
  let result: ReportResult;
  try {
    result = await report({
      inputs,
      output: toStdout ? stdoutOutput() : output,
      force: flagOf(args, 'force'),
      select: readSelection(args),
      descriptions: await readDescriptions(args),
      commandOptions: furtherOptions(args),
      ...input.options,
      onProgress: bar.update,
      onDebug: debugLog(args),
      signal,
    });
  } finally {
    bar.stop();
  }
  if (json) await writeResult(`${safeJson(toJson(output, result, input.leftOut), undefined, 2)}\n`, [output]);
  else if (!quiet)
    process.stderr.write(summary(output, result, new Style(flagOf(args, 'color'), process.stderr)));
}

/** The most striking time, where one stands out. */
function topSpike(
  data: ReportData,
): { kind: string; rows: number; table: string; from: number; to: number } | undefined {
  const [spike] = findSpikes(data, wholeView(data), 1);
  if (spike === undefined) return undefined;
  const { from, to, kind, rows } = spike;
  const kinds = [0, 1, 2].map((other) => other === kind) as [boolean, boolean, boolean];
  const [table] = tableRows(data, { span: { from, to }, kinds, table: undefined });
  return {
    kind: KIND_CLASSES[kind]!,
    rows,
    table: data.tables[table!.table]!,
    from: data.origin + from * data.width,
    to: data.origin + to * data.width,
  };
}

function summary(output: string, { data, bytes, warnings }: ReportResult, style: Style): string {
  const view = wholeView(data);
  const [first, last] = data.span;
  const spike = topSpike(data);
  const lines = [
    style.bold(
      `Wrote ${output === '-' ? 'the page' : safeText(output)}, ${formatBytes(bytes)}: ${countsText(viewRows(data, view))}`,
    ),
    `  in ${pluralOf(transactionsAtWork(data, view.span), 'transaction')}, from ${formatLocal(first)} to ${formatLocal(last)}`,
  ];
  if (spike !== undefined) {
    lines.push(
      `  most striking: ${plural(spike.rows, spike.kind)} at ${formatLocal(spike.from)}, mostly on ${safeText(spike.table)}`,
    );
  }
  for (const warning of warnings) lines.push(`${style.yellow('Warning:')} ${safeText(warning)}`);
  return `${lines.join('\n')}\n`;
}

function toJson(
  output: string,
  { data, bytes, warnings }: ReportResult,
  leftOut: readonly string[],
): unknown {
  const view = wholeView(data);
  const [inserts, updates, deletes] = viewRows(data, view);
  return {
    output,
    bytes,
    firstTime: data.span[0],
    lastTime: data.span[1],
    bucketSeconds: data.width,
    rows: { insert: inserts, update: updates, delete: deletes },
    transactions: transactionsAtWork(data, view.span),
    spike: topSpike(data),
    warnings: [...leftOut, ...warnings],
  };
}
