import { BinflashError } from '../errors.ts';

const code = (character: string): number => character.charCodeAt(0);
const NEWLINE = code('\n');
const BACKSLASH = code('\\');
const SINGLE = code("'");
const DOUBLE = code('"');
const BACKTICK = code('`');
const HASH = code('#');
const DASH = code('-');
const SLASH = code('/');
const STAR = code('*');

/** Bytes that neither begin nor end anything in text: 1. */
const PLAIN: Uint8Array = new Uint8Array(256).fill(1, 32);
for (const c of [SINGLE, DOUBLE, BACKTICK, HASH, DASH, SLASH, STAR]) PLAIN[c] = 0;

/** No opening, delimiter or first word that matters is longer. */
const LOOKAHEAD = 32;

/** Nobody writes a longer definition; a longer statement is one whose end is missing. */
const MAX_STATEMENT = 32 * 1024 * 1024;

/** First words of the statements that are handed over; all others are passed over without being kept. */
const WANTED = new Set(['CREATE', 'ALTER', 'USE', 'SET']);

/** As much of a comment as anyone needs to see. */
const MAX_COMMENT = 1024;

/** MariaDB's clients are told of a mode in a comment of this version, which no server ever executes. */
const NEVER_EXECUTED = 999_999;

/** Where the scanner stands: inside a quoted text (its quote), inside a comment, or elsewhere. */
type Inside = 'text' | 'line comment' | 'comment' | typeof SINGLE | typeof DOUBLE | typeof BACKTICK;

/** Takes what the scanner finds. */
export interface StatementListener {
  /** A whole statement without its delimiter, as bytes of the file, and the line on which it begins. */
  statement(bytes: Uint8Array, line: number): void;
  /** A comment at the beginning of the line, from `-- ` to the end of the line; only those before a statement. */
  comment(text: Uint8Array): void;
}

/**
 * Cuts a dump into statements as the client that replays it does, without loading it whole: a statement that is
 * of no use here (an INSERT of a gigabyte) is walked over and forgotten. Executable comments count as text;
 * `DELIMITER` is obeyed.
 */
export class StatementScanner {
  /** sql_mode NO_BACKSLASH_ESCAPES: a backslash in a string is an ordinary character. */
  noBackslashEscapes = false;
  /** sql_mode ANSI_QUOTES: what stands in double quotes is a name and has no escapes. */
  ansiQuotes = false;
  readonly #listener: StatementListener;
  #data: Buffer = Buffer.alloc(0);
  #at = 0;
  #line = 1;
  #inside: Inside = 'text';
  #delimiter: Buffer = Buffer.from(';');
  /** Has the statement begun, and if it is wanted, where? */
  #begun = false;
  #start = -1;
  #startLine = 1;

  constructor(listener: StatementListener) {
    this.#listener = listener;
  }

