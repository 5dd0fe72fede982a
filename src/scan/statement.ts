/** A table named by a statement; `schema` is the default database where the statement names none. */
export interface TableReference {
  readonly schema: string;
  readonly name: string;
}

/**
 * What a statement in the log may do to rows.
 *
 * - `none`      touches neither rows nor definitions of tables (GRANT, CREATE VIEW, ...)
 * - `create`    makes a table that was not there
 * - `ddl`       changes, empties or drops the named tables or whole databases
 * - `statement` changes rows by statement: the log does not hold the old values
 * - `unknown`   anything else; it may do anything
 */
export interface StatementEffect {
  readonly kind: 'none' | 'create' | 'ddl' | 'statement' | 'unknown';
  readonly tables: readonly TableReference[];
  /** Whole databases: those dropped, or those whose rows a statement may change. */
  readonly databases: readonly string[];
}

interface Token {
  readonly text: string;
  /** An unquoted word in upper case, empty for anything else: quoted names are never keywords. */
  readonly word: string;
}

const NONE: StatementEffect = { kind: 'none', tables: [], databases: [] };

/** Finds the words, names and signs of a statement. Comments are left out, but executable ones are looked into. */
function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  // In this order: comments, openings and ends of executable comments, quoted names, strings, words, signs.
  const pattern =
    /\/\*M?!\d*|\*\/|\/\*[\s\S]*?\*\/|--(?=\s|$)[^\n]*|#[^\n]*|`((?:[^`]|``)*)`|"((?:[^"\\]|\\.|"")*)"|'(?:[^'\\]|\\.|'')*'|([\p{L}\p{N}_$@\u0080-\uffff]+)|([^\s])/gu;
  for (const match of sql.matchAll(pattern)) {
    const [, backticked, quoted, word, sign] = match;
    if (backticked !== undefined) tokens.push({ text: backticked.replaceAll('``', '`'), word: '' });
    else if (quoted !== undefined) tokens.push({ text: quoted.replaceAll('""', '"'), word: '' });
    else if (word !== undefined) tokens.push({ text: word, word: word.toUpperCase() });
    else if (sign !== undefined) tokens.push({ text: sign, word: sign });
  }
  return tokens;
}

/** Kinds of objects that CREATE, ALTER and DROP may name before any other word of this list. */
const OBJECTS = new Set([
  'TABLE',
  'TABLES',
  'DATABASE',
  'SCHEMA',
  'INDEX',
  'VIEW',
  'TRIGGER',
  'PROCEDURE',
  'FUNCTION',
  'EVENT',
  'USER',
  'ROLE',
  'SERVER',
  'TABLESPACE',
  'LOGFILE',
  'SEQUENCE',
  'PACKAGE',
  'INSTANCE',
  'RESOURCE',
  'REFERENCE',
]);

const HARMLESS = new Set([
  'GRANT',
  'REVOKE',
  'SET',
  'FLUSH',
  'ANALYZE',
  'OPTIMIZE',
  'REPAIR',
  'CHECK',
  'INSTALL',
  'UNINSTALL',
  'RESET',
  'SAVEPOINT',
  'RELEASE',
  'KILL',
  'PURGE',
  'USE',
]);

const CHANGES_ROWS = new Set([
  'INSERT',
  'UPDATE',
  'DELETE',
  'REPLACE',
  'LOAD',
  'CALL',
  'WITH',
  'SELECT',
  'DO',
  'IMPORT',
]);

/** Says what a statement may do, and to which tables. Doubt makes `unknown`, never `none`. */
export function classifyStatement(sql: string, database: string): StatementEffect {
  const tokens = tokenize(sql);
  const first = tokens[0]?.word;
  // Servers put a comment where they cut a statement out.
  if (first === undefined || HARMLESS.has(first)) return NONE;
  if (CHANGES_ROWS.has(first))
    return { kind: 'statement', tables: [], databases: mentioned(tokens, database) };
  switch (first) {
    case 'CREATE':
      return classifyCreate(tokens, database);
    case 'DROP':
      return classifyDrop(tokens, database);
    case 'ALTER':
      return classifyAlter(tokens, database);
    case 'TRUNCATE':
      return ddl(tokens, tokens[1]?.word === 'TABLE' ? 2 : 1, database);
    case 'RENAME':
      if (tokens[1]?.word === 'USER') return NONE;
      return ddl(tokens, 2, database);
    default:
      return { kind: 'unknown', tables: [], databases: [] };
  }
}

