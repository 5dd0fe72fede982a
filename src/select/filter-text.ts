import { compileSchema, compileTable, type NameTest, splitList, type TableTest } from './patterns.ts';

/** A row filter, `db.table: condition`, divided. */
export interface FilterText {
  /** All of it. */
  readonly text: string;
  /** The `db.table` patterns before the colon, as `--table` takes them; undefined where the filter is for every selected table. */
  readonly table: string | undefined;
  /** Where in the text the condition begins. */
  readonly conditionAt: number;
}

/** Divides a row filter at its first colon that is not inside quotes: conditions have colons nowhere else. */
export function divideFilter(text: string): FilterText {
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (quote !== '') {
      if (character === '\\' && quote !== '`') i++;
      else if (character === quote) quote = '';
    } else if (character === '`' || character === "'" || character === '"') quote = character;
    else if (character === ':') return { text, table: text.slice(0, i).trim(), conditionAt: i + 1 };
  }
  return { text, table: undefined, conditionAt: 0 };
}

/** Is a table one that the filter is for? @throws BinflashError `USAGE` for patterns that name no table */
export function filterTable({ table }: FilterText): TableTest {
  if (table === undefined) return () => true;
  const patterns = splitList([table]);
  const tests = (patterns.length === 0 ? [table] : patterns).map((one) => compileTable('--where', one));
  return (schema, name, anyCase) => tests.some((test) => test(schema, name, anyCase));
}

/** Is a database one with tables that the filter is for? */
export function filterSchema({ table }: FilterText): NameTest {
  if (table === undefined) return () => true;
  const tests = splitList([table]).map(compileSchema);
  return (schema, anyCase) => tests.some((test) => test(schema, anyCase));
}
