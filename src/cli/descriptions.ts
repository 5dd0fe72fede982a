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

/** @throws BinflashError `USAGE` when the schema file would be replaced by what is made with its help */
export async function protectSchema(args: Arguments, output: string | undefined): Promise<void> {
  const schema = textOf(args, 'schema');
  if (schema === undefined || output === undefined || output === '-') return;
  const [one, other] = await Promise.all([schema, output].map((path) => stat(path).catch(() => undefined)));
  if (one === undefined || one.dev !== other?.dev || one.ino !== other.ino) return;
  throw new BinflashError('USAGE', 'is the schema file and cannot be the output as well', {
    file: output,
    hint: 'Choose another name for -o.',
  });
}
