/** Values that SQL text may stumble over. */
import type { Specimens } from './specimens.ts';

/** Text that clients, SQL modes or editors might take for something else. */
const oddTexts = [
  `a'b''c"d\`e`,
  '\\',
  'ends in \\',
  'C:\\new\\table',
  '\r\n',
  'two\nlines\tand a tab',
  '\0 \x1a \x08',
  '; -- DROP \n# x\n/* y */ /*! SELECT 1 */',
  'DELIMITER //\nDELIMITER //\n\\g',
  '%_?:a @b',
  '0x41',
  'NULL',
];
const farTexts = [
  '\u0085 \u007f',
  '\u200b\u200d\ufeff',
  '\u202ereversed',
  '\u2028 \u2029',
  'ßéя漢\ue000\ufffe',
];

export const hexOf = (value: string): string => `_utf8mb4 0x${Buffer.from(value).toString('hex')}`;

const ODD_CHARSETS = [
  'utf8mb4',
  'utf8',
  'latin1',
  'swe7',
  'cp1251',
  'sjis',
  'gbk',
  'ucs2',
  'utf16',
  'utf16le',
  'utf32',
];

export const oddities: Specimens = {
  odd_texts: ODD_CHARSETS.flatMap((charset) =>
    ['CHAR(60)', 'VARCHAR(60)', 'TEXT'].map((type) => ({
      type: `${type} CHARACTER SET ${charset}`,
      values: [...oddTexts, ...(/utf8|utf16|utf32/.test(charset) ? farTexts : [])].map(hexOf),
    })),
  ),
  odd_labels: [
    { type: "ENUM('a', '', 'b')", values: ["'a'", '2', "'b'", "'none'"] },
    { type: "ENUM('', 'a')", values: ['1', "'a'", "'none'"] },
    {
      type: "ENUM('it''s', 'back\\\\slash', 'new\\nline', '?', 'é', 'e ', '0', '2')",
      values: '12345678'.split(''),
    },
    { type: "ENUM('e', 'é', 'E') COLLATE utf8mb4_bin", values: ['1', '2', '3'] },
    { type: "ENUM('a', 'é') CHARACTER SET binary", values: ['1', '2'] },
    { type: "ENUM('Å', 'x') CHARACTER SET swe7", values: ['1', '2'] },
    { type: "SET('a', '', 'b')", values: ['0', '1', '2', '3', '5', '7'] },
    {
      type: "SET('it''s', 'back\\\\slash', 'new\\nline', '?')",
      values: ['0', '1', '2', '3', '4', '8', '15'],
    },
    { type: "SET('e', 'é', 'E') COLLATE utf8mb4_bin", values: ['1', '2', '3', '7'] },
    { type: "SET('a', 'é') CHARACTER SET binary", values: ['1', '2', '3'] },
    { type: "SET('Å', 'x') CHARACTER SET swe7", values: ['1', '2', '3'] },
  ],
  zero_float: [{ type: 'FLOAT', values: ['0', '-0e0', '0', '-1e0', '-1e-40'] }],
  zero_double: [{ type: 'DOUBLE', values: ['-0e0', '0', '4.9e-324', '-4.9e-324', '2.2250738585072e-308'] }],
  // In a comparison MySQL 5.6 might take such bits for a negative number.
  bit_64: [{ type: 'BIT(64)', values: ['0', '1', '9223372036854775808', '18446744073709551615'] }],
};

/** Dates that only a session with this mode stores. */
export const invalidDates = `
  SET sql_mode = 'ALLOW_INVALID_DATES';
  CREATE TABLE invalid_dates (id INT PRIMARY KEY, c0 DATE, c1 DATETIME(3), c2 DATE) ENGINE=InnoDB;
  INSERT INTO invalid_dates VALUES (1, '2026-02-31', '2025-02-29 23:59:59.999', '0000-00-00'),
    (2, '2026-04-31', '0000-12-31 00:00:00', '2026-00-31');`;
