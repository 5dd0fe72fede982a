import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { constants } from 'node:os';

export interface Finished {
  code: number;
  stdout: Buffer;
  stderr: string;
}

/** Gathers what a child process writes until it has ended; a signal counts as exit code 128 + its number. */
export function finished(child: ChildProcess): Promise<Finished> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const status = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
      resolve({ code: status, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() });
    });
  });
}

/** Runs a program to its end and answers its stdout; throws with its stderr when it fails. */
export async function run(
  file: string,
  args: readonly string[],
  options: SpawnOptions & { input?: string | Uint8Array; limitSeconds?: number } = {},
): Promise<Buffer> {
  const { input, limitSeconds = 600, ...spawnOptions } = options;
  const child = spawn(file, args, { stdio: 'pipe', timeout: limitSeconds * 1000, ...spawnOptions });
  feed(child, input);
  const result = await finished(child);
  if (result.code !== 0) {
    const said = result.stderr.trim() || result.stdout.toString().trim();
    throw new Error(`${[file, ...args].join(' ')}: exit code ${result.code}\n${said.slice(-4000)}`);
  }
  return result.stdout;
}

/** Writes a child's whole input. A child that ends before reading it all tells so by its exit code. */
export function feed(child: ChildProcess, input: string | Uint8Array = ''): void {
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
}

const atExit = new Set<() => void>();

function cleanUp(): void {
  for (const action of atExit) action();
  atExit.clear();
}

function onSignal(signal: NodeJS.Signals): void {
  cleanUp();
  // Whoever else listens decides about the end of the process; alone, this ends it as the signal would.
  if (process.listenerCount(signal) === 1) process.exit(128 + constants.signals[signal]);
}

/** Calls a synchronous action when this process ends by itself or by a signal; answers how to take it back. */
export function onProcessEnd(action: () => void): () => void {
  if (!process.listeners('exit').includes(cleanUp)) {
    process.on('exit', cleanUp);
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  }
  atExit.add(action);
  return () => atExit.delete(action);
}

export const delay = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
