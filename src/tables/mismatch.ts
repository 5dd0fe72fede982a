import { charsetOf } from '../binlog/columns/values/charsets.ts';
import type { Flavour } from '../binlog/event-types.ts';
import type { TableDefinition } from '../binlog/table-map.ts';
import { sameName } from './create-table.ts';
import type { LoggedTable } from './logged-columns.ts';
import { fits, loggedText, schemaText } from './logged-type.ts';
import type { ColumnSchema } from './table-schema.ts';

/** Where the file's definition and the log's disagree, for people; undefined when they do not. */
export function mismatch(
  { columns }: LoggedTable,
  table: TableDefinition,
  flavour: Flavour,
): string | undefined {
  const count = table.types.length;
  if (columns.length !== count) {
    return `the schema has ${columns.length} columns, the log ${count}`;
  }
  for (const [i, column] of columns.entries()) {
    const [type, meta, collation] = [table.types[i]!, table.metas[i]!, table.optional.collations?.[i]];
    const which = `column ${i + 1}, \`${column.name}\`,`;
    if (!fits(column, type, meta, flavour) || !sameCharset(column, collation)) {
      return `${which} is ${schemaText(column)} in the schema, in the log ${loggedText(type, meta, collation)}`;
    }
    const name = table.optional.names?.[i];
    if (name !== undefined && !sameName(name, column.name)) return `${which} is \`${name}\` in the log`;
    const unsigned = table.optional.unsigned?.[i];
    if (unsigned !== undefined && isInteger(column) && unsigned !== column.unsigned) {
      const is = (yes: boolean): string => (yes ? 'unsigned' : 'signed');
      return `${which} is ${is(column.unsigned)} in the schema, in the log ${is(unsigned)}`;
    }
  }
  return undefined;
}

const isInteger = ({ type }: ColumnSchema): boolean => type.endsWith('int');

/** Sets of one longest character cannot be told from each other by lengths. */
function sameCharset({ charset, labels, type }: ColumnSchema, collation: number | undefined): boolean {
  if (collation === undefined || charset === undefined || labels !== undefined || type === 'json')
    return true;
  return charsetOf(collation) === charset;
}
