/** Random columns: every type that a server has, as key and as data. */
import type { RunningServer } from '../../servers/index.ts';
import { letters, type Specimen, specimensOf } from '../specimens.ts';
import type { Dialect } from './dialect.ts';
import type { Random } from './random.ts';

/** What can be done with a column in an expression. */
type Nature = 'integer' | 'number' | 'text' | 'bytes' | 'json' | 'other';

export interface Column {
  readonly name: string;
  /** Type and attributes, as in CREATE TABLE. */
  readonly definition: string;
  readonly nature: Nature;
  /** The server fills it in, statements leave it alone. */
  readonly automatic: boolean;
  readonly nullable: boolean;
  /** A random value as SQL, never NULL. */
  value(random: Random): string;
}

/** A value for the column, NULL among them where it may be. */
export function sqlValue(random: Random, column: Column): string {
  return column.nullable && random.chance(12) ? 'NULL' : column.value(random);
}

/** Few different numbers, so that rows meet. */
export const small = (random: Random): number => 1 + random.below(random.chance(80) ? 40 : 5000);

/** A column of integers with few different values. */
export function integer(name: string, definition: string): Column {
  return {
    name,
    definition,
    nature: 'integer',
    automatic: false,
    nullable: !/NOT NULL|PRIMARY KEY/.test(definition),
    value: (random) => String(random.chance(70) ? random.below(4) : random.below(2 ** 32) - 2 ** 31),
  };
}

const words = [
  '',
  ' ',
  'a',
  'A',
  'a ',
  'ä',
  'ß',
  'ss',
  '日本',
  '😀',
  "it's",
  'tab\tnew\nline',
  '\\0',
  '%',
  'zero\0',
];

export const hex = (text: string | Uint8Array, introducer = ''): string => {
  const digits = Buffer.from(text as string).toString('hex');
  return digits === '' ? "''" : `${introducer}0x${digits}`;
};

/** Text of a few words; in a character set that lacks a letter it becomes a question mark. */
const wordsOf = (random: Random, most: number, further: readonly string[] = []): string => {
  const count = random.below(random.chance(10) ? 60 : 4);
  const text = random.times(count, () => random.pick([...words, ...further])).join('');
  return hex([...text].slice(0, most).join(''), '_utf8mb4 ');
};

/** A text column that all tables of the workload have. */
export function plainText(name: string): Column {
  return {
    name,
    definition: 'VARCHAR(300)',
    nature: 'text',
    automatic: false,
    nullable: true,
    value: (random) => wordsOf(random, 300),
  };
}

/** What a key may be made of, with few different values each. */
const keyTypes: readonly [
  definition: string,
  nature: Nature,
  value: (n: number, random: Random) => string,
][] = [
  ['INT', 'integer', String],
  ['INT', 'integer', String],
  ['BIGINT UNSIGNED', 'integer', String],
  ['MEDIUMINT', 'integer', String],
  ['VARCHAR(20) CHARACTER SET utf8mb4', 'text', keyText],
  ['VARCHAR(70) CHARACTER SET latin1', 'text', keyText],
  ['CHAR(12) CHARACTER SET utf8mb4', 'text', keyText],
  ['VARCHAR(90) CHARACTER SET utf16', 'text', keyText],
  ['VARBINARY(16)', 'bytes', (n, random) => hex(`k${n}${random.pick(['', '', ' ', '\0'])}`)],
  ['BINARY(6)', 'bytes', (n) => hex(`k${n}`)],
  ['DATE', 'other', (n) => `'20${10 + (n % 60)}-03-04'`],
  ['DATETIME(3)', 'other', (n) => `'2026-11-21 03:00:00.${String(n).padStart(3, '0').slice(0, 3)}'`],
  ['TIME(1)', 'other', (n, random) => `'${random.pick(['-', ''])}0${n % 10}:0${n % 7}:00.5'`],
  ['DECIMAL(10,2)', 'number', (n, random) => `${random.pick(['-', ''])}${n}.50`],
  ['DOUBLE', 'number', (n) => `${n}.25`],
  ['BIT(13)', 'other', String],
];

/** Letters are equal to others in many collations, and so are texts to those with spaces at their end. */
function keyText(n: number, random: Random): string {
  return `'${random.pick(['k', 'k', 'k', 'K', 'é', 'e'])}${n % 100}${random.pick(['', '', '', ' '])}'`;
}

export function keyColumn(random: Random, name: string, nullable: boolean, onlyIntegers = false): Column {
  const [type, nature, value] = random.pick(onlyIntegers ? keyTypes.slice(0, 4) : keyTypes);
  return {
    name,
    definition: nullable ? type : `${type} NOT NULL`,
    nature,
    automatic: false,
    nullable,
    value: (random) => value(small(random), random),
  };
}

/** A column that only the beginning of which is in a key. */
export function prefixedColumn(random: Random, name: string, nullable: boolean): Column {
  const type = random.pick([
    'TEXT CHARACTER SET utf8mb4',
    'VARCHAR(60) CHARACTER SET utf8mb4',
    'BLOB',
    'VARBINARY(300)',
  ]);
  return {
    name,
    definition: nullable ? type : `${type} NOT NULL`,
    nature: type.includes('CHARACTER') ? 'text' : 'bytes',
    automatic: false,
    nullable,
    value: (random) => `'${String(small(random)).padStart(4, '0')}${random.pick(['', 'more', ' and more'])}'`,
  };
}

