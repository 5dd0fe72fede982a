import type { OpenOptions } from '../io/inputs/open.ts';
import { readKeys } from '../io/read-keys.ts';
import { safeText } from '../wire/safe-text.ts';
import { type Arguments, flagOf, maxUnpackedSizeOf, textOf } from './arguments.ts';
import { Style } from './terminal.ts';

/**
 * How the binary logs are opened, of every command that reads some. What is left out is said at once, and is in `leftOut`
 * when they have been opened, for programs.
 *
 * @throws BinflashError `USAGE`, `IO` for files of keys
 */
export async function inputOptions(
  args: Arguments,
): Promise<{ options: Pick<OpenOptions, 'maxUnpackedSize' | 'keys' | 'onWarning'>; leftOut: string[] }> {
  const style = new Style(flagOf(args, 'color'), process.stderr);
  const leftOut: string[] = [];
  const onWarning = (warning: string): void => {
    leftOut.push(warning);
    if (flagOf(args, 'quiet')) return;
    process.stderr.write(`${style.yellow('Warning:')} ${safeText(warning)}\n`);
  };
  const keys = await readKeys({
    keyring: textOf(args, 'keyring'),
    encryptionKeys: textOf(args, 'encryption-keys'),
    encryptionKeysPasswordFile: textOf(args, 'encryption-keys-password-file'),
  });
  return { options: { maxUnpackedSize: maxUnpackedSizeOf(args), keys, onWarning }, leftOut };
}
