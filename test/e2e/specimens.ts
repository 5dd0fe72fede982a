/** Every column type that a server has, with values at its edges. */
import type { RunningServer, ServerId } from '../servers/index.ts';

/** A column and what to put into it; NULL is one more value of each that is not generated. */
export interface Specimen {
  /** As in CREATE TABLE. */
  readonly type: string;
  /** SQL expressions; none for a column that the server fills in by itself. */
  readonly values: readonly string[];
}

/** By table name. */
export type Specimens = Readonly<Record<string, readonly Specimen[]>>;

export function specimensOf(server: RunningServer): Specimens {
  const has = (...ids: ServerId[]): boolean => ids.includes(server.id);
  const mysql97 = has('mysql-9.7');
  const mariadb = server.flavour === 'mariadb';
  return {
    ...everywhere,
    timestamps: timestamps(has('mariadb-11.8')),
    // MySQL 5.6 has neither generated nor invisible columns.
    ...(has('mysql-5.6') ? {} : { generated_columns: generated, invisible_columns: invisible }),
    // MariaDB's JSON is a LONGTEXT with a check.
    ...(mysql97 ? { json: jsonBinary, geometry_srid: geometryWithSrid } : {}),
    ...(mariadb ? { json: jsonText, compressed, inet6 } : {}),
    // INET4 and UUID came with MariaDB 10.10 and 10.7, VECTOR with MariaDB 11.7 and MySQL 9.0.
    ...(has('mariadb-10.11', 'mariadb-11.8') ? { inet4_uuid: inet4AndUuid } : {}),
    ...(mysql97 ? vectors('STRING_TO_VECTOR', 16_383) : {}),
    ...(has('mariadb-11.8') ? vectors('VEC_FromText', 16_380) : {}),
  };
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const fsps = range(7);
const quoted = (...values: readonly string[]): string[] => values.map((value) => `'${value}'`);

function integer(name: string, bits: number): Specimen[] {
  const half = 2n ** BigInt(bits - 1);
  return [
    { type: name, values: [`${-half}`, `${half - 1n}`, '0', '-1', '1'] },
    { type: `${name} UNSIGNED`, values: ['0', `${2n * half - 1n}`, `${half}`, '1'] },
    { type: `${name} ZEROFILL`, values: ['0', '7', `${2n * half - 1n}`] },
  ];
}

const integers: Specimen[] = [
  ...integer('TINYINT', 8),
  ...integer('SMALLINT', 16),
  ...integer('MEDIUMINT', 24),
  ...integer('INT', 32),
  ...integer('BIGINT', 64),
  { type: 'BOOL', values: ['TRUE', 'FALSE'] },
  { type: 'YEAR', values: ['0', '1901', '2026', '2155'] },
];

function decimal(precision: number, scale: number): Specimen {
  const whole = '9'.repeat(precision - scale) || '0';
  const most = scale === 0 ? whole : `${whole}.${'9'.repeat(scale)}`;
  const least = scale === 0 ? '1' : `0.${'0'.repeat(scale - 1)}1`;
  return {
    type: `DECIMAL(${precision},${scale})`,
    values: [most, `-${most}`, least, `-${least}`, '0', '-0.0'],
  };
}

const decimals = [
  ...[1, 2, 9, 10, 18, 19, 65].map((precision) => decimal(precision, 0)),
  ...[1, 2, 5, 9, 10, 19, 30].map((scale) => decimal(scale, scale)),
  decimal(10, 2),
  decimal(38, 10),
  decimal(65, 30),
  { type: 'DECIMAL(12,4) UNSIGNED', values: ['0', '99999999.9999'] },
];

const floats: Specimen[] = [
  {
    type: 'FLOAT',
    values: ['3.402823466e38', '-3.402823466e38', '1.175494351e-38', '1.4e-45', '0.1', '-0e0', '0'],
  },
  {
    type: 'DOUBLE',
    values: [
      '1.7976931348623157e308',
      '-1.7976931348623157e308',
      '2.2250738585072014e-308',
      '0.1',
      '-0e0',
      '0',
    ],
  },
  { type: 'FLOAT(7,3)', values: ['9999.999', '-9999.999', '0.001'] },
  { type: 'DOUBLE(30,10)', values: ['12345678901234567890.1234567891', '-0.0000000001'] },
  { type: 'FLOAT UNSIGNED', values: ['0', '3.5'] },
];

const bits: Specimen[] = range(64).map((i) => ({
  type: `BIT(${i + 1})`,
  values: [
    `b'${'1'.repeat(i + 1)}'`,
    "b'0'",
    "b'1'",
    `b'1${'0'.repeat(i)}'`,
    `b'${'10'.repeat(32).slice(0, i + 1)}'`,
  ],
}));

const fraction = (fsp: number, digit: string): string => (fsp === 0 ? '' : `.${digit.repeat(fsp)}`);

const dates: Specimen[] = [
  {
    type: 'DATE',
    values: quoted('0000-00-00', '1000-01-01', '9999-12-31', '2024-02-29', '2026-00-00', '2026-11-00'),
  },
  ...fsps.map((fsp) => ({
    type: `DATETIME(${fsp})`,
    values: quoted(
      '0000-00-00 00:00:00',
      '1000-01-01 00:00:00',
      `9999-12-31 23:59:59${fraction(fsp, '9')}`,
      `2026-11-21 03:00:00${fraction(fsp, '1')}`,
      `2026-00-00 12:00:00${fraction(fsp, '8')}`,
    ),
  })),
];

const times: Specimen[] = fsps.map((fsp) => ({
  type: `TIME(${fsp})`,
  values: quoted(
    '-838:59:59',
    '838:59:59',
    '00:00:00',
    `-00:00:00${fraction(fsp, '1')}`,
    `-01:00:00${fraction(fsp, '9')}`,
    `12:34:56${fraction(fsp, '7')}`,
    `100:00:00${fraction(fsp, '5')}`,
  ),
}));

/** From 11.5 on, MariaDB's TIMESTAMP ends in 2106. */
function timestamps(until2106: boolean): Specimen[] {
  return [
    ...fsps.map((fsp) => ({
      type: `TIMESTAMP(${fsp}) NULL`,
      values: quoted(
        '0000-00-00 00:00:00',
        '1970-01-01 00:00:01',
        `2038-01-19 03:14:07${fraction(fsp, '9')}`,
        `2026-11-21 03:00:00${fraction(fsp, '1')}`,
        ...(until2106 ? [`2106-02-07 06:28:15${fraction(fsp, '9')}`] : []),
      ),
    })),
    { type: 'TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)', values: [] },
    { type: 'DATETIME(3) NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)', values: [] },
  ];
}

const ascii = ["''", "' '", "'a'", "'trailing   '", "'it''s'", "'tab\\tnew\\nline\\\\'"];

/** Letters of a character set; in SJIS, Big5 and GBK some of these end in the byte of a backslash. */
export const letters: Record<string, string> = {
  latin1: 'café ÿ €',
  latin2: 'žluťoučký',
  cp1251: 'Привет',
  koi8r: 'привет',
  greek: 'αβγ',
  hebrew: 'שלום',
  tis620: 'ไทย',
  ascii: 'ascii',
  sjis: 'ソ表十日本',
  ujis: '日本語',
  gbk: '中文誠',
  big5: '功許蓋',
  euckr: '한국어',
  utf8: 'žßя漢',
  utf8mb4: 'žßя漢😀',
  ucs2: 'žßя漢',
  utf16: 'žßя漢😀',
  utf16le: 'žßя漢😀',
  utf32: 'žßя漢😀',
};

/** Text in a character set; `longest` is in characters. */
const texts = (types: readonly [type: string, longest: number][], charset: string): Specimen[] =>
  types.map(([type, longest]) => ({
    type: `${type} CHARACTER SET ${charset}`,
    values: [
      ...ascii.slice(0, longest < 20 ? 3 : undefined),
      `'${[...letters[charset]!].slice(0, longest).join('')}'`,
      `REPEAT('${[...letters[charset]!].at(-1)}', ${longest})`,
      `REPEAT('x', ${longest})`,
    ],
  }));

const binaries = (types: readonly [type: string, longest: number][]): Specimen[] =>
  types.map(([type, longest]) => ({
    type,
    values: [
      "''",
      `REPEAT(0x00, ${longest})`,
      `REPEAT(0xff, ${longest})`,
      ...(longest < 255 ? ["'a'"] : ['0x00270a5c0d1a22', "'a '", 'REPEAT(0x80, 254)', 'REPEAT(0x81, 255)']),
      ...(longest < 256 ? [] : ['REPEAT(0x82, 256)']),
    ],
  }));

const blobs = binaries([
  ['TINYBLOB', 255],
  ['BLOB', 65_535],
  ['MEDIUMBLOB', 65_536],
  ['LONGBLOB', 1_000_000],
]);

/** `ENUM('v0', ...)`, with the first, the last, and the value that stands for an error. */
function enumeration(count: number): Specimen {
  const members = range(count).map((i) => `'v${i}'`);
  return {
    type: `ENUM(${members.join(', ')})`,
    values: [members[0]!, members.at(-1)!, members[count >> 1]!, "'?'"],
  };
}

function set(count: number): Specimen {
  const members = range(count).map((i) => `m${i}`);
  return {
    type: `SET(${quoted(...members).join(', ')})`,
    values: quoted(
      '',
      members.join(','),
      members.at(-1)!,
      members[0]!,
      members.filter((_, i) => i % 2 === 0).join(','),
    ),
  };
}

const shapes: Record<string, readonly string[]> = {
  POINT: ['POINT(1 2)', 'POINT(-1e300 1e-300)'],
  LINESTRING: ['LINESTRING(0 0, 1 1, 2 0)'],
  POLYGON: ['POLYGON((0 0, 9 0, 9 9, 0 9, 0 0), (1 1, 1 2, 2 2, 2 1, 1 1))'],
  MULTIPOINT: ['MULTIPOINT(0 0, 5 5)'],
  MULTILINESTRING: ['MULTILINESTRING((0 0, 1 1), (2 2, 3 3, 4 5))'],
  MULTIPOLYGON: ['MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))'],
  GEOMETRYCOLLECTION: ['GEOMETRYCOLLECTION(POINT(1 2), LINESTRING(0 0, 1 1))'],
};

const geometry: Specimen[] = [
  ...Object.entries(shapes).map(([type, values]) => ({
    type,
    values: values.map((wkt) => `ST_GeomFromText('${wkt}')`),
  })),
  {
    type: 'GEOMETRY',
    values: Object.values(shapes)
      .flat()
      .map((wkt) => `ST_GeomFromText('${wkt}')`),
  },
];

const geometryWithSrid: Specimen[] = [
  { type: 'POINT SRID 4326', values: ["ST_GeomFromText('POINT(52.5 13.4)', 4326)"] },
  {
    type: 'GEOMETRY',
    values: ["ST_GeomFromText('POINT(52.5 13.4)', 4326)", "ST_GeomFromText('POINT(1 2)', 0)"],
  },
];

/** Text for JSON documents, without what only a binary document can hold. */
const jsonTexts = [
  '{}',
  '[]',
  'null',
  'true',
  'false',
  '""',
  '"žßя漢😀"',
  '0',
  '-1',
  '65536',
  '18446744073709551615',
  '-9223372036854775808',
  '1.5e300',
  '3.14',
  '{"a": {"b": [1, [2, [3, {"c": null}]]]}, "": "", "ключ": false}',
];

const jsonText: Specimen[] = [
  {
    type: 'JSON',
    values: [...quoted(...jsonTexts), `CONCAT('["', REPEAT('x', 70000), '"]')`],
  },
];

// A document is "large" from 64 KiB on: all its offsets become four bytes wide.
const jsonBinary: Specimen[] = [
  {
    type: 'JSON',
    values: [
      ...quoted(...jsonTexts),
      `JSON_ARRAY(REPEAT('x', 70000), 1)`,
      `JSON_OBJECT('k', REPEAT('y', 127), 'l', REPEAT('z', 128), 'm', REPEAT('w', 16384))`,
      `JSON_ARRAY(CAST('2026-11-21 03:00:00.123456' AS DATETIME(6)), CAST('-12:00:00' AS TIME), DATE '2026-11-21', 0.1, 1e0, 12345678901234567890.123, b'101', _binary 0x00ff)`,
    ],
  },
  { type: 'JSON', values: ['\'{"a": 1}\'', "'[1, 2]'"] },
];

const compressed: Specimen[] = [
  ...binaries([
    ['VARBINARY(255) COMPRESSED', 250],
    ['VARBINARY(2000) COMPRESSED', 2000],
    ['TINYBLOB COMPRESSED', 250],
    ['BLOB COMPRESSED', 60_000],
    ['MEDIUMBLOB COMPRESSED', 65_536],
    ['LONGBLOB COMPRESSED', 300_000],
  ]),
  // COMPRESSED stands between the type and its character set.
  ...['VARCHAR(200)', 'VARCHAR(2000)', 'TINYTEXT', 'TEXT', 'MEDIUMTEXT', 'LONGTEXT'].map((type) => ({
    type: `${type} COMPRESSED CHARACTER SET utf8mb4`,
    values: ["''", "'a'", "REPEAT('ab', 60)", "'žßя漢😀'", "REPEAT('я', 100)"],
  })),
];

const inet6: Specimen[] = [
  {
    type: 'INET6',
    values: quoted('::', '::1', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '::ffff:192.0.2.1', '2001:db8::'),
  },
];

const inet4AndUuid: Specimen[] = [
  { type: 'INET4', values: quoted('0.0.0.0', '255.255.255.255', '192.0.2.1') },
  {
    type: 'UUID',
    values: quoted(
      '00000000-0000-0000-0000-000000000000',
      'ffffffff-ffff-ffff-ffff-ffffffffffff',
      '123e4567-e89b-12d3-a456-426655440000',
      '0192f0c1-7b3a-7c4d-8e5f-a0b1c2d3e4f5',
    ),
  },
];

/** A row of MariaDB holds its vectors and may not be longer than 65535 bytes. */
function vectors(fromText: string, most: number): Specimens {
  const vector = (numbers: readonly (number | string)[]): string => `${fromText}('[${numbers.join(',')}]')`;
  return {
    vectors: [
      { type: 'VECTOR(1)', values: [vector([0]), vector(['-1.5'])] },
      { type: 'VECTOR(3)', values: [vector([1, 2, 3]), vector([-0.5, 0, '1e-30'])] },
    ],
    long_vectors: [
      { type: `VECTOR(${most})`, values: [vector(range(most)), vector(range(most).map((i) => -i / 8))] },
    ],
  };
}

const generated: Specimen[] = [
  { type: 'INT', values: ['1', '-5', '1000'] },
  { type: 'INT GENERATED ALWAYS AS (c0 * 2) VIRTUAL', values: [] },
  { type: "VARCHAR(300) GENERATED ALWAYS AS (CONCAT('<', c4, '>')) STORED", values: [] },
  { type: 'BIGINT GENERATED ALWAYS AS (c0 + 1) STORED', values: [] },
  { type: 'VARCHAR(200)', values: ["'x'", "''", "'žßя'"] },
  { type: 'VARCHAR(200) GENERATED ALWAYS AS (REVERSE(c4)) VIRTUAL', values: [] },
  { type: 'BLOB', values: ["'bytes'", "''"] },
];

const invisible: Specimen[] = [
  { type: 'INT INVISIBLE', values: ['1', '2'] },
  { type: 'VARCHAR(20)', values: ["'seen'"] },
  { type: "VARCHAR(20) DEFAULT 'hidden' INVISIBLE", values: ["'a'", "''"] },
];

/** More columns than one byte counts, and more than 32 bytes of bitmap. */
const wide: Specimen[] = range(300).map((i) => {
  const kinds: readonly Specimen[] = [
    { type: 'SMALLINT', values: [`${i}`, '-1'] },
    { type: 'VARCHAR(20)', values: [`'column ${i}'`, "''", `'${'w'.repeat(i % 20)}'`] },
    { type: 'DATETIME(2)', values: quoted('2026-11-21 03:00:00.25', '1999-12-31 23:59:59.99') },
    { type: 'DECIMAL(9,4)', values: [`${i}.5`, '-12345.6789'] },
    { type: `BIT(${(i % 9) + 1})`, values: ["b'1'", "b'0'"] },
    { type: 'VARBINARY(300)', values: ["''", `0x${(i % 256).toString(16).padStart(2, '0')}00ff`] },
    { type: "ENUM('a', 'b')", values: quoted('a', 'b') },
  ];
  return kinds[i % kinds.length]!;
});

const multiByte = ['sjis', 'ujis', 'gbk', 'big5', 'euckr'];
const singleByte = ['latin1', 'latin2', 'cp1251', 'koi8r', 'greek', 'hebrew', 'tis620', 'ascii'];
const wideCharsets = ['ucs2', 'utf16', 'utf16le', 'utf32'];

const everywhere: Specimens = {
  integers,
  decimals,
  floats,
  bits,
  dates,
  times,
  single_byte: singleByte.flatMap((charset) =>
    texts(
      [
        ['CHAR(40)', 40],
        ['VARCHAR(255)', 255],
        ['TEXT', 300],
      ],
      charset,
    ),
  ),
  multi_byte: multiByte.flatMap((charset) =>
    texts(
      [
        ['CHAR(60)', 60],
        ['VARCHAR(128)', 128],
        ['TEXT', 300],
      ],
      charset,
    ),
  ),
  wide_charsets: wideCharsets.flatMap((charset) =>
    texts(
      [
        ['CHAR(70)', 70],
        ['VARCHAR(60)', 60],
        ['VARCHAR(130)', 130],
        ['TEXT', 300],
      ],
      charset,
    ),
  ),
  utf8_chars: texts(
    [
      ['CHAR(0)', 0],
      ['CHAR(1)', 1],
      ['CHAR(63)', 63],
      ['CHAR(64)', 64],
      ['CHAR(127)', 127],
      ['CHAR(128)', 128],
      ['CHAR(255)', 255],
    ],
    'utf8mb4',
  ),
  utf8mb3_chars: texts(
    [
      ['CHAR(85)', 85],
      ['CHAR(86)', 86],
      ['CHAR(170)', 170],
      ['CHAR(171)', 171],
      ['CHAR(255)', 255],
    ],
    'utf8',
  ),
  utf8_texts: texts(
    [
      ['VARCHAR(1)', 1],
      ['VARCHAR(63)', 63],
      ['VARCHAR(64)', 64],
      ['VARCHAR(5000)', 5000],
      ['TINYTEXT', 63],
      ['TEXT', 16_000],
      ['MEDIUMTEXT', 20_000],
      ['LONGTEXT', 30_000],
    ],
    'utf8mb4',
  ),
  binaries: binaries([
    ['BINARY(1)', 1],
    ['BINARY(16)', 16],
    ['BINARY(255)', 255],
    ['VARBINARY(1)', 1],
    ['VARBINARY(255)', 255],
    ['VARBINARY(256)', 256],
    ['VARBINARY(20000)', 20_000],
  ]),
  blobs,
  enums: [1, 3, 255, 256, 300].map(enumeration),
  sets: [1, 8, 9, 16, 17, 24, 25, 32, 33, 63, 64].map(set),
  geometry,
  wide,
};
