import { describe, expect, it } from 'vitest';
import { formatValue, jsonValue } from '../../../../src/binlog/columns/values/format.ts';
import { hex, join, lenenc, prefixed } from '../../../builder/bytes.ts';
import * as c from '../../../builder/columns.ts';
import { metadataField } from '../../../builder/rows.ts';
import { decoded, labelCollation, named, shown, signed, unsigned } from './one-column.ts';

describe('integers', () => {
  it.each(
    named<[string, string, string]>(
      [c.tinyint, '80', '-128', '128'],
      [c.tinyint, '7f', '127', '127'],
      [c.smallint, 'ffff', '-1', '65535'],
      [c.mediumint, '000080', '-8388608', '8388608'],
      [c.mediumint, '010203', '197121', '197121'],
      [c.int, '00000080', '-2147483648', '2147483648'],
      [c.bigint, '0000000000000080', '-9223372036854775808', '9223372036854775808'],
      [c.bigint, '0100000000000000', '1', '1'],
    ),
  )('%s', (_, column, stored, asSigned, asUnsigned) => {
    expect(shown(column, stored, { metadata: [signed] })).toBe(asSigned);
    expect(shown(column, stored, { metadata: [unsigned] })).toBe(asUnsigned);
    // What the log does not tell may be either.
    const either = asSigned === asUnsigned ? asSigned : `${asSigned} (${asUnsigned})`;
    expect(formatValue(decoded(column, stored))).toBe(either);
  });

  it('are numbers in JSON up to 32 bits, and text of 64', () => {
    expect(jsonValue(decoded(c.int, 'ffffffff', { metadata: [unsigned] }))).toBe(4_294_967_295);
    expect(jsonValue(decoded(c.bigint, '0100000000000000', { metadata: [signed] }))).toBe('1');
  });
});

describe('bits and years', () => {
  it.each([
    [1, '01', "b'1'", '1'],
    [11, '0401', "b'10000000001'", '1025'],
    [64, 'ffffffffffffffff', `b'${'1'.repeat(64)}'`, '18446744073709551615'],
    [9, '0000', "b'000000000'", '0'],
  ])('BIT(%i)', (bits, stored, text, json) => {
    const value = decoded(c.bit(bits), stored);
    expect(formatValue(value)).toBe(text);
    expect(jsonValue(value)).toBe(json);
  });

  it('YEAR', () => {
    expect(['00', '01', '7e', 'ff'].map((stored) => shown(c.year, stored))).toEqual([
      '0000',
      '1901',
      '2026',
      '2155',
    ]);
    expect(jsonValue(decoded(c.year, '7e'))).toBe(2026);
  });
});

/** Lengths and labels as SET_STR_VALUE and ENUM_STR_VALUE hold them. */
const labels = (...of: Uint8Array[]): Buffer =>
  join(lenenc(of.length), ...of.map((label) => prefixed(1, label)));
const letters = labels(...['a', 'b', 'c'].map((letter) => Buffer.from(letter)));

describe('ENUM and SET', () => {
  const enumLabels = metadataField(6, letters);
  const setLabels = metadataField(5, letters);

  it('show their labels', () => {
    expect(decoded(c.enumeration(1), '02', { metadata: [enumLabels] })).toMatchObject({
      index: 2,
      label: 'b',
    });
    expect(formatValue(decoded(c.enumeration(2), '0300', { metadata: [enumLabels] }))).toBe("'c'");
    expect(formatValue(decoded(c.set(1), '05', { metadata: [setLabels] }))).toBe("'a,c'");
    expect(formatValue(decoded(c.set(1), '00', { metadata: [setLabels] }))).toBe("''");
  });

  it('show the number or the bits where the log has no labels', () => {
    expect(formatValue(decoded(c.enumeration(2), '2c01'))).toBe('300');
    expect(jsonValue(decoded(c.enumeration(2), '2c01'))).toBe(300);
    expect(formatValue(decoded(c.set(1), '05'))).toBe("b'00000101'");
    expect(jsonValue(decoded(c.set(8), '0000000000000080'))).toBe('9223372036854775808');
  });

  it('know index 0 as the value of an error', () => {
    expect(formatValue(decoded(c.enumeration(1), '00', { metadata: [enumLabels] }))).toBe("''");
    expect(formatValue(decoded(c.enumeration(1), '00'))).toBe('0');
  });

  it('show the number or the bits that no label stands for', () => {
    expect(formatValue(decoded(c.enumeration(1), '04', { metadata: [enumLabels] }))).toBe('4');
    expect(formatValue(decoded(c.set(1), '09', { metadata: [setLabels] }))).toBe("b'00001001'");
  });

  it('have labels in their character set', () => {
    const latin1 = [metadataField(6, labels(hex('e9'), hex('80'))), labelCollation(8)];
    expect(shown(c.enumeration(1), '02', { metadata: latin1 })).toBe('€');
    // Taken for UTF-8 they are none.
    expect(shown(c.enumeration(1), '02', { metadata: latin1.slice(0, 1) })).toBe('2');
  });
});
