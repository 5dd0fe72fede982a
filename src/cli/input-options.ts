import type { OpenOptions } from '../io/inputs/open.ts';
import { safeText } from '../wire/safe-text.ts';
import { type Arguments, flagOf, maxUnpackedSizeOf } from './arguments.ts';
import { Style } from './terminal.ts';

/** How the binary logs are opened, of every command that reads some. What is left out is said at once. */
export function inputOptions(args: Arguments): Pick<OpenOptions, 'maxUnpackedSize' | 'onWarning'> {
  const style = new Style(flagOf(args, 'color'), process.stderr);
  const onWarning = (warning: string): void => {
    process.stderr.write(`${style.yellow('Warning:')} ${safeText(warning)}\n`);
  };
  return {
    maxUnpackedSize: maxUnpackedSizeOf(args),
    ...(flagOf(args, 'quiet') ? {} : { onWarning }),
  };
}
