import { inspect } from '../inspect/inspect.ts';
import { safeJson } from '../wire/safe-text.ts';
import { type Arguments, flagOf, readSelection } from './arguments.ts';
import { debugLog } from './debug-log.ts';
import { readDescriptions } from './descriptions.ts';
import { inputOptions } from './input-options.ts';
import { inspectionText } from './inspect-layout.ts';
import { progressBar } from './progress-bar.ts';
import { PipeClosed, writeStdout } from './stdout.ts';
import { Style } from './terminal.ts';

/** `binflash inspect`: what is in these files, and what could not be undone. */
export async function inspectCommand(
  inputs: readonly string[],
  args: Arguments,
  signal: AbortSignal,
): Promise<void> {
  const bar = await progressBar(args);
  try {
    const input = await inputOptions(args);
    const inspection = await inspect(inputs, {
      select: readSelection(args),
      descriptions: await readDescriptions(args),
      onProgress: bar.update,
      onDebug: debugLog(args),
      signal,
      ...input.options,
    });
    bar.stop();
    const style = new Style(flagOf(args, 'color'), process.stdout);
    await writeStdout(
      flagOf(args, 'json')
        ? `${safeJson({ ...inspection, warnings: [...input.leftOut, ...inspection.warnings] }, bigintAsText, 2)}\n`
        : await inspectionText(inspection, style),
    );
  } catch (error) {
    // Whoever reads has seen enough.
    if (error instanceof PipeClosed) return;
    throw error;
  } finally {
    bar.stop();
  }
}

/** Programs do not agree about numbers beyond 2^53. */
function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}
