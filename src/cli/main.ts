import { BinflashError, exitCodes, isOutOfMemory, outOfMemory } from '../errors.ts';
import { RefusedError } from '../flashback/refusals.ts';
import { discardAllNow } from '../io/output.ts';
import { safeJson, safeText } from '../wire/safe-text.ts';
import { asksFor, HELP_HINT, parse } from './command-line.ts';
import { isStandardOutput, PipeClosed, stopWaitingOn } from './stdout.ts';
import { errorJson, formatError, knowsEscapes, Style } from './terminal.ts';

/** Parses the command line, runs the command and sets the exit code. Nothing else prints an error. */
export async function main(argv: readonly string[]): Promise<void> {
  const abort = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => interrupt(abort, argv));
  stopWaitingOn(abort.signal);
  // A reader that goes away is met where it is written to.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  try {
    await parse(argv, abort.signal);
  } catch (error) {
    process.exitCode = report(error, argv, abort.signal);
    if (abort.signal.aborted) leave();
  }
}

/** The first signal lets a run clean up after itself; a second one ends it at once, and still leaves no files. */
function interrupt(abort: AbortController, argv: readonly string[]): void {
  if (!abort.signal.aborted) {
    abort.abort();
    return;
  }
  discardAllNow();
  if (knowsEscapes(process.stderr)) process.stderr.write(AS_BEFORE_THE_BAR);
  process.stderr.write(interruption(argv));
  process.exit(exitCodes.INTERRUPTED);
}

/** Clears the line of the progress bar, which hides the cursor and has lines cut instead of wrapped. */
const AS_BEFORE_THE_BAR = '\r\u001b[K\u001b[?25h\u001b[?7h';

function interruption(argv: readonly string[]): string {
  const writes = ['rewrite', 'sql', 'report'].includes(argv[0] ?? '');
  return `binflash: interrupted${writes ? '; no file was left under the name of the output' : ''}\n`;
}

/** How long the reader of the messages may take, in milliseconds. */
const GRACE = 200;

/** What nobody reads must not keep a program alive that was told to end. */
function leave(): void {
  if (process.stdout.writableLength === 0) return;
  setTimeout(() => process.exit(), process.stderr.writableLength === 0 ? 0 : GRACE);
}

function report(error: unknown, argv: readonly string[], signal: AbortSignal): number {
  const style = new Style(!argv.includes('--no-color'), process.stderr);
  if (error instanceof PipeClosed) return exitCodes.IO;
  if (signal.aborted) {
    process.stderr.write(interruption(argv));
    return exitCodes.INTERRUPTED;
  }
  if (error instanceof BinflashError) return tell(error, argv, style);
  if (error instanceof Error && 'syscall' in error && error.syscall === 'uv_cwd') {
    const hint = 'Go to another one: cd /tmp.';
    return tell(new BinflashError('IO', 'the current folder is gone', { hint }), argv, style);
  }
  if (isOutOfMemory(error)) return tell(outOfMemory(error), argv, style);
  if (error instanceof Error && error.name === 'YError') {
    return tell(new BinflashError('USAGE', error.message, { hint: HELP_HINT }), argv, style);
  }
  // Not one of ours: a defect. The stack goes to those who ask for it, and to nobody at 3 a.m.
  const text = error instanceof Error ? error.message : String(error);
  const stack = process.env.BINFLASH_DEBUG && error instanceof Error ? `${error.stack}\n` : '';
  process.stderr.write(
    `binflash: internal error: ${safeText(text)}\n${stack}  Please report it; BINFLASH_DEBUG=1 shows where.\n`,
  );
  return exitCodes.IO;
}

/** Prints an error for people and, with --json, for programs; a refused dry run has told it in its own document. */
function tell(error: BinflashError, argv: readonly string[], style: Style): number {
  process.stderr.write(formatError(error, style));
  const told = error instanceof RefusedError && asksFor('dry-run', argv);
  // It may be one of the inputs, whatever else is wrong with the command line.
  const isOutput = error.code === 'USAGE' && argv.some(isStandardOutput);
  if (asksFor('json', argv) && !told && !isOutput)
    process.stdout.write(`${safeJson({ error: errorJson(error) })}\n`);
  return exitCodes[error.code];
}
