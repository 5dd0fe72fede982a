/**
 * A piece of a statement: an unquoted word or number, a name in backticks, a string in single quotes, a text in
 * double quotes (a name under ANSI_QUOTES, else a string), or a sign.
 */
export interface SqlToken {
  readonly kind: 'word' | 'name' | 'string' | 'double' | 'sign';
  /** Without quotes and escapes. */
  readonly text: string;
  /** A word in upper case, or a sign; empty for what is quoted, which is never a keyword. */
  readonly word: string;
}

/** Of the largest table that a server allows, labels and expressions included, a small part. */
const MOST_TOKENS = 1_000_000;

const WORD = /[\p{L}\p{N}_$@\u0080-\uffff]/u;

/** What an escaped character means, where that is not itself. */
const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  b: '\b',
  n: '\n',
  r: '\r',
  t: '\t',
  Z: '\x1a',
  // In patterns these keep their backslash.
  '%': '\\%',
  _: '\\_',
};

/**
 * The tokens of a statement. Comments are left out; executable ones are looked into, whatever version they ask for,
 * but for `/*M!999999`, which is never executed. Backslashes escape: servers write definitions so, whatever the
 * sql_mode.
 *
 * @throws SyntaxProblem for a quote that is not closed, and for what is too much for a definition
 */
export function sqlTokens(sql: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  let at = 0;
  while (at < sql.length) {
    if (tokens.length > MOST_TOKENS)
      throw new SyntaxProblem(`it has more than ${MOST_TOKENS} words and signs`);
    const c = sql[at]!;
    if (sql.startsWith('/*', at)) at = endOfComment(sql, at);
    else if (sql.startsWith('*/', at)) at += 2;
    else if (c === '#' || /^--(?:\s|$)/.test(sql.slice(at, at + 3))) {
      const end = sql.indexOf('\n', at);
      at = end < 0 ? sql.length : end;
    } else if (c === '`' || c === '"' || c === "'") {
      const { text, end } = quoted(sql, at, c);
      tokens.push({ kind: c === '`' ? 'name' : c === '"' ? 'double' : 'string', text, word: '' });
      at = end;
    } else if (WORD.test(c)) {
      let end = at + 1;
      while (end < sql.length && WORD.test(sql[end]!)) end++;
      const text = sql.slice(at, end);
      tokens.push({ kind: 'word', text, word: text.toUpperCase() });
      at = end;
    } else {
      if (!/\s/.test(c)) tokens.push({ kind: 'sign', text: c, word: c });
      at++;
    }
  }
  return tokens;
}

function endOfComment(sql: string, at: number): number {
  const opening = /^\/\*M?!(\d{0,6})/.exec(sql.slice(at, at + 10));
  if (opening && opening[1] !== '999999') return at + opening[0].length;
  const end = sql.indexOf('*/', at + 2);
  return end < 0 ? sql.length : end + 2;
}

function quoted(sql: string, start: number, quote: string): { text: string; end: number } {
  let text = '';
  let at = start + 1;
  while (at < sql.length) {
    const c = sql[at]!;
    if (c === quote) {
      if (sql[at + 1] !== quote) return { text, end: at + 1 };
      text += quote;
      at += 2;
    } else if (c === '\\' && quote !== '`' && at + 1 < sql.length) {
      const escaped = sql[at + 1]!;
      text += ESCAPES[escaped] ?? escaped;
      at += 2;
    } else {
      text += c;
      at++;
    }
  }
  throw new SyntaxProblem('a quote is not closed');
}

/** Why a definition cannot be read; told to the user only when that table is asked for. */
export class SyntaxProblem extends Error {}

/** Goes through the tokens of a statement. */
export class TokenCursor {
  readonly #tokens: readonly SqlToken[];
  at = 0;

  constructor(tokens: readonly SqlToken[]) {
    this.#tokens = tokens;
  }

  get ended(): boolean {
    return this.at >= this.#tokens.length;
  }

  /** The next token, or one further on. */
  peek(ahead = 0): SqlToken | undefined {
    return this.#tokens[this.at + ahead];
  }

  next(): SqlToken {
    const token = this.#tokens[this.at++];
    if (token === undefined) throw new SyntaxProblem('it ends too early');
    return token;
  }

  /** Are these the next words or signs? If so, moves past them. */
  accept(...words: readonly string[]): boolean {
    if (!words.every((word, i) => this.peek(i)?.word === word)) return false;
    this.at += words.length;
    return true;
  }

  /** Moves past the next token if it is one of these, and answers it. */
  acceptOne(...words: readonly string[]): string | undefined {
    const word = this.peek()?.word;
    if (!word || !words.includes(word)) return undefined;
    this.at++;
    return word;
  }

  expect(word: string): void {
    if (!this.accept(word)) {
      const { text } = this.peek() ?? {};
      throw new SyntaxProblem(
        `"${word}" is missing ${text === undefined ? 'at the end' : `before "${text}"`}`,
      );
    }
  }

  /** A name, quoted or not. */
  name(): string {
    const token = this.next();
    if (token.kind === 'sign' || token.kind === 'string')
      throw new SyntaxProblem(`"${token.text}" is no name`);
    return token.text;
  }

  /**
   * Past the rest of a pair of parentheses whose opening one has been read. Answers the texts in it, or those in further
   * parentheses alone, if they are so `deep`.
   */
  skipParentheses(deep = 1): string[] {
    const texts: string[] = [];
    for (let depth = 1; depth > 0; ) {
      const { word, text } = this.next();
      if (word === '(') depth++;
      else if (word === ')') depth--;
      else if (depth >= deep) texts.push(text);
    }
    return texts;
  }

  /**
   * To the comma or closing parenthesis that ends this element of a list, or to the end. Answers the texts in parentheses
   * inside parentheses.
   */
  skipElement(): string[] {
    const nested: string[] = [];
    while (!this.ended) {
      const word = this.peek()!.word;
      if (word === ',' || word === ')') break;
      this.at++;
      if (word === '(') for (const text of this.skipParentheses(2)) nested.push(text);
    }
    return nested;
  }
}
