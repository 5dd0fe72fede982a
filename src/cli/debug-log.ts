import { availableParallelism } from 'node:os';
import { mebibytes, type OnDebug } from '../read/phase.ts';
import { safeText } from '../wire/safe-text.ts';
import { type Arguments, choiceOf } from './arguments.ts';

/** Is `--log-level debug` given? @throws BinflashError `USAGE` for another word */
export function asksForDebug(args: Arguments): boolean {
  return choiceOf(args, 'log-level', ['info', 'debug']) === 'debug';
}

/** Lines on standard error, each with the seconds since the program was started; undefined where nobody asks. */
export function debugLog(args: Arguments): OnDebug | undefined {
  if (!asksForDebug(args)) return undefined;
  return (line) => {
    process.stderr.write(`[${(performance.now() / 1000).toFixed(3)}] ${safeText(line)}\n`);
  };
}

/** Runs a command between a line that says what runs where, and one of what it took in all. */
export async function logged(args: Arguments, what: string, run: () => Promise<void>): Promise<void> {
  const onDebug = debugLog(args);
  onDebug?.(
    `${what}, Node ${process.versions.node}, ${process.platform} ${process.arch}, ${availableParallelism()} processors`,
  );
  try {
    await run();
  } finally {
    const { user, system } = process.cpuUsage();
    const peak = process.resourceUsage().maxRSS * 1024;
    onDebug?.(
      `done: ${(performance.now() / 1000).toFixed(3)} s, processor ${((user + system) / 1e6).toFixed(3)} s, peak memory ${mebibytes(peak)}`,
    );
  }
}
