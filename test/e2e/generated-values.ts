/** Specimens of every family of types, made by chance from a seed and pushed towards the edges. */
import type { RunningServer, ServerId } from '../servers/index.ts';
import { Random } from './fuzz/random.ts';
import { smallDocument } from './json-workload.ts';
import type { Specimen, Specimens } from './specimens.ts';

export function generatedSpecimens(server: RunningServer, seed: number): Specimens {
  const random = new Random(seed);
  const has = (...ids: ServerId[]): boolean => ids.includes(server.id);
  return {
    some_integers: integers(random),
    some_decimals: random.times(24, () => decimal(random)),
    some_reals: [reals('FLOAT', random), reals('DOUBLE', random)],
    some_times: [
      ...fsps.map((fsp) => time(fsp, random)),
      ...fsps.map((fsp) => datetime(fsp, random)),
      dates(random),
    ],
    some_timestamps: fsps.map((fsp) => timestamp(fsp, has('mariadb-11.8') ? 2 ** 32 : 2 ** 31, random)),
    some_geometry: [{ type: 'GEOMETRY', values: random.times(60, () => geometry(random)) }],
    labels: labels(),
    ...(has('mysql-9.7')
      ? { some_json: [{ type: 'JSON', values: random.times(150, () => smallDocument(random)) }] }
      : {}),
    ...(has('mariadb-10.11', 'mariadb-11.8') ? { some_addresses: [uuids(random), addresses(random)] } : {}),
    ...(has('mysql-9.7') ? { some_vectors: [vectors('STRING_TO_VECTOR', random)] } : {}),
    ...(has('mariadb-11.8') ? { some_vectors: [vectors('VEC_FromText', random)] } : {}),
    ...(server.flavour === 'mariadb' ? { some_compressed: compressed(random) } : {}),
  };
}

const fsps = [0, 1, 2, 3, 4, 5, 6];
const digits = (random: Random, count: number): string =>
  random.times(count, () => random.below(10)).join('');
const padded = (n: number, width = 2): string => String(n).padStart(width, '0');
const quoted = (text: string): string => `'${text}'`;

function integers(random: Random): Specimen[] {
  const widths = { TINYINT: 8, SMALLINT: 16, MEDIUMINT: 24, INT: 32, BIGINT: 64 };
  return Object.entries(widths).flatMap(([name, bits]) => {
    const any = (): bigint =>
      BigInt.asUintN(bits, (BigInt(random.below(2 ** 32)) << 32n) | BigInt(random.below(2 ** 32))) >>
      BigInt(random.below(bits));
    return [
      {
        type: name,
        values: random.times(20, () => String(BigInt.asIntN(bits, random.chance(50) ? any() : -any()))),
      },
      { type: `${name} UNSIGNED`, values: random.times(20, () => String(any())) },
    ];
  });
}

function decimal(random: Random): Specimen {
  const precision = 1 + random.below(65);
  const scale = random.below(Math.min(precision, 30) + 1);
  const value = (): string => {
    const whole = digits(random, random.below(precision - scale + 1)) || '0';
    const fraction = digits(random, random.below(scale + 1));
    return `${random.chance(50) ? '-' : ''}${whole}${fraction && `.${fraction}`}`;
  };
  return { type: `DECIMAL(${precision},${scale})`, values: random.times(15, value) };
}

/** Any bits, and numbers as people write them. */
function reals(type: 'FLOAT' | 'DOUBLE', random: Random): Specimen {
  const view = new DataView(new ArrayBuffer(8));
  const anyBits = (): number => {
    view.setUint32(0, random.below(2 ** 32));
    view.setUint32(4, random.below(2 ** 32));
    return type === 'FLOAT' ? view.getFloat32(0) : view.getFloat64(0);
  };
  const bits = random
    .times(150, anyBits)
    .filter(Number.isFinite)
    .map((value) => value.toExponential());
  const written = random.times(100, () => {
    const sign = random.chance(50) ? '-' : '';
    return `${sign}${digits(random, 1 + random.below(9))}.${digits(random, random.below(9))}e${random.below(40) - 20}`;
  });
  // Where the servers begin to write an exponent.
  const edges = [
    '1e14',
    '1e15',
    '123456789012345678',
    '1234567890123456.5',
    '1e-14',
    '1e-15',
    '1e-16',
    '1.5e-15',
  ];
  return { type, values: [...bits, ...written, ...edges] };
}

const fractionOf = (fsp: number, random: Random): string => (fsp === 0 ? '' : `.${digits(random, fsp)}`);

function time(fsp: number, random: Random): Specimen {
  const value = (): string => {
    const hours = random.pick([0, random.below(24), random.below(838)]);
    const clock = [hours, random.below(60), random.below(60)].map((n) => padded(n)).join(':');
    return quoted(`${random.chance(50) ? '-' : ''}${clock}${fractionOf(fsp, random)}`);
  };
  return { type: `TIME(${fsp})`, values: random.times(25, value) };
}

const date = (random: Random): string =>
  `${padded(random.pick([0, 1, 1970, random.below(10_000)]), 4)}-${padded(random.below(13))}-${padded(random.below(29))}`;

const clock = (random: Random): string =>
  [random.below(24), random.below(60), random.below(60)].map((n) => padded(n)).join(':');

