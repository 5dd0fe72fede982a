import { BinflashError } from '../errors.ts';
import { RefusedError, SKIPPABLE } from '../flashback/refusals.ts';
import { type RewriteResult, rewrite } from '../flashback/rewrite.ts';
import type { Proof } from '../verify/tally.ts';
import { formatBytes } from '../wire/format-bytes.ts';
import { safeJson, safeText } from '../wire/safe-text.ts';
import {
  type Arguments,
  choiceOf,
  flagOf,
  listOf,
  maxEventSizeOf,
  readSelection,
  sizeOf,
  textOf,
} from './arguments.ts';
import { debugLog } from './debug-log.ts';
import { protectNamed, readDescriptions } from './descriptions.ts';
import { inputOptions } from './input-options.ts';
import { changeLines, planDetails, planJson } from './plan-summary.ts';
import { progressBar } from './progress-bar.ts';
import { proofJson, proofLines } from './proof-lines.ts';
import { IMPOSSIBLE, type Replay, replayOf, version1Note } from './replay.ts';
import { binaryStdoutOutput, writeResult } from './stdout.ts';
import { errorJson, plural, Style } from './terminal.ts';

/** `binflash rewrite`: options to library call, result to summary. */
export async function rewriteCommand(
  inputs: readonly string[],
  args: Arguments,
  signal: AbortSignal,
): Promise<void> {
  const output = textOf(args, 'output');
  const dryRun = flagOf(args, 'dry-run');
  const json = flagOf(args, 'json');
  const quiet = flagOf(args, 'quiet');
  if (output === undefined && !dryRun) {
    throw new BinflashError('USAGE', 'where the undo goes is missing', {
      hint: 'Name a file with -o undo.binlog, or look first with --dry-run.',
    });
  }
  const toStdout = output === '-' && !dryRun;
  if (!dryRun) await protectNamed(args, output);
  if (toStdout && json) throw new BinflashError('USAGE', '--json and -o - cannot both have standard output');
  const bar = await progressBar(args);
  const rowEvents = choiceOf(args, 'row-events', ['v1', 'v2']);
  const maxFileSize = sizeOf(args, 'max-file-size', 4096, Number.MAX_SAFE_INTEGER);
  if (toStdout && maxFileSize !== undefined) {
    throw new BinflashError('USAGE', '--max-file-size makes several files and needs a name with -o');
  }
  const verifies = flagOf(args, 'verify') && !dryRun;
  if (toStdout && verifies) {
    throw new BinflashError('USAGE', '--verify reads the undo again and needs a name with -o');
  }
  const maxEventSize = maxEventSizeOf(args);
  let proof: Proof | undefined;
  const onDebug = debugLog(args);
  const input = await inputOptions(args);
  let result: RewriteResult;
  try {
    result = await rewrite({
      inputs,
      output: dryRun ? undefined : toStdout ? binaryStdoutOutput() : output,
      force: flagOf(args, 'force'),
      select: readSelection(args),
      skip: SKIPPABLE.filter((name) => flagOf(args, `skip-${name}`)),
      primaryKeys: listOf(args, 'primary-key'),
      descriptions: await readDescriptions(args),
      checksum: choiceOf(args, 'checksum', ['crc32', 'none']),
      rowsVersion: rowEvents === undefined ? undefined : rowEvents === 'v1' ? 1 : 2,
      maxEventSize,
      maxFileSize,
      ...input.options,
      onProgress: bar.update,
      onDebug,
      signal,
      ...(verifies && {
        beforePublish: async (draft) => {
          // Loaded for those who ask for it: the start is a good part of what a small log takes.
          const { verifyDraft } = await import('../verify/verify.ts');
          proof = await verifyDraft(draft, { maxEventSize, onProgress: bar.update, onDebug, signal });
        },
      }),
    });
  } finally {
    bar.stop();
  }
  const { plan, written, outputs } = result;
  const replay =
    written === undefined
      ? undefined
      : {
          ...replayOf(plan.index, toStdout ? ['-'] : outputs, written.largestStatement),
          note: version1Note(plan.index, rowEvents),
        };
  if (json)
    await writeResult(`${safeJson(toJson(result, input.leftOut, replay, proof), undefined, 2)}\n`, outputs);
  else if (dryRun) {
    const style = new Style(flagOf(args, 'color'), process.stdout);
    await writeResult(summary(result, undefined, undefined, style), outputs);
  } else if (!quiet)
    process.stderr.write(summary(result, replay, proof, new Style(flagOf(args, 'color'), process.stderr)));
  if (plan.refusals.length > 0) throw new RefusedError(plan.refusals);
}

function summary(
  { plan, written, outputs }: RewriteResult,
  replay: Replay | undefined,
  proof: Proof | undefined,
  style: Style,
): string {
  const lines: string[] = [];
  const what = `${plural(plan.rows, 'row change')} in ${plural(plan.transactions, 'transaction')}`;
  if (written === undefined) lines.push(style.bold(`Would undo ${what} (dry run, nothing written)`));
  else
    lines.push(
      style.bold(
        `Undid ${what}: ${safeText(outputs.join(', ') || 'standard output')}, ${formatBytes(written.bytes)}`,
      ),
    );
  lines.push(...changeLines(plan, true), ...planDetails(plan, style));
  if (proof !== undefined) lines.push('Verified:', ...proofLines(proof));
  if (replay !== undefined) lines.push(...replayLines(replay, style));
  return `${lines.join('\n')}\n`;
}

function replayLines(replay: Replay, style: Style): string[] {
  const lines = ['Replay with:', style.bold(`  ${replay.command}`)];
  if (replay.note !== undefined) lines.push(`${style.yellow('Note:')} ${replay.note}`);
  if (replay.impossible) {
    lines.push(`${style.yellow('Warning:')} ${IMPOSSIBLE}`);
  } else if (replay.maxAllowedPacket !== undefined) {
    lines.push(
      `${style.yellow('First')} let the server take the longest statement (and set it back afterwards):`,
      style.bold(`  SET GLOBAL max_allowed_packet = ${replay.maxAllowedPacket};`),
    );
  }
  return lines;
}

function toJson(
  { plan, written, outputs }: RewriteResult,
  leftOut: readonly string[],
  replay: Replay | undefined,
  proof: Proof | undefined,
): unknown {
  return {
    dryRun: written === undefined,
    outputs,
    bytes: written?.bytes,
    ...planJson(plan, leftOut),
    refusals: plan.refusals.map(errorJson),
    verified: proof && proofJson(proof),
    replay: replay?.command,
    maxAllowedPacket: replay?.maxAllowedPacket,
  };
}
