import { eventTypeName } from '../binlog/event-types.ts';
import { emptyRowsEvent, parseRows } from '../binlog/rows.ts';
import { tableName } from '../binlog/table-map.ts';
import { BinflashError } from '../errors.ts';
import type { PageStore } from '../io/page-store.ts';
import type { InputFile } from '../io/source.ts';
import type { Batch, BatchReaderOptions } from '../read/batch-reader.ts';
import { BatchReader } from '../read/batch-reader.ts';
import { type OnDebug, Phase } from '../read/phase.ts';
import { eventPlaces } from '../read/places.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import { NumberList, U32Column } from '../scan/paged-column.ts';
import { Ending } from '../scan/transaction-table.ts';
import type { Selector } from '../select/selection.ts';
import type { RowFilter, RowMatcher } from './row-filter.ts';

/** In {@link RowMask}, instead of where the bits are: no row of the event is selected, or all are. */
const NONE = 0xffff_ffff;
const WHOLE = 0xffff_fffe;

/** Which rows of the events of an index row filters select: a number an event, and bits only where some are. */
export class RowMask {
  readonly #counts: U32Column;
  /** Where in {@link #bits} the event's begin, by bytes, or {@link NONE} or {@link WHOLE}. */
  readonly #starts: U32Column;
  #bits: Uint8Array = new Uint8Array(1024);
  #used = 0;

  constructor(pages: PageStore) {
    this.#counts = new U32Column(pages);
    this.#starts = new U32Column(pages, NONE);
  }

  /** How many rows of the event are selected. */
  count(event: number): number {
    return this.#counts.get(event);
  }

  /** Is anything of the event selected? Events whose rows nobody can count have none that could be counted. */
  selects(event: number): boolean {
    return this.#starts.get(event) !== NONE;
  }

  /** Is row `row` of the event, counted from 0, selected? */
  has(event: number, row: number): boolean {
    const start = this.#starts.get(event);
    if (start >= WHOLE) return start === WHOLE;
    return (this.#bits[start + (row >> 3)]! & (1 << (row & 7))) !== 0;
  }

  /** Notes that all `rows` rows of the event are selected. */
  addWhole(event: number, rows: number): void {
    this.#counts.set(event, rows);
    this.#starts.set(event, WHOLE);
  }

  /** Notes the rows that `matcher` has found, `count` of `rows`. */
  add(event: number, rows: number, count: number, matcher: RowMatcher): void {
    if (count === 0) return;
    if (count === rows) {
      this.addWhole(event, rows);
      return;
    }
    this.#counts.set(event, count);
    const start = this.#used;
    this.#starts.set(event, start);
    this.#used += (rows + 7) >> 3;
    if (this.#used > this.#bits.length) this.#grow();
    for (let row = 0; row < rows; row++)
      if (matcher.has(row)) this.#bits[start + (row >> 3)]! |= 1 << (row & 7);
  }

  #grow(): void {
    const larger = new Uint8Array(2 * this.#used);
    larger.set(this.#bits);
    this.#bits = larger;
  }
}

export interface MaskOptions extends Omit<BatchReaderOptions, 'waits'> {
  readonly onDebug?: OnDebug | undefined;
  /** Called once a window. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Reads the rows events that are selected but for their rows, and notes which of these the filters select.
 *
 * @throws BinflashError `USAGE` for names that the tables do not have, `ROW_IMAGE` and `UNSUPPORTED` with file and
 * offset where the log does not tell what is asked for
 */
export async function maskRows(
  index: BinlogIndex,
  files: readonly InputFile[],
  selector: Selector,
  filter: RowFilter,
  options: MaskOptions,
): Promise<RowMask> {
  const mask = new RowMask(index.pages);
  const numbers = candidates(index, selector, mask);
  let total = 0;
  for (let i = 0; i < numbers.length; i++) total += index.events.size.get(numbers.get(i));
  const phase = new Phase('read', options.onDebug);
  const reader = new BatchReader(index, files, { ...options, waits: phase.waits });
  let done = 0;
  for await (const batch of reader.read(eventPlaces(index, numbers))) {
    testBatch(index, numbers, batch, filter, mask);
    for (let i = batch.first; i <= batch.last; i++) done += index.events.size.get(numbers.get(i));
    options.onProgress?.(done, total);
  }
  phase.end(done, () => [`row filters asked of ${numbers.length} rows events`]);
  return mask;
}

/** The events to be looked into. Those whose rows cannot be told apart count as a whole, to be refused later. */
function candidates(index: BinlogIndex, selector: Selector, mask: RowMask): NumberList {
  const { events, transactions } = index;
  const numbers = new NumberList(index.pages);
  for (let transaction = 0; transaction < transactions.length; transaction++) {
    const first = transactions.firstEvent.get(transaction);
    const end = first + transactions.eventCount.get(transaction);
    if (first === end || !selector.hasTransaction(transaction)) continue;
    // What never took effect is not selected, and nothing of it needs to be known.
    if (transactions.ending.get(transaction) === Ending.XA_ROLLBACK) continue;
    for (let event = first; event < end; event++) {
      if (!selector.hasEvent(event)) continue;
      if (events.rows.get(event) > 0) numbers.push(event);
      else mask.addWhole(event, 0);
    }
  }
  return numbers;
}

const rows = emptyRowsEvent();

function testBatch(
  index: BinlogIndex,
  numbers: NumberList,
  { first, last, events: loaded }: Batch,
  filter: RowFilter,
  mask: RowMask,
): void {
  const { events, shapes, files } = index;
  for (let i = first; i <= last; i++) {
    const event = numbers.get(i);
    loaded.open(i);
    const { bytes, start, end } = loaded;
    parseRows(bytes, start, end, rows);
    const shape = shapes[events.shape.get(event)]!;
    const file = files[events.file.get(event)]!;
    try {
      const matcher = filter.of(shape, file.format.flavour);
      if (matcher === undefined) mask.addWhole(event, events.rows.get(event));
      else mask.add(event, events.rows.get(event), matcher.test(bytes, rows), matcher);
    } catch (error) {
      if (!(error instanceof BinflashError)) throw error;
      throw error.locate({
        file: file.path,
        offset: events.fileOffset(event),
        eventType: eventTypeName(bytes[start + 4]!, file.format.flavour),
        table: tableName(shape.table),
      });
    }
  }
}
