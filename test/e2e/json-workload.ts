/** Random JSON documents and random changes of them, as SQL. */
import type { JsonValue } from '../../src/binlog/json/dom.ts';

import type { Random } from './fuzz/random.ts';

/** A string literal; unlike 0x, x'' may be empty. */
const text = (of: string): string => `_utf8mb4 x'${Buffer.from(of).toString('hex')}'`;

const integers = [
  0,
  1,
  -1,
  32_767,
  -32_768,
  32_768,
  -32_769,
  65_535,
  65_536,
  2 ** 31 - 1,
  -(2 ** 31),
  2 ** 31,
];
const bigIntegers = ['9223372036854775807', '-9223372036854775808', '18446744073709551615', '4294967296'];
const doubles = ['1.5e0', '-2.25e3', '1e0', '-0e0', '0.000125e0', '123456789012e0'];
const decimals = [
  '1.25',
  '-0.5',
  '0.0',
  '999999999.0 + 0.0',
  "CAST('12345678901234567890.123456789012345678' AS DECIMAL(65,30))",
  "CAST('7' AS DECIMAL(40,0))",
  'CAST(0 AS DECIMAL(30,4))',
];
const temporals = [
  "DATE'2024-02-29'",
  "DATE'0001-01-01'",
  "TIMESTAMP'2038-01-19 03:14:07.123456'",
  "TIME'-838:59:59'",
  "TIME'12:34:56.789'",
  "CAST('9999-12-31 23:59:59.999999' AS DATETIME(6))",
  'CAST(2024 AS YEAR)',
];
const binaries = ["X'00ff7f80'", "b'1010101'", "CAST('bytes' AS BINARY(8))", "X''"];
const words = ['', 'a', 'größe', '漢字 𝄞', '"quoted" \\ back', '\u0001\t\n', 'x'.repeat(126)];
const lengths = [1, 2, 3, 5, 8, 20, 50, 127, 128, 129, 300];
const keys = [
  'a',
  'b',
  'c',
  'key',
  'with space',
  'dot.ted',
  'qu"ote',
  'back\\slash',
  'größe',
  '漢字',
  '𝄞',
  '',
  '$',
  '_1',
  '1',
  'tab\t',
  'last',
  '*',
  "it's",
  'Ā丠㍜',
  'k'.repeat(300),
];

/** A scalar as an SQL expression. */
function scalar(random: Random): string {
  switch (random.below(9)) {
    case 0:
    case 1:
      return String(random.chance(50) ? random.pick(integers) : random.below(300));
    case 2:
      return random.chance(30)
        ? `CAST(${random.pick([7, 40_000, 70_000])} AS UNSIGNED)`
        : random.pick(bigIntegers);
    case 3:
      return random.pick(doubles);
    case 4:
      return random.pick(decimals);
    case 5:
      return random.pick(temporals);
    case 6:
      return random.pick([...binaries, 'NULL', "CAST('true' AS JSON)", "CAST('false' AS JSON)"]);
    case 7:
      return text(random.pick(words));
    default:
      return `REPEAT('${random.pick(['x', 'é', 'ab'])}', ${random.pick(lengths)})`;
  }
}

/** A value as an SQL expression; `depth` bounds the nesting. */
function value(random: Random, depth: number): string {
  if (depth === 0 || random.chance(55)) return scalar(random);
  const count = random.below(5);
  if (random.chance(50)) {
    return `JSON_ARRAY(${Array.from({ length: count }, () => value(random, depth - 1)).join(', ')})`;
  }
  const members = Array.from(
    { length: count },
    () => `${text(random.pick(keys))}, ${value(random, depth - 1)}`,
  );
  return `JSON_OBJECT(${members.join(', ')})`;
}

/** A document of some nested values. */
export function smallDocument(random: Random): string {
  const [first, second] = [value(random, 4), value(random, 3)];
  return random.chance(50) ? `JSON_ARRAY(${first}, ${second})` : `JSON_OBJECT('a', ${first}, 'c', ${second})`;
}

/** A document of more than 64 KiB: one long string, many elements or many members, and some values around them. */
export function largeDocument(random: Random): string {
  const large = random.pick([
    "REPEAT('long', 20000)",
    '(SELECT JSON_ARRAYAGG(n) FROM numbers WHERE n < 16000)',
    // Shorter in the large format than in the small one, which it does not fit.
    '(SELECT JSON_ARRAYAGG(n + 100000) FROM numbers WHERE n < 10000)',
    "(SELECT JSON_OBJECTAGG(CONCAT('member', n), n * 7) FROM numbers WHERE n < 4000)",
  ]);
  return `JSON_OBJECT('large', ${large}, 'list', JSON_ARRAY(1, 70000, 'x'), ${text(random.pick(keys))}, ${value(random, 3)})`;
}

/** A path's text to a random place of a document, which is mostly there. */
function path(random: Random, document: JsonValue): string {
  let legs = '$';
  let at = document;
  for (;;) {
    const children = at.kind === 'object' ? at.members.length : at.kind === 'array' ? at.elements.length : 0;
    if (children === 0 || random.chance(12)) break;
    if (at.kind === 'object') {
      const { key, value: child } = random.pick(at.members);
      legs += memberLeg(Buffer.from(key).toString());
      at = child;
    } else if (at.kind === 'array') {
      const i = random.below(at.elements.length);
      const back = at.elements.length - 1 - i;
      legs += random.chance(70) ? `[${i}]` : back === 0 ? '[last]' : `[last-${back}]`;
      at = at.elements[i]!;
    }
    if (random.chance(25)) break;
  }
  if (legs !== '$' && random.chance(75)) return legs;
  // Something that is new, or out of reach, or a scalar taken for an array.
  return (
    legs + random.pick([memberLeg(random.pick(keys)), '[0]', '[1]', '[3]', '[last]', '[last-1]', '[1000]'])
  );
}

function memberLeg(key: string): string {
  return /^[a-z]+$/.test(key) ? `.${key}` : `.${JSON.stringify(key)}`;
}

/**
 * JSON_SET, JSON_REPLACE and JSON_REMOVE inside one another as the new value of a column, of which `document` is
 * or was the value. Some values are copied from the column itself and from `others`, if these are given.
 */
export function change(
  random: Random,
  column: string,
  others: readonly string[] | undefined,
  document: JsonValue,
): string {
  const place = (): string => text(path(random, document));
  const argument = (): string =>
    others !== undefined && random.chance(8)
      ? random.pick([...others, `JSON_EXTRACT(${column}, ${place()})`])
      : value(random, random.pick([0, 1, 3]));
  const assignments = (count: number): string =>
    Array.from({ length: count }, () => `${place()}, ${argument()}`).join(', ');
  let sql = column;
  for (let calls = random.pick([1, 1, 1, 2, 3]); calls > 0; calls--) {
    const count = random.pick([1, 1, 2, 4]);
    const kind = random.below(20);
    if (kind < 5) sql = `JSON_REMOVE(${sql}, ${Array.from({ length: count }, place).join(', ')})`;
    else if (kind < 12) sql = `JSON_SET(${sql}, ${assignments(count)})`;
    else if (kind < 19) sql = `JSON_REPLACE(${sql}, ${assignments(count)})`;
    // Never partial: such a column is logged whole.
    else sql = `JSON_ARRAY_INSERT(${sql}, ${text(`${path(random, document)}[1]`)}, ${argument()})`;
  }
  return sql;
}
