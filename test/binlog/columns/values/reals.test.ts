import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonValue } from '../../../../src/binlog/columns/values/format.ts';
import { doubleText, floatText } from '../../../../src/binlog/columns/values/reals.ts';
import * as c from '../../../builder/columns.ts';
import { decoded, shown } from './one-column.ts';

function stored(value: number, size: 4 | 8): Buffer {
  const bytes = Buffer.alloc(size);
  if (size === 4) bytes.writeFloatLE(value);
  else bytes.writeDoubleLE(value);
  return bytes;
}

describe('FLOAT and DOUBLE', () => {
  // As MySQL 9.7 and MariaDB 11.8 print them.
  it.each([
    [0, '0'],
    [-0, '-0'],
    [0.1, '0.1'],
    [1.7976931348623157e308, '1.7976931348623157e308'],
    [-2.2250738585072014e-308, '-2.2250738585072014e-308'],
    [5e-324, '5e-324'],
    [1e14, '100000000000000'],
    [1e15, '1e15'],
    [123456789012345680, '1.2345678901234568e17'],
    [1234567890123456.5, '1234567890123456.5'],
    [1e-14, '0.00000000000001'],
    [1e-15, '0.000000000000001'],
    [1e-16, '1e-16'],
    [1.5e-15, '0.0000000000000015'],
    [-1234.5, '-1234.5'],
  ])('writes %d as servers do', (value, text) => {
    expect(shown(c.double, stored(value, 8))).toBe(text);
  });

  it.each([
    [3.4028234663852886e38, '3.4028235e38'],
    [1.401298464324817e-45, '1e-45'],
    [0.1, '0.1'],
    [16777217, '16777216'],
    [-0, '-0'],
    [123456.789, '123456.79'],
  ])('writes no more digits than a float needs: %d', (value, text) => {
    expect(shown(c.float, stored(value, 4))).toBe(text);
  });

  it('writes what reads back as the same', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Number(doubleText(value))).toBe(value);
      }),
    );
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Math.fround(Number(floatText(value)))).toBe(value);
      }),
    );
  });

  it('are numbers in JSON, the shortest that there are', () => {
    expect(jsonValue(decoded(c.float, stored(0.1, 4)))).toBe(0.1);
    expect(jsonValue(decoded(c.double, stored(-0, 8)))).toBe('-0');
    expect(jsonValue(decoded(c.double, stored(Number.POSITIVE_INFINITY, 8)))).toBe('Infinity');
  });
});
