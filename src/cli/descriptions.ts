import { stat } from 'node:fs/promises';
import { timeZone } from '../binlog/columns/values/time-zone.ts';
import { BinflashError } from '../errors.ts';
import { TableDescriptions } from '../tables/description.ts';
import { readSchema } from '../tables/read-schema.ts';
import { TemporalPrecision } from '../tables/temporal-precision.ts';
import { type Arguments, listOf, numberOf, textOf } from './arguments.ts';

/**
 * How tables and their values are to be read, from the options that all commands share (`tableOptions` and, where
 * values are printed, `valueOptions`).
 *
 * @throws BinflashError `USAGE` for an option that is wrong, `IO` and `SCHEMA` for a schema file that cannot be used
 */
export async function readDescriptions(
  args: Arguments,
  { maxValue }: { readonly maxValue?: number } = {},
): Promise<TableDescriptions> {
  const zone = textOf(args, 'time-zone');
  // An unknown zone is told before anything is read.
  timeZone(zone);
  const most = numberOf(args, 'max-value') ?? maxValue ?? 0;
  const schema = textOf(args, 'schema');
  const precisions = listOf(args, 'temporal-precision') ?? [];
  const precision = precisions.length === 0 ? undefined : new TemporalPrecision(precisions);
  return new TableDescriptions(
    { timeZone: zone, maxCharacters: most === 0 ? undefined : most },
    schema === undefined ? undefined : await readSchema(schema),
    precision,
  );
}

/** @throws BinflashError `USAGE` when a file that an option names would be replaced by what is made with its help */
export async function protectNamed(args: Arguments, output: string | undefined): Promise<void> {
  if (output === undefined || output === '-') return;
  const other = await stat(output).catch(() => undefined);
  if (other === undefined) return;
  for (const [option, what] of NAMED) {
    const path = textOf(args, option);
    const one = path === undefined ? undefined : await stat(path).catch(() => undefined);
    if (one === undefined || one.dev !== other.dev || one.ino !== other.ino) continue;
    throw new BinflashError('USAGE', `is the ${what} and cannot be the output as well`, {
      file: output,
      hint: 'Choose another name for -o.',
    });
  }
}

const NAMED: readonly (readonly [option: string, what: string])[] = [
  ['schema', 'schema file'],
  ['keyring', 'keyring'],
  ['encryption-keys', 'file of encryption keys'],
  ['encryption-keys-password-file', 'file of their password'],
];
