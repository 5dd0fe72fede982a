import { formatValue } from '../binlog/columns/values/format.ts';
import type { ColumnDecoder } from '../binlog/columns/values/value.ts';
import type { ChangeKind } from '../binlog/rows.ts';
import { ABSENT, DIFFERENCES, type RowImage } from '../read/row-image.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import { transactionPlace } from '../scan/transaction-place.ts';
import { type Moment, moments } from '../select/moments.ts';
import { safeText } from '../wire/safe-text.ts';
import type { ChangeFormatter, RowChange, ShownEvent, ShownStatement, TextSink } from './change-formatter.ts';
import { DOUBT, Doubts } from './doubts.ts';
import { endingRemark } from './endings.ts';
import type { FormatOptions } from './formats.ts';
import { safeName } from './names.ts';
import { NO_COLOURS, type Palette } from './palette.ts';
import { statementLines } from './statement-lines.ts';
import { transactionDetails } from './transaction-details.ts';
import { WrappedLine } from './wrapped-line.ts';

const DEFAULT_WIDTH = 120;

/** A statement is shown once for all of its rows, so more of it than of a value. */
const LEAST_OF_STATEMENT = 400;

/** Deeper than the first line of a change. */
const INDENT = '         ';

/** What is said again and again of the rows of one shape. */
interface Labels {
  /** `UPDATE shop.orders`, and how wide that is. */
  readonly head: string;
  readonly headWidth: number;
  /** `name=` by column. */
  readonly names: readonly string[];
  readonly decoders: readonly ColumnDecoder[];
  /** Columns of the primary key, and all others. */
  readonly key: readonly number[];
  readonly rest: readonly number[];
}

/**
 * Row changes for people. Of each the kind and the table, the key in brackets, then `column=value`; of an UPDATE only
 * what it changed, as `column=before → after`, and where no key is known, the rest of the row as well.
 */
export class PrettyText implements ChangeFormatter {
  readonly #index: BinlogIndex;
  readonly #sink: TextSink;
  readonly #palette: Palette;
  readonly #moment: Moment;
  readonly #maxStatement: number;
  readonly #line: WrappedLine;
  readonly #labels: Labels[] = [];
  readonly #doubts: Doubts;
  #isFirst = true;

  /** @throws BinflashError `USAGE` for an unknown time zone */
  constructor(index: BinlogIndex, sink: TextSink, options: FormatOptions) {
    this.#index = index;
    this.#sink = sink;
    this.#doubts = new Doubts(index);
    this.#palette = options.palette ?? NO_COLOURS;
    this.#moment = moments(options.timeZone);
    this.#maxStatement = Math.max(LEAST_OF_STATEMENT, 4 * (options.maxValue || Number.POSITIVE_INFINITY));
    this.#line = new WrappedLine(options.width ?? DEFAULT_WIDTH, INDENT);
  }

