import type { Flavour } from '../binlog/event-types.ts';

/** A word, a name or a sign of a statement. */
export interface Token {
  readonly text: string;
  /** An unquoted word in upper case, empty for anything else: quoted names are never keywords. */
  readonly word: string;
}

const WORD = /[\p{L}\p{N}_$@\u0080-\uffff]/u;

/** How a statement's text is to be read. */
export interface Reading {
  /** `/*M! ... ` is executed by MariaDB, and a plain comment to MySQL. */
  readonly flavour: Flavour;
  /** In strings a backslash is an ordinary character (sql_mode NO_BACKSLASH_ESCAPES). */
  readonly noBackslashEscapes: boolean;
}

export const DEFAULT_READING: Reading = { flavour: 'mariadb', noBackslashEscapes: false };

/**
 * Finds the words, names and signs of a statement, `most` at most. Comments and strings are left out; executable
 * comments are looked into, whatever version they ask for: servers blot out the `!` of those that they have not
 * executed before they log the statement (seen on all). A plain loop: a regular expression would run out of stack
 * on a long string.
 */
export function tokenize(sql: string, reading: Reading, most: number = Infinity): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < sql.length && tokens.length < most) {
    const c = sql[at]!;
    const next = sql[at + 1];
    if (c === '/' && next === '*') at = skipComment(sql, at, reading.flavour);
    else if (c === '*' && next === '/') at += 2;
    else if (c === '#' || (c === '-' && next === '-' && /^\s?$/.test(sql[at + 2] ?? ''))) {
      const end = sql.indexOf('\n', at);
      at = end < 0 ? sql.length : end + 1;
    } else if (c === '`' || c === '"' || c === "'") {
      const end = endOfQuoted(sql, at, c, reading.noBackslashEscapes);
      // A double-quoted text is a name under ANSI_QUOTES and a string otherwise: harmless to take as a name.
      if (c !== "'") tokens.push({ text: sql.slice(at + 1, end - 1).replaceAll(c + c, c), word: '' });
      at = end;
    } else if (WORD.test(c)) {
      let end = at + 1;
      while (end < sql.length && WORD.test(sql[end]!)) end++;
      const text = sql.slice(at, end);
      tokens.push({ text, word: text.toUpperCase() });
      at = end;
    } else {
      if (!/\s/.test(c)) tokens.push({ text: c, word: c });
      at++;
    }
  }
  return tokens;
}

const EXECUTABLE: Record<Flavour, RegExp> = { mysql: /^\/\*!\d*/, mariadb: /^\/\*M?!\d*/ };

/** The end of a comment; of an executable one, the end of its opening and version number. */
function skipComment(sql: string, at: number, flavour: Flavour): number {
  const opening = EXECUTABLE[flavour].exec(sql.slice(at, at + 12));
  if (opening) return at + opening[0].length;
  const end = sql.indexOf('*/', at + 2);
  return end < 0 ? sql.length : end + 2;
}

/** Where a quoted text ends, its closing quote included; a doubled quote belongs to it, a backslash escapes. */
function endOfQuoted(sql: string, start: number, quote: string, noBackslashEscapes: boolean): number {
  let at = start + 1;
  while (at < sql.length) {
    if (sql[at] === '\\' && quote !== '`' && !noBackslashEscapes) at += 2;
    else if (sql[at] !== quote) at++;
    else if (sql[at + 1] === quote) at += 2;
    else return at + 1;
  }
  return sql.length;
}

/** The first word of a statement, in upper case; undefined when it begins with something else, or with nothing. */
export function firstWord(sql: string): string | undefined {
  return tokenize(sql, DEFAULT_READING, 1)[0]?.word || undefined;
}
