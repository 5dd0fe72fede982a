/** A table with a column of every kind, its rows, and conditions on them, made by chance from a seed. */
import type { RunningServer } from '../servers/index.ts';
import { Random } from './fuzz/random.ts';

export interface FilteredColumn {
  readonly name: string;
  readonly type: string;
  /** In SQL, of rows. */
  readonly values: readonly string[];
  /** What a condition may compare it with, and its LIKE patterns; those of rows too, unless `strange`. */
  readonly literals: readonly string[];
  readonly patterns?: readonly string[];
  /** Values that are no literals of a condition. */
  readonly strange?: boolean;
}

const words = [
  'paid',
  'Paid',
  'PAID',
  'open',
  'Opened',
  'vöid',
  'void',
  '',
  'a',
  'B',
  'c',
  '10',
  '9 lives',
  'a_b',
  '10%',
];
const quotedWords = words.map((word) => `'${word}'`);
const patterns = [
  "'p%'",
  "'%I%'",
  "'_a%'",
  "'%'",
  "''",
  "'a\\_b'",
  "'%\\%'",
  "'v_id'",
  "'%o_e%'",
  "'1%'",
  "'paid'",
];

/** The columns that all servers have, and some that only this one has. */
export function filteredColumns({ id, flavour }: RunningServer): FilteredColumn[] {
  const modern = id !== 'mysql-5.6';
  const integers = ['0', '1', '-1', '100', '-128', '127', '5', '7'];
  const numbers = ['0', '1', '-1', '5.5', '0.5', '-0.5', '1e1', '100', '99.999', '3', "'5'", "'0.5'", 'TRUE'];
  const moments = [
    "'2026-11-21'",
    "'2026-11-21 03:00:00'",
    "'2026-11-21 03:00:00.5'",
    "'2020-02-29 23:59:59.999'",
    "'1999-12-31'",
    '20261121',
    '20261121030000',
    "'20261121'",
  ];
  const typed = ["DATE '2026-11-21'", "TIMESTAMP '2026-11-21 03:00:00'"];
  return [
    { name: 'tiny', type: 'TINYINT', values: integers, literals: numbers },
    {
      name: 'small',
      type: 'SMALLINT UNSIGNED',
      values: ['0', '1', '5', '65535', '32768', '100'],
      literals: [...numbers, '65535', '32767.5', '32768'],
    },
    {
      name: 'medium',
      type: 'MEDIUMINT',
      values: ['-8388608', '8388607', '0', '5', '-1'],
      literals: [...numbers, '8388607', '-8388608'],
    },
    {
      name: 'plain',
      type: 'INT',
      values: ['-2147483648', '2147483647', '0', '5', '10', '11'],
      literals: [...numbers, '2147483647', '-2147483648.0', '10', '99999999999999999999'],
    },
    {
      name: 'big',
      type: 'BIGINT',
      values: [
        '-9223372036854775808',
        '9223372036854775807',
        '9007199254740993',
        '9007199254740992',
        '-1',
        '0',
        '5',
        '4294967296',
      ],
      literals: [
        ...numbers,
        '9007199254740993',
        '9223372036854775807',
        '-9223372036854775808',
        '9223372036854775808',
        '9007199254740992.5',
        '4294967296',
        "'9007199254740993'",
      ],
    },
    {
      name: 'ubig',
      type: 'BIGINT UNSIGNED',
      values: ['18446744073709551615', '9223372036854775808', '0', '5', '9007199254740993', '1'],
      literals: [
        ...numbers,
        '18446744073709551615',
        '18446744073709551616',
        '9223372036854775808',
        '9007199254740993',
        "'18446744073709551615'",
      ],
    },
    {
      name: 'price',
      type: 'DECIMAL(30,10)',
      values: [
        '0',
        '5.5',
        '-5.5',
        '12345678901234567890.0123456789',
        '0.1',
        '99.9990000000',
        '-0.0000000001',
        '100',
      ],
      literals: [
        ...numbers.filter((text) => !text.startsWith("'")),
        '12345678901234567890.0123456789',
        '12345678901234567890.01234567890001',
        '0.1',
        '-0.0000000001',
        '-0.00000000005',
      ],
    },
    {
      name: 'f',
      type: 'FLOAT',
      values: ['0', '0.5', '-0.5', '0.1', '1e10', '-1e-10', '5'],
      literals: [...numbers, '0.1', '1e10'],
    },
    {
      name: 'd',
      type: 'DOUBLE',
      values: ['0', '0.5', '-0.5', '0.1', '1e100', '9007199254740992', '5'],
      literals: [...numbers, '0.1', '1e100', '9007199254740993', "'0.1'"],
    },
    {
      name: 'day',
      type: 'DATE',
      values: [
        "'2026-11-21'",
        "'2026-11-22'",
        "'1999-12-31'",
        "'2020-02-29'",
        "'0000-00-00'",
        "'9999-12-31'",
      ],
      // MySQL leaves the time out of a number, MariaDB does not.
      literals: [...moments.filter((text) => text !== '20261121030000'), ...typed],
    },
    {
      name: 'moment',
      type: 'DATETIME(3)',
      values: [
        "'2026-11-21 03:00:00'",
        "'2026-11-21 03:00:00.5'",
        "'2026-11-21'",
        "'2020-02-29 23:59:59.999'",
        "'1999-12-31 00:00:01'",
        "'0000-00-00'",
      ],
      literals: [...moments, ...typed],
    },
    {
      name: 'old',
      type: 'DATETIME',
      values: ["'2026-11-21 03:00:00'", "'2026-11-21'", "'1999-12-31 00:00:01'"],
      literals: [...moments, ...typed],
    },
    {
      name: 'stamp',
      type: 'TIMESTAMP(2) NULL',
      values: [
        "'2026-11-21 03:00:00'",
        "'2026-11-21 03:00:00.5'",
        "'2020-02-29 23:59:59.99'",
        "'1999-12-31 00:00:01'",
        "'2026-07-01 00:00:00'",
        "'0000-00-00'",
      ],
      literals: [...moments, ...typed, "'2026-07-01'"],
    },
    {
      name: 'clock',
      type: 'TIME(1)',
      values: ["'03:00:00'", "'-03:00:00.5'", "'838:59:59'", "'00:00:00'", "'12:34:56.7'", "'-838:59:59'"],
      literals: [
        "'03:00:00'",
        "'-03:00:00.5'",
        "'12:34:56.7'",
        "'3:0:0'",
        "'100:00:00'",
        "TIME '03:00:00'",
        '123456',
        '0',
        "'12:34'",
      ],
    },
    {
      name: 'since',
      type: 'YEAR',
      values: ['2026', '1999', '0', '1901', '2155'],
      literals: ['2026', '1999', '0', '2000', "'2026'", '1901'],
    },
    {
      name: 'status',
      type: "ENUM('open','paid','void','10') CHARACTER SET utf8mb4",
      values: ["'open'", "'paid'", "'void'", "'10'", "''"],
      literals: [...quotedWords, '1', '2', '0', '3.5'],
      patterns,
    },
    {
      name: 'flags',
      type: "SET('a','B','c') CHARACTER SET utf8mb4",
      values: ["'a'", "'a,B'", "''", "'a,B,c'", "'c'"],
      literals: ["'a'", "'A,b'", "''", "'a,B,c'", "'paid'", '1', '3', '0', '4'],
      patterns: ["'a%'", "'%b%'", "'%,%'"],
    },
    {
      name: 'bits',
      type: 'BIT(10)',
      values: ["b'0'", "b'101'", "b'1111111111'", "b'1'"],
      literals: ['0', '5', "b'101'", '1023', '4.5', '0x05', 'TRUE'],
    },
    ...(modern
      ? [
          {
            name: 'word',
            type: 'VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci',
            values: [...quotedWords, "'paid  '", "'straße'", "'😀'", "'😁'"],
            literals: [...quotedWords, "'paid '", '10', '0', "'strasse'", "'😀'", "'strase'"],
            patterns: [...patterns, "'stra_e'"],
          },
        ]
      : []),
    {
      name: 'latin',
      type: 'CHAR(20) CHARACTER SET latin1 COLLATE latin1_swedish_ci',
      values: [...quotedWords, "'Åse'", "'ase'", "'Müller'", "'Myller'", "'Öl'", "'straße'", "'ÿ'"],
      literals: [
        ...quotedWords,
        "'ÅSE'",
        "'åse'",
        "'Muller'",
        "'myller'",
        "'öl'",
        "'STRASSE'",
        "'Ÿ'",
        "'æ'",
        '9',
      ],
      patterns: [...patterns, "'å%'", "'m_ller'"],
    },
    {
      name: 'exact',
      type: 'VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
      values: [...quotedWords, "'paid  '", "'😀'"],
      literals: [...quotedWords, "'paid '", "'😀'", "'z'"],
      patterns,
    },
    {
      name: 'uca',
      type: 'TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci',
      values: [...quotedWords, "'paid  '", "'straße'", "'Éa'"],
      literals: [...quotedWords, "'paid '", "'strasse'", "'éA'", "'ea'"],
      patterns,
    },
    ...(id === 'mysql-9.7'
      ? [
          {
            name: 'modern',
            type: 'VARCHAR(40) COLLATE utf8mb4_0900_ai_ci',
            values: [...quotedWords, "'paid  '", "'straße'", "'Éa'"],
            literals: [...quotedWords, "'paid '", "'strasse'", "'éA'"],
            patterns,
          },
          {
            name: 'strict',
            type: 'VARCHAR(40) COLLATE utf8mb4_0900_as_cs',
            values: [...quotedWords, "'paid  '", "'Éa'"],
            literals: [...quotedWords, "'paid '", "'éA'"],
            patterns,
          },
          {
            name: 'doc',
            type: 'JSON',
            values: ['\'{"a": 1}\'', "'[1, 2]'", '\'"paid"\'', "'null'"],
            literals: [],
            patterns: ["'%1%'", "'{%'", "'%PAID%'", "'%paid%'", "'null'"],
            strange: true,
          },
        ]
      : []),
    ...(id === 'mariadb-11.8'
      ? [
          {
            name: 'modern',
            type: 'VARCHAR(40) COLLATE utf8mb4_uca1400_ai_ci',
            values: [...quotedWords, "'paid  '", "'straße'", "'Éa'"],
            literals: [...quotedWords, "'paid '", "'strasse'", "'éA'"],
            patterns,
          },
          {
            name: 'strict',
            type: 'VARCHAR(40) COLLATE utf8mb4_uca1400_nopad_as_cs',
            values: [...quotedWords, "'paid  '", "'Éa'"],
            literals: [...quotedWords, "'paid '", "'éA'"],
            patterns,
          },
        ]
      : []),
    ...(flavour === 'mariadb' && id !== 'mariadb-10.5'
      ? [
          {
            name: 'packed',
            type: 'VARCHAR(60) COMPRESSED CHARACTER SET utf8mb4',
            values: quotedWords,
            literals: quotedWords,
            patterns,
          },
        ]
      : []),
    {
      name: 'raw',
      type: 'VARBINARY(8)',
      values: ["x'00ff'", "'paid'", "'Paid'", "x''", "x'0000'"],
      literals: ["x'00ff'", "'paid'", "'PAID'", "x'70616964'", "x'0000'", "x'00'"],
      patterns: ["'p%'", "'%ai%'"],
    },
    {
      name: 'padded',
      type: 'BINARY(4)',
      values: ["x'00ff'", "'paid'", "'a'", "x'00000000'"],
      literals: ["'paid'", "x'61000000'", "x'61'", "x'00ff0000'"],
      patterns: ["'p%'", "'a%'"],
    },
  ];
}

