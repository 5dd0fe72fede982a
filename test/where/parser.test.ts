import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BinflashError } from '../../src/index.ts';
import { divideFilter } from '../../src/select/filter-text.ts';
import { parseCondition } from '../../src/where/parser.ts';
import { type Comparison, type Condition, type Operand, printCondition } from '../../src/where/syntax.ts';
import { thrownBy } from '../helpers.ts';

const parse = (text: string): Condition => parseCondition(divideFilter(text));

/** The tree without the places in the text. */
const bare = (condition: Condition): unknown =>
  JSON.parse(JSON.stringify(condition, (key, value) => (key === 'at' ? undefined : value)));

/** A condition in its one written form, as it was understood. */
const understood = (text: string): string => printCondition(parse(text));

describe('the table before the colon', () => {
  it.each([
    ['shop.orders: id = 1', 'shop.orders'],
    ['`a:b`.`c"d`: id = 1', '`a:b`.`c"d`'],
    ['*.orders:id=1', '*.orders'],
    ["at = '10:20'", undefined],
    ['"a:b" = x', undefined],
    ["x = 'it''s' and y = 'a\\'b:c'", undefined],
  ])('%s', (text, table) => expect(divideFilter(text).table).toBe(table));
});

describe('what binds how tightly', () => {
  it.each([
    ['a = 1 or b = 2 and c = 3', '(`a` = 1) OR ((`b` = 2) AND (`c` = 3))'],
    ['a = 1 xor b = 2 or c = 3 && d = 4', '((`a` = 1) XOR (`b` = 2)) OR ((`c` = 3) AND (`d` = 4))'],
    ['not a = 1 and b = 2', '(NOT (`a` = 1)) AND (`b` = 2)'],
    ['not a between 1 and 2 and b', '(NOT (`a` BETWEEN 1 AND 2)) AND (`b`)'],
    ['!(a = 1) || !b', '(NOT (`a` = 1)) OR (NOT (`b`))'],
    ['a not in (1, 2) and b not like "x%"', "(`a` NOT IN (1, 2)) AND (`b` NOT LIKE 'x%')"],
    ['before.a is not null', 'before.`a` IS NOT NULL'],
    ['after.`and` <=> @3', 'after.`and` <=> @3'],
    ['(a = 1) is unknown', '(`a` = 1) IS UNKNOWN'],
    ['active is true', '(`active`) IS TRUE'],
    ['changed(total) and changed = 1', '(CHANGED(`total`)) AND (`changed` = 1)'],
    ["before = 1 and date = date '2026-11-21'", "(`before` = 1) AND (`date` = DATE '2026-11-21')"],
    ['a = -5 and b > +.5e3', '(`a` = -5) AND (`b` > .5e3)'],
    [
      "a = x'0F' and b = 0x1f or c = b'01' or d = 0b10",
      "((`a` = x'0F') AND (`b` = x'1f')) OR (`c` = b'01') OR (`d` = b'10')",
    ],
    ["a = 'it''s' and b = \"\\n\\%\\x\"", "(`a` = 'it''s') AND (`b` = '\n\\%x')"],
    ["a like '%|_' escape '|'", "`a` LIKE '%|_' ESCAPE '|'"],
    ['größe = 1 and 2nd = 3', '(`größe` = 1) AND (`2nd` = 3)'],
  ])('%s', (text, expected) => expect(understood(text)).toBe(expected));
});

describe('errors point at their place', () => {
  it.each([
    ['id = ', 'at the end', 5],
    ['shop.orders: id = (select 1)', 'a value or a column', 18],
    ['shop.orders:', 'the condition is missing', 12],
    ['id = 1 and', 'at the end', 10],
    ['id = 1 status = 2', 'AND, OR or the end', 7],
    ['(id = 1', ') was expected', 7],
    ['id = 1)', 'there is no ( to this )', 6],
    ["name = 'paid", 'the string has no end', 7],
    ['`name = 1', 'the name has no end', 0],
    ['id = 1 = 2', 'two comparisons', 7],
    ['id ; 1', 'what is ";"?', 3],
    ['lower(name) = 1', 'the function lower', 0],
    ['orders.id = 1', 'AND, OR or the end', 6],
    ['id in ()', 'a value or a column', 7],
    ['id not 5', 'IN, BETWEEN or LIKE', 7],
    ['id is 5', 'TRUE, FALSE or UNKNOWN', 6],
    ['! id = 5', '! binds tighter', 5],
    ['(id = 5) = 1', 'cannot be compared', 9],
    ['id = - x', 'a number was expected', 7],
    ["a like 'x' escape 'ab'", 'one character', 18],
    ["a like 'x' escape ''", 'one character', 18],
    ['changed(5)', 'changed() takes a column', 8],
    ['changed(before.a)', 'looks at both', 8],
    ['in = 5', 'a value or a column', 0],
  ])('%s', (text, message, at) => {
    const error = thrownBy(() => parse(text));
    expect(error.code).toBe('USAGE');
    expect(error.message).toContain(message);
    expect(error.excerpt).toEqual([text, `${' '.repeat(at)}^`]);
  });

  it('in long texts too, of which only the neighbourhood is shown', () => {
    const text = `${'a = 1 and '.repeat(100)}b == 2`;
    const [shown, caret] = thrownBy(() => parse(text)).excerpt!;
    expect(shown!.length).toBeLessThan(80);
    expect(shown!.slice(caret!.length - 1)).toBe('= 2');
  });

  it('parentheses have a limit, lists and chains have none', () => {
    expect(thrownBy(() => parse(`${'('.repeat(5000)}a${')'.repeat(5000)}`)).message).toContain('levels');
    expect(thrownBy(() => parse(`${'not '.repeat(5000)}a`)).message).toContain('levels');
    expect(parse(Array.from({ length: 5000 }, (_, i) => `a = ${i}`).join(' or '))).toMatchObject({
      kind: 'or',
    });
  });
});

