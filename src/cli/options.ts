import type { ChangeKind } from '../binlog/rows.ts';
import { BinflashError } from '../errors.ts';
import type { Selection } from '../select/selection.ts';
import { parseDatetime } from './datetime.ts';

/** One option, declared once: parsing, help and suggestions follow from it. */
export interface OptionSpec {
  readonly alias?: string;
  readonly group: string;
  readonly describe: string;
  /** Name of the value in the help; a flag has none. */
  readonly value?: string;
  /** May be given more than once; commas separate too, but for `--where`. */
  readonly list?: boolean;
  /** Takes all words up to the next option, as files that a shell's wildcard stands for. */
  readonly many?: boolean;
  readonly default?: boolean | string;
}

/** What the user typed: text, lists of text, and flags. */
export type Arguments = Readonly<Record<string, unknown>>;

const SELECTION = 'Which changes (all conditions must hold):';
const OUTPUT = 'Output:';
const SKIP = 'What to leave out instead of stopping:';
const RANKING = 'Which transactions, in what order:';
const VALUES = 'How tables and values are read:';
const GENERAL = 'General:';

export const selectionOptions: Record<string, OptionSpec> = {
  database: {
    alias: 'd',
    group: SELECTION,
    value: 'name',
    list: true,
    describe: 'databases; * and ? are wildcards',
  },
  table: {
    alias: 'T',
    group: SELECTION,
    value: 'db.table',
    list: true,
    describe: 'tables; quote names with dots or commas as `a.b`.`c`',
  },
  'exclude-table': { group: SELECTION, value: 'db.table', list: true, describe: 'all tables but these' },
  where: {
    group: SELECTION,
    value: 'filter',
    list: true,
    describe: 'rows: "db.table: condition", as in SQL, with before.col, after.col, changed(col)',
  },
  'start-position': {
    alias: 'j',
    group: SELECTION,
    value: 'offset',
    describe: 'events of the first file from this offset on',
  },
  'stop-position': {
    group: SELECTION,
    value: 'offset',
    describe: 'events of the last file before this offset',
  },
  'start-datetime': {
    group: SELECTION,
    value: 'time',
    describe: 'events from this time on: local "2026-11-21 03:00:00", or ISO 8601 with offset',
  },
  'stop-datetime': { group: SELECTION, value: 'time', describe: 'events before this time' },
  'include-gtids': {
    group: SELECTION,
    value: 'set',
    list: true,
    describe: 'transactions of this GTID set (MySQL uuid:1-5, MariaDB 0-1-5,0-1-6)',
  },
  'exclude-gtids': {
    group: SELECTION,
    value: 'set',
    list: true,
    describe: 'all transactions but those of this GTID set',
  },
  type: { group: SELECTION, value: 'kind', list: true, describe: 'insert, update, delete' },
  'thread-id': { group: SELECTION, value: 'id', list: true, describe: 'transactions of these connections' },
  'server-id': { group: SELECTION, value: 'id', list: true, describe: 'transactions of these servers' },
  xid: { group: SELECTION, value: 'number', list: true, describe: 'transactions with these XID numbers' },
};

