import { describe, expect, it } from 'vitest';
import { compileLayout, imageEnd } from '../../src/binlog/columns/layout.ts';
import {
  isCharacter,
  isEnum,
  isNumeric,
  isSet,
  readMetadata,
  valueLength,
} from '../../src/binlog/columns/types.ts';
import { Cursor } from '../../src/wire/cursor.ts';
import { bitmap, hex, join, prefixed } from '../builder/bytes.ts';
import { everyColumn } from '../builder/columns.ts';
import { image, table, type Values } from '../builder/rows.ts';
import { thrownBy } from '../helpers.ts';

function lengthOf(type: number, meta: string): number {
  const bytes = hex(meta);
  const cursor = new Cursor(bytes, 0, bytes.length);
  const number = readMetadata(type, cursor);
  expect(cursor.left).toBe(0);
  return valueLength(type, number);
}

describe('value lengths', () => {
  it.each(everyColumn.map((column) => [column.sql, column] as const))(
    '%s',
    (_, { type, meta, width, prefix }) => {
      expect(lengthOf(type, meta.toString('hex'))).toBe(width ?? -prefix);
    },
  );

  // Read out of files of MySQL 9.7 and MariaDB 11.8: metadata and a value that stood behind it.
  it.each([
    ['CHAR(5) utf8mb4', 254, 'fe 14', -1],
    ['CHAR(200) utf8mb4', 254, 'ce 20', -2],
    ['CHAR(100) utf8mb4', 254, 'ee 90', -2],
    ['BINARY(4)', 254, 'fe 04', -1],
    ['ENUM', 254, 'f7 01', 1],
    ['SET', 254, 'f8 01', 1],
    ['INET6', 254, 'fe 10', -1],
    ['VARCHAR(20) utf8mb4', 15, '50 00', -1],
    ['BIT(11)', 16, '03 01', '0401'.length / 2],
    ['TIME(3) -838:59:58.999', 19, '03', '4b9105d8fa'.length / 2],
    ['TIME(0) -00:00:01', 19, '00', '7fffff'.length / 2],
    ['DATETIME(6) 9999-12-31 23:59:59.999999', 18, '06', 'fef3ff7efb0f423f'.length / 2],
    ['DECIMAL(20,6) -12345678.123456', 246, '14 06', '7fffffff439eb1fe1dbf'.length / 2],
    ['ENUM as a type of its own', 247, 'f7 02', 2],
    ['NEWDATE', 14, '', 3],
    ['NULL', 6, '', 0],
    ['VAR_STRING', 253, '00 01', -2],
    ['TINYBLOB as a type of its own', 249, '01', -1],
  ])('%s', (_, type, meta, expected) => {
    expect(lengthOf(type, meta)).toBe(expected);
  });

  it('refuses types that are never logged', () => {
    for (const type of [0, 20, 21, 139, 142, 241, 243, 244]) {
      const bytes = Buffer.alloc(8);
      expect(thrownBy(() => readMetadata(type, new Cursor(bytes, 0, 8))).code).toBe('UNSUPPORTED');
    }
  });

  it('refuses metadata that no server writes', () => {
    for (const [type, meta] of [
      [252, '00'],
      [252, '05'],
      [245, 'ff'],
      [17, '07'],
      [246, '42 00'],
      [246, '05 06'],
    ] as const) {
      expect(thrownBy(() => lengthOf(type, meta)).code).toBe('DAMAGED');
    }
  });
});

describe('row images', () => {
  const lengths = Int32Array.from(everyColumn, ({ width, prefix }) => width ?? -prefix);
  const of = table('d.t', everyColumn);
  const values: Values = everyColumn.map(({ width, prefix }, i) =>
    width === undefined
      ? prefixed(prefix, Buffer.alloc(i * (prefix > 1 ? 7 : 1), i))
      : Buffer.alloc(width, i),
  );

  it('ends where the last column ends, with any columns missing or NULL and any padding', () => {
    for (let step = 1; step < 12; step++) {
      const present = everyColumn.map((_, i) => i % step === 0);
      const layout = compileLayout(
        everyColumn.map((_, i) => i).filter((i) => present[i]),
        lengths,
      );
      for (const nulls of [0, 2, 3, 1000]) {
        const row = values.map((value, i) => (nulls > 0 && i % nulls === 1 ? null : value));
        for (const padding of [0, 1] as const) {
          const bytes = image({ ...of, padding }, row, present);
          const shifted = join(Buffer.alloc(3, 0xff), bytes, Buffer.alloc(5, 0xff));
          expect(imageEnd(shifted, 3, shifted.length, layout)).toBe(3 + bytes.length);
          // A row that would end one byte after its event does not fit.
          expect(imageEnd(shifted, 3, 3 + bytes.length - 1, layout)).toBe(-1);
        }
      }
    }
  });

  it('is only null bits where everything is NULL', () => {
    const layout = compileLayout([...everyColumn.keys()], lengths);
    const bytes = bitmap(
      everyColumn.map(() => true),
      0,
    );
    expect(imageEnd(bytes, 0, bytes.length, layout)).toBe(bytes.length);
  });

  it('walks the specimen of MySQL 9.7: (1, "a") in INT, VARCHAR', () => {
    const bytes = hex('00 01000000 01 61');
    expect(imageEnd(bytes, 0, bytes.length, compileLayout([0, 1], Int32Array.of(4, -1)))).toBe(7);
  });

  it('takes lengths of four bytes as unsigned', () => {
    const layout = compileLayout([0], Int32Array.of(-4));
    expect(imageEnd(hex('00 ffffffff 61'), 0, 6, layout)).toBe(-1);
  });
});

describe('classes of columns in optional metadata', () => {
  it('numeric: YEAR is, BIT is not', () => {
    const numeric = [1, 2, 3, 4, 5, 8, 9, 0, 246, 13];
    for (let type = 0; type < 256; type++) expect(isNumeric(type)).toBe(numeric.includes(type));
  });

  it('character: the flavours disagree on VECTOR, GEOMETRY and compressed columns', () => {
    const character = (flavour: 'mysql' | 'mariadb'): number[] =>
      Array.from({ length: 256 }, (_, type) => type).filter((type) => isCharacter(type, 0xfe14, flavour));
    const both = [15, 249, 250, 251, 252, 253, 254];
    expect(character('mysql')).toEqual([...both, 242].sort((a, b) => a - b));
    expect(character('mariadb')).toEqual([...both, 140, 141, 255].sort((a, b) => a - b));
  });

  it('ENUM and SET hide in STRING and are no character columns', () => {
    expect([isEnum(254, 0xf701), isSet(254, 0xf801), isEnum(254, 0xfe14)]).toEqual([true, true, false]);
    expect(isCharacter(254, 0xf701, 'mysql') || isCharacter(254, 0xf801, 'mysql')).toBe(false);
    expect(isEnum(254, 0xce20) || isSet(254, 0xce20)).toBe(false);
  });
});