  push(chunk: Uint8Array): void {
    this.#data = this.#data.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#data, chunk]);
    this.#walk(false);
    const keep = Math.min(this.#data.length, this.#start >= 0 ? this.#start : this.#at);
    this.#data = this.#data.subarray(keep);
    this.#at -= keep;
    if (this.#start >= 0) this.#start = 0;
  }

  end(): void {
    this.#walk(true);
    this.#finish(this.#data.length);
  }

  #walk(final: boolean): void {
    const data = this.#data;
    while (this.#at < data.length) {
      if (this.#start >= 0 && this.#at - this.#start > MAX_STATEMENT) throw endless(this.#startLine);
      switch (this.#inside) {
        case 'text':
          if (!final && data.length - this.#at < LOOKAHEAD) return;
          if (!this.#text(final)) return;
          break;
        case 'line comment':
          this.#skipPast(NEWLINE);
          break;
        case 'comment':
          if (data[this.#at] !== STAR) this.#step();
          else if (this.#at + 1 === data.length && !final) return;
          else if (data[this.#at + 1] === SLASH) this.#leave(2);
          else this.#at++;
          break;
        default:
          this.#quoted(this.#inside);
      }
    }
  }

  #leave(length: number): void {
    this.#at += length;
    this.#inside = 'text';
  }

  #step(): void {
    if (this.#data[this.#at++] === NEWLINE) this.#line++;
  }

  #skipPast(end: number): void {
    const found = this.#data.indexOf(end, this.#at);
    if (found < 0) this.#at = this.#data.length;
    else {
      this.#line++;
      this.#leave(found + 1 - this.#at);
    }
  }

  #quoted(quote: number): void {
    const data = this.#data;
    const escapes = quote !== BACKTICK && !this.noBackslashEscapes && !(quote === DOUBLE && this.ansiQuotes);
    let at = this.#at;
    for (; at < data.length; at++) {
      const c = data[at];
      // A doubled quote closes and opens again, which comes to the same.
      if (c === quote) {
        this.#inside = 'text';
        at++;
        break;
      }
      if (c === NEWLINE) this.#line++;
      // The escaped byte may be in the next chunk: then the place is behind this one's end for a while.
      if (c === BACKSLASH && escapes) at++;
    }
    this.#at = at;
  }

  /** One step through text; false where more bytes are needed. */
  #text(final: boolean): boolean {
    const data = this.#data;
    const at = this.#at;
    const c = data[at]!;
    const next = data[at + 1];
    if (c <= 32) this.#step();
    else if (c === this.#delimiter[0] && this.#isDelimiter(at)) {
      this.#finish(at);
      this.#at = at + this.#delimiter.length;
    } else if (c === HASH || (c === DASH && next === DASH && (data[at + 2] ?? 0) <= 32)) {
      if (!this.#begun) {
        const end = this.#endOfLine(final);
        if (end < 0) return false;
        this.#listener.comment(data.subarray(at, Math.min(end, at + MAX_COMMENT)));
      }
      this.#inside = 'line comment';
    } else if (c === SLASH && next === STAR) {
      const [opening, version] = /^\/\*M?!(\d{0,6})/.exec(data.toString('latin1', at, at + LOOKAHEAD)) ?? [];
      if (opening !== undefined && Number(version) !== NEVER_EXECUTED) this.#at += opening.length;
      else {
        this.#at += 2;
        this.#inside = 'comment';
      }
    } else if (c === STAR && next === SLASH) this.#at += 2;
    else {
      if (!this.#begun && !this.#begin(final)) return false;
      // Beginning may have eaten a DELIMITER line.
      if (this.#at === at) {
        if (c === SINGLE || c === DOUBLE || c === BACKTICK) this.#inside = c;
        this.#at++;
        if (this.#inside === 'text') this.#plain(final ? data.length : data.length - LOOKAHEAD);
      }
    }
    return true;
  }

  /** Past what means nothing here, which is most of a statement. */
  #plain(end: number): void {
    const data = this.#data;
    const [delimiter] = this.#delimiter;
    let at = this.#at;
    while (at < end && PLAIN[data[at]!] === 1 && data[at] !== delimiter) at++;
    this.#at = at;
  }

  #isDelimiter(at: number): boolean {
    return this.#data.subarray(at, at + this.#delimiter.length).equals(this.#delimiter);
  }

  /** Where the line ends; -1 if that is not known yet. */
  #endOfLine(final: boolean): number {
    const end = this.#data.indexOf(NEWLINE, this.#at);
    return end >= 0 ? end : final || this.#data.length - this.#at > MAX_COMMENT ? this.#data.length : -1;
  }

  #begin(final: boolean): boolean {
    const head = this.#data.toString('latin1', this.#at, this.#at + LOOKAHEAD);
    const word = /^[a-z]*/i.exec(head)![0].toUpperCase();
    if (word === 'DELIMITER') {
      const end = this.#endOfLine(final);
      if (end < 0) return false;
      const given = this.#data
        .toString('latin1', this.#at + word.length, end)
        .trim()
        .split(/\s/)[0];
      if (given !== '' && given !== undefined)
        this.#delimiter = Buffer.from(given.slice(0, LOOKAHEAD), 'latin1');
      this.#at = end;
      return true;
    }
    this.#begun = true;
    this.#start = WANTED.has(word) ? this.#at : -1;
    this.#startLine = this.#line;
    return true;
  }

  #finish(end: number): void {
    const start = this.#start;
    this.#begun = false;
    this.#start = -1;
    if (start >= 0) this.#listener.statement(this.#data.subarray(start, end), this.#startLine);
  }
}

function endless(line: number): BinflashError {
  return new BinflashError('SCHEMA', `the statement that begins on line ${line} does not end`, {
    hint: 'Is the file cut, or is a quote missing?',
  });
}
