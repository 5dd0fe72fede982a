import { basename } from 'node:path';
import type { Moment } from '../select/moments.ts';
import type { TransactionEntry } from '../transactions/transactions.ts';
import { formatBytes } from '../wire/format-bytes.ts';
import { safeText } from '../wire/safe-text.ts';

/** Room for the names of tables; one long name may take more. */
const TABLES_WIDTH = 32;
/** Least room for a statement in a line that has everything. */
const STATEMENT_WIDTH = 24;
/** Continued lines of a narrow terminal begin with this. */
const INDENT = '    ';

/** Where it ends in the binary log of a replica's source; only of relay logs. */
const SOURCE = 'end on the source';

/** Columns of the wide layout; numbers stand to the right. */
const COLUMNS: readonly [
  title: string,
  right: boolean,
  cell: (entry: TransactionEntry, file: string, moment: Moment) => string,
][] = [
  ['file', false, (_, file) => file],
  ['start', true, ({ start }) => String(start)],
  ['end', true, (entry) => endText(entry)],
  ['time', false, ({ time }, _, moment) => moment(time)],
  ['took', true, ({ duration }) => formatDuration(duration)],
  ['inserted', true, ({ insert }) => count(insert)],
  ['updated', true, ({ update }) => count(update)],
  ['deleted', true, (entry) => count(entry.delete)],
  ['size', true, ({ size }) => formatBytes(size)],
  ['thread', true, ({ threadId }) => (threadId === undefined ? '-' : String(threadId))],
  [SOURCE, true, ({ source }) => (source === undefined ? '-' : `${safeText(source.file)}:${source.end}`)],
  ['GTID', false, ({ gtid }) => gtid ?? '-'],
  ['tables', false, (entry) => tablesText(entry)],
];

/**
 * Lays transactions out for people, one line each; on a terminal that is too narrow for it, two short ones each. The
 * first group decides about the widths, so that nothing needs to be kept.
 */
export class TransactionsLayout {
  readonly #width: number;
  readonly #fileName: (path: string) => string;
  readonly #moment: Moment;
  readonly #columns: typeof COLUMNS;
  readonly #widths: number[];
  /** Does a line have room for everything? */
  readonly wide: boolean;

  /** `width`: columns of the terminal, Infinity where there is none. */
  constructor(width: number, files: readonly string[], first: readonly TransactionEntry[], moment: Moment) {
    this.#width = width;
    this.#moment = moment;
    const short = new Set(files.map((path) => basename(path))).size === files.length;
    this.#fileName = (path) => safeText(short ? basename(path) : path);
    this.#columns = COLUMNS.filter(([title]) => title !== SOURCE || first.some(({ source }) => source));
    this.#widths = this.#columns.map(([title, , cell]) =>
      first.reduce(
        (most, entry) => Math.max(most, length(cell(entry, this.#fileName(entry.file), moment))),
        title.length,
      ),
    );
    const needed = this.#widths.reduce((sum, columnWidth) => sum + columnWidth + 2, STATEMENT_WIDTH);
    this.wide = needed <= width;
  }

  /** The titles of the columns, where there are any. */
  get head(): string | undefined {
    if (!this.wide) return undefined;
    return this.#cut(
      `${this.#columns.map(([title, right], i) => this.#pad(title, i, right)).join('  ')}  statement`,
    );
  }

  lines(entry: TransactionEntry): string[] {
    const file = this.#fileName(entry.file);
    if (this.wide) {
      const cells = this.#columns.map(([, right, cell], i) =>
        this.#pad(cell(entry, file, this.#moment), i, right),
      );
      return [this.#cut([...cells, statementText(entry)].join('  '))];
    }
    const { start, time, duration, threadId } = entry;
    const head = [
      `${file}:${start}-${endText(entry)}`,
      this.#moment(time).slice(0, -6),
      formatDuration(duration),
      formatBytes(entry.size),
      entry.source === undefined ? '' : `on the source ${safeText(entry.source.file)}:${entry.source.end}`,
      threadId === undefined ? '' : `thread ${threadId}`,
    ];
    const rows = [
      entry.insert > 0 ? `${entry.insert} inserted` : '',
      entry.update > 0 ? `${entry.update} updated` : '',
      entry.delete > 0 ? `${entry.delete} deleted` : '',
    ];
    const filled = (parts: string[], separator: string): string =>
      parts.filter((part) => part !== '').join(separator);
    return [
      this.#cut(filled(head, '  ')),
      this.#cut(INDENT + filled([filled(rows, ', '), tablesText(entry), statementText(entry)], '  ')),
    ];
  }

  #pad(text: string, column: number, right: boolean): string {
    const room = ' '.repeat(Math.max(0, this.#widths[column]! - length(text)));
    return right ? room + text : text + room;
  }

  #cut(line: string): string {
    const text = line.trimEnd();
    if (length(text) <= this.#width) return text;
    return `${Array.from(text)
      .slice(0, this.#width - 1)
      .join('')}…`;
  }
}

/** With its file where that is another one. */
const endText = ({ end, endFile }: TransactionEntry): string =>
  endFile === undefined ? String(end) : safeText(`${basename(endFile)}:${end}`);

const length = (text: string): number => Array.from(text).length;

const count = (rows: number): string => (rows === 0 ? '-' : String(rows));

function formatDuration(seconds: number): string {
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${seconds % 60}s`;
  return `${Math.floor(seconds / 3600)}h${Math.floor((seconds % 3600) / 60)}m`;
}

/** As many names as there is room for, one at least, and how many more there are. */
function tablesText({ tables }: TransactionEntry): string {
  let text = oneLine(tables[0]?.table ?? '');
  for (const [i, { table }] of tables.entries()) {
    if (i === 0) continue;
    const longer = `${text}, ${oneLine(table)}`;
    if (length(longer) > TABLES_WIDTH) return `${text} +${tables.length - i}`;
    text = longer;
  }
  return text;
}

function statementText({ state, statement, statements, uncountedEvents }: TransactionEntry): string {
  const rows = uncountedEvents > 0 ? '(not all rows can be counted) ' : '';
  const mark = `${state === 'committed' ? '' : `(${state}) `}${rows}`;
  if (statement === undefined) return mark.trimEnd();
  const more = statements > 1 ? ` (+${statements - 1})` : '';
  return `${mark}${oneLine(statement.text)}${statement.cut ? '…' : ''}${more}`;
}

/** Without anything that a terminal would obey, line ends included. */
function oneLine(text: string): string {
  return safeText(text.replace(/\s+/g, ' ').trim());
}