export const rewriteOptions: Record<string, OptionSpec> = {
  output: { alias: 'o', group: OUTPUT, value: 'file', describe: 'the undo binlog; - for standard output' },
  force: { group: OUTPUT, describe: 'replace an existing file' },
  'dry-run': { group: OUTPUT, describe: 'only say what would be undone' },
  'primary-key': {
    group: OUTPUT,
    value: 'db.table=col',
    list: true,
    describe: 'the key of a table, where the log does not tell it; columns by name or as @1,@2',
  },
  'max-event-size': {
    group: OUTPUT,
    value: 'size',
    default: '1M',
    describe: 'pack rows into events of up to this size',
  },
  'max-statement-size': {
    group: OUTPUT,
    value: 'size',
    default: '8M',
    describe: 'most bytes of events in one BINLOG statement',
  },
  'max-file-size': {
    group: OUTPUT,
    value: 'size',
    describe: 'cut into numbered files of about this size, between transactions',
  },
  verify: { group: OUTPUT, describe: 'prove the undo from its bytes before it gets its name' },
  checksum: {
    group: OUTPUT,
    value: 'crc32|none',
    describe: 'checksums in the output (default: as the source)',
  },
  'row-events': {
    group: OUTPUT,
    value: 'v1|v2',
    describe: 'version of rows events (default: as the source)',
  },
  'skip-ddl': { group: SKIP, describe: 'DDL on selected tables' },
  'skip-statements': { group: SKIP, describe: 'changes logged as statements' },
  'skip-rolled-back': { group: SKIP, describe: 'transactions that were rolled back' },
  'skip-unfinished': { group: SKIP, describe: 'transactions without a COMMIT' },
  'skip-prepared': { group: SKIP, describe: 'XA transactions prepared or committed outside these files' },
  'skip-sequences': { group: SKIP, describe: 'MariaDB sequences' },
  'skip-incidents': { group: SKIP, describe: 'INCIDENT events: holes in the log' },
};

export const reportOptions: Record<string, OptionSpec> = {
  output: { alias: 'o', group: OUTPUT, value: 'file', describe: 'the page; - for standard output' },
  force: { group: OUTPUT, describe: 'replace an existing file' },
};

export const transactionsOptions: Record<string, OptionSpec> = {
  sort: {
    group: RANKING,
    value: 'rows|deleted|updated|inserted|size|duration|time',
    describe: 'the most first, by time the earliest (default: in the order of the log)',
  },
  top: { group: RANKING, value: 'n', describe: 'only the first n' },
  contains: {
    group: RANKING,
    value: 'text',
    describe: 'an original statement contains this, in any letter case',
  },
  'min-rows': { group: RANKING, value: 'n', describe: 'with n selected row changes or more' },
};

const CONTENT = 'What is written:';

const { 'primary-key': primaryKey, ...skipping } = rewriteOptions;

/** What may be left out instead of stopping, of every command that plans an undo. */
const skipOptions = Object.fromEntries(Object.entries(skipping).filter(([name]) => name.startsWith('skip-')));

export const sqlOptions: Record<string, OptionSpec> = {
  flashback: { group: CONTENT, describe: 'the undo, in exactly reverse order' },
  audit: { group: CONTENT, describe: 'tables _<table>_keep_data_ with old and new values of each change' },
  format: {
    group: CONTENT,
    value: 'sql|csv|ndjson',
    default: 'sql',
    describe: 'csv and ndjson: old and new values for a spreadsheet or a script',
  },
  'changed-only': { group: CONTENT, describe: 'UPDATE sets only the columns that were changed' },
  guard: {
    group: CONTENT,
    describe: 'look for the whole row, and stop where a statement does not find it',
  },
  'rows-per-statement': { group: CONTENT, value: 'n', describe: 'rows in one INSERT (default: 1)' },
  replace: { group: CONTENT, describe: 'REPLACE instead of INSERT' },
  'no-primary-key': { group: CONTENT, describe: 'leave the primary key out of INSERT: new keys are given' },
  'add-schema-name': {
    group: CONTENT,
    default: true,
    describe: 'tables with their database (--no-add-schema-name: without)',
  },
  'text-literals': {
    group: CONTENT,
    value: 'readable|hex',
    default: 'readable',
    describe: 'text as text where nothing can garble it, or all of it in hexadecimal digits',
  },
  'sleep-every': {
    group: CONTENT,
    value: 'n',
    describe: 'pause for a second after n statements, between transactions',
  },
  'primary-key': primaryKey!,
  output: { alias: 'o', group: OUTPUT, value: 'file', describe: 'the text (default: standard output)' },
  force: { group: OUTPUT, describe: 'replace existing files' },
  'split-by': {
    group: OUTPUT,
    value: 'table|transaction|size',
    describe: 'a file for each table or transaction, or of --max-file-size',
  },
  'max-file-size': { group: OUTPUT, value: 'size', describe: 'with --split-by size: of about this size' },
  'ignore-triggers': { group: SKIP, describe: 'go on with tables whose triggers will fire' },
  ...skipOptions,
};

