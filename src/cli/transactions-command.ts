import { BinflashError } from '../errors.ts';
import { type Moment, moments } from '../select/moments.ts';
import { RANKINGS } from '../transactions/ranking.ts';
import { TEXT_SETTINGS } from '../transactions/statements.ts';
import { type TransactionEntry, type TransactionList, transactions } from '../transactions/transactions.ts';
import type { UndoCommand } from '../transactions/undo-command.ts';
import { safeJson, safeText } from '../wire/safe-text.ts';
import {
  type Arguments,
  choiceOf,
  flagOf,
  furtherOptions,
  numberOf,
  readSelection,
  textOf,
} from './arguments.ts';
import { debugLog } from './debug-log.ts';
import { readDescriptions } from './descriptions.ts';
import { inputOptions } from './input-options.ts';
import { progressBar } from './progress-bar.ts';
import { PipeClosed, writeStdout } from './stdout.ts';
import { errorJson, formatRefusals, plural, Style } from './terminal.ts';
import { TransactionsLayout } from './transactions-layout.ts';

/** `binflash transactions`: one line a transaction, and the command that undoes the first. */
export async function transactionsCommand(
  inputs: readonly string[],
  args: Arguments,
  signal: AbortSignal,
): Promise<void> {
  const quiet = flagOf(args, 'quiet');
  const bar = await progressBar(args);
  const moment = moments(textOf(args, 'time-zone'));
  const input = await inputOptions(args);
  const options = {
    select: readSelection(args),
    sort: choiceOf(args, 'sort', RANKINGS),
    top: positiveOf(args, 'top'),
    minRows: positiveOf(args, 'min-rows'),
    contains: textOf(args, 'contains'),
    descriptions: await readDescriptions(args),
    maxText: maxTextOf(args),
    ...input.options,
    onProgress: bar.update,
    onDebug: debugLog(args),
    signal,
  };
  try {
    await transactions(inputs, options, async (list) => {
      bar.stop();
      const undo = list.undoFirst(furtherOptions(args));
      if (flagOf(args, 'json')) await printJson(list, undo, input.leftOut);
      else
        await printLines(list, undo, inputs, quiet, moment, new Style(flagOf(args, 'color'), process.stdout));
      if (quiet) return;
      const style = new Style(flagOf(args, 'color'), process.stderr);
      for (const warning of list.unmatched) {
        process.stderr.write(`${style.yellow('Warning:')} ${safeText(warning)}\n`);
      }
    });
  } catch (error) {
    // Whoever reads has seen enough (less, head): that is how one looks at a long list.
    if (error instanceof PipeClosed) return;
    throw error;
  } finally {
    bar.stop();
  }
}

/** 0 cuts no statement, as it cuts no value elsewhere. */
function maxTextOf(args: Arguments): number | undefined {
  const most = numberOf(args, 'max-value');
  return most === 0 ? Infinity : most;
}

function positiveOf(args: Arguments, name: string): number | undefined {
  const number = numberOf(args, name);
  if (number === 0) throw new BinflashError('USAGE', `--${name} must be 1 or more`);
  return number;
}

async function printLines(
  list: TransactionList,
  undo: UndoCommand,
  inputs: readonly string[],
  quiet: boolean,
  moment: Moment,
  style: Style,
): Promise<void> {
  let layout: TransactionsLayout | undefined;
  for await (const group of list.entries()) {
    const lines: string[] = [];
    if (layout === undefined) {
      const width = process.stdout.isTTY ? process.stdout.columns : Infinity;
      layout = new TransactionsLayout(width, inputs, group, moment);
      if (layout.head !== undefined && !quiet) lines.push(style.bold(layout.head));
    }
    for (const entry of group) lines.push(...layout.lines(entry));
    await writeStdout(`${lines.join('\n')}\n`);
  }
  await writeStdout(
    `\n${[...(quiet ? [] : summary(list, layout!.wide)), ...undoLines(undo, style)].join('\n')}\n`,
  );
}

function summary(list: TransactionList, wide: boolean): string[] {
  const { shown, matching, withRows, withoutRows, hasTexts } = list;
  const lines = [
    `${plural(matching, 'transaction')}${matching === withRows ? '' : ` of ${withRows}`}${shown < matching ? `, ${shown} of them shown` : ''}.`,
  ];
  if (withoutRows > 0) {
    lines.push(
      `Not listed: ${plural(withoutRows, 'group')} of events without row changes (DDL, statements, XA decisions).`,
    );
  }
  if (!hasTexts) lines.push(`The log holds no texts of statements. ${TEXT_SETTINGS}`);
  if (!wide) lines.push('A wider terminal, a pipe or --json show the GTIDs too.');
  return [...lines, ''];
}

function undoLines(undo: UndoCommand, style: Style): string[] {
  if (undo.command === undefined) {
    return [style.bold('The first one cannot be undone:'), ...formatRefusals(undo.reasons, '  ')];
  }
  const { rows, warnings } = undo.plan;
  return [
    style.bold(`To undo the first one (${plural(rows, 'row change')}):`),
    `  ${undo.command}`,
    ...warnings.map((warning) => `${style.yellow('Warning:')} ${safeText(warning)}`),
  ];
}

/** One object a transaction and line; the first one says how it is undone. */
async function printJson(
  list: TransactionList,
  undo: UndoCommand,
  leftOut: readonly string[],
): Promise<void> {
  let first = true;
  for await (const group of list.entries()) {
    const lines = group.map((entry) => {
      const json = toJson(entry);
      if (!first) return safeJson(json);
      first = false;
      return safeJson({ ...json, rewrite: rewriteJson(undo, [...leftOut, ...list.unmatched]) });
    });
    await writeStdout(`${lines.join('\n')}\n`);
  }
}

function toJson({ xid, statement, ...entry }: TransactionEntry): Record<string, unknown> {
  return {
    ...entry,
    xid: xid?.toString(),
    statement: statement?.text,
    statementCut: statement?.cut,
  };
}

/** `told`: what there is to mind about the files. */
function rewriteJson(undo: UndoCommand, told: readonly string[]): unknown {
  if (undo.command !== undefined) {
    const { rows, warnings } = undo.plan;
    return { command: undo.command, rows, warnings: [...new Set([...told, ...warnings])] };
  }
  return { refusals: undo.reasons.map(errorJson), warnings: told };
}
