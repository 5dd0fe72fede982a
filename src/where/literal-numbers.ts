import { type Exact, parseNumber } from './exact.ts';
import type { Fail } from './operands.ts';
import type { Literal } from './syntax.ts';

/** A number that a literal stands for, where it stands for one. */
export function numberOf(literal: Literal, fail: Fail): Exact | number | undefined {
  switch (literal.kind) {
    case 'number': {
      const number = parseNumber(literal.text);
      if (number === undefined) throw fail(literal.at, 'this number has too many digits');
      return number;
    }
    case 'boolean':
      return { units: literal.value ? 1n : 0n, scale: 0 };
    case 'hex':
      return { units: BigInt(`0x${literal.digits || '0'}`), scale: 0 };
    case 'bits':
      return { units: BigInt(`0b${literal.digits || '0'}`), scale: 0 };
    default:
      return undefined;
  }
}
