import { BinflashError } from '../errors.ts';
import type { SqlOptions } from './sql.ts';

/** Options that mean something for statements that change tables, and for nothing else. */
const OF_STATEMENTS = [
  'flashback',
  'rowsPerStatement',
  'replace',
  'changedOnly',
  'guard',
  'sleepEvery',
  'ignoreTriggers',
] as const;

/**
 * Makes sure that options go together, and that numbers are what they must be: programs pass what no type checker has
 * seen.
 *
 * @throws BinflashError `USAGE` naming the option
 */
export function validateTextOptions(options: SqlOptions): void {
  const { audit, format = 'sql', splitBy, maxFileSize, output } = options;
  oneOf('format', format, ['sql', 'csv', 'ndjson']);
  oneOf('textLiterals', options.textLiterals, ['readable', 'hex']);
  oneOf('splitBy', splitBy, ['table', 'transaction', 'size']);
  for (const name of ['rowsPerStatement', 'sleepEvery', 'maxFileSize'] as const) {
    const value = options[name];
    if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) continue;
    throw new BinflashError('USAGE', `--${kebab(name)} must be a whole number from 1 on, not ${value}`);
  }
  if (audit || format !== 'sql') {
    const what = format === 'sql' ? 'an audit' : `--format ${format}`;
    for (const name of OF_STATEMENTS) {
      if (!options[name]) continue;
      const message = `${what} tells what happened, old and new values: --${kebab(name)} does not go with it`;
      throw new BinflashError('USAGE', message, { hint: 'Leave one of them out.' });
    }
  }
  if (options.replace && options.primaryKey === false) {
    throw new BinflashError('USAGE', '--replace needs the keys that --no-primary-key leaves out', {
      hint: 'Leave one of them out.',
    });
  }
  if (splitBy !== undefined && typeof output !== 'string') {
    throw new BinflashError('USAGE', '--split-by makes several files and needs a name with -o');
  }
  if ((splitBy === 'size') !== (maxFileSize !== undefined)) {
    throw new BinflashError('USAGE', '--split-by size and --max-file-size need each other');
  }
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function oneOf<T>(name: string, value: T | undefined, choices: readonly T[]): void {
  if (value === undefined || choices.includes(value)) return;
  throw new BinflashError('USAGE', `${name} must be one of ${choices.join(', ')}, not ${value}`);
}
