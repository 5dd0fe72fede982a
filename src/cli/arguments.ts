import type { ChangeKind } from '../binlog/rows.ts';
import { BinflashError } from '../errors.ts';
import type { Selection } from '../select/selection.ts';
import { parseDatetime } from './datetime.ts';
import { generalOptions, keyOptions, tableOptions } from './options.ts';

/** What the user typed: text, lists of text, and flags. */
export type Arguments = Readonly<Record<string, unknown>>;

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

/** Up to what size rows are packed: the program and the client hold several times as much, and larger events gain nothing. */
export function maxEventSizeOf(args: Arguments): number | undefined {
  return sizeOf(args, 'max-event-size', 1, 64 * 1024 ** 2);
}

/** What a command that is handed out must say besides the selection: all that decides how logs and values are read. */
export function furtherOptions(args: Arguments): [option: string, value: string][] {
  const options: [string, string][] = [];
  for (const [name, { list }] of Object.entries({ ...tableOptions, ...keyOptions })) {
    const values = list ? listOf(args, name) : textOf(args, name);
    if (values !== undefined)
      options.push(...[values].flat().map((value): [string, string] => [name, value]));
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
