/** SQL text as the statements that it is made of, read without regard for how it was written. */

/** A statement that changes a row, by its first column `c0`. */
export interface RowStatement {
  readonly verb: 'INSERT' | 'UPDATE' | 'DELETE';
  readonly table: string;
  /** What `c0` must be in the row that is looked for. */
  readonly found: string | undefined;
  /** What `c0` becomes. */
  readonly set: string | undefined;
}

/** A string or a name, as a whole; a comment up to the end of its line; or anything else. */
const TOKEN = /'(?:[^']|'')*'|`(?:[^`]|``)*`|-- [^\n]*\n|;|[^'`;-]+|-/gy;

/** The statements of a text, without comments. */
export function statementsOf(text: string): string[] {
  const statements: string[] = [];
  let open = '';
  let end = 0;
  for (const [token] of text.matchAll(TOKEN)) {
    end += token.length;
    if (token === ';') {
      statements.push(open.trim());
      open = '';
    } else if (!token.startsWith('-- ')) open += token;
  }
  if (open.trim() !== '' || end !== text.length) throw new Error(`not a statement: ${text.slice(end)}`);
  return statements;
}

/** What is changed, by transaction. */
export function rowsOf(text: string): RowStatement[][] {
  const transactions: RowStatement[][] = [];
  let isOpen = false;
  for (const statement of statementsOf(text)) {
    if (statement === 'BEGIN') transactions.push([]);
    if (statement === 'BEGIN' || statement === 'COMMIT') {
      if (isOpen !== (statement === 'COMMIT')) throw new Error('transactions are not closed before others');
      isOpen = !isOpen;
    } else if (!statement.startsWith('SET ')) {
      if (!isOpen) throw new Error(`outside of transactions: ${statement}`);
      transactions.at(-1)!.push(...changedBy(statement));
    }
  }
  if (isOpen) throw new Error('the last transaction is not closed');
  return transactions;
}

function changedBy(statement: string): RowStatement[] {
  const [, verb, table] = /^(INSERT|UPDATE|DELETE)(?: INTO| FROM|) (`\w+`\.`\w+`)/.exec(statement) ?? [];
  if (table === undefined) throw new Error(`changes no row: ${statement}`);
  const name = table.replaceAll('`', '');
  const [, set] = / SET `c0`=(NULL|-?\d+)/.exec(statement) ?? [];
  const [, found] = / WHERE `c0`(?:=| <=> | IS )(NULL|-?\d+)/.exec(statement) ?? [];
  if (verb === 'INSERT') {
    return firstValues(statement).map((value) => ({ verb, table: name, found: undefined, set: value }));
  }
  if (found === undefined) throw new Error(`looks for no row: ${statement}`);
  return [{ verb: verb as 'UPDATE' | 'DELETE', table: name, found, set }];
}

/** The first value of each row of an INSERT. */
function firstValues(statement: string): string[] {
  const [, rows] = /^[^(]*\([^)]*\) VALUES (.*)$/s.exec(statement)!;
  // Outside of strings, a parenthesis begins a row.
  const outside = rows!.replaceAll(/'(?:[^']|'')*'/g, "''");
  return [...outside.matchAll(/\((NULL|-?\d+)/g)].map(([, value]) => value!);
}
