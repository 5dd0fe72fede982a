import type { BinlogIndex } from '../scan/binlog-index.ts';
import type { ChangeFormatter, TextSink } from './change-formatter.ts';
import { JsonLines } from './json-lines.ts';
import type { Palette } from './palette.ts';
import { PrettyText } from './pretty-text.ts';
import { PseudoSql } from './pseudo-sql.ts';

/** `text` for people, `json` for programs: one object a row change, line by line; `sql` as `mysqlbinlog -vv`. */
export type ShowFormat = 'text' | 'json' | 'sql';

export interface FormatOptions {
  /** Of TIMESTAMP columns and, for people, of all times: an IANA name or an offset; default the machine's. */
  readonly timeZone?: string | undefined;
  /** Longest text of a value, in characters; 0 for all of it. Default: 100 for people, all for programs. */
  readonly maxValue?: number | undefined;
  readonly palette?: Palette | undefined;
  /** Characters in a line for people, as far as values can be parted. */
  readonly width?: number | undefined;
}

const MAX_FOR_PEOPLE = 100;

/** No value is shown with more: no string may be longer than half a billion. */
const MOST_CHARACTERS: number = 2 ** 28;

/** The longest text of a value that a format shows. */
export function maxCharactersOf(format: ShowFormat, { maxValue }: FormatOptions): number {
  const wanted = maxValue ?? (format === 'text' ? MAX_FOR_PEOPLE : 0);
  return wanted === 0 ? MOST_CHARACTERS : Math.min(wanted, MOST_CHARACTERS);
}

/** @throws BinflashError `USAGE` for an unknown time zone */
export function formatter(
  format: ShowFormat,
  index: BinlogIndex,
  sink: TextSink,
  options: FormatOptions,
): ChangeFormatter {
  switch (format) {
    case 'text':
      return new PrettyText(index, sink, options);
    case 'json':
      return new JsonLines(index, sink);
    case 'sql':
      return new PseudoSql(index, sink, options);
  }
}
