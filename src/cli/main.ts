import { createRequire } from 'node:module';
import { closest, distance } from 'fastest-levenshtein';
import yargs, { type Argv, type Options } from 'yargs';
import { BinflashError, exitCodes } from '../errors.ts';
import { RefusedError } from '../flashback/refusals.ts';
import { safeJson } from '../wire/safe-text.ts';
import {
  type Arguments,
  generalOptions,
  type OptionSpec,
  reportOptions,
  rewriteOptions,
  selectionOptions,
  showOptions,
  tableOptions,
  transactionsOptions,
  valueOptions,
} from './options.ts';
import { PipeClosed } from './stdout.ts';
import { errorJson, formatError, Style } from './terminal.ts';

type Command = (inputs: readonly string[], args: Arguments, signal: AbortSignal) => Promise<void>;

/** Each is loaded when it is run: the start is a good part of what a small log takes. */
const commands = {
  rewrite: async () => (await import('./rewrite-command.ts')).rewriteCommand,
  inspect: async () => (await import('./inspect-command.ts')).inspectCommand,
  show: async () => (await import('./show-command.ts')).showCommand,
  transactions: async () => (await import('./transactions-command.ts')).transactionsCommand,
  report: async () => (await import('./report-command.ts')).reportCommand,
} satisfies Record<string, () => Promise<Command>>;

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

const HELP_HINT = 'binflash --help lists commands and options.';

/** Parses the command line, runs the command and sets the exit code. Nothing else prints an error. */
export async function main(argv: readonly string[]): Promise<void> {
  const abort = new AbortController();
  // The first signal lets a run clean up after itself; a second one ends it at once.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => abort.abort());
  // A reader that goes away is met where it is written to.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  try {
    await parse(argv, abort.signal);
  } catch (error) {
    process.exitCode = report(error, argv, abort.signal);
  }
}

function report(error: unknown, argv: readonly string[], signal: AbortSignal): number {
  const style = new Style(!argv.includes('--no-color'), process.stderr);
  if (error instanceof PipeClosed) return exitCodes.IO;
  if (signal.aborted) {
    const writes = ['rewrite', 'report'].includes(argv[0] ?? '');
    process.stderr.write(
      `binflash: interrupted${writes ? '; no file was left under the name of the output' : ''}\n`,
    );
    return exitCodes.INTERRUPTED;
  }
  if (error instanceof BinflashError) return tell(error, argv, style);
  if (error instanceof Error && error.name === 'YError') {
    return tell(new BinflashError('USAGE', error.message, { hint: HELP_HINT }), argv, style);
  }
  // Not one of ours: a defect. The stack goes to those who ask for it, and to nobody at 3 a.m.
  const text = error instanceof Error ? error.message : String(error);
  const stack = process.env.BINFLASH_DEBUG && error instanceof Error ? `${error.stack}\n` : '';
  process.stderr.write(
    `binflash: internal error: ${text}\n${stack}  Please report it; BINFLASH_DEBUG=1 shows where.\n`,
  );
  return exitCodes.IO;
}

/** Prints an error for people and, with --json, for programs; a refused dry run has told it in its own document. */
function tell(error: BinflashError, argv: readonly string[], style: Style): number {
  process.stderr.write(formatError(error, style));
  const told = error instanceof RefusedError && argv.includes('--dry-run');
  if (argv.includes('--json') && !told) process.stdout.write(`${safeJson({ error: errorJson(error) })}\n`);
  return exitCodes[error.code];
}

