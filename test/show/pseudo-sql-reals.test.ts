import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { putDouble, putExponential, putFloat } from '../../src/show/pseudo-sql-reals.ts';
import { ByteText } from '../../src/wire/byte-text.ts';

function put(write: (value: number, out: ByteText) => void, value: number): string {
  let text = '';
  const out = new ByteText((chunk) => {
    text += Buffer.from(chunk).toString();
  });
  write(value, out);
  out.flush();
  return text;
}

/** `%.{digits}g` the slow way: all digits that a double has, rounded as text. */
function general(value: number, digits: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const { rounded, exponent } = significant(Math.abs(value), digits);
  const sign = value < 0 ? '-' : '';
  const short = rounded.replace(/0+$/, '');
  if (exponent < -4 || exponent >= digits) {
    const fraction = short.length > 1 ? `.${short.slice(1)}` : '';
    return `${sign}${short[0]}${fraction}e${exponentText(exponent)}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${short}`;
  const whole = short.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}${short.length > exponent + 1 ? `.${short.slice(exponent + 1)}` : ''}`;
}

function exponentText(exponent: number): string {
  return `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function significant(value: number, digits: number): { rounded: string; exponent: number } {
  // A double is a whole number of 2^-1074; toFixed and its like stop at 100 digits.
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = bits >> 52n;
  const mantissa = (bits & 0xf_ffff_ffff_ffffn) | (biased === 0n ? 0n : 1n << 52n);
  const units = mantissa << (biased === 0n ? 0n : biased - 1n);
  const all = String(units * 5n ** 1074n);
  let exponent = all.length - 1 - 1074;
  const kept = BigInt(all.slice(0, digits).padEnd(digits, '0'));
  const rest = all.slice(digits);
  const half = `5${'0'.repeat(Math.max(0, rest.length - 1))}`;
  const up = rest > half || (rest === half && kept % 2n === 1n);
  let rounded = String(up ? kept + 1n : kept);
  if (rounded.length > digits) exponent++;
  rounded = rounded.slice(0, digits);
  return { rounded, exponent };
}

describe('DOUBLE', () => {
  it.each([
    [0, '0'],
    [-0, '-0'],
    [1, '1'],
    [-2.5e300, '-2.5000000000000001313e+300'],
    [0.1, '0.10000000000000000555'],
    [1e20, '1e+20'],
    [1e19, '10000000000000000000'],
    [123456789012345680000, '1.2345678901234568397e+20'],
    [0.0001, '0.00010000000000000000479'],
    [0.00001, '1.0000000000000000818e-05'],
    [5e-324, '4.9406564584124654418e-324'],
    [Number.MAX_VALUE, '1.7976931348623157081e+308'],
    // 21 digits of which the last is a 5: to the even one.
    [1 + 2 ** -20, '1.0000009536743164062'],
    [1 + 3 * 2 ** -20, '1.0000028610229492188'],
    [Number.POSITIVE_INFINITY, 'inf'],
    [Number.NEGATIVE_INFINITY, '-inf'],
    [Number.NaN, 'nan'],
  ])('%d is %s', (value, text) => {
    expect(put(putDouble, value)).toBe(text);
  });

  it('is rounded exactly, whatever the bits', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(put(putDouble, value)).toBe(general(value, 20));
      }),
      { numRuns: 2000 },
    );
  });

  it('is rounded exactly where people store numbers', () => {
    const fraction = fc.tuple(fc.integer(), fc.integer({ min: 0, max: 30 }));
    fc.assert(
      fc.property(fraction, fc.integer({ min: 1, max: 1000 }), ([units, shift], divisor) => {
        for (const value of [units / 2 ** shift, units / divisor, units / 100]) {
          expect(put(putDouble, value)).toBe(general(value, 20));
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('FLOAT', () => {
  it.each([
    [1.5, '1.5'],
    [-0.1, '-0.1'],
    [1234565, '1.23456e+06'],
    [1234575, '1.23458e+06'],
    [999999.5, '1e+06'],
    [3.4028234663852886e38, '3.40282e+38'],
    [2 ** -149, '1.4013e-45'],
  ])('%d is %s, and spaces', (value, text) => {
    expect(put(putFloat, Math.fround(value))).toBe(text.padEnd(20));
  });

  it('is rounded exactly, whatever the bits', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(put(putFloat, value)).toBe(general(value, 6).padEnd(20));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('numbers of a VECTOR', () => {
  it.each([
    [0, '0.00000e+00'],
    [-0, '-0.00000e+00'],
    [1, '1.00000e+00'],
    [-3.5, '-3.50000e+00'],
    [9.999996, '1.00000e+01'],
    [1e-30, '1.00000e-30'],
  ])('%d is %s', (value, text) => {
    expect(put(putExponential, Math.fround(value))).toBe(text);
  });
});