const UNDO = 'What the undo was made from, and how:';

export const verifyOptions: Record<string, OptionSpec> = {
  source: {
    group: UNDO,
    value: 'binlog...',
    list: true,
    many: true,
    describe: 'the binary logs, in any order',
  },
  'primary-key': { ...primaryKey!, group: UNDO },
  'max-statement-size': { ...rewriteOptions['max-statement-size']!, group: UNDO },
  ...skipOptions,
};

/** Of every command that decodes values. */
export const tableOptions: Record<string, OptionSpec> = {
  schema: {
    group: VALUES,
    value: 'file',
    describe:
      'a mysqldump --no-data or SHOW CREATE TABLE file, for names, keys and types that the log does not tell',
  },
  'time-zone': {
    group: VALUES,
    value: 'zone',
    describe: 'for TIMESTAMP: Europe/Berlin, UTC or +02:00 (default: of this machine)',
  },
};

/** Of every command that prints values. */
export const valueOptions: Record<string, OptionSpec> = {
  ...tableOptions,
  'max-value': {
    group: VALUES,
    value: 'characters',
    describe: 'cut longer values; 0 cuts none',
  },
};

export const showOptions: Record<string, OptionSpec> = {
  limit: { group: OUTPUT, value: 'number', describe: 'stop after so many row changes' },
  json: { group: OUTPUT, describe: 'one JSON object a row change, line by line' },
  sql: { group: OUTPUT, describe: 'pseudo-SQL as mysqlbinlog -vv prints it' },
};

export const generalOptions: Record<string, OptionSpec> = {
  'max-unpacked-size': {
    group: GENERAL,
    value: 'size',
    default: '64G',
    describe: 'most bytes that one compressed transaction may unpack to',
  },
  json: { group: GENERAL, describe: 'one JSON document on standard output' },
  quiet: { alias: 'q', group: GENERAL, describe: 'nothing but data and errors' },
  progress: { group: GENERAL, default: true, describe: 'a progress bar on a terminal (--no-progress: none)' },
  'log-level': {
    group: GENERAL,
    value: 'info|debug',
    default: 'info',
    describe: 'debug: what was decided, and where time and memory went (never rows)',
  },
  color: { group: GENERAL, default: true, describe: 'colours on a terminal (--no-color: none)' },
};

function usage(message: string, hint?: string): BinflashError {
  return new BinflashError('USAGE', message, { hint });
}

export function textOf(args: Arguments, name: string): string | undefined {
  const value = args[name];
  if (value === undefined) return undefined;
  if (Array.isArray(value)) throw usage(`--${name} is given ${value.length} times`, 'Give it once.');
  if (value === '') throw usage(`--${name} needs a value`);
  return String(value);
}

/** A flag; given twice, the last one counts. */
export function flagOf(args: Arguments, name: string): boolean {
  const value = args[name];
  return (Array.isArray(value) ? value.at(-1) : value) === true;
}

/** All values of an option that may be repeated, commas and all. */
export function listOf(args: Arguments, name: string): string[] | undefined {
  const value = args[name];
  if (value === undefined) return undefined;
  const list = (Array.isArray(value) ? value : [value]).map(String);
  if (list.some((item) => /^[\s,]*$/.test(item))) throw usage(`--${name} needs a value`);
  return list;
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw usage(`${option} "${text}" is not a whole number`);
  return value;
}

/** A whole number, 0 included. */
export function numberOf(args: Arguments, name: string): number | undefined {
  const text = textOf(args, name);
  return text === undefined ? undefined : wholeNumber(`--${name}`, text);
}