function datetime(fsp: number, random: Random): Specimen {
  const value = (): string => quoted(`${date(random)} ${clock(random)}${fractionOf(fsp, random)}`);
  return { type: `DATETIME(${fsp})`, values: random.times(25, value) };
}

const dates = (random: Random): Specimen => ({
  type: 'DATE',
  values: random.times(40, () => quoted(date(random))),
});

/** The hours around which Newfoundland changed its clocks, and any moment. */
function timestamp(fsp: number, end: number, random: Random): Specimen {
  const changes = [10_000_000, 562_132_860, 576_037_860, 1_320_555_600, 1_615_699_800, 1_699_162_200];
  const value = (): string => {
    const seconds = random.chance(30)
      ? random.pick(changes) + random.below(15_000) - 7500
      : 1 + random.below(end - 1);
    const text = new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
    return quoted(text + fractionOf(fsp, random));
  };
  // The second that is no time by itself, and the next.
  const first = ['00', '01'].map((second) => quoted(`1970-01-01 00:00:${second}${fractionOf(fsp, random)}`));
  return { type: `TIMESTAMP(${fsp}) NULL`, values: [...first, ...random.times(40, value)] };
}

function geometry(random: Random): string {
  const coordinate = (): string =>
    random.pick([
      String(random.below(200) - 100),
      `${random.below(1000) - 500}.${digits(random, 1 + random.below(8))}`,
      `${random.chance(50) ? '-' : ''}${digits(random, 3)}.5e${random.below(200) - 100}`,
    ]);
  const point = (): string => `${coordinate()} ${coordinate()}`;
  const line = (): string => `(${random.times(2 + random.below(4), point).join(', ')})`;
  const ring = (): string => {
    const [x, y, size] = [random.below(50), random.below(50), 1 + random.below(9)];
    return `(${x} ${y}, ${x + size} ${y}, ${x + size} ${y + size}, ${x} ${y})`;
  };
  const polygon = (): string => `(${ring()})`;
  const several = (part: () => string): string => `(${random.times(1 + random.below(3), part).join(', ')})`;
  const any = (depth: number): string => {
    const kinds = [
      () => `POINT(${point()})`,
      () => `LINESTRING${line()}`,
      () => `POLYGON${polygon()}`,
      () => `MULTIPOINT${several(point)}`,
      () => `MULTILINESTRING${several(line)}`,
      () => `MULTIPOLYGON${several(polygon)}`,
      () => `GEOMETRYCOLLECTION${several(() => any(depth + 1))}`,
    ];
    return random.pick(depth < 3 ? kinds : kinds.slice(0, -1))();
  };
  return `ST_GeomFromText('${any(1)}')`;
}

/** Labels are logged in bytes; in what character set is seen where letters are not those of ASCII. */
function labels(): Specimen[] {
  const sets = {
    latin1: ['é', '€'],
    sjis: ['ソ', '表十'],
    koi8r: ['да', 'нет'],
    utf16: ['žß', 'я'],
    utf8mb4: ['漢', '😀'],
  };
  return Object.entries(sets).flatMap(([charset, words]) => {
    const list = words.map(quoted).join(', ');
    return [
      { type: `ENUM(${list}) CHARACTER SET ${charset}`, values: words.map(quoted) },
      {
        type: `SET(${list}) CHARACTER SET ${charset}`,
        values: [...words.map(quoted), quoted(words.join(','))],
      },
    ];
  });
}

const hex = (random: Random, count: number): string =>
  random.times(count, () => random.below(16).toString(16)).join('');

function uuids(random: Random): Specimen {
  // Of every version and variant.
  const uuid = (): string =>
    [
      hex(random, 8),
      hex(random, 4),
      hex(random, 4),
      hex(random, 4),
      random.pick([hex(random, 12), '0'.repeat(12)]),
    ].join('-');
  return { type: 'UUID', values: random.times(60, () => quoted(uuid())) };
}

function addresses(random: Random): Specimen {
  const group = (): string => random.pick(['0', '0', '0', 'ffff', hex(random, 1 + random.below(4))]);
  return { type: 'INET6', values: random.times(120, () => quoted(random.times(8, group).join(':'))) };
}

function vectors(fromText: string, random: Random): Specimen {
  const number = (): string =>
    `${random.chance(50) ? '-' : ''}${digits(random, 1 + random.below(8))}e${random.below(50) - 30}`;
  return {
    type: 'VECTOR(5)',
    values: random.times(40, () => `${fromText}('[${random.times(5, number).join(',')}]')`),
  };
}

/** Of lengths around those at which the head grows. */
function compressed(random: Random): Specimen[] {
  const lengths = [0, 1, 99, 100, 101, 255, 256, 257, 4000, 65_535];
  const values = (most: number): string[] =>
    lengths
      .filter((length) => length <= most)
      .map((length) => `REPEAT('${random.pick(['ab', 'xyz', '~'])}', ${length})`);
  return [
    { type: 'VARCHAR(20000) COMPRESSED CHARACTER SET latin1', values: values(4000) },
    { type: 'MEDIUMBLOB COMPRESSED', values: values(65_535) },
    { type: 'LONGTEXT COMPRESSED CHARACTER SET utf8mb4', values: values(65_535) },
    { type: 'VARBINARY(300) COMPRESSED', values: values(101).map((value) => `LEFT(${value}, 299)`) },
  ];
}
