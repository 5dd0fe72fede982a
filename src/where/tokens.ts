import { filterError } from './filter-error.ts';

export type TokenKind = 'word' | 'quoted' | 'string' | 'number' | 'hex' | 'bits' | 'sign' | 'end';

/** A piece of a condition. */
export interface Token {
  readonly kind: TokenKind;
  /**
   * Of a `word` and a `sign` as written; of a `quoted` name and a `string` what is meant; of `hex` and `bits` the
   * digits alone.
   */
  readonly text: string;
  /** Where it begins in the filter. */
  readonly at: number;
}

const SPACE = /\s*/y;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/iy;
const HEX = /0x([0-9a-f]+)(?![\w$])|x'([0-9a-f]*)'/iy;
const BITS = /0b([01]+)(?![\w$])|b'([01]*)'/iy;
const WORD = /@\d+|[\w$\u0080-\uffff]+/y;
const SIGN = /<=>|<>|!=|<=|>=|&&|\|\||[=<>!(),.+-]/y;

/** Cuts a condition, `text` from `from` on, into tokens. @throws BinflashError `USAGE` at what is none */
export function tokenize(text: string, from: number): Token[] {
  const tokens: Token[] = [];
  let at = from;
  const take = (expression: RegExp): RegExpExecArray | null => {
    expression.lastIndex = at;
    return expression.exec(text);
  };
  for (;;) {
    at += take(SPACE)![0].length;
    const start = at;
    const add = (kind: TokenKind, value: string, length: number): void => {
      tokens.push({ kind, text: value, at: start });
      at = start + length;
    };
    if (at >= text.length) {
      tokens.push({ kind: 'end', text: '', at: text.length });
      return tokens;
    }
    const first = text[at]!;
    if (first === "'" || first === '"') {
      const { value, end } = readString(text, at);
      add('string', value, end - start);
      continue;
    }
    if (first === '`') {
      const { value, end } = readName(text, at);
      add('quoted', value, end - start);
      continue;
    }
    const hex = take(HEX);
    const bits = hex ? null : take(BITS);
    if (hex) add('hex', hex[1] ?? hex[2]!, hex[0].length);
    else if (bits) add('bits', bits[1] ?? bits[2]!, bits[0].length);
    else {
      const number = take(NUMBER);
      const word = take(WORD);
      // A name may begin with digits, a number with a letter behind it is a name; `1e5` is both, and a number.
      if (number && (word === null || number[0].length >= word[0].length)) {
        add('number', number[0], number[0].length);
      } else if (word) add('word', word[0], word[0].length);
      else {
        const sign = take(SIGN);
        if (sign === null) throw filterError(text, at, `what is ${JSON.stringify(first)}?`);
        add('sign', sign[0], sign[0].length);
      }
    }
  }
}

/** What a backslash makes of the character after it; of others it makes nothing, and they stay. */
const ESCAPES: Readonly<Record<string, string>> = {
  0: '\0',
  b: '\b',
  n: '\n',
  r: '\r',
  t: '\t',
  Z: '\x1a',
  // LIKE needs to see these.
  '%': '\\%',
  _: '\\_',
};

function readString(text: string, start: number): { value: string; end: number } {
  const quote = text[start]!;
  let value = '';
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at]!;
    if (character === '\\' && at + 1 < text.length) {
      at++;
      value += ESCAPES[text[at]!] ?? text[at]!;
    } else if (character !== quote) value += character;
    else if (text[at + 1] === quote) {
      value += quote;
      at++;
    } else return { value, end: at + 1 };
  }
  throw filterError(text, start, `the string has no end: ${quote} is missing`);
}

function readName(text: string, start: number): { value: string; end: number } {
  let value = '';
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] !== '`') value += text[at]!;
    else if (text[at + 1] === '`') {
      value += '`';
      at++;
    } else return { value, end: at + 1 };
  }
  throw filterError(text, start, 'the name has no end: ` is missing');
}