async function parse(argv: readonly string[], signal: AbortSignal): Promise<void> {
  const parser = yargs([...argv])
    .scriptName('binflash')
    .usage('$0 <command> <binlog...>\n\nUndo for MySQL and MariaDB, from the binary log alone.')
    .command(
      'rewrite [binlog..]',
      'write the binlog that undoes the selected changes',
      (y) =>
        withOptions(y, argv, 'rewrite', {
          ...rewriteOptions,
          ...selectionOptions,
          ...tableOptions,
          ...generalOptions,
        })
          .example('$0 rewrite mysql-bin.000011 -o undo.binlog', 'undo everything in a file')
          .example(
            '$0 rewrite bin.0* -T shop.orders --type delete \\\n  --start-datetime "2026-11-21 03:00:00" -o undo.binlog',
            'undo the deletes on a table since 3 a.m.',
          )
          .example(
            `$0 rewrite bin.000011 -o undo.binlog \\\n  --where 'shop.orders: id between 10 and 20 and before.status = "paid"'`,
            'undo the changes of some rows',
          )
          .example('$0 rewrite bin.000011 -j 5120 --stop-position 9216 --dry-run', 'look first'),
      (args) => run(commands.rewrite, args, signal),
    )
    .command(
      'inspect [binlog..]',
      'say what is in binlogs, and what could not be undone',
      (y) =>
        withOptions(y, argv, 'inspect', generalOptions).example(
          '$0 inspect mysql-bin.0000*',
          'files, times, tables and rows',
        ),
      (args) => run(commands.inspect, args, signal),
    )
    .command(
      'show [binlog..]',
      'show the selected row changes',
      (y) =>
        withOptions(y, argv, 'show', {
          ...selectionOptions,
          ...valueOptions,
          // Its --json is one of its own.
          ...generalOptions,
          ...showOptions,
        })
          .example('$0 show mysql-bin.000011 -T shop.orders --type delete | less', 'what was deleted')
          .example('$0 show mysql-bin.0000* --json | jq -c .before', 'for programs'),
      (args) => run(commands.show, args, signal),
    )
    .command(
      'transactions [binlog..]',
      'find transactions, and the command that undoes one',
      (y) =>
        withOptions(y, argv, 'transactions', {
          ...transactionsOptions,
          ...selectionOptions,
          ...valueOptions,
          ...generalOptions,
        })
          .example('$0 transactions bin.0* --sort deleted --top 10', 'the largest deletes')
          .example('$0 transactions bin.0* -T shop.orders --contains "delete from"', 'by statement'),
      (args) => run(commands.transactions, args, signal),
    )
    .command(
      'report [binlog..]',
      'make a page that shows the row changes over time',
      (y) =>
        withOptions(y, argv, 'report', {
          ...reportOptions,
          ...selectionOptions,
          ...tableOptions,
          ...generalOptions,
        })
          .example('$0 report mysql-bin.0000* -o report.html', 'look for the spike')
          .example(
            '$0 report bin.0* -d shop --start-datetime "2026-11-21 03:00:00" -o closer.html',
            'look closer: fewer hours, finer bars',
          ),
      (args) => run(commands.report, args, signal),
    )
    // Messages of the argument parser in the language of all the others.
    .locale('en')
    .demandCommand(1, 'Name a command.')
    .recommendCommands()
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
      'Exit codes: 0 done, 1 nothing matched, 2 usage, 3 damaged input,\n4 cannot be undone or not supported, 5 I/O, 130 interrupted.',
    )
    .wrap(Math.min(110, process.stdout.columns ?? 80))
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      throw error ?? new BinflashError('USAGE', message, { hint: HELP_HINT });
    });
  await parser.parseAsync();
}

function withOptions(
  y: Argv,
  argv: readonly string[],
  command: string,
  specs: Record<string, OptionSpec>,
): Argv {
  let result = y.positional('binlog', {
    type: 'string',
    array: true,
    describe: 'binary log files, in any order',
  });
  for (const [name, spec] of Object.entries(specs)) result = result.option(name, toYargs(spec));
  return result.config(environment(specs)).check((args) => {
    checkNames(command, argv, args, specs);
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
    ...(spec.alias === undefined ? {} : { alias: spec.alias }),
    ...(spec.default === undefined ? {} : { default: spec.default }),
  };
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
  for (const [i, word] of argv.slice(0, end < 0 ? argv.length : end).entries()) {
    // The parser drops it without a word, where it is not the value of an option.
    if (word === '-' && !takesValue(argv[i - 1] ?? '', specs)) throw noStandardInput();
    const [, name, value] = /^--(?:no-)?([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    // The parser would take --binlog for the positional of that name and forget the others.
    if (name === 'binlog') {
      throw new BinflashError('USAGE', 'unknown option --binlog', {
        hint: 'Binary logs are named without an option.',
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
    const near = closest(given, names);
    const dashes = given.length === 1 ? '-' : '--';
    throw new BinflashError('USAGE', `unknown option ${dashes}${given}`, {
      hint:
        given.length > 1 && distance(given, near) <= Math.max(2, given.length / 3)
          ? `Did you mean --${near}?`
          : `binflash ${command} --help lists the options.`,
    });
  }
}

/** Is this word an option whose value is the next word? */
function takesValue(word: string, specs: Record<string, OptionSpec>): boolean {
  return Object.entries(specs).some(
    ([name, { alias, value }]) => value !== undefined && (word === `--${name}` || word === `-${alias}`),
  );
}

function noStandardInput(): BinflashError {
  return new BinflashError('USAGE', 'binary logs cannot be read from standard input yet', {
    hint: 'They are read more than once, and backwards: write them to a file and name that.',
  });
}

async function run(
  load: () => Promise<Command>,
  args: Record<string, unknown>,
  signal: AbortSignal,
): Promise<void> {
  // Names after `--` are files whatever they begin with.
  const inputs = [...((args.binlog ?? []) as unknown[]), ...((args['--'] ?? []) as unknown[])];
  if (inputs.includes('-')) throw noStandardInput();
  const command = await load();
  await command(inputs.map(String), args, signal);
}
