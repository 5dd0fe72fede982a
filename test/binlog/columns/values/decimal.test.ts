import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimalPutter } from '../../../../src/binlog/columns/values/decimal.ts';
import { ByteText } from '../../../../src/wire/byte-text.ts';
import { decimal } from '../../../builder/columns.ts';
import { named, shown } from './one-column.ts';

const DIGIT_BYTES = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];

/** Encodes as the manual describes it. */
function encoded(whole: string, fraction: string, negative: boolean): Buffer {
  const group = (digits: string): number[] => {
    const size = DIGIT_BYTES[digits.length]!;
    return [...Array(size).keys()].map((i) => Math.floor(Number(digits) / 256 ** (size - 1 - i)) & 0xff);
  };
  const first = whole.length % 9;
  const groups = [
    whole.slice(0, first),
    ...(whole.slice(first).match(/.{9}/g) ?? []),
    ...(fraction.match(/.{1,9}/g) ?? []),
  ];
  const bytes = groups.flatMap((digits) => (digits === '' ? [] : group(digits)));
  bytes[0]! ^= 0x80;
  return Buffer.from(negative ? bytes.map((byte) => byte ^ 0xff) : bytes);
}

describe('DECIMAL', () => {
  // Out of files of MySQL 9.7.
  it.each(
    named<[string, string]>(
      [decimal(20, 6, 10), '7fffff | ff439eb1 | fe1dbf', '-12345678.123456'],
      [decimal(1, 0, 1), '80', '0'],
      [decimal(1, 0, 1), '76', '-9'],
      [decimal(10, 2, 5), '80000000 01', '0.01'],
      [decimal(18, 9, 8), '80000001 00000005', '1.000000005'],
    ),
  )('reads a specimen of %s', (_, column, stored, text) => {
    expect(shown(column, stored)).toBe(text);
  });

  it('reads what it should for every precision and scale', () => {
    const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 65, maxLength: 65 });
    const shape = fc
      .integer({ min: 1, max: 65 })
      .chain((precision) =>
        fc.tuple(fc.constant(precision), fc.integer({ min: 0, max: Math.min(30, precision) })),
      );
    fc.assert(
      fc.property(shape, digits, fc.boolean(), ([precision, scale], all, negative) => {
        const whole = all.slice(0, precision - scale).join('');
        const fraction = all.slice(precision - scale, precision).join('');
        const stored = encoded(whole, fraction, negative);
        const text = `${negative ? '-' : ''}${whole.replace(/^0+/, '') || '0'}${fraction && `.${fraction}`}`;
        expect(shown(decimal(precision, scale, stored.length), stored)).toBe(text);
        const pieces: Uint8Array[] = [];
        const out = new ByteText((piece) => pieces.push(piece));
        decimalPutter((precision << 8) | scale)(stored, 0, stored.length, out);
        out.flush();
        expect(Buffer.concat(pieces).toString()).toBe(text);
      }),
    );
  });
});
