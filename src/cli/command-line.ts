import { createRequire } from 'node:module';
import { closest, distance } from 'fastest-levenshtein';
import yargs, { type Argv, type Options } from 'yargs';
import { BinflashError } from '../errors.ts';
import { STANDARD_INPUT } from '../io/inputs/names.ts';
import { listOf } from './arguments.ts';
import { type CommandSpec, commands } from './commands.ts';
import { logged } from './debug-log.ts';
import { keyOptions, type OptionSpec } from './options.ts';
import { isStandardOutput } from './stdout.ts';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

/** What to do about a command line that makes no sense. */
export const HELP_HINT = 'binflash --help lists commands and options.';

/** Parses the command line and runs its command. @throws BinflashError, and what the command throws */
export async function parse(argv: readonly string[], signal: AbortSignal): Promise<void> {
  checkCommand(argv);
  const parser = yargs(argv.map(apart))
    .scriptName('binflash')
    .usage('$0 <command> <binlog...>\n\nUndo for MySQL and MariaDB, from the binary log alone.');
  for (const command of commands) {
    parser.command(
      `${command.name} [binlog..]`,
      command.describe,
      (y) => withOptions(y, argv, command),
      (args) => run(command, args, signal),
    );
  }
  await parser
    // Messages of the argument parser in the language of all the others.
    .locale('en')
    .demandCommand(1, 'Name a command.')
    .parserConfiguration({
      'camel-case-expansion': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'dot-notation': false,
      'populate--': true,
    })
    .strictCommands()
    .version(version)
    .alias('help', 'h')
    .epilogue(
      'Exit codes: 0 done, 1 nothing matched or not verified, 2 usage, 3 damaged input,\n4 cannot be undone or not supported, 5 I/O, 130 interrupted.',
    )
    .wrap(Math.min(110, process.stdout.columns ?? 80))
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      throw error ?? new BinflashError('USAGE', message, { hint: HELP_HINT });
    })
    .parseAsync();
}

/** Short names of options that have values. */
const SHORT: readonly string[] = commands
  .flatMap(({ options }) => Object.values(options))
  .flatMap(({ alias, value }) => (alias === undefined || value === undefined ? [] : [alias]));

/** Flags whose own names begin with `no-`, with their dashes. */
const NEGATIVE: readonly string[] = commands
  .flatMap(({ options }) => Object.keys(options))
  .flatMap((name) => (name.startsWith('no-') ? [`--${name}`] : []));

/** What the parser gets for a `-` that stands for a binary log: it would drop that without a word. */
const DASH = '\0-';

const undashed = (word: unknown): string => (word === DASH ? STANDARD_INPUT : String(word));

/**
 * `-dshop`, as mysqlbinlog takes it; the parser would take each letter for an option. And `--no-primary-key`, which it
 * would take for the contrary of another option.
 */
function apart(word: string, i: number, argv: readonly string[]): string {
  const end = argv.indexOf('--');
  if (word === '-' && !takesValue(argv[i - 1] ?? '')) return DASH;
  if (NEGATIVE.includes(word) && (end < 0 || i < end)) return `${word}=true`;
  const [dash, name, rest] = [word[0], word[1] ?? '', word.slice(2)];
  const isShort = dash === '-' && SHORT.includes(name) && (end < 0 || i < end);
  return isShort && rest !== '' && !rest.startsWith('=') ? `-${name}=${rest}` : word;
}

/** A word that is no command, where a command is due, is refused with the nearest one. */
function checkCommand([word = '']: readonly string[]): void {
  const names = commands.map(({ name }) => name);
  if (['', '-h', '--help', '--version', ...names].includes(word)) return;
  // The parser would take the command for the option's value.
  if (word.startsWith('-')) {
    throw new BinflashError('USAGE', `${word} stands before the command`, {
      hint: 'Name the command first, then options and binary logs.',
    });
  }
  throw new BinflashError('USAGE', `unknown command ${word}`, { hint: suggestion(word, names) ?? HELP_HINT });
}

/** `prefix` stands before each name where it is used. */
function suggestion(word: string, names: readonly string[], prefix = ''): string | undefined {
  const near = closest(word, names);
  return distance(word, near) <= Math.max(2, word.length / 3) ? `Did you mean ${prefix}${near}?` : undefined;
}

function withOptions(
  y: Argv,
  argv: readonly string[],
  { name, inputs, options, examples }: CommandSpec,
): Argv {
  let result = y.positional('binlog', {
    type: 'string',
    array: true,
    describe:
      inputs ??
      'binary logs in any order, also .gz and .zst; an .index, a folder, a quoted pattern, - for stdin',
  });
  // The parser sets the whole help for every run, and that takes a good part of the start.
  const hidden = !argv.some((word) => word === '--help' || /^-\w*h/.test(word));
  for (const [option, spec] of Object.entries(options)) {
    result = result.option(option, { ...toYargs(spec), hidden });
  }
  if (!hidden) for (const [text, describe] of examples) result = result.example(text, describe);
  return result.config(environment(options)).check((args) => {
    checkNames(name, argv, args, options);
    return true;
  });
}

