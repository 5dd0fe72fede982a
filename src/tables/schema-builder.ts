import { isUtf8 } from 'node:buffer';
import { charsetOf } from '../binlog/columns/values/charsets.ts';
import { textDecoding } from '../binlog/columns/values/text.ts';
import { alterTable } from './alter-table.ts';
import { charsetNamed, collationId } from './collation-names.ts';
import { sameName, tableDefinition } from './create-table.ts';
import { SyntaxProblem, sqlTokens, TokenCursor } from './sql-tokens.ts';
import { StatementScanner } from './statements.ts';
import type { TableSchema } from './table-schema.ts';

/** Sets in which a byte of a longer character may look like a quote or a backslash. */
const TREACHEROUS = new Set(['sjis', 'cp932', 'big5', 'gbk', 'gb18030', 'ucs2', 'utf16', 'utf16le', 'utf32']);

/** A table's name as a statement gives it. */
interface Reference {
  readonly database: string | undefined;
  readonly name: string;
}

interface Trigger {
  readonly name: string;
  readonly on: Reference;
}

/** A definition without its name and place. */
type Body = Omit<TableSchema, keyof Reference | 'line'>;

const NOTHING: Body = {
  columns: [],
  primaryKey: undefined,
  uniqueKeys: [],
  versioned: false,
  rowEnd: undefined,
  expressions: [],
  triggers: [],
  tellsTriggers: false,
  problem: undefined,
};

/**
 * Reads a dump the way a server would run it, and keeps the definitions of its tables in their order. What is no
 * definition is passed over.
 */
export class SchemaBuilder {
  readonly tables: TableSchema[] = [];
  /** The database of the dump's heading, `-- Host: h    Database: d`; it says what was dumped. */
  dumped: string | undefined;
  readonly #triggers: Trigger[] = [];
  readonly #scanner: StatementScanner;
  #database: string | undefined;
  #charset: string = 'utf8mb4';
  /** Is the statement at hand text of the file's character set? */
  #isText = true;
  #isDump = false;

