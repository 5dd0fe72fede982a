import type { Arguments } from './arguments.ts';
import {
  generalOptions,
  type OptionSpec,
  reportOptions,
  rewriteOptions,
  selectionOptions,
  showOptions,
  sqlOptions,
  tableOptions,
  transactionsOptions,
  valueOptions,
  verifyOptions,
} from './options.ts';

/** Runs with what the user named and asked for. */
export type Command = (inputs: readonly string[], args: Arguments, signal: AbortSignal) => Promise<void>;

/** A command, declared once: parsing and help follow from it. */
export interface CommandSpec {
  readonly name: string;
  readonly describe: string;
  /** What its files are; default: binary logs. */
  readonly inputs?: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly examples: readonly (readonly [text: string, describe: string])[];
  /** Each is loaded when it is run: the start is a good part of what a small log takes. */
  readonly load: () => Promise<Command>;
}

/** All commands, in the order in which a night needs them. */
export const commands: readonly CommandSpec[] = [
  {
    name: 'inspect',
    describe: 'say what is in binlogs, and what could not be undone',
    options: { ...selectionOptions, ...tableOptions, ...generalOptions },
    examples: [
      ['$0 inspect mysql-bin.0000*', 'files, times, tables and rows'],
      ['$0 inspect mysql-bin.0000* -T shop.orders', 'counts the changes of one table'],
    ],
    load: async () => (await import('./inspect-command.ts')).inspectCommand,
  },
  {
    name: 'transactions',
    describe: 'find transactions, and the command that undoes one',
    options: { ...transactionsOptions, ...selectionOptions, ...valueOptions, ...generalOptions },
    examples: [
      ['$0 transactions bin.0* --sort deleted --top 10', 'the largest deletes'],
      ['$0 transactions bin.0* -T shop.orders --contains "delete from"', 'by statement'],
    ],
    load: async () => (await import('./transactions-command.ts')).transactionsCommand,
  },
  {
    name: 'show',
    describe: 'show the selected row changes',
    // Its --json is one of its own.
    options: { ...selectionOptions, ...valueOptions, ...generalOptions, ...showOptions },
    examples: [
      ['$0 show mysql-bin.000011 -T shop.orders --type delete | less', 'what was deleted'],
      ['$0 show mysql-bin.0000* --json | jq -c .before', 'for programs'],
    ],
    load: async () => (await import('./show-command.ts')).showCommand,
  },
  {
    name: 'report',
    describe: 'make a page that shows the row changes over time',
    options: { ...reportOptions, ...selectionOptions, ...tableOptions, ...generalOptions },
    examples: [
      ['$0 report mysql-bin.0000* -o report.html', 'look for the spike'],
      [
        '$0 report bin.0* -d shop --start-datetime "2026-11-21 03:00:00" -o closer.html',
        'look closer: fewer hours, finer bars',
      ],
    ],
    load: async () => (await import('./report-command.ts')).reportCommand,
  },
  {
    name: 'rewrite',
    describe: 'write the binlog that undoes the selected changes',
    options: { ...rewriteOptions, ...selectionOptions, ...tableOptions, ...generalOptions },
    examples: [
      ['$0 rewrite mysql-bin.000011 -o undo.binlog', 'undo everything in a file'],
      [
        '$0 rewrite bin.0* -T shop.orders --type delete \\\n  --start-datetime "2026-11-21 03:00:00" -o undo.binlog',
        'undo the deletes on a table since 3 a.m.',
      ],
      [
        `$0 rewrite bin.000011 -o undo.binlog \\\n  --where 'shop.orders: id between 10 and 20 and before.status = "paid"'`,
        'undo the changes of some rows',
      ],
      ['$0 rewrite bin.000011 -j 5120 --stop-position 9216 --dry-run', 'look first'],
    ],
    load: async () => (await import('./rewrite-command.ts')).rewriteCommand,
  },
  {
    name: 'verify',
    describe: 'prove that an undo is the undo of the selected changes',
    inputs: 'the undo, its parts in the order of their numbers',
    options: { ...verifyOptions, ...selectionOptions, ...tableOptions, ...generalOptions },
    examples: [
      ['$0 verify undo.binlog --source mysql-bin.000011', 'the undo of everything in a file'],
      [
        '$0 verify undo.binlog.0* --source bin.0* -T shop.orders --type delete',
        'with the selection that it was made with',
      ],
    ],
    load: async () => (await import('./verify-command.ts')).verifyCommand,
  },
  {
    name: 'sql',
    describe: 'write the selected changes, or their undo, as SQL',
    options: { ...sqlOptions, ...selectionOptions, ...tableOptions, ...generalOptions },
    examples: [
      [
        '$0 sql bin.000011 -T shop.orders --flashback --schema schema.sql -o undo.sql',
        'the undo, to be read, edited and run',
      ],
      [
        '$0 sql bin.000011 -j 5120 --stop-position 9216 --flashback --guard',
        'stops where a row is not as it was',
      ],
      ['$0 sql bin.0000* -T shop.orders --audit -o audit.sql', 'old and new values in a table'],
      ['$0 sql bin.0000* -T shop.orders --format csv -o changes.csv', 'the same for a spreadsheet'],
    ],
    load: async () => (await import('./sql-command.ts')).sqlCommand,
  },
];
