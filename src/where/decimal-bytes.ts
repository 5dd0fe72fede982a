/** Bytes of 0 to 9 digits. */
const DIGIT_BYTES = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];

/** Digits in a full group. */
const GROUP = 9;

/** How many digits each group of a DECIMAL(`precision`, `scale`) has, from the left; see `decimalText`. */
function groupsOf(precision: number, scale: number): number[] {
  const whole = precision - scale;
  const full = (digits: number): number[] => new Array<number>(Math.floor(digits / GROUP)).fill(GROUP);
  return [whole % GROUP, ...full(whole), ...full(scale), scale % GROUP];
}

/**
 * A number as a DECIMAL column stores it; undefined for one that has too many digits. The bytes of two numbers of one
 * column compare as the numbers do.
 */
export function decimalBytes(units: bigint, precision: number, scale: number): Uint8Array | undefined {
  const negative = units < 0n;
  const digits = String(negative ? -units : units).padStart(precision, '0');
  if (digits.length > precision) return undefined;
  const bytes: number[] = [];
  let at = 0;
  for (const group of groupsOf(precision, scale)) {
    const value = Number(digits.slice(at, at + group) || '0');
    at += group;
    for (let left = DIGIT_BYTES[group]!; left > 0; left--)
      bytes.push(Math.floor(value / 256 ** (left - 1)) % 256);
  }
  bytes[0]! ^= 0x80;
  return Uint8Array.from(bytes, (byte) => (negative ? byte ^ 0xff : byte));
}

/** Compares as many bytes of `bytes` from `at` on as there are in `wanted`. */
export function compareBytes(bytes: Uint8Array, at: number, wanted: Uint8Array): number {
  for (let i = 0; i < wanted.length; i++) {
    const order = bytes[at + i]! - wanted[i]!;
    if (order !== 0) return order;
  }
  return 0;
}