/** Where the object word stands, e.g. TABLE in CREATE OR REPLACE TEMPORARY TABLE; -1 when there is none. */
function objectAt(tokens: Token[]): number {
  return tokens.findIndex((token, i) => i > 0 && OBJECTS.has(token.word));
}

function classifyCreate(tokens: Token[], database: string): StatementEffect {
  const at = objectAt(tokens);
  if (at < 0) return { kind: 'unknown', tables: [], databases: [] };
  if (tokens[at]!.word !== 'TABLE') return NONE;
  const before = tokens.slice(0, at).map((token) => token.word);
  if (before.includes('TEMPORARY')) return NONE;
  const [table] = references(tokens, at + 1, database, true);
  if (table === undefined) return { kind: 'unknown', tables: [], databases: [] };
  return { kind: before.includes('REPLACE') ? 'ddl' : 'create', tables: [table], databases: [] };
}

function classifyDrop(tokens: Token[], database: string): StatementEffect {
  const at = objectAt(tokens);
  const object = tokens[at]?.word;
  if (object === 'DATABASE' || object === 'SCHEMA') {
    const [name] = references(tokens, at + 1, '', true);
    return name
      ? { kind: 'ddl', tables: [], databases: [name.name] }
      : { kind: 'unknown', tables: [], databases: [] };
  }
  if (object === 'TABLE' || object === 'TABLES') {
    return tokens[1]!.word === 'TEMPORARY' ? NONE : ddl(tokens, at + 1, database);
  }
  return object === undefined ? { kind: 'unknown', tables: [], databases: [] } : NONE;
}

function classifyAlter(tokens: Token[], database: string): StatementEffect {
  const at = objectAt(tokens);
  if (at < 0) return { kind: 'unknown', tables: [], databases: [] };
  if (tokens[at]!.word !== 'TABLE') return NONE;
  const [table] = references(tokens, at + 1, database, true);
  if (table === undefined) return { kind: 'unknown', tables: [], databases: [] };
  return { kind: 'ddl', tables: [table], databases: [] };
}

function ddl(tokens: Token[], from: number, database: string): StatementEffect {
  const tables = references(tokens, from, database, false);
  return { kind: tables.length > 0 ? 'ddl' : 'unknown', tables, databases: [] };
}

/** The table names from a token on: `[db.]table`, separated by commas or TO; only the first if `one`. */
function references(tokens: Token[], from: number, database: string, one: boolean): TableReference[] {
  const found: TableReference[] = [];
  let at = from;
  while (['IF', 'NOT', 'EXISTS', 'TABLE', 'TABLES'].includes(tokens[at]?.word ?? '')) at++;
  while (at < tokens.length) {
    if (tokens[at]!.word === '.') break;
    if (tokens[at + 1]?.word === '.' && tokens[at + 2]) {
      found.push({ schema: tokens[at]!.text, name: tokens[at + 2]!.text });
      at += 3;
    } else {
      found.push({ schema: database, name: tokens[at]!.text });
      at += 1;
    }
    if (one || ![',', 'TO'].includes(tokens[at]?.word ?? '')) break;
    at++;
  }
  return found;
}

/** Databases a row-changing statement may reach: the default one and every name before a dot. */
function mentioned(tokens: Token[], database: string): string[] {
  const names = new Set(database === '' ? [] : [database]);
  for (let i = 0; i + 1 < tokens.length; i++) if (tokens[i + 1]!.word === '.') names.add(tokens[i]!.text);
  return [...names];
}
