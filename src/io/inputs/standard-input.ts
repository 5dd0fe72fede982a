import { fstatSync } from 'node:fs';
import { addAbortSignal } from 'node:stream';
import { BinflashError } from '../../errors.ts';
import { ioError } from '../source.ts';
import { SpoolFile } from '../spool.ts';
import { STANDARD_INPUT } from './names.ts';
import { UnpackedFile } from './unpacked-file.ts';

/**
 * Writes standard input into a temporary file, for logs are read more than once, and backwards.
 *
 * @throws BinflashError `IO`, `USAGE` when it is a terminal; and the signal's reason when it is aborted
 */
export async function readStandardInput(
  folder: string,
  signal: AbortSignal | undefined,
): Promise<UnpackedFile> {
  const { stdin } = process;
  if (stdin.isTTY) {
    throw new BinflashError('USAGE', 'standard input is a terminal, and binary logs are not typed', {
      hint: 'Pipe a log into it: ssh db1 cat /var/lib/mysql/bin.000011 | binflash inspect -',
    });
  }
  const spool = await SpoolFile.create(folder);
  try {
    for await (const chunk of signal === undefined ? stdin : addAbortSignal(signal, stdin)) {
      await spool.write(chunk as Buffer);
    }
    return new UnpackedFile({ path: STANDARD_INPUT, identity: identity() }, spool);
  } catch (error) {
    await spool.close();
    signal?.throwIfAborted();
    throw error instanceof BinflashError ? error : ioError('cannot be read', STANDARD_INPUT, error);
  }
}

/** A file that a shell has opened must not be an output either. */
function identity(): string {
  try {
    const { dev, ino } = fstatSync(0);
    return `${dev}:${ino}`;
  } catch {
    return STANDARD_INPUT;
  }
}
