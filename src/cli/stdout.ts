import { constants, fstatSync, readFileSync, statSync, write } from 'node:fs';
import { Socket } from 'node:net';
import { promisify } from 'node:util';
import { BinflashError } from '../errors.ts';
import type { Output } from '../io/output.ts';
import { ioError } from '../io/source.ts';
import { writeFully } from '../io/write-fully.ts';

/** Thrown when the reader of our output has gone; there is nothing to say and nobody to say it to. */
export class PipeClosed extends Error {}

/** The first signal of the user, see {@link stopWaitingOn}. */
let interruption: AbortSignal | undefined;

/** From here on, writes that wait for a slow reader are given up when the signal is aborted. */
export function stopWaitingOn(signal: AbortSignal): void {
  interruption = signal;
}

const INCOMPLETE = 'What stands there is not complete.';

/** Writes to standard output and waits until it is taken. @throws BinflashError `IO`; {@link PipeClosed} */
export function writeStdout(data: string | Uint8Array): Promise<void> {
  const signal = interruption;
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(signal?.reason);
    signal?.addEventListener('abort', giveUp);
    const done = (): void => signal?.removeEventListener('abort', giveUp);
    send(data).then(
      () => {
        done();
        resolve();
      },
      (error: unknown) => {
        done();
        const isGone = error instanceof Error && 'code' in error && error.code === 'EPIPE';
        if (isGone) reject(new PipeClosed());
        else reject(ioError('cannot be written', 'standard output', error).locate({ hint: INCOMPLETE }));
      },
    );
  });
}

const writeFd = promisify(write);
const file = {
  write: (bytes: Uint8Array, offset: number, length: number) =>
    writeFd(process.stdout.fd, bytes, offset, length),
};

/** Node's own stream for files leaves out, without a word, what a nearly full disk does not take at once. */
function send(data: string | Uint8Array): Promise<void> {
  if (!(process.stdout instanceof Socket)) {
    return writeFully(file, typeof data === 'string' ? Buffer.from(data) : data);
  }
  return new Promise((resolve, reject) => {
    process.stdout.write(data, (error) => (error ? reject(error) : resolve()));
  });
}

/**
 * Tells on standard output of a run that is done, its outputs in place. An interruption comes too late for that.
 *
 * @throws BinflashError `IO`, which says that they are complete
 */
export async function writeResult(data: string, outputs: readonly string[]): Promise<void> {
  try {
    await writeStdout(data);
  } catch (error) {
    if (interruption?.aborted && outputs.length > 0) return;
    if (!(error instanceof BinflashError) || outputs.length === 0) throw error;
    error.hint = `What was to be written is complete all the same: ${outputs.join(', ')}`;
    throw error;
  }
}

/** Does standard output go to this file? */
export function isStandardOutput(path: string): boolean {
  try {
    const stdout = fstatSync(1);
    if (!stdout.isFile()) return false;
    const file = statSync(path);
    return file.dev === stdout.dev && file.ino === stdout.ino;
  } catch {
    return false;
  }
}

/** Standard output as the place for what a user asked to have there. @throws BinflashError `IO` when it leads nowhere */
export function stdoutOutput(): Output {
  if (isClosed()) {
    throw new BinflashError('IO', 'standard output leads nowhere: it is closed, or /dev/null', {
      hint: 'Pipe it, or name a file with -o.',
    });
  }
  return { write: writeStdout };
}

/** The same for a binary log. @throws BinflashError `USAGE` on a terminal, `IO` */
export function binaryStdoutOutput(): Output {
  if (process.stdout.isTTY) {
    throw new BinflashError('USAGE', 'a binary log is not written to a terminal', {
      hint: 'Pipe it: binflash rewrite ... -o - | mysqlbinlog - | mysql, or name a file with -o.',
    });
  }
  return stdoutOutput();
}

/**
 * In the place of a standard output that is closed, Node opens /dev/null, for reading as well, which shells that are told
 * `>/dev/null` do not. Only Linux tells.
 */
function isClosed(): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync('/proc/self/fdinfo/1', 'utf8'))?.[1] ?? '0';
    const isForBoth = (Number.parseInt(flags, 8) & constants.O_RDWR) !== 0;
    return isForBoth && fstatSync(1).rdev === statSync('/dev/null').rdev;
  } catch {
    return false;
  }
}
