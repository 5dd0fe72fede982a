import { BinflashError } from '../../errors.ts';
import { utf8 } from '../../wire/cursor.ts';

/** One step of a path: to an object's member, or to an array's element. */
export type PathLeg = MemberLeg | ElementLeg;

export interface MemberLeg {
  /** utf8mb4 */
  readonly key: Uint8Array;
}

export interface ElementLeg {
  readonly index: number;
  /** Counted from the last element back, as in `[last-2]`. */
  readonly fromEnd: boolean;
}

/** The place in an array of `count` elements, or -1 when it has none there. */
export function elementPlace(leg: ElementLeg, count: number): number {
  if (leg.index >= count) return -1;
  return leg.fromEnd ? count - 1 - leg.index : leg.index;
}

const code = (character: string): number => character.charCodeAt(0);
const DOLLAR = code('$');
const DOT = code('.');
const OPEN = code('[');
const CLOSE = code(']');
const QUOTE = code('"');
const BACKSLASH = code('\\');
const STAR = code('*');
const MINUS = code('-');
const SPACE = code(' ');
const LAST = [...'last'].map(code);
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00;
const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000;

/**
 * Parses a path as it stands in a diff: `$`, then legs `.name`, `."any \"name\""`, `[3]`, `[last]` and
 * `[last-2]`. The server writes no blanks between legs, and nothing that could match many values.
 *
 * @throws BinflashError `DAMAGED`
 */
export function parsePath(bytes: Uint8Array): PathLeg[] {
  return new PathParser(bytes).parse();
}

class PathParser {
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  parse(): PathLeg[] {
    this.expect(DOLLAR);
    const legs: PathLeg[] = [];
    while (this.at < this.bytes.length) legs.push(this.leg());
    return legs;
  }

  private leg(): PathLeg {
    if (this.skip(OPEN)) return this.element();
    this.expect(DOT);
    return { key: this.skip(QUOTE) ? this.quoted() : this.name() };
  }

  private element(): ElementLeg {
    const fromEnd = LAST.every((letter, i) => this.bytes[this.at + i] === letter);
    if (fromEnd) this.at += LAST.length;
    const index = fromEnd && !this.skip(MINUS) ? 0 : this.index();
    this.expect(CLOSE);
    return { index, fromEnd };
  }

  private index(): number {
    let index = 0;
    const start = this.at;
    for (; this.at < this.bytes.length; this.at++) {
      const digit = this.bytes[this.at]! - 0x30;
      if (digit < 0 || digit > 9) break;
      index = index * 10 + digit;
      if (index > 0xffff_ffff) throw this.damaged();
    }
    if (this.at === start) throw this.damaged();
    return index;
  }

  /** A name without quotes is an identifier of JavaScript: what ends it cannot stand in one. */
  private name(): Uint8Array {
    const start = this.at;
    for (; this.at < this.bytes.length; this.at++) {
      const byte = this.bytes[this.at]!;
      if (byte === DOT || byte === OPEN) break;
      if (byte <= SPACE || byte === STAR || byte === QUOTE || byte === BACKSLASH) throw this.damaged();
    }
    if (this.at === start) throw this.damaged();
    return this.bytes.subarray(start, this.at);
  }

  /** A name in quotes is a JSON string, the opening quote being read. */
  private quoted(): Uint8Array {
    const start = this.at;
    let escaped = false;
    while (this.byte() !== QUOTE) {
      if (this.bytes[this.at] === BACKSLASH) {
        escaped = true;
        this.at++;
      }
      this.at++;
    }
    const end = this.at++;
    return escaped ? this.unescape(start, end) : this.bytes.subarray(start, end);
  }

  private byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined || byte < SPACE) throw this.damaged();
    return byte;
  }

  private unescape(start: number, end: number): Uint8Array {
    const out: number[] = [];
    for (let at = start; at < end; ) {
      const byte = this.bytes[at++]!;
      if (byte !== BACKSLASH) {
        out.push(byte);
        continue;
      }
      const escaped = String.fromCharCode(this.bytes[at++]!);
      if (escaped !== 'u') {
        const character = ESCAPES[escaped];
        if (character === undefined) throw this.damaged();
        out.push(code(character));
        continue;
      }
      let character = this.codeUnit(at);
      at += 4;
      if (isHighSurrogate(character)) {
        const low =
          this.bytes[at] === BACKSLASH && this.bytes[at + 1] === code('u') ? this.codeUnit(at + 2) : 0;
        character = 0x10000 + (character - 0xd800) * 0x400 + (low - 0xdc00);
        if (!isLowSurrogate(low)) throw this.damaged();
        at += 6;
      } else if (isLowSurrogate(character)) {
        throw this.damaged();
      }
      out.push(...Buffer.from(String.fromCodePoint(character)));
    }
    return Uint8Array.from(out);
  }

  /** The four hexadecimal digits of an escape. */
  private codeUnit(at: number): number {
    const digits = utf8(this.bytes, at, Math.min(at + 4, this.bytes.length));
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.damaged();
    return Number.parseInt(digits, 16);
  }

  private skip(byte: number): boolean {
    if (this.bytes[this.at] !== byte) return false;
    this.at++;
    return true;
  }

  private expect(byte: number): void {
    if (!this.skip(byte)) throw this.damaged();
  }

  private damaged(): BinflashError {
    const path = utf8(this.bytes, 0, Math.min(this.bytes.length, 200));
    return new BinflashError('DAMAGED', `a JSON diff has a path that is none: ${JSON.stringify(path)}`);
  }
}
