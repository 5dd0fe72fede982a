import { BinflashError } from '../errors.ts';
import { SKIPPABLE } from '../flashback/refusals.ts';
import { STANDARD_INPUT } from '../io/inputs/names.ts';
import { type VerifyResult, verify } from '../verify/verify.ts';
import { formatBytes } from '../wire/format-bytes.ts';
import { safeJson, safeText } from '../wire/safe-text.ts';
import { type Arguments, flagOf, listOf, maxEventSizeOf, readSelection } from './arguments.ts';
import { debugLog } from './debug-log.ts';
import { readDescriptions } from './descriptions.ts';
import { inputOptions } from './input-options.ts';
import { changeLines, planDetails, planJson } from './plan-summary.ts';
import { progressBar } from './progress-bar.ts';
import { proofJson, proofLines } from './proof-lines.ts';
import { packetNote, packetOf } from './replay.ts';
import { writeStdout } from './stdout.ts';
import { Style } from './terminal.ts';

/** `binflash verify`: an undo, its source and its selection to what was proved. */
export async function verifyCommand(
  undo: readonly string[],
  args: Arguments,
  signal: AbortSignal,
): Promise<void> {
  const inputs = listOf(args, 'source');
  if (inputs === undefined || undo.length === 0) {
    throw new BinflashError(
      'USAGE',
      `${undo.length === 0 ? 'the undo' : 'what it was made from'} is missing`,
      {
        hint: 'Name the undo first and its source behind it: binflash verify undo.binlog --source mysql-bin.000011.',
      },
    );
  }
  if (undo.includes(STANDARD_INPUT)) {
    throw new BinflashError('USAGE', 'the undo cannot be read from standard input', {
      hint: 'It is proved as the file that will be replayed: name that. Its source may be: --source -.',
    });
  }
  const bar = await progressBar(args);
  const input = await inputOptions(args);
  let result: VerifyResult;
  try {
    result = await verify({
      undo,
      inputs,
      select: readSelection(args),
      skip: SKIPPABLE.filter((name) => flagOf(args, `skip-${name}`)),
      primaryKeys: listOf(args, 'primary-key'),
      descriptions: await readDescriptions(args),
      maxEventSize: maxEventSizeOf(args),
      ...input.options,
      onProgress: bar.update,
      onDebug: debugLog(args),
      signal,
    });
  } finally {
    bar.stop();
  }
  if (flagOf(args, 'json'))
    await writeStdout(`${safeJson(toJson(undo, result, input.leftOut), undefined, 2)}\n`);
  else if (!flagOf(args, 'quiet')) {
    await writeStdout(summary(undo, result, new Style(flagOf(args, 'color'), process.stdout)));
  }
}

function summary(undo: readonly string[], { plan, proof }: VerifyResult, style: Style): string {
  const lines = [
    style.bold(`Verified: ${safeText(undo.join(', '))}, ${formatBytes(proof.bytes)}`),
    ...proofLines(proof),
    ...changeLines(plan, true),
    ...planDetails(plan, style),
  ];
  const note = packetNote(packetOf(plan.index, proof.largestStatement));
  if (note !== undefined) lines.push(`${style.yellow('Note:')} ${note}`);
  return `${lines.join('\n')}\n`;
}

function toJson(undo: readonly string[], { plan, proof }: VerifyResult, leftOut: readonly string[]): unknown {
  return {
    undo,
    bytes: proof.bytes,
    ...planJson(plan, leftOut),
    // Counted while it was proved, not by the plan.
    tables: proof.tables,
    verified: proofJson(proof),
    maxAllowedPacket: packetOf(plan.index, proof.largestStatement).maxAllowedPacket,
  };
}
