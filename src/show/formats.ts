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

/** What `maxValue` is if nothing is said. */
export function defaultMaxValue(format: ShowFormat): number {
  return format === 'text' ? 100 : 0;
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
