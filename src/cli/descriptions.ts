import { timeZone } from '../binlog/columns/values/time-zone.ts';
import { TableDescriptions } from '../tables/description.ts';
import { readSchema } from '../tables/read-schema.ts';
import { type Arguments, numberOf, textOf } from './options.ts';

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
  return new TableDescriptions(
    { timeZone: zone, maxCharacters: most === 0 ? undefined : most },
    schema === undefined ? undefined : await readSchema(schema),
  );
}
