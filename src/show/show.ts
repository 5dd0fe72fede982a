import { tmpdir } from 'node:os';
import { tableName } from '../binlog/table-map.ts';
import { BinflashError } from '../errors.ts';
import { tornWarnings } from '../flashback/unclosed.ts';
import type { InputFile } from '../io/source.ts';
import type { Waits } from '../io/waits.ts';
import { BatchReader } from '../read/batch-reader.ts';
import { bytesToScan, indexDetails, lookAtBinlogs, type ReadOptions, scannedBytes } from '../read/binlogs.ts';
import { Phase } from '../read/phase.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import { precisionContradicted, precisionHint } from '../scan/digits-search.ts';
import { DEFAULT_WINDOW, scan } from '../scan/scan.ts';
import { checkSequence } from '../scan/sequence.ts';
import { Ending } from '../scan/transaction-table.ts';
import { noMatch } from '../select/no-match.ts';
import { notUnderstoodWarnings } from '../select/not-understood.ts';
import { type Selection, Selector } from '../select/selection.ts';
import { TableDescriptions } from '../tables/description.ts';
import { RowFilter } from '../where/row-filter.ts';
import { ChangeFeed } from './change-feed.ts';
import type { ChangeFormatter } from './change-formatter.ts';
import { Decided } from './decided.ts';
import { defaultMaxValue, type FormatOptions, formatter, type ShowFormat } from './formats.ts';
import { ShownPlaces } from './shown-places.ts';
import { TextBuffer } from './text-buffer.ts';

export interface ShowOptions extends ReadOptions, FormatOptions {
  /** Binary log files, in any order. */
  readonly inputs: readonly string[];
  readonly select?: Selection | undefined;
  /** Default: `text`, for people. */
  readonly format?: ShowFormat | undefined;
  /** How tables and values are read; the default knows what the log tells. */
  readonly descriptions?: TableDescriptions | undefined;
  /** Takes the text piece by piece; what it throws ends the run. */
  readonly write: (text: string | Uint8Array) => Promise<void>;
  /** Stop after so many row changes. */
  readonly limit?: number | undefined;
}

export interface ShowResult {
  /** Row changes shown, and the transactions that they are of. */
  readonly rows: number;
  readonly transactions: number;
  /** Was the limit reached? Then the rest was not read. */
  readonly limited: boolean;
  /** Selected row changes that the server itself took back, by XA ROLLBACK or ROLLBACK TO SAVEPOINT: not shown. */
  readonly takenBack: number;
  /** Torn files, events that are not understood, filters that match nothing in the files. */
  readonly warnings: readonly string[];
}

/**
 * Shows the selected row changes, in the order in which they took effect, while the files are read: the first text
 * is there at once, and memory stays flat.
 *
 * @throws BinflashError for what is damaged, missing or cannot be read, when all before it has been shown;
 *   `NO_MATCH` when nothing is selected; `UNSUPPORTED`, after all others, for rows that cannot be read
 */
export async function show(options: ShowOptions): Promise<ShowResult> {
  const { select, limit = Number.POSITIVE_INFINITY } = options;
  if (!(limit >= 1)) throw new BinflashError('USAGE', `--limit ${limit} is not 1 or more`);
  // What does not parse is told before anything is read.
  const tables = tablesOf(options);
  const filter = new RowFilter(select?.where, tables);
  return lookAtBinlogs(options.inputs, options, async (files, pages) => {
    let run: Run | undefined;
    const total = bytesToScan(files, select);
    const phase = new Phase('show', options.onDebug);
    const index = await scan(files, {
      window: options.window ?? DEFAULT_WINDOW,
      pages,
      waits: phase.waits,
      maxUnpacked: options.maxUnpackedSize,
      encryptionKeys: options.keys?.encryptionKeys,
      startPosition: select?.startPosition,
      stopPosition: select?.stopPosition,
      onProgress: (done) => options.onProgress?.({ phase: 'scan', done, total }),
      signal: options.signal,
      knownDigits: tables.digitsOf,
      onIndex: (grown, complete) => {
        run ??= new Run(grown, files, options, tables, filter, limit, phase.waits);
        return run.advance(complete);
      },
    });
    // There is no binary log without a first window.
    const result = await run!.finish(index);
    if (!result.limited) for (const warning of tables.unusedDigits()) options.onWarning?.(warning);
    phase.end(scannedBytes(index), () => [
      ...indexDetails(index),
      `${result.rows} row changes of ${result.transactions} transactions shown`,
    ]);
    return result;
  });
}

function tablesOf({
  descriptions,
  timeZone,
  format = 'text',
  maxValue = defaultMaxValue(format),
}: ShowOptions): TableDescriptions {
  return descriptions ?? new TableDescriptions({ timeZone, maxCharacters: maxValue || undefined });
}

class Run {
  readonly #index: BinlogIndex;
  /** The caller's, with the time that it takes. */
  readonly #write: ShowOptions['write'];
  readonly #selector: Selector;
  readonly #decided: Decided;
  readonly #places: ShownPlaces;
  readonly #reader: BatchReader;
  readonly #buffer: TextBuffer = new TextBuffer();
  readonly #feed: ChangeFeed;
  readonly #formatter: ChangeFormatter;
  /** Files that have been checked. */
  #files = 0;
  /** Rows that the server took back are counted where no row filters would have to be asked. */
  readonly #counts: boolean;
  #takenBack = 0;

