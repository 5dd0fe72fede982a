import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatValue, jsonValue } from '../../../../src/binlog/columns/values/format.ts';
import { hex } from '../../../builder/bytes.ts';
import * as c from '../../../builder/columns.ts';
import { anyJson, encode, int, type Json, object } from '../../../builder/json.ts';
import { decoded, shown } from './one-column.ts';

/** What is packed in eight bytes: date and time, or a time of which the date is nothing. */
function packed(
  date: [number, number, number],
  time: [number, number, number],
  micros: number,
  sign = 1n,
): string {
  const [[year, month, day], [hour, minute, second]] = [date, time];
  const days = ((BigInt(year) * 13n + BigInt(month)) << 5n) | BigInt(day);
  const seconds = (days << 17n) | BigInt((hour << 12) | (minute << 6) | second);
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(sign * ((seconds << 24n) | BigInt(micros)));
  return bytes.toString('hex');
}

describe('JSON', () => {
  it('is the null literal where nothing is stored', () => {
    expect(shown(c.json, '')).toBe('null');
  });

  // As MySQL 9.7 prints them.
  it.each<[string, Json]>([
    ['{"a": -9223372036854775808, "bb": 1}', object({ bb: int(1), a: int(-9223372036854775808n) })],
    ['[true, false, null, 18446744073709551615]', [true, false, null, { uint: 2n ** 64n - 1n }]],
    ['["\\"\\\\\\b\\n\\t\\u0001ž😀"]', ['"\\\b\n\t\u0001ž😀']],
    ['[[], {}]', [[], object({})]],
    ['1.0', { double: 1 }],
    ['-0.0', { double: -0 }],
    ['1.5e300', { double: 1.5e300 }],
    ['1e20', { double: 1e20 }],
    ['1.5', { opaque: 246, bytes: '03018105' }],
    // A literal has more digits than a column.
    ['9'.repeat(72), { opaque: 246, bytes: `4800bb9ac9ff${'3b9ac9ff'.repeat(7)}` }],
    ['"2026-11-21"', { opaque: 10, bytes: packed([2026, 11, 21], [0, 0, 0], 0) }],
    ['"-838:59:59.000000"', { opaque: 11, bytes: packed([0, 0, 0], [838, 59, 59], 0, -1n) }],
    ['"-00:00:00.000001"', { opaque: 11, bytes: packed([0, 0, 0], [0, 0, 0], 1, -1n) }],
    ['"9999-12-31 23:59:59.999999"', { opaque: 12, bytes: packed([9999, 12, 31], [23, 59, 59], 999_999) }],
    ['"2038-01-19 03:14:07.000000"', { opaque: 7, bytes: packed([2038, 1, 19], [3, 14, 7], 0) }],
    ['"base64:type15:AP8="', { opaque: 15, bytes: '00ff' }],
    [`"base64:type252:${'/'.repeat(76)}\\n////"`, { opaque: 252, bytes: 'ff'.repeat(60) }],
    ['"base64:type10:AA=="', { opaque: 10, bytes: '00' }],
  ])('%s', (text, json) => {
    expect(shown(c.json, encode(json))).toBe(text);
  });

  it('is what JSON.parse reads, but for opaque values and large numbers', () => {
    fc.assert(
      fc.property(anyJson(), (json) => {
        // No server stores infinities.
        const text = shown(c.json, encode(json)).replace(/-?Infinity/g, '0');
        expect(() => JSON.parse(text)).not.toThrow();
      }),
    );
  });

  it('is cut, and the beginning of the whole', () => {
    fc.assert(
      fc.property(anyJson(), fc.nat(40), (json, most) => {
        const stored = encode(json);
        const whole = shown(c.json, stored);
        const value = decoded(c.json, stored, { maxCharacters: most });
        const cut = whole.length > most;
        const text = (value as { text: string }).text;
        expect(value).toMatchObject({ kind: 'json', cut });
        expect(whole.startsWith(text)).toBe(true);
        // One less, not to part a pair.
        if (cut) expect([most, most - 1]).toContain(text.length);
        else expect(text).toBe(whole);
      }),
    );
    const value = decoded(c.json, encode([1, 2, 3].map(int)), { maxCharacters: 4 });
    expect(formatValue(value)).toBe("'[1, '…");
    expect(jsonValue(value)).toEqual({ beginning: '[1, ' });
  });

  it('is shown as bytes where it is no document', () => {
    expect(decoded(c.json, '0d00')).toMatchObject({ kind: 'bytes', bytes: hex('0d00') });
  });
});
