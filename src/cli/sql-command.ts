import { BinflashError } from '../errors.ts';
import { SKIPPABLE } from '../flashback/refusals.ts';
import { type SqlResult, sql } from '../sql/sql.ts';
import { formatBytes } from '../wire/format-bytes.ts';
import { safeJson, safeText } from '../wire/safe-text.ts';
import {
  type Arguments,
  choiceOf,
  flagOf,
  listOf,
  numberOf,
  readSelection,
  sizeOf,
  textOf,
} from './arguments.ts';
import { debugLog } from './debug-log.ts';
import { protectNamed, readDescriptions } from './descriptions.ts';
import { inputOptions } from './input-options.ts';
import { changeLines, planDetails, planJson } from './plan-summary.ts';
import { progressBar } from './progress-bar.ts';
import { clientOf, packetOf } from './replay.ts';
import { PipeClosed, stdoutOutput, writeResult, writeStdout } from './stdout.ts';
import { plural, Style } from './terminal.ts';

/** `binflash sql`: options to library call, result to summary. */
export async function sqlCommand(
  inputs: readonly string[],
  args: Arguments,
  signal: AbortSignal,
): Promise<void> {
  const output = textOf(args, 'output');
  const toStdout = output === undefined || output === '-';
  const json = flagOf(args, 'json');
  const quiet = flagOf(args, 'quiet');
  if (!toStdout) await protectNamed(args, output);
  if (toStdout && json) {
    throw new BinflashError('USAGE', '--json and the text cannot both have standard output', {
      hint: 'Name a file for the text with -o.',
    });
  }
  const bar = await progressBar(args, !(toStdout && process.stdout.isTTY));
  const input = await inputOptions(args);
  let result: SqlResult;
  try {
    result = await sql({
      inputs,
      output: output === undefined ? { write: writeStdout } : toStdout ? stdoutOutput() : output,
      force: flagOf(args, 'force'),
      flashback: flagOf(args, 'flashback'),
      audit: flagOf(args, 'audit'),
      format: choiceOf(args, 'format', ['sql', 'csv', 'ndjson']),
      splitBy: choiceOf(args, 'split-by', ['table', 'transaction', 'size']),
      maxFileSize: sizeOf(args, 'max-file-size', 4096, Number.MAX_SAFE_INTEGER),
      rowsPerStatement: numberOf(args, 'rows-per-statement'),
      sleepEvery: numberOf(args, 'sleep-every'),
      replace: flagOf(args, 'replace'),
      primaryKey: !flagOf(args, 'no-primary-key'),
      schemaName: flagOf(args, 'add-schema-name'),
      changedOnly: flagOf(args, 'changed-only'),
      guard: flagOf(args, 'guard'),
      textLiterals: choiceOf(args, 'text-literals', ['readable', 'hex']),
      ignoreTriggers: flagOf(args, 'ignore-triggers'),
      select: readSelection(args),
      skip: SKIPPABLE.filter((name) => flagOf(args, `skip-${name}`)),
      primaryKeys: listOf(args, 'primary-key'),
      descriptions: await readDescriptions(args),
      ...input.options,
      onProgress: bar.update,
      onDebug: debugLog(args),
      signal,
    });
  } catch (error) {
    // Whoever reads has seen enough (less, head).
    if (error instanceof PipeClosed) return;
    throw error;
  } finally {
    bar.stop();
  }
  if (json)
    await writeResult(`${safeJson(toJson(result, args, input.leftOut), undefined, 2)}\n`, result.outputs);
  else if (!quiet)
    process.stderr.write(summary(result, args, new Style(flagOf(args, 'color'), process.stderr)));
}

function summary(result: SqlResult, args: Arguments, style: Style): string {
  const { plan, outputs, bytes, statements } = result;
  const undo = flagOf(args, 'flashback');
  const where = outputs.length > 3 ? `${outputs.length} files` : outputs.map(safeText).join(', ');
  const what = `${plural(plan.rows, 'row change')} in ${plural(plan.transactions, 'transaction')}`;
  const lines = [
    style.bold(
      `Wrote ${undo ? 'the undo of ' : ''}${what}: ${where || 'standard output'}, ${formatBytes(bytes)}${statements > 0 ? `, ${plural(statements, 'statement')}` : ''}`,
    ),
    ...changeLines(plan, undo),
    ...planDetails(plan, style),
  ];
  const packet = packetOf(plan.index, result.longestStatement);
  if (packet.maxAllowedPacket !== undefined) {
    lines.push(
      `${style.yellow('First')} let server and client take the longest statement (and set it back afterwards):`,
      style.bold(`  SET GLOBAL max_allowed_packet = ${packet.maxAllowedPacket};`),
      style.bold(`  ${clientOf(plan.index)} --max-allowed-packet=${packet.maxAllowedPacket}`),
    );
  }
  return `${lines.join('\n')}\n`;
}

function toJson(
  { plan, outputs, bytes, statements, longestStatement }: SqlResult,
  args: Arguments,
  leftOut: readonly string[],
): unknown {
  return {
    flashback: flagOf(args, 'flashback'),
    outputs,
    bytes,
    statements,
    ...planJson(plan, leftOut),
    maxAllowedPacket: packetOf(plan.index, longestStatement).maxAllowedPacket,
  };
}