function items(list: string[] | undefined): string[] | undefined {
  return list
    ?.flatMap((item) => item.split(','))
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function datetimeOf(args: Arguments, name: string): number | undefined {
  const text = textOf(args, name);
  return text === undefined ? undefined : parseDatetime(`--${name}`, text);
}

const KINDS: readonly string[] = ['insert', 'update', 'delete'];

/** The selection that the options describe. @throws BinflashError `USAGE` naming the option that is wrong */
export function readSelection(args: Arguments): Selection {
  const types = items(listOf(args, 'type'))?.map((kind) => kind.toLowerCase());
  for (const kind of types ?? []) {
    if (!KINDS.includes(kind)) throw usage(`--type "${kind}" is not one of ${KINDS.join(', ')}`);
  }
  const xids = items(listOf(args, 'xid'))?.map((text) => {
    if (!/^\d{1,20}$/.test(text)) throw usage(`--xid "${text}" is not a whole number`);
    return BigInt(text);
  });
  const numbers = (name: string): number[] | undefined =>
    items(listOf(args, name))?.map((text) => wholeNumber(`--${name}`, text));
  const [start, stop] = [datetimeOf(args, 'start-datetime'), datetimeOf(args, 'stop-datetime')];
  if (start !== undefined && stop !== undefined && start >= stop) {
    throw usage('--start-datetime is not before --stop-datetime');
  }
  return {
    databases: listOf(args, 'database'),
    tables: listOf(args, 'table'),
    excludeTables: listOf(args, 'exclude-table'),
    where: listOf(args, 'where'),
    startPosition: numberOf(args, 'start-position'),
    stopPosition: numberOf(args, 'stop-position'),
    startDatetime: start,
    stopDatetime: stop,
    includeGtids: listOf(args, 'include-gtids'),
    excludeGtids: listOf(args, 'exclude-gtids'),
    types: types as ChangeKind[] | undefined,
    threadIds: numbers('thread-id'),
    serverIds: numbers('server-id'),
    xids,
  };
}

/** A size in bytes, with K, M or G for powers of 1024. */
export function sizeOf(args: Arguments, name: string, least: number, most: number): number | undefined {
  const text = textOf(args, name);
  if (text === undefined) return undefined;
  const match = /^(\d+)([KMG]?)$/i.exec(text);
  const factor = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 }[match?.[2]?.toUpperCase() ?? ''];
  if (!match || factor === undefined)
    throw usage(`--${name} "${text}" is not a size`, 'Examples: 65536, 512K, 8M, 2G.');
  const size = Number(match[1]) * factor;
  if (size < least) throw usage(`--${name} ${text} is too small`, `It must be ${least} or more.`);
  if (size > most) throw usage(`--${name} ${text} is too large`, `It must be ${most} or less.`);
  return size;
}

/** One of a few words. */
export function choiceOf<T extends string>(
  args: Arguments,
  name: string,
  choices: readonly T[],
): T | undefined {
  const text = textOf(args, name)?.toLowerCase();
  if (text === undefined) return undefined;
  const choice = choices.find((one) => one === text);
  if (choice === undefined) throw usage(`--${name} "${text}" is not one of ${choices.join(', ')}`);
  return choice;
}

/** `--max-unpacked-size`, of every command that reads binary logs. */
export function maxUnpackedSizeOf(args: Arguments): number | undefined {
  return sizeOf(args, 'max-unpacked-size', 1024, 2 ** 50);
}

/** What a command that is handed out must say besides the selection. */
export function furtherOptions(args: Arguments): [option: string, value: string][] {
  const options: [string, string][] = [];
  for (const name of ['schema', 'time-zone']) {
    const value = textOf(args, name);
    if (value !== undefined) options.push([name, value]);
  }
  // A filter may compare TIMESTAMP columns: the command means the same on any machine.
  if (args.where !== undefined && args['time-zone'] === undefined) {
    options.push(['time-zone', Intl.DateTimeFormat().resolvedOptions().timeZone]);
  }
  const size = textOf(args, 'max-unpacked-size');
  if (size !== undefined && size !== generalOptions['max-unpacked-size']!.default) {
    options.push(['max-unpacked-size', size]);
  }
  return options;
}