  transaction(transaction: number): void {
    const { transactions, events, files } = this.#index;
    const { bold, red, dim } = this.#palette;
    const details = transactionDetails(this.#index, transaction);
    const place = safeText(transactionPlace(this.#index, transaction));
    // A server stamps the group with the time of its COMMIT, or of its first statement.
    const first = events.timestamp.get(transactions.firstEvent.get(transaction));
    const time = this.#moment(Math.min(first, transactions.beginTime.get(transaction)));
    let text = `${this.#isFirst ? '' : '\n'}${bold(place)}  ${bold(time)}  ${dim(details.join('  '))}\n`;
    const remark = endingRemark(this.#index, transaction);
    if (remark !== undefined) text += `  ${red(remark)}\n`;
    if (this.#doubts.has(transaction)) text += `  ${red(`IN DOUBT: ${DOUBT}`)}\n`;
    const decided = transactions.decidedOffset.get(transaction);
    if (decided > 0) {
      const decidedFile = files[transactions.decidedFile.get(transaction)]!.path;
      const at = this.#moment(transactions.decidedTime.get(transaction));
      text += `  XA transaction, committed by ${safeText(decidedFile)}:${decided} at ${at}\n`;
    }
    this.#isFirst = false;
    this.#sink.put(text);
  }

  statement({ bytes, start, end }: ShownStatement): void {
    for (const line of statementLines(bytes, start, end, this.#maxStatement)) {
      this.#sink.put(`  ${this.#palette.dim(`| ${line}`)}\n`);
    }
  }

  event({ shape, table }: ShownEvent): void {
    this.#labels[shape.number] ??= this.#makeLabels(shape.kind, table);
  }

  #makeLabels(kind: ChangeKind, { table, columns, decoder }: ShownEvent['table']): Labels {
    const { bold, green, red, yellow } = this.#palette;
    const colour = { insert: green, update: yellow, delete: red }[kind];
    const name = `${safeName(table.schema)}.${safeName(table.name)}`;
    const numbers = columns.map((_, column) => column);
    return {
      head: `  ${colour(kind.toUpperCase())} ${bold(name)}`,
      headWidth: 2 + kind.length + 1 + name.length,
      names: columns.map((column) => `${safeName(column.name)}=`),
      decoders: decoder.columns,
      key: numbers.filter((column) => columns[column]!.key),
      rest: numbers.filter((column) => !columns[column]!.key),
    };
  }

  row({ shape }: ShownEvent, { before, after }: RowChange): void {
    const labels = this.#labels[shape.number]!;
    const line = this.#line;
    line.begin(labels.head, labels.headWidth);
    if (before !== undefined && after !== undefined) this.#update(labels, before, after);
    else this.#whole(labels, (after ?? before)!);
    this.#sink.put(line.finish());
  }

  #whole(labels: Labels, image: RowImage): void {
    this.#key(labels, image);
    this.#pairs(labels, labels.rest, image);
  }

  /** The columns of the key, in brackets and first. */
  #key({ key, names, decoders }: Labels, image: RowImage): void {
    let text = '';
    for (const column of key) {
      const value = image.value(column, decoders);
      if (value !== undefined) text += `${text === '' ? '[' : ' '}${names[column]!}${formatValue(value)}`;
    }
    if (text !== '') this.#line.put(this.#palette.bold(`${text}]`), text.length + 1);
  }

  #pairs({ names, decoders }: Labels, columns: readonly number[], image: RowImage): void {
    const line = this.#line;
    for (const column of columns) {
      const value = image.value(column, decoders);
      if (value === undefined) continue;
      const pair = names[column]! + formatValue(value);
      line.put(pair, pair.length);
    }
  }

  #update(labels: Labels, before: RowImage, after: RowImage): void {
    const { names, decoders } = labels;
    const line = this.#line;
    this.#key(labels, before);
    let changes = 0;
    for (let column = 0; column < names.length; column++) {
      if (after.starts[column] === ABSENT || before.equals(after, column)) continue;
      changes++;
      if (after.starts[column] === DIFFERENCES) {
        const pair = `${names[column]!}? → (differences alone are in the log; --sql shows them)`;
        line.put(pair, pair.length);
        continue;
      }
      const [old, now] = [before.value(column, decoders), after.value(column, decoders)!];
      // The old value is not known where only the new image holds the column.
      const from = old === undefined ? '?' : formatValue(old);
      const pair = `${names[column]!}${from} → ${formatValue(now)}`;
      line.put(pair, pair.length);
    }
    if (changes === 0) line.put('(nothing changed)', 17);
    if (labels.key.some((column) => before.starts[column] !== ABSENT)) return;
    // Without a key, it takes the rest of the row to know which one it is.
    const same = labels.rest.filter(
      (column) =>
        before.starts[column] !== ABSENT && (after.starts[column] === ABSENT || before.equals(after, column)),
    );
    if (same.length === 0) return;
    line.break(this.#palette.dim('unchanged:'), 10);
    this.#pairs(labels, same, before);
  }

  unreadable({ shape }: ShownEvent, why: string): void {
    this.#sink.put(`${this.#labels[shape.number]!.head}  ${this.#palette.red(`cannot be shown: ${why}`)}\n`);
  }

  end(): void {}

  finish(): void {}
}