const column: fc.Arbitrary<Operand> = fc.record({
  kind: fc.constant('column' as const),
  image: fc.constantFrom(undefined, 'before' as const, 'after' as const),
  name: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('id', '@3', 'and', 'a`b', 'before')),
  at: fc.constant(0),
});
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\\', '%', '_', "'", '"', 'n', 'x') }),
);
const literal: fc.Arbitrary<Operand> = fc
  .oneof(
    fc.constant({ kind: 'null' as const }),
    fc.constantFrom({ kind: 'boolean' as const, value: true }, { kind: 'boolean' as const, value: false }),
    fc
      .constantFrom('0', '-5', '1.50', '.5', '-1e-7', '18446744073709551616')
      .map((number) => ({ kind: 'number' as const, text: number })),
    text.map((value) => ({ kind: 'string' as const, text: value })),
    fc.constantFrom('', '0F', 'abc').map((digits) => ({ kind: 'hex' as const, digits })),
    fc.constantFrom('', '0', '101').map((digits) => ({ kind: 'bits' as const, digits })),
    fc.record({
      kind: fc.constant('temporal' as const),
      type: fc.constantFrom('date', 'time', 'timestamp'),
      text,
    }),
  )
  .map((value) => ({ ...value, at: 0 }) as Operand);
const operand = fc.oneof(column, literal);
const negated = fc.boolean();
const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({
      kind: fc.constant('compare' as const),
      comparison: fc.constantFrom<Comparison>('=', '<=>', '<>', '<', '<=', '>', '>='),
      left: operand,
      right: operand,
    }),
    fc.record({ kind: fc.constant('between' as const), negated, operand, low: operand, high: operand }),
    fc.record({
      kind: fc.constant('in' as const),
      negated,
      operand,
      list: fc.array(operand, { minLength: 1, maxLength: 4 }),
    }),
    fc.record({
      kind: fc.constant('like' as const),
      negated,
      operand,
      pattern: operand,
      escape: fc.constantFrom('\\', '|', "'", '%'),
    }),
    fc.record({ kind: fc.constant('is-null' as const), negated, operand }),
    fc.record({
      kind: fc.constant('changed' as const),
      column: column.map((one) => ({ ...one, image: undefined })),
    }) as fc.Arbitrary<Condition>,
    fc.record({ kind: fc.constant('value' as const), operand }),
    fc.record({ kind: fc.constant('not' as const), of: tie('condition') }),
    fc.record({
      kind: fc.constant('is' as const),
      negated,
      truth: fc.constantFrom('true', 'false', 'unknown'),
      of: tie('condition'),
    }) as fc.Arbitrary<Condition>,
    fc.record({
      kind: fc.constantFrom('or', 'and', 'xor'),
      terms: fc.array(tie('condition'), { minLength: 2, maxLength: 3 }),
    }) as fc.Arbitrary<Condition>,
  ),
}));

describe('any text', () => {
  it('what is printed is parsed as the same tree', () => {
    fc.assert(
      fc.property(condition, (tree) => {
        const printed = printCondition(tree);
        const filter = { text: printed, table: undefined, conditionAt: 0 };
        expect(bare(parseCondition(filter)), printed).toEqual(bare(tree));
      }),
      { numRuns: 2000 },
    );
  });

  it('is a condition, or an error that says where', () => {
    const pieces = fc.constantFrom(
      'a',
      '`b`',
      '1',
      "'x'",
      '(',
      ')',
      'and',
      'or',
      'not',
      'in',
      'is',
      'null',
      '=',
      ',',
      'like',
      'between',
      '.',
      'before',
      'changed',
      '-',
      '!',
      ':',
    );
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces, { maxLength: 12 }).map((words) => words.join(' ')),
    );
    fc.assert(
      fc.property(anything, (words) => {
        try {
          parse(words);
        } catch (error) {
          expect(error).toBeInstanceOf(BinflashError);
          expect((error as BinflashError).code).toBe('USAGE');
          expect((error as BinflashError).excerpt).toHaveLength(2);
        }
      }),
      { numRuns: 5000 },
    );
  });
});
