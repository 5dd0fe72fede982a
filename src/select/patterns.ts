import { BinflashError } from '../errors.ts';

/** Tests a name against a pattern, letter case included unless told otherwise. */
export type NameTest = (name: string, anyCase?: boolean) => boolean;

/** {@link NameTest} for `db.table`. */
export type TableTest = (schema: string, table: string, anyCase?: boolean) => boolean;

/**
 * Compiles a name pattern: `*` is any run of characters, `?` any one; everything else stands for itself,
 * case included. Names in backticks are literal.
 */
export function compileName(pattern: string): NameTest {
  if (pattern.startsWith('`')) {
    return exactly(unquote(pattern));
  }
  if (!/[*?]/.test(pattern)) return exactly(pattern);
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const expression = new RegExp(`^${source}$`, 'su');
  const insensitive = new RegExp(`^${source}$`, 'sui');
  return (name, anyCase = false) => (anyCase ? insensitive : expression).test(name);
}

function exactly(literal: string): NameTest {
  const lower = literal.toLowerCase();
  return (name, anyCase = false) => (anyCase ? name.toLowerCase() === lower : name === literal);
}

/** `db.table`, both patterns. @throws BinflashError `USAGE` when there is no dot between two names */
export function compileTable(option: string, pattern: string): TableTest {
  const parts = splitOutsideBackticks(pattern, '.');
  const schema = parts[0] ?? '';
  // Only the first dot divides: a table name may hold more of them.
  const table = pattern.slice(schema.length + 1);
  if (parts.length < 2 || schema === '' || table === '') {
    throw new BinflashError('USAGE', `${option} "${pattern}" does not name a table as db.table`, {
      hint: `For a table of any database write '*.${pattern}'; names with dots go in backticks: '\`a.b\`.\`c\`'.`,
    });
  }
  const testSchema = compileName(schema);
  const testTable = compileName(table);
  return (s, t, anyCase) => testSchema(s, anyCase) && testTable(t, anyCase);
}

/** The database half of a `db.table` pattern. */
export function compileSchema(pattern: string): NameTest {
  return compileName(splitOutsideBackticks(pattern, '.')[0]!);
}

/** Splits a comma list; commas inside backticks belong to the name. */
export function splitList(values: readonly string[] | undefined): string[] {
  return (values ?? [])
    .flatMap((value) => splitOutsideBackticks(value, ','))
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** Splits at every separator that is not inside backticks. */
export function splitOutsideBackticks(text: string, separator: string): string[] {
  const parts: string[] = [];
  let quoted = false;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '`') quoted = !quoted;
    else if (text[i] === separator && !quoted) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

/** A name without the backticks around it. */
export function unquote(name: string): string {
  return name.replace(/^`|`$/g, '').replaceAll('``', '`');
}
