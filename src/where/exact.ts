/** A number without loss: `units` / 10^`scale`. */
export interface Exact {
  readonly units: bigint;
  readonly scale: number;
}

/** A longer exponent makes no number that a server holds, and would make very large ones here. */
const MOST_DIGITS = 5000;

/** A number literal: exact, or with an exponent, a double. Undefined where it has more digits than any number. */
export function parseNumber(text: string): Exact | number | undefined {
  if (/e/i.test(text)) return Number(text);
  if (text.length > MOST_DIGITS) return undefined;
  const [whole, fraction = ''] = text.split('.');
  // `-.5` has a sign and no digit before its point.
  const digits = `${whole}${fraction}`;
  const sign = digits.startsWith('-');
  const units = BigInt(digits.replace(/^[-+]/, '') || '0');
  return { units: sign ? -units : units, scale: fraction.length };
}

/** The double nearest to an exact number. */
export function toDouble({ units, scale }: Exact): number {
  // Number() of the digits rounds once; dividing would round twice.
  return Number(`${units}e-${scale}`);
}

/** A number between neighbours at a scale: `floor` is the largest that is not above it, `whole` says that it is it. */
export interface Threshold {
  readonly floor: bigint;
  readonly whole: boolean;
}

/** Puts an exact number among the numbers with `scale` digits of fraction. */
export function thresholdAt(number: Exact, scale: number): Threshold {
  if (number.scale <= scale) {
    return { floor: number.units * 10n ** BigInt(scale - number.scale), whole: true };
  }
  const unit = 10n ** BigInt(number.scale - scale);
  const quotient = number.units / unit;
  const rest = number.units % unit;
  return { floor: rest < 0n ? quotient - 1n : quotient, whole: rest === 0n };
}

/** What a string is worth as a number: its beginning, as far as it is one. Source: MySQL, strings/dtoa.cc, my_strtod. */
export function leadingDouble(text: string): number {
  const match = /^[\s\0]*([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)/i.exec(text);
  return match === null ? 0 : Number(match[1]);
}
