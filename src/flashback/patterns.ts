import { BinflashError } from '../errors.ts';

/** Tests a name against a pattern. */
export type NameTest = (name: string) => boolean;

/**
 * Compiles a name pattern: `*` is any run of characters, `?` any one; everything else stands for itself,
 * case included. Names in backticks are literal.
 */
export function compileName(pattern: string): NameTest {
  if (pattern.startsWith('`')) {
    const literal = unquote(pattern);
    return (name) => name === literal;
  }
  if (!/[*?]/.test(pattern)) return (name) => name === pattern;
  const source = pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  const expression = new RegExp(`^${source}$`, 'su');
  return (name) => expression.test(name);
}

/** `db.table`, both patterns. @throws BinflashError `USAGE` when there is no dot between two names */
export function compileTable(option: string, pattern: string): (schema: string, table: string) => boolean {
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
  return (s, t) => testSchema(s) && testTable(t);
}

/** Splits a comma list; commas inside backticks belong to the name. */
export function splitList(values: readonly string[] | undefined): string[] {
  return (values ?? [])
    .flatMap((value) => splitOutsideBackticks(value, ','))
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function splitOutsideBackticks(text: string, separator: string): string[] {
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

function unquote(name: string): string {
  return name.replace(/^`|`$/g, '').replaceAll('``', '`');
}
