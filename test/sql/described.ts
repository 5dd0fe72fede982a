import type { Flavour } from '../../src/binlog/event-types.ts';
import { parseTableMap } from '../../src/binlog/table-map.ts';
import { type TableDescription, TableDescriptions } from '../../src/tables/description.ts';
import { encodeEvent } from '../builder/binlog.ts';
import { type Table, tableMap } from '../builder/rows.ts';

/** A table as its TABLE_MAP describes it. */
export function described(of: Table, flavour: Flavour): TableDescription {
  const bytes = encodeEvent(tableMap(of, 9), 0, 1, 0, false);
  return new TableDescriptions({ timeZone: 'UTC' }).of(
    parseTableMap(bytes, 0, bytes.length, flavour),
    flavour,
  );
}
