import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSelection } from '../../src/cli/arguments.ts';
import { rewriteCommand, selectionWords } from '../../src/select/command-line.ts';
import { commandWarnings } from '../../src/select/command-warnings.ts';
import type { Selection } from '../../src/select/selection.ts';
import { shellPath, shellQuote } from '../../src/wire/shell.ts';

/** What a shell makes of words: exactly what a program would get. */
function inShell(words: string): string[] {
  return execFileSync('sh', ['-c', `printf '%s\\0' ${words}`])
    .toString()
    .split('\0')
    .slice(0, -1);
}

const word = fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll('\0', ''));
const nasty = fc
  .array(
    fc.constantFrom(
      "'",
      '"',
      '`',
      '$',
      '\\',
      '\n',
      '\t',
      ' ',
      '\u001b',
      '\u0085',
      '\u202e',
      '\u2028',
      '!',
      '*',
      '-',
      'é',
    ),
  )
  .map((parts) => parts.join(''));

describe('words for a shell', () => {
  it('arrive as they are, and hold nothing that a terminal would obey', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(word, nasty), { minLength: 1, maxLength: 20 }), (words) => {
        const quoted = words.map(shellQuote).join(' ');
        expect(quoted).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\u2028\u2029]/u);
        for (const one of words) expect(shellQuote(one)).not.toMatch(/\n(?!\n*'$)/);
        expect(inShell(quoted)).toEqual(words);
      }),
      { numRuns: 60 },
    );
  });

  it('leave plain words alone, and paths are no options', () => {
    expect(['shop.orders', '--type', '-x', '-', "it's"].map(shellQuote)).toEqual([
      'shop.orders',
      '--type',
      '-x',
      '-',
      `'it'\\''s'`,
    ]);
    expect(['-x', '-', '- '].map(shellPath)).toEqual(['./-x', '-', "'./- '"]);
  });
});

/** Reads options as the command line does, each `--name value` or `--name=value`. */
function parse(words: readonly string[]): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (let i = 0; i < words.length; i++) {
    const [, name, tied] = /^--([^=]+)(?:=(.*))?$/s.exec(words[i]!)!;
    found[name!] ??= [];
    found[name!]!.push(tied ?? words[++i]!);
  }
  return found;
}

const names = fc.array(
  nasty.map((text) => `a${text}`),
  { minLength: 1, maxLength: 2 },
);
const some = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const number = fc.nat({ max: 2 ** 31 });

describe('a selection', () => {
  it('comes back from its options as it was', () => {
    const selection: fc.Arbitrary<Selection> = fc.record({
      databases: some(names),
      tables: some(names),
      excludeTables: some(names),
      startPosition: some(number),
      stopPosition: some(number),
      startDatetime: some(fc.integer({ min: 1, max: 1_700_000_000 })),
      stopDatetime: some(fc.integer({ min: 1_700_000_001, max: 4_000_000_000 })),
      includeGtids: some(names),
      excludeGtids: some(names),
      types: some(fc.constant(['insert', 'delete'] as const)),
      threadIds: some(fc.array(number, { minLength: 1, maxLength: 3 })),
      serverIds: some(fc.array(number, { minLength: 1, maxLength: 3 })),
      xids: some(fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { minLength: 1, maxLength: 3 })),
    });
    fc.assert(
      fc.property(selection, (select) => {
        const words = selectionWords(select);
        const read = words.length === 0 ? {} : parse(inShell(words.join(' ')));
        const args = Object.fromEntries(
          Object.entries(read).map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
        );
        expect(readSelection(args)).toEqual(select);
      }),
      { numRuns: 60 },
    );
  });

  it('makes the command that a person would type', () => {
    expect(
      rewriteCommand({
        inputs: ['mysql-bin.000011'],
        select: { tables: ['shop.orders', '-a.b'], types: ['delete'], startPosition: 120, stopPosition: 960 },
        options: [['schema', 'my schema.sql']],
      }),
    ).toBe(
      'binflash rewrite mysql-bin.000011 --table shop.orders --table=-a.b --type delete ' +
        "--start-position 120 --stop-position 960 --schema 'my schema.sql' -o undo.binlog",
    );
  });
});

it('a command that names what was there for one run alone says so', () => {
  const options = [
    ['keyring', '/dev/fd/63'],
    ['encryption-keys', '/proc/self/fd/12'],
    ['schema', '/home/dev/fd/schema.sql'],
  ] as const;
  expect(commandWarnings(['bin.000001'], options)).toEqual([
    expect.stringContaining('--keyring /dev/fd/63'),
    expect.stringContaining('--encryption-keys /proc/self/fd/12'),
  ]);
  expect(commandWarnings(['-'], [])).toEqual([expect.stringContaining('standard input')]);
});