  constructor() {
    this.#scanner = new StatementScanner({
      statement: (bytes, line) => this.#statement(bytes, line),
      comment: (text) => this.#comment(text),
    });
  }

  push(chunk: Uint8Array): void {
    this.#scanner.push(chunk);
  }

  end(): void {
    this.#scanner.end();
    const byTable = new Map<string, Trigger[]>();
    for (const trigger of this.#triggers) {
      const table = trigger.on.name.toLowerCase();
      const alike = byTable.get(table);
      if (alike === undefined) byTable.set(table, [trigger]);
      else alike.push(trigger);
    }
    for (const [i, table] of this.tables.entries()) {
      const alike = byTable.get(table.name.toLowerCase()) ?? [];
      const triggers = alike.filter(({ on }) => mayMean(on, table)).map(({ name }) => name);
      this.tables[i] = { ...table, triggers, tellsTriggers: this.#isDump || triggers.length > 0 };
    }
  }

  #comment(bytes: Uint8Array): void {
    const text = Buffer.from(bytes).toString();
    if (/^-- (?:MySQL|MariaDB) dump /.test(text)) this.#isDump = true;
    const [, database] = /^-- Host: .*\bDatabase: (\S.*?)\s*$/.exec(text) ?? [];
    if (database !== undefined) this.dumped = database;
  }

  #statement(bytes: Uint8Array, line: number): void {
    const sql = this.#decoded(bytes);
    if (/^SET\b/i.test(sql)) this.#set(sql);
    else if (/^(?:USE|ALTER|CREATE)\b/i.test(sql)) this.#run(sql, line);
  }

  /** Only what changes how the rest is read. */
  #set(sql: string): void {
    const [, charset] = /^SET\s+NAMES\s+['"]?(\w+)/i.exec(sql) ?? [];
    if (charset !== undefined && charset.toLowerCase() !== 'binary') {
      this.#charset = charsetNamed(charset) ?? 'utf8mb4';
    }
    const [mode, , given] = /\bsql_mode\s*=\s*(['"](.*?)['"])?/i.exec(sql.replaceAll('@@', '')) ?? [];
    if (mode === undefined) return;
    this.#scanner.noBackslashEscapes = /NO_BACKSLASH_ESCAPES/i.test(given ?? '');
    this.#scanner.ansiQuotes = /ANSI|ORACLE|MSSQL|DB2|MAXDB|POSTGRESQL/i.test(given ?? '');
  }

  #decoded(bytes: Uint8Array): string {
    const collation = collationId(this.#charset, undefined, 'mysql');
    const isUnicode = collation === undefined || charsetOf(collation)!.startsWith('utf8');
    this.#isText = !isUnicode || isUtf8(bytes);
    if (isUnicode) return Buffer.from(bytes).toString();
    return textDecoding(collation)(bytes);
  }

  /** What cannot be read is passed over, but for definitions, see {@link TableSchema.problem}. */
  #run(sql: string, line: number): void {
    try {
      this.#runAll(this.#tokens(sql, line), line);
    } catch (error) {
      if (!(error instanceof SyntaxProblem)) throw error;
    }
  }

  /** A statement, or several one after the other without delimiters, as SHOW CREATE TABLE gives them. */
  #runAll(cursor: TokenCursor, line: number): void {
    while (!cursor.ended) {
      if (cursor.accept('USE')) this.#database = cursor.name();
      else if (cursor.accept('CREATE')) this.#create(cursor, line);
      else if (cursor.accept('ALTER', 'TABLE') || cursor.accept('ALTER', 'IGNORE', 'TABLE')) {
        this.#alter(cursor);
        return;
      } else cursor.at++;
    }
  }

  #tokens(sql: string, line: number): TokenCursor {
    try {
      return new TokenCursor(sqlTokens(readablePart(sql)));
    } catch (error) {
      if (error instanceof SyntaxProblem) this.#unreadable(sql, line, error.message);
      throw error;
    }
  }

  /** A definition cut off inside a quote still says whose it is. */
  #unreadable(sql: string, line: number, problem: string): void {
    const [, name] = /^CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?([^(]+)/i.exec(sql) ?? [];
    if (name === undefined) return;
    const reference = this.#reference(new TokenCursor(sqlTokens(name)));
    this.tables.push({ ...reference, ...NOTHING, problem, line });
  }

  #create(cursor: TokenCursor, line: number): void {
    cursor.accept('OR', 'REPLACE');
    const temporary = cursor.accept('TEMPORARY');
    if (!cursor.accept('TABLE')) {
      this.#createOther(cursor);
      return;
    }
    cursor.accept('IF', 'NOT', 'EXISTS');
    const reference = this.#reference(cursor);
    const body = this.#body(cursor);
    // Rows of a temporary table are never logged.
    if (!temporary) this.tables.push({ ...body, ...reference, line });
  }

  #body(cursor: TokenCursor): Body {
    try {
      if (cursor.accept('LIKE') || cursor.accept('(', 'LIKE')) return this.#like(this.#reference(cursor));
      if (!this.#isText) {
        throw new SyntaxProblem('it is not UTF-8 text: dump it with --default-character-set=utf8mb4');
      }
      if (TREACHEROUS.has(this.#charset)) {
        throw new SyntaxProblem(
          `the file is in ${this.#charset}; only UTF-8 and sets of one byte can be read`,
        );
      }
      return { ...tableDefinition(cursor), triggers: [], tellsTriggers: false, problem: undefined };
    } catch (error) {
      // What is wrong with a definition is told when its table is asked for: most of a dump never is.
      if (error instanceof SyntaxProblem) return { ...NOTHING, problem: error.message };
      throw error;
    }
  }

  /** Triggers are kept. A view may stand in for a table of the same name first. */
  #createOther(cursor: TokenCursor): void {
    while (!cursor.ended && !['AS', 'CREATE'].includes(cursor.peek()!.word)) {
      if (cursor.accept('TRIGGER')) {
        this.#trigger(cursor);
        break;
      }
      if (!cursor.accept('VIEW')) {
        cursor.at++;
        continue;
      }
      cursor.accept('IF', 'NOT', 'EXISTS');
      const view = this.#reference(cursor);
      const others = this.tables.filter((table) => !isNamed(table, view));
      this.tables.splice(0, Infinity, ...others);
      break;
    }
    // The rest of it may hold anything.
    while (!cursor.ended) cursor.at++;
  }

  /** `[IF NOT EXISTS] name BEFORE INSERT ON table`; MariaDB 12 has `INSERT OR UPDATE OF column`. */
  #trigger(cursor: TokenCursor): void {
    cursor.accept('IF', 'NOT', 'EXISTS');
    const { name } = this.#reference(cursor);
    while (!cursor.accept('ON')) cursor.next();
    this.#triggers.push({ name, on: this.#reference(cursor) });
  }

  #alter(cursor: TokenCursor): void {
    const reference = this.#reference(cursor);
    const at = this.tables.findLastIndex((table) => isNamed(table, reference));
    if (at >= 0) this.tables[at] = alterTable(this.tables[at]!, cursor);
  }

  #like(source: Reference): TableSchema {
    const found = this.tables.findLast((table) => isNamed(table, source));
    if (found === undefined) throw new SyntaxProblem(`it is LIKE "${source.name}", which is not in the file`);
    return found;
  }

  #reference(cursor: TokenCursor): Reference {
    const first = cursor.name();
    if (!cursor.accept('.')) return { database: this.#database, name: first };
    return { database: first, name: cursor.name() };
  }
}

function isNamed(table: TableSchema, { database, name }: Reference): boolean {
  return table.database === database && table.name === name;
}

/**
 * Does a trigger on a table of that name fire for the table? Servers print the statement that made it: its table may have
 * its database before it where the table's own definition has none, and another case.
 */
function mayMean({ database }: Reference, table: TableSchema): boolean {
  return table.database === undefined || database === undefined || sameName(table.database, database);
}

const TRIGGER = /^CREATE(?!\s+(?:TEMPORARY\s+)?TABLE\b)[^(]*?\bTRIGGER\b/i;

/** Of a trigger what stands before its body, in whose sql_mode a quote may be closed elsewhere. */
function readablePart(sql: string): string {
  const body = TRIGGER.test(sql) ? sql.search(/\bFOR\s+EACH\s+ROW\b/i) : -1;
  return body < 0 ? sql : sql.slice(0, body);
}
