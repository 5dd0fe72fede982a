import { BinflashError } from '../errors.ts';
import type { Output } from '../io/output.ts';

/** Thrown when the reader of our output has gone; there is nothing to say and nobody to say it to. */
export class PipeClosed extends Error {}

/** Writes to standard output and waits until it is taken. */
export function writeStdout(data: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(data, (error) => {
      if (!error) resolve();
      else if ('code' in error && error.code === 'EPIPE') reject(new PipeClosed());
      else reject(new BinflashError('IO', `standard output cannot be written: ${error.message}`, {}, error));
    });
  });
}

/** Standard output as the place for an undo. @throws BinflashError `USAGE` on a terminal */
export function stdoutOutput(): Output {
  if (process.stdout.isTTY) {
    throw new BinflashError('USAGE', 'a binary log is not written to a terminal', {
      hint: 'Pipe it: binflash rewrite ... -o - | mysqlbinlog - | mysql, or name a file with -o.',
    });
  }
  return { write: writeStdout };
}
