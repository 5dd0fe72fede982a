import { join, lenenc, u8, u16, u32, u48, u64 } from '../builder/bytes.ts';

/** Numbers that lengths and counts are not. */
const LIES = [
  0,
  1,
  2,
  63,
  64,
  65,
  127,
  128,
  200,
  250,
  251,
  255,
  256,
  300,
  4096,
  4097,
  65535,
  65536,
  2 ** 24,
  2 ** 31,
];

/**
 * Bytes as a server would write them, but for a field here and there: one in `honesty` is anything. A seed makes all of
 * it, so that a failing run is told by two numbers.
 */
export class Liar {
  #state: number;
  readonly #honesty: number;

  constructor(seed: number, honesty: number) {
    this.#state = seed;
    this.#honesty = honesty;
  }

  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }

  get lies(): boolean {
    return this.below(this.#honesty) === 0;
  }

  one<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  many<T>(most: number, make: (i: number) => T): T[] {
    return Array.from({ length: this.below(most + 1) }, (_, i) => make(i));
  }

  bytes(most: number): Buffer {
    return Buffer.from(this.many(most, () => this.below(256)));
  }

  /** The number, or something else. */
  number(truth: number): number {
    return this.lies ? this.one(LIES) : truth;
  }

  u8(truth: number): Buffer {
    return u8(this.number(truth) & 0xff);
  }

  u16(truth: number): Buffer {
    return u16(this.number(truth) & 0xffff);
  }

  u32(truth: number): Buffer {
    return u32(this.number(truth) >>> 0);
  }

  u48(truth: number): Buffer {
    return u48(this.number(truth));
  }

  u64(truth: number): Buffer {
    return this.lies ? Buffer.from(Array.from({ length: 8 }, () => this.below(256))) : u64(truth);
  }

  /** A packed integer, which may be NULL, illegal or longer than it need be. */
  lenenc(truth: number): Buffer {
    if (!this.lies) return lenenc(truth);
    return this.one([
      u8(251),
      u8(255),
      join(u8(254), Buffer.alloc(8, 0xff)),
      lenenc(this.one(LIES)),
      lenenc(truth + 1),
    ]);
  }

  /** Bytes behind their length of `width` bytes; 0 is a packed one. */
  prefixed(width: 0 | 1 | 2 | 4, value: Uint8Array | string): Buffer {
    const bytes = Buffer.from(value);
    if (width === 0) return join(this.lenenc(bytes.length), bytes);
    const length =
      width === 1 ? this.u8(bytes.length) : width === 2 ? this.u16(bytes.length) : this.u32(bytes.length);
    return join(length, bytes);
  }

  /** Some of the pieces may be missing, or there twice. */
  join(...pieces: (Uint8Array | string)[]): Buffer {
    return join(
      ...pieces.flatMap((piece) => (this.lies ? this.one([[], [piece, piece], [piece]]) : [piece])),
    );
  }
}