function toYargs(spec: OptionSpec): Options {
  const flag = spec.value === undefined;
  return {
    type: flag ? 'boolean' : 'string',
    group: spec.group,
    describe: flag ? spec.describe : `${spec.describe} <${spec.value}>`,
    requiresArg: !flag,
    array: spec.many === true,
    ...(spec.alias === undefined ? {} : { alias: spec.alias }),
    ...(spec.default === undefined ? {} : { default: spec.default }),
  };
}

/** Is a flag asked for, on the command line or by the environment? For what is said when parsing has failed. */
export function asksFor(name: string, argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const word = argv
    .slice(0, end < 0 ? argv.length : end)
    .findLast((one) => one === `--${name}` || one === `--no-${name}` || one.startsWith(`--${name}=`));
  if (word !== undefined) return word === `--${name}` || word === `--${name}=true`;
  return environment({ [name]: { group: '', describe: '' } })[name] === true;
}

/** `BINFLASH_MAX_EVENT_SIZE` and the like: weaker than a flag, stronger than a default. */
function environment(specs: Record<string, OptionSpec>): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(specs)) {
    const value = process.env[`BINFLASH_${name.toUpperCase().replaceAll('-', '_')}`];
    if (value === undefined || value === '') continue;
    found[name] =
      spec.value === undefined ? !['0', 'false', 'no', 'off'].includes(value.toLowerCase()) : value;
  }
  return found;
}

/** Unknown options are refused with the nearest known one; yargs itself only says that they are unknown. */
function checkNames(
  command: string,
  argv: readonly string[],
  args: Record<string, unknown>,
  specs: Record<string, OptionSpec>,
): void {
  const names = Object.keys(specs);
  const end = argv.indexOf('--');
  for (const word of argv.slice(0, end < 0 ? argv.length : end)) {
    const [, no, name, value] = /^--(no-)?([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    // The parser would take --binlog for the positional of that name and forget the others.
    if (name === 'binlog') {
      throw new BinflashError('USAGE', 'unknown option --binlog', {
        hint: 'Binary logs are named without an option.',
      });
    }
    if (no !== undefined && specs[`no-${name}`] !== undefined) continue;
    // And it would take `false` for the value of an option that has one.
    if (no !== undefined && specs[name!]?.value !== undefined) {
      throw new BinflashError('USAGE', `unknown option --no-${name}`, {
        hint: `--${name} takes a value; leave it out instead.`,
      });
    }
    // And it would read any value of a flag but `true` as false, `--dry-run=1` too.
    const isFlag = name !== undefined && specs[name] !== undefined && specs[name].value === undefined;
    if (isFlag && value !== undefined && value !== 'true' && value !== 'false') {
      throw new BinflashError('USAGE', `--${name} takes no value`, { hint: `Write --${name} alone.` });
    }
  }
  const known = new Set([
    ...names,
    ...Object.values(specs).map((spec) => spec.alias),
    'help',
    'h',
    'version',
    'binlog',
    '--',
    '_',
    '$0',
  ]);
  for (const given of Object.keys(args)) {
    if (known.has(given)) continue;
    const near = given.length > 1 ? suggestion(given, names, '--') : undefined;
    const dashes = given.length === 1 ? '-' : '--';
    throw new BinflashError('USAGE', `unknown option ${dashes}${given}`, {
      hint: near ?? `binflash ${command} --help lists the options.`,
    });
  }
}

/** Is this word an option, of whatever command, whose value is the next word alone? */
function takesValue(word: string): boolean {
  return commands
    .flatMap(({ options }) => Object.entries(options))
    .some(
      ([name, { alias, value, many }]) =>
        value !== undefined && !many && (word === `--${name}` || word === `-${alias}`),
    );
}

/** What is read is never written to, by whatever way. @throws BinflashError `USAGE` */
function refuseAsOutput(files: readonly string[]): void {
  const file = files.find(isStandardOutput);
  if (file === undefined) return;
  throw new BinflashError('USAGE', 'standard output goes to this file, which is an input', {
    file,
    hint: 'Nothing was written; a shell that was told > and not >> has emptied it before. Name another file.',
  });
}

async function run(
  { name, load }: CommandSpec,
  args: Record<string, unknown>,
  signal: AbortSignal,
): Promise<void> {
  // Names after `--` are files whatever they begin with.
  const inputs = [...((args.binlog ?? []) as unknown[]), ...((args['--'] ?? []) as unknown[])];
  const names = inputs.map(undashed);
  const source = Array.isArray(args.source) ? args.source.map(undashed) : args.source;
  const others = ['schema', ...Object.keys(keyOptions)].flatMap((option) => listOf(args, option) ?? []);
  refuseAsOutput([...names, ...(listOf({ source }, 'source') ?? []), ...others]);
  const command = await load();
  await logged(args, `binflash ${version} ${name}`, () =>
    command(names, { ...args, ...(source === undefined ? {} : { source }) }, signal),
  );
}