/** Groups of specimens with more or larger columns than random tables should have. */
const leftOut = ['wide', 'long_vectors', 'generated_columns', 'invisible_columns'];

/** The types that data columns are made of: each family is as likely as another, but for JSON. */
export function dataTypes(server: RunningServer): Specimen[][] {
  return Object.entries(specimensOf(server))
    .filter(([family]) => !leftOut.includes(family))
    .flatMap(([family, specimens]) => {
      const types = specimens.filter(({ type }) => bytesOf(type) <= MAX_BYTES);
      // No other type has so many ways to change and to be logged.
      return family === 'json' && server.flavour === 'mysql' ? [types, types, types, types] : [types];
    });
}

/** Bytes that a row may need for the columns of a table that are not stored apart. */
const MAX_BYTES = 6000;

export function bytesOf(type: string): number {
  const length = Number(/^(?:VAR)?(?:CHAR|BINARY)\((\d+)\)/.exec(type)?.[1] ?? 0);
  return 8 + length * (/BINARY|ascii|latin|cp1251|koi8r|greek|hebrew|tis620/.test(type) ? 1 : 4);
}

/** Data columns, with generated and invisible ones among them where the server has such. */
export function dataColumns(
  random: Random,
  dialect: Dialect,
  types: readonly (readonly Specimen[])[],
  count: number,
  fits: (type: string) => boolean = () => true,
): Column[] {
  const columns: Column[] = [];
  let room = MAX_BYTES;
  while (columns.length < count) {
    const name = `c${columns.length}`;
    const specimen = random.pick(random.pick(types));
    if (bytesOf(specimen.type) > room || !fits(specimen.type)) continue;
    room -= bytesOf(specimen.type);
    columns.push(dataColumn(random, dialect, name, specimen));
  }
  return columns;
}

function dataColumn(random: Random, dialect: Dialect, name: string, { type, values }: Specimen): Column {
  const nature = natureOf(type, dialect);
  const automatic = values.length === 0;
  const fixed = automatic || /NULL/.test(type);
  const nullable = !automatic && (fixed || random.chance(75));
  const hidden = !dialect.mysql56 && !automatic && nullable && random.chance(7) ? ' INVISIBLE' : '';
  const short = values.filter((value) => !isLong(value));
  const further = furtherValues(type, nature, dialect);
  return {
    name,
    definition: `${type}${nullable || fixed ? '' : ' NOT NULL'}${hidden}`,
    nature,
    automatic,
    nullable,
    value: (random) => {
      if (random.chance(3)) return random.pick(values);
      return further !== undefined && random.chance(50) ? further(random) : random.pick(short);
    },
  };
}

/** Megabytes are for the stories of single types. */
const isLong = (value: string): boolean => Number(/REPEAT\(.*, (\d+)\)/.exec(value)?.[1] ?? 0) > 3000;

function natureOf(type: string, { mysql }: Dialect): Nature {
  if (/^(TINY|SMALL|MEDIUM|BIG)?INT\b(?!.*ZEROFILL)/.test(type)) return 'integer';
  if (/^(DECIMAL|FLOAT|DOUBLE)/.test(type)) return 'number';
  if (type.startsWith('JSON')) return mysql ? 'json' : 'other';
  if (/^VECTOR/.test(type)) return 'other';
  if (/CHAR|TEXT/.test(type)) return 'text';
  return /BINARY|BLOB/.test(type) ? 'bytes' : 'other';
}

/** Values beside the specimens, so that rows differ in more than a handful of ways. */
function furtherValues(
  type: string,
  nature: Nature,
  { mysql }: Dialect,
): ((random: Random) => string) | undefined {
  const most = Number(/\((\d+)\)/.exec(type)?.[1] ?? 60);
  const charset = /CHARACTER SET (\w+)/.exec(type)?.[1];
  switch (nature) {
    case 'integer':
      return (random) => String(random.below(random.chance(50) ? 4 : 128));
    case 'number':
      return (random) => `${random.below(1000)}.${random.below(1000)}`;
    case 'text':
      return (random) => wordsOf(random, most, [...letters[charset ?? 'ascii']!]);
    case 'bytes':
      return (random) => {
        const length = Math.min(most, random.below(random.chance(10) ? 300 : 12));
        return hex(Uint8Array.from(random.times(length, () => random.below(256))));
      };
    case 'json':
      return (random) => jsonDocument(random);
    default:
      if (type === 'DATE')
        return (random) => `'20${10 + random.below(80)}-0${1 + random.below(9)}-1${random.below(10)}'`;
      if (/^(DATETIME|TIMESTAMP)\(/.test(type)) {
        return (random) =>
          `'20${10 + random.below(20)}-0${1 + random.below(9)}-1${random.below(10)} 1${random.below(10)}:00:00.${random.below(1000)}'`;
      }
      return type.startsWith('JSON') && !mysql ? (random) => jsonDocument(random) : undefined;
  }
}

/** A document with the members that partial updates change. */
function jsonDocument(random: Random): string {
  const list = random.times(random.below(5), () => random.pick(['1', 'null', '"x"', '{"z": 1.5}', '70000']));
  const text = 'x'.repeat(random.below(random.chance(10) ? 300 : 20));
  return `'{"a": ${random.below(300)}, "b": "${text}", "c": [${list.join(', ')}], "d": {"e": ${random.chance(50)}}}'`;
}