  constructor(
    index: BinlogIndex,
    files: readonly InputFile[],
    options: ShowOptions,
    tables: TableDescriptions,
    filter: RowFilter,
    limit: number,
    waits: Waits,
  ) {
    const { format = 'text', maxValue = defaultMaxValue(format) } = options;
    this.#index = index;
    this.#write = (text) => waits.writing(options.write(text));
    this.#selector = new Selector(index, options.select ?? {}, files.length);
    this.#decided = new Decided(index.transactions);
    this.#places = new ShownPlaces(index);
    this.#reader = new BatchReader(index, files, {
      window: options.window ?? DEFAULT_WINDOW,
      spoolFolder: tmpdir(),
      signal: options.signal,
      waits,
    });
    this.#formatter = formatter(format, index, this.#buffer, { ...options, maxValue });
    this.#counts = filter.isEmpty;
    this.#feed = new ChangeFeed(index, tables, filter, this.#formatter, limit);
  }

  /** Shows what has become ready; false when enough has been shown. */
  async advance(complete: number): Promise<boolean> {
    // What follows a gap is not shown as if there was none.
    if (this.#files < this.#index.files.length) {
      this.#files = this.#index.files.length;
      checkSequence(this.#index.files);
    }
    await this.#show(this.#decided.upTo(complete));
    return !this.#feed.isDone;
  }

  async #show(transactions: Iterable<number>): Promise<void> {
    const places = this.#places;
    let last = -1;
    for (const transaction of transactions) {
      if (!this.#isShown(transaction)) continue;
      // What was decided late stands before what has been shown: it is read on its own.
      if (transaction < last) await this.#read();
      last = transaction;
      places.add(transaction, this.#selector);
    }
    await this.#read();
    this.#formatter.flush?.();
    await this.#buffer.flush(this.#write);
  }

  #isShown(transaction: number): boolean {
    const { transactions, events } = this.#index;
    if (!this.#selector.hasTransaction(transaction)) return false;
    if (transactions.ending.get(transaction) !== Ending.XA_ROLLBACK) return true;
    const first = transactions.firstEvent.get(transaction);
    for (let event = first; event < first + transactions.eventCount.get(transaction); event++) {
      if (this.#counts && this.#selector.hasEvent(event)) this.#takenBack += events.rows.get(event);
    }
    return false;
  }

  /** Reads what has been gathered, and shows it. */
  async #read(): Promise<void> {
    const places = this.#places;
    const { events, transactions } = this.#index;
    const feed = this.#feed;
    const buffer = this.#buffer;
    const isFull = (): boolean => buffer.isFull;
    let shown = -1;
    if (places.length === 0 || feed.isDone) return places.clear();
    for await (const batch of this.#reader.read(places)) {
      for (let i = batch.first; i <= batch.last && !feed.isDone; i++) {
        batch.events.open(i);
        const event = places.event(i);
        if (event < 0) {
          feed.statement(batch.events);
          continue;
        }
        if (events.transaction.get(event) !== shown) {
          shown = events.transaction.get(event);
          if (this.#counts) this.#takenBack += transactions.takenBack.get(shown);
        }
        feed.open(event, batch.events);
        while (feed.some(isFull)) await buffer.flush(this.#write);
      }
      if (feed.isDone) break;
    }
    feed.end();
    places.clear();
  }

  /** Shows what is still open, and says what there is to say. */
  async finish(index: BinlogIndex): Promise<ShowResult> {
    const feed = this.#feed;
    const selector = this.#selector;
    if (!feed.isDone) {
      checkSequence(index.files);
      await this.#show([...this.#decided.upTo(index.transactions.length), ...this.#decided.undecided()]);
    }
    this.#formatter.finish();
    await this.#buffer.flush(this.#write);
    if (feed.rows + feed.unreadable === 0) {
      selector.checkThreads();
      throw noMatch(index);
    }
    if (feed.unreadable > 0) throw unreadable(feed, index);
    return {
      rows: feed.rows,
      transactions: feed.transactions,
      limited: feed.isDone,
      takenBack: this.#takenBack,
      warnings: feed.isDone
        ? []
        : [
            ...tornWarnings(index),
            ...notUnderstoodWarnings(index, (obstacle) => selector.covers(obstacle)),
            ...selector.unmatched(),
          ],
    };
  }
}

function unreadable(
  { unreadable: events, unreadableTables, firstUnreadable: first }: ChangeFeed,
  index: BinlogIndex,
): BinflashError {
  const { table } = index.shapes[index.events.shape.get(first)]!;
  if (table.lengthsKnown) {
    return precisionContradicted(index, table).locate({
      file: index.files[index.events.file.get(first)]!.path,
      offset: index.events.fileOffset(first),
      table: tableName(table),
    });
  }
  const tables = [...unreadableTables].slice(0, 8).join(', ');
  return new BinflashError(
    'UNSUPPORTED',
    `${events} rows ${events === 1 ? 'event' : 'events'} of ${tables} could not be shown: columns have the format of MariaDB before 10.1`,
    { hint: precisionHint(index.digits, table) },
  );
}