/** What servers compare a literal as. */
function kindOf(literal: string): string {
  if (/^(DATE|TIME|TIMESTAMP) /.test(literal)) return 'temporal';
  if (/^[xb]?'/.test(literal)) return literal[0]!;
  return /e/i.test(literal) && !/TRUE/.test(literal) ? 'real' : 'exact';
}

/** Is the literal of the column's own type, and in its range? */
function isPlain(type: string, literal: string): boolean {
  if (/DATE|TIME/.test(type)) return literal.startsWith("'");
  if (!/^-?\d+$/.test(literal)) return false;
  const number = BigInt(literal);
  // MySQL 5.6 takes larger ones for negative between others.
  return number < 1n << 63n && (number >= 0n || !/UNSIGNED/.test(type));
}

/** CREATE TABLE and one INSERT; `id` counts from 1. */
export function filteredTable(
  table: string,
  columns: readonly FilteredColumn[],
  rows: number,
  seed: number,
): { create: string; insert: string } {
  const random = new Random(seed);
  const row = (id: number): string => {
    const values = columns.map(({ values }) => (random.chance(12) ? 'NULL' : random.pick(values)));
    return `(${[id, ...values].join(', ')})`;
  };
  const definitions = columns.map(({ name, type }) => `${name} ${type}`);
  return {
    create: `CREATE TABLE ${table} (${['id INT PRIMARY KEY', ...definitions].join(', ')}) ENGINE=InnoDB;`,
    insert: `INSERT INTO ${table} VALUES ${Array.from({ length: rows }, (_, i) => row(i + 1)).join(', ')};`,
  };
}

/** Conditions in SQL, which are as many in the language of row filters. */
export function generatedConditions(
  columns: readonly FilteredColumn[],
  count: number,
  seed: number,
): string[] {
  const random = new Random(seed);
  const comparisons = ['=', '<=>', '<>', '!=', '<', '<=', '>', '>='];
  const predicate = ({
    name,
    type,
    literals,
    patterns: likes = [],
    strange = false,
  }: FilteredColumn): string => {
    // Lists are of one kind: of mixed ones, servers make one kind each in a way of their own.
    const first = random.pick(literals.length > 0 ? literals : ['NULL']);
    const alike = literals.filter((text) => kindOf(text) === kindOf(first));
    // MySQL rounds the constants of IN and BETWEEN to 64-bit integers and years, compares others as doubles, and
    // compares times as strings where NULL is among them.
    const odd = /BIGINT|YEAR|DATE|TIME/.test(type);
    const listed = odd ? literals.filter((text) => isPlain(type, text)) : alike;
    const some = (texts: readonly string[]): string => (texts.length > 0 ? random.pick(texts) : 'NULL');
    const literal = (): string => (random.chance(4) ? 'NULL' : some(literals));
    const item = (): string => (random.chance(odd ? 0 : 4) ? 'NULL' : some(listed));
    const not = random.chance(30) ? 'NOT ' : '';
    const kinds = ['null', ...(strange ? [] : ['compare', 'compare', 'compare', 'flipped', 'in', 'between'])];
    switch (random.pick(likes.length > 0 ? [...kinds, 'like'] : kinds)) {
      case 'null':
        return `${name} IS ${not}NULL`;
      case 'compare':
        return `${name} ${random.pick(comparisons)} ${literal()}`;
      case 'flipped':
        return `${literal()} ${random.pick(comparisons)} ${name}`;
      case 'in':
        return `${name} ${not}IN (${random.times(1 + random.below(6), item).join(', ')})`;
      case 'like':
        return `${name} ${not}LIKE ${random.pick(likes)}`;
      default:
        return `${name} ${not}BETWEEN ${item()} AND ${item()}`;
    }
  };
  const condition = (depth: number): string => {
    if (depth === 0 || random.chance(40)) return predicate(random.pick(columns));
    switch (random.below(6)) {
      case 0:
        return `NOT (${condition(depth - 1)})`;
      case 1:
        return `(${condition(depth - 1)}) IS ${random.pick(['', 'NOT '])}${random.pick(['TRUE', 'FALSE', 'UNKNOWN'])}`;
      case 2:
        return `(${condition(depth - 1)}) XOR (${condition(depth - 1)})`;
      case 3:
        return `${condition(depth - 1)} OR ${condition(depth - 1)}`;
      default:
        return `${condition(depth - 1)} AND ${condition(depth - 1)}`;
    }
  };
  // Each column in turn by itself, so that a failure says which one; then all together.
  return Array.from({ length: count }, (_, i) =>
    i % 3 < 2 ? predicate(columns[i % columns.length]!) : condition(3),
  );
}
