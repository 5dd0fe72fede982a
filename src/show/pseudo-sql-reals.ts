import type { ByteText } from '../wire/byte-text.ts';

const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;

/** Digits of the value in hand, from the first that is not 0 on. */
const digits = new Uint8Array(64);
let count = 0;
/** How many of them stand before the decimal point; 0 or less if zeros follow it first. */
let point = 0;

/**
 * Puts a number as printf's `%.{precision}g` of glibc does: the exact value rounded to so many significant digits, a
 * half to the even one, without zeros at the end; with an exponent where the decimal point would stand more than
 * `precision` digits behind the first digit, or more than four before it.
 */
export function putG(value: number, precision: number, out: ByteText): void {
  if (!begin(value, precision, out)) return;
  if (count === 0) {
    out.byte(ZERO);
    return;
  }
  while (digits[count - 1] === 0) count--;
  const exponent = point - 1;
  if (exponent < -4 || exponent >= precision) {
    putFixed(1, out);
    putExponent(exponent, out);
  } else putFixed(point, out);
}

/** Digits of the numbers of a vector. */
const VECTOR_DIGITS = 6;

/** Puts a number as `%.5e` does. */
export function putExponential(value: number, out: ByteText): void {
  if (!begin(value, VECTOR_DIGITS, out)) return;
  const exponent = count === 0 ? 0 : point - 1;
  while (count < VECTOR_DIGITS) digits[count++] = 0;
  putFixed(1, out);
  putExponent(exponent, out);
}

/** Puts the sign and finds the digits, none of zero; false for what has no digits and has been put. */
function begin(value: number, precision: number, out: ByteText): boolean {
  if (!Number.isFinite(value)) {
    out.ascii(Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf');
    return false;
  }
  if (value < 0 || Object.is(value, -0)) out.byte(MINUS);
  const size = Math.abs(value);
  if (size === 0) count = 0;
  else if (size >= SMALLEST && size <= Number.MAX_SAFE_INTEGER) findDigits(size, precision);
  else findFarDigits(size, precision);
  return true;
}

function putExponent(exponent: number, out: ByteText): void {
  out.byte(0x65);
  out.byte(exponent < 0 ? MINUS : 0x2b);
  const size = Math.abs(exponent);
  out.padded(size, size < 100 ? 2 : 3);
}

/** Puts the digits, `before` of them before the decimal point. */
function putFixed(before: number, out: ByteText): void {
  out.reserve(2 * digits.length);
  const { bytes } = out;
  let at = out.length;
  let i = 0;
  if (before <= 0) {
    bytes[at++] = ZERO;
    bytes[at++] = POINT;
    for (let zeros = before; zeros < 0; zeros++) bytes[at++] = ZERO;
  } else {
    for (; i < before; i++) bytes[at++] = ZERO + (i < count ? digits[i]! : 0);
    if (i < count) bytes[at++] = POINT;
  }
  for (; i < count; i++) bytes[at++] = ZERO + digits[i]!;
  out.length = at;
}

/** A fraction of 2^-20 has its last bit at 2^-72 or before: three limbs of 24 bits hold it exactly. */
const SMALLEST = 2 ** -20;
const LIMB = 2 ** 24;
/** Six digits are taken from the limbs at a time. */
const GROUP = 1_000_000;

/** Finds the digits of a number whose integer part and fraction both are exact in small integers. */
function findDigits(size: number, precision: number): void {
  const whole = Math.floor(size);
  count = 0;
  point = 0;
  if (whole > 0) {
    let width = 1;
    for (let power = 10; whole >= power; power *= 10) width++;
    let left = whole;
    for (let i = width - 1; i >= 0; i--) {
      const rest = left <= 0xffff_ffff ? ((left >>> 0) / 10) >>> 0 : Math.floor(left / 10);
      digits[i] = left - rest * 10;
      left = rest;
    }
    count = width;
    point = width;
  }
  let fraction = (size - whole) * LIMB;
  let high = Math.floor(fraction);
  fraction = (fraction - high) * LIMB;
  let middle = Math.floor(fraction);
  let low = (fraction - middle) * LIMB;
  // One digit more than wanted decides about rounding, with whether anything is left behind it.
  while ((high | middle | low) !== 0 && count <= precision) {
    let product = low * GROUP;
    let carry = Math.floor(product / LIMB);
    low = product - carry * LIMB;
    product = middle * GROUP + carry;
    carry = Math.floor(product / LIMB);
    middle = product - carry * LIMB;
    product = high * GROUP + carry;
    carry = Math.floor(product / LIMB);
    high = product - carry * LIMB;
    addGroup(carry);
  }
  round(precision, (high | middle | low) !== 0);
}

/** Adds six digits, but zeros before the first digit of all. */
function addGroup(group: number): void {
  for (let power = GROUP / 10; power >= 1; power /= 10) {
    const digit = Math.floor(group / power) % 10;
    if (count > 0 || digit > 0) digits[count++] = digit;
    else point--;
  }
}

/** The same for very large and very small numbers, which are rare. */
function findFarDigits(size: number, precision: number): void {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, size);
  const bits = view.getBigUint64(0);
  const biased = Number(bits >> 52n);
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  const mantissa = biased === 0 ? fraction : fraction | (1n << 52n);
  const exponent = Math.max(biased, 1) - 1075;
  // m * 2^-k is m * 5^k * 10^-k.
  const text = String(exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(-exponent));
  point = text.length + Math.min(exponent, 0);
  count = Math.min(text.length, precision + 1);
  for (let i = 0; i < count; i++) digits[i] = text.charCodeAt(i) - ZERO;
  round(precision, /[1-9]/.test(text.slice(count)));
}

/** Rounds to `precision` digits; `more` says whether anything but zeros follows those that are there. */
function round(precision: number, more: boolean): void {
  if (count <= precision) return;
  let rest = more;
  for (let i = precision + 1; i < count; i++) rest ||= digits[i] !== 0;
  const next = digits[precision]!;
  count = precision;
  if (next < 5 || (next === 5 && !rest && digits[precision - 1]! % 2 === 0)) return;
  let i = precision - 1;
  while (i >= 0 && digits[i] === 9) digits[i--] = 0;
  if (i >= 0) digits[i]!++;
  else {
    digits[0] = 1;
    point++;
  }
}

/** Width of a FLOAT, which is padded with spaces behind it. */
const FLOAT_WIDTH = 20;

/** FLOAT: `%-20g`. */
export function putFloat(value: number, out: ByteText): void {
  out.reserve(4 * digits.length);
  const start = out.length;
  putG(value, 6, out);
  while (out.length - start < FLOAT_WIDTH) out.byte(0x20);
}

/** DOUBLE: `%-.20g`. */
export function putDouble(value: number, out: ByteText): void {
  putG(value, 20, out);
}
