/** How the independent reader finds the end of a value: a fixed width, or a length of `prefix` bytes before it. */
export interface ColumnWidth {
  readonly width: number | undefined;
  readonly prefix: number;
}

const INTEGERS: Readonly<Record<number, number>> = {
  1: 1,
  2: 2,
  3: 4,
  7: 4,
  8: 8,
  9: 3,
  10: 3,
  11: 3,
  12: 8,
  13: 1,
  14: 3,
};

const of = (width: number): ColumnWidth => ({ width, prefix: 0 });
const after = (prefix: number): ColumnWidth => ({ width: undefined, prefix });

/** Reads a column's metadata by way of `next` and says how wide its values are. */
export function columnWidth(type: number, next: () => number): ColumnWidth {
  const plain = INTEGERS[type];
  if (plain !== undefined) return of(plain);
  switch (type) {
    case 4:
    case 5:
      return of(next());
    case 15:
    case 141: {
      const low = next();
      return after(next() * 256 + low > 255 ? 2 : 1);
    }
    case 16: {
      const bits = next();
      return of(Math.ceil((next() * 8 + bits) / 8));
    }
    case 17:
      return of(4 + Math.ceil(next() / 2));
    case 18:
      return of(5 + Math.ceil(next() / 2));
    case 19:
      return of(3 + Math.ceil(next() / 2));
    case 140:
    case 242:
    case 245:
    case 252:
    case 255:
      return after(next());
    case 246: {
      const precision = next();
      const scale = next();
      return of(digitBytes(precision - scale) + digitBytes(scale));
    }
    case 254: {
      const real = next();
      const length = next();
      if (real === 247 || real === 248) return of(length);
      // Two bits of the length, inverted, are bits 4 and 5 of the type.
      return after(((~real >> 4) & 3) * 256 + length > 255 ? 2 : 1);
    }
    default:
      throw new Error(`column type ${type} is not built by these tests`);
  }
}

/** Nine digits in four bytes; of the rest, two digits a byte. */
function digitBytes(digits: number): number {
  return Math.floor(digits / 9) * 4 + Math.ceil((digits % 9) / 2);
}
