import { shellPath, shellQuote } from '../wire/shell.ts';
import { formatLocal } from './local-time.ts';
import type { Selection } from './selection.ts';

/** How each condition is written as an option; positions of files that are not named are not. */
const OPTIONS: { readonly [K in keyof Required<Omit<Selection, 'from' | 'to'>>]: string } = {
  databases: 'database',
  tables: 'table',
  excludeTables: 'exclude-table',
  types: 'type',
  startPosition: 'start-position',
  stopPosition: 'stop-position',
  startDatetime: 'start-datetime',
  stopDatetime: 'stop-datetime',
  includeGtids: 'include-gtids',
  excludeGtids: 'exclude-gtids',
  threadIds: 'thread-id',
  serverIds: 'server-id',
  xids: 'xid',
  where: 'where',
};

/** Lists whose items may stand in one word, separated by commas. */
const JOINED: readonly string[] = ['types', 'threadIds', 'serverIds', 'xids'];

/** The words of the options that make a selection, for a shell. */
export function selectionWords(select: Selection): string[] {
  const words: string[] = [];
  for (const [key, option] of Object.entries(OPTIONS) as [keyof typeof OPTIONS, string][]) {
    const value = select[key];
    if (value === undefined) continue;
    if (Array.isArray(value)) {
      const items = JOINED.includes(key) ? [value.join(',')] : value;
      words.push(...items.flatMap((item) => optionWords(option, String(item))));
    } else {
      const isTime = key === 'startDatetime' || key === 'stopDatetime';
      words.push(...optionWords(option, isTime ? formatLocal(Number(value)) : String(value)));
    }
  }
  return words;
}

/** An option and its value, for a shell. A value that looks like an option is tied to its own. */
export function optionWords(option: string, value: string): string[] {
  if (value.startsWith('-')) return [shellQuote(`--${option}=${value}`)];
  return [`--${option}`, shellQuote(value)];
}

/** What a `binflash rewrite` is to do. */
export interface RewriteRequest {
  /** Paths of the binary logs. */
  readonly inputs: readonly string[];
  readonly select: Selection;
  /** Further options with their values, `['schema', 'schema.sql']`. */
  readonly options?: readonly (readonly [option: string, value: string])[];
  /** Default: `undo.binlog`. */
  readonly output?: string;
}

/** The command that makes an undo, to be copied into a POSIX shell. */
export function rewriteCommand({
  inputs,
  select,
  options = [],
  output = 'undo.binlog',
}: RewriteRequest): string {
  return [
    'binflash rewrite',
    ...inputs.map(shellPath),
    ...selectionWords(select),
    ...options.flatMap(([option, value]) => optionWords(option, value)),
    '-o',
    shellPath(output),
  ].join(' ');
}
