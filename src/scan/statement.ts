import { DEFAULT_READING, type Reading, type Token, tokenize } from './tokens.ts';

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
  /** Whole databases: those dropped, or those whose rows a statement may change (none: any). */
  readonly databases: readonly string[];
  /** The server itself named the databases; otherwise a view or a trigger may reach others. */
  readonly certain?: boolean;
}

const NONE: StatementEffect = { kind: 'none', tables: [], databases: [] };
const UNKNOWN: StatementEffect = { kind: 'unknown', tables: [], databases: [] };

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

/** Harmless, but only as `ANALYZE TABLE` and the like: `ANALYZE UPDATE ...` runs the statement. */
const MAINTENANCE = new Set(['ANALYZE', 'OPTIMIZE', 'REPAIR', 'CHECK']);
const MAINTAINED = new Set(['TABLE', 'TABLES', 'LOCAL', 'NO_WRITE_TO_BINLOG']);

const HARMLESS = new Set([
  'GRANT',
  'REVOKE',
  'FLUSH',
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

/** Of more tables or databases no list is kept: such a statement may mean any. */
const MOST_NAMES = 10_000;

/** No table of any log has a name of so many characters. */
const LONGER_THAN_NAMES = 256;

/** A name, copied: a slice of a string keeps the whole string in memory, and a log may have many long statements. */
function nameOf({ text }: Token): string {
  return Buffer.from(text.slice(0, LONGER_THAN_NAMES)).toString();
}

/** Says what a statement may do, and to which tables. Doubt makes `unknown`, never `none`. */
export function classifyStatement(
  sql: string,
  database: string,
  reading: Reading = DEFAULT_READING,
): StatementEffect {
  return classifyTokens(withoutPrefixes(tokenize(sql, reading)), database);
}

/** MariaDB: what follows SET STATEMENT variable = value FOR, which may itself be such a statement. */
function withoutPrefixes(tokens: Token[]): Token[] {
  let at = 0;
  while (tokens[at]?.word === 'SET' && tokens[at + 1]?.word === 'STATEMENT') {
    let end = at;
    while (end < tokens.length && tokens[end]!.word !== 'FOR') end++;
    // Where nothing follows, nobody knows what it does.
    if (end === tokens.length) return tokens;
    at = end + 1;
  }
  return at === 0 ? tokens : tokens.slice(at);
}

function classifyTokens(tokens: Token[], database: string): StatementEffect {
  const first = tokens[0]?.word;
  // Servers put a comment where they cut a statement out.
  if (first === undefined || HARMLESS.has(first)) return NONE;
  if (MAINTENANCE.has(first)) return MAINTAINED.has(tokens[1]?.word ?? '') ? NONE : UNKNOWN;
  if (first === 'SET') return tokens[1]?.word === 'STATEMENT' ? UNKNOWN : NONE;
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
      return UNKNOWN;
  }
}

/** Where the object word stands, e.g. TABLE in CREATE OR REPLACE TEMPORARY TABLE; -1 when there is none. */
function objectAt(tokens: Token[]): number {
  return tokens.findIndex((token, i) => i > 0 && OBJECTS.has(token.word));
}

function classifyCreate(tokens: Token[], database: string): StatementEffect {
  const at = objectAt(tokens);
  if (at < 0) return UNKNOWN;
  const object = tokens[at]!.word;
  const before = tokens.slice(0, at).map((token) => token.word);
  const replaces = before.includes('REPLACE');
  // MariaDB: CREATE OR REPLACE drops what was there, a database with all of its tables.
  if (replaces && (object === 'DATABASE' || object === 'SCHEMA')) return dropDatabase(tokens, at);
  if (object !== 'TABLE' && !(replaces && object === 'SEQUENCE')) return NONE;
  if (before.includes('TEMPORARY')) return NONE;
  const [table] = references(tokens, at + 1, database, true);
  if (table === undefined) return UNKNOWN;
  return { kind: replaces ? 'ddl' : 'create', tables: [table], databases: [] };
}

function classifyDrop(tokens: Token[], database: string): StatementEffect {
  const at = objectAt(tokens);
  const object = tokens[at]?.word;
  if (object === 'DATABASE' || object === 'SCHEMA') return dropDatabase(tokens, at);
  if (object === 'TABLE' || object === 'TABLES') {
    return tokens[1]!.word === 'TEMPORARY' ? NONE : ddl(tokens, at + 1, database);
  }
  return object === undefined ? { kind: 'unknown', tables: [], databases: [] } : NONE;
}

function dropDatabase(tokens: Token[], at: number): StatementEffect {
  const [name] = references(tokens, at + 1, '', true);
  return name ? { kind: 'ddl', tables: [], databases: [name.name] } : UNKNOWN;
}

function classifyAlter(tokens: Token[], database: string): StatementEffect {
  const at = objectAt(tokens);
  if (at < 0) return UNKNOWN;
  if (tokens[at]!.word !== 'TABLE') return NONE;
  const tables = references(tokens, at + 1, database, true);
  if (tables.length === 0) return UNKNOWN;
  // EXCHANGE PARTITION ... WITH TABLE other, CONVERT PARTITION ... TO TABLE other, CONVERT TABLE other TO
  // PARTITION, and RENAME TO other, reach a second table.
  for (let i = at + 1; i < tokens.length; i++) {
    const [word, next] = [tokens[i]!.word, tokens[i + 1]?.word];
    const renamed = word === 'RENAME' && !['COLUMN', 'INDEX', 'KEY'].includes(next ?? '');
    const from = renamed && ['TO', 'AS', '='].includes(next ?? '') ? i + 2 : i + 1;
    if (word === 'TABLE' || renamed) tables.push(...references(tokens, from, database, true));
    if (tables.length > MOST_NAMES) return UNKNOWN;
  }
  return { kind: 'ddl', tables, databases: [] };
}

function ddl(tokens: Token[], from: number, database: string): StatementEffect {
  const tables = references(tokens, from, database, false);
  if (tables.length === 0 || tables.length > MOST_NAMES) return UNKNOWN;
  return { kind: 'ddl', tables, databases: [] };
}

/** The table names from a token on: `[db.]table`, separated by commas or TO; only the first if `one`. */
function references(tokens: Token[], from: number, database: string, one: boolean): TableReference[] {
  const found: TableReference[] = [];
  let at = from;
  // IF [NOT] EXISTS; reserved words all three, so none of them is a name.
  while (['IF', 'NOT', 'EXISTS'].includes(tokens[at]?.word ?? '')) at++;
  while (at < tokens.length && found.length <= MOST_NAMES) {
    if (tokens[at]!.word === '.') break;
    if (tokens[at + 1]?.word === '.' && tokens[at + 2]) {
      found.push({ schema: nameOf(tokens[at]!), name: nameOf(tokens[at + 2]!) });
      at += 3;
    } else {
      found.push({ schema: database, name: nameOf(tokens[at]!) });
      at += 1;
    }
    if (one) break;
    // MariaDB: RENAME TABLE a WAIT 5 TO b, or NOWAIT.
    if (tokens[at]?.word === 'WAIT') at += 2;
    else if (tokens[at]?.word === 'NOWAIT') at++;
    if (![',', 'TO'].includes(tokens[at]?.word ?? '')) break;
    at++;
  }
  return found;
}

/**
 * Databases that a row-changing statement may reach: the default one and every name before a dot. None at
 * all means that it cannot be told.
 */
function mentioned(tokens: Token[], database: string): string[] {
  const names = new Set(database === '' ? [] : [database]);
  for (let i = 0; i + 1 < tokens.length; i++) if (tokens[i + 1]!.word === '.') names.add(nameOf(tokens[i]!));
  return names.size > MOST_NAMES ? [] : [...names];
}
