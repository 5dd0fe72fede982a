import { BinflashError } from '../errors.ts';
import { SKIPPABLE } from './refusals.ts';
import type { RewriteOptions } from './rewrite.ts';

/**
 * Makes sure that numbers and words are what they must be: programs pass what no type checker has seen.
 *
 * @throws BinflashError `USAGE` naming the option
 */
export function validateOptions(options: RewriteOptions): void {
  const { select = {} } = options;
  const least: [name: string, value: number | undefined, least: number][] = [
    ['window', options.window, 1],
    ['maxEventSize', options.maxEventSize, 1],
    ['maxFileSize', options.maxFileSize, 1],
    ['maxUnpackedSize', options.maxUnpackedSize, 1],
    ['startPosition', select.startPosition, 0],
    ['stopPosition', select.stopPosition, 0],
  ];
  for (const [name, value, from] of least) {
    if (value === undefined || (Number.isSafeInteger(value) && value >= from)) continue;
    throw new BinflashError('USAGE', `${name} must be a whole number from ${from} on, not ${value}`);
  }
  oneOf('checksum', options.checksum, ['crc32', 'none']);
  oneOf('rowsVersion', options.rowsVersion, [1, 2]);
  for (const word of options.skip ?? []) oneOf('skip', word, SKIPPABLE);
  for (const kind of select.types ?? []) oneOf('types', kind, ['insert', 'update', 'delete']);
}

function oneOf<T>(name: string, value: T | undefined, choices: readonly T[]): void {
  if (value === undefined || choices.includes(value)) return;
  throw new BinflashError('USAGE', `${name} must be one of ${choices.join(', ')}, not ${value}`);
}
