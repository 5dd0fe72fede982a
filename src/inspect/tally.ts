import { EventCode, eventTypeName, type Flavour } from '../binlog/event-types.ts';
import type { ChangeKind } from '../binlog/rows.ts';
import { type TableDefinition, tableName } from '../binlog/table-map.ts';
import { type BinlogIndex, type FileSummary, isGroupOfItsOwn, type Obstacle } from '../scan/binlog-index.ts';
import { PLAIN } from '../scan/event-table.ts';
import type { Shape } from '../scan/shapes.ts';
import { transactionSize } from '../scan/transaction-place.ts';
import { Ending } from '../scan/transaction-table.ts';
import type { SelectedChanges } from '../transactions/changes.ts';
import type { Contents, GtidSpan, TableInspection } from './contents.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Event types whose number says which versions of rows events there are. */
const VERSION_1 = [EventCode.WRITE_ROWS_V1, EventCode.WRITE_ROWS_COMPRESSED_V1];
const VERSION_2 = [EventCode.WRITE_ROWS, EventCode.WRITE_ROWS_COMPRESSED];

/** Adds up what is in one file, or in all of them. */
export class Tally {
  readonly #index: BinlogIndex;
  readonly #flavour: Flavour;
  readonly #changes: SelectedChanges | undefined;
  readonly #tables = new Map<string, Writable<TableInspection>>();
  /** By shape, the table's numbers. */
  readonly #byShape: Writable<TableInspection>[] = [];
  readonly #definitions = new Set<TableDefinition>();
  readonly #images = {
    insert: { full: 0, partial: 0 },
    update: { full: 0, partial: 0 },
    delete: { full: 0, partial: 0 },
  };
  /** By number of the source. */
  readonly #gtids: Writable<GtidSpan>[] = [];
  readonly #events = new Float64Array(256);
  readonly #statements = { ddl: 0, changes: 0, unknown: 0, incidents: 0, unsupported: 0 };
  readonly #compressed = { events: 0, bytes: 0, unpacked: 0 };
  /** Tables that the transaction in hand has changed so far. */
  readonly #touched = new Set<TableInspection>();
  #lastPacked = PLAIN;
  #size = 0;
  #firstTime = 0;
  #lastTime = 0;
  #transactions = 0;
  #withoutRows = 0;
  #takenBack = 0;
  #uncounted = 0;
  #texts = 0;
  /**
   * The largest transaction, rows event, and rows event with the largest row, or -1; with their bytes, for to look these
   * up again and again would be to turn the pages of the index back and forth.
   */
  readonly #largest = {
    transaction: -1,
    bytes: -1,
    rows: 0,
    event: -1,
    eventBytes: -1,
    row: -1,
    rowBytes: -1,
  };

  /** `changes`: the row changes that count; all, if left out. */
  constructor(index: BinlogIndex, flavour: Flavour, changes?: SelectedChanges) {
    this.#index = index;
    this.#flavour = flavour;
    this.#changes = changes;
  }

  addFile(file: FileSummary): void {
    this.#size += file.size;
    for (const [code, times] of file.events.entries()) this.#events[code]! += times;
    if (this.#firstTime === 0 || (file.firstTime > 0 && file.firstTime < this.#firstTime)) {
      this.#firstTime = file.firstTime;
    }
    this.#lastTime = Math.max(this.#lastTime, file.lastTime);
  }

  addObstacle(obstacle: Obstacle): void {
    const { kind, effect } = obstacle;
    const counts = this.#statements;
    if (isGroupOfItsOwn(obstacle)) this.#withoutRows++;
    if (kind === 'incident') counts.incidents++;
    else if (kind === 'unsupported') counts.unsupported++;
    else if (kind !== 'statement') return;
    else if (effect.kind === 'statement') counts.changes++;
    else if (effect.kind === 'unknown') counts.unknown++;
    else counts.ddl++;
  }

  addTexts(count: number): void {
    this.#texts += count;
  }

  addTransaction(transaction: number): void {
    const { transactions, events } = this.#index;
    this.#addGtid(transaction);
    const changes = this.#changes;
    const count = transactions.eventCount.get(transaction);
    if (count === 0) {
      this.#withoutRows++;
      if (changes === undefined) this.#takenBack += transactions.takenBack.get(transaction);
      return;
    }
    if (changes?.hasTransaction(transaction) === false) return;
    const first = transactions.firstEvent.get(transaction);
    const isTakenBack = transactions.ending.get(transaction) === Ending.XA_ROLLBACK;
    let rows = 0;
    let counted = 0;
    for (let event = first; event < first + count; event++) {
      if (changes?.has(event) === false) continue;
      if (isTakenBack) this.#takenBack += events.rows.get(event);
      else {
        this.#addEvent(event, counted++ === 0);
        rows += this.#rowsOf(event);
      }
    }
    if (counted === 0) return;
    this.#transactions++;
    // Of these rows nothing is kept but their number.
    if (changes?.isFiltered !== true) this.#takenBack += transactions.takenBack.get(transaction);
    const largest = this.#largest;
    const bytes = transactionSize(this.#index, transaction);
    if (bytes <= largest.bytes) return;
    largest.transaction = transaction;
    largest.bytes = bytes;
    largest.rows = rows;
  }

  #rowsOf(event: number): number {
    return this.#changes?.rowsOf(event) ?? this.#index.events.rows.get(event);
  }

  #addGtid(transaction: number): void {
    const { transactions } = this.#index;
    const number = transactions.gtidSource.get(transaction);
    if (number === 0) return;
    const sequence = transactions.gtidSequence.get(transaction);
    const span = this.#gtids[number];
    if (span === undefined) {
      const source = transactions.gtidSources[number - 1]!;
      this.#gtids[number] = { source, first: sequence, last: sequence, count: 1 };
      return;
    }
    span.count++;
    if (sequence > span.last) span.last = sequence;
    else if (sequence < span.first) span.first = sequence;
  }

  #addEvent(event: number, firstOfTransaction: boolean): void {
    const { events, shapes } = this.#index;
    const number = events.shape.get(event);
    const shape = shapes[number]!;
    const table = this.#byShape[number] ?? this.#tableOf(number, shape);
    const time = events.timestamp.get(event);
    const size = events.size.get(event);
    table[shape.kind] += this.#rowsOf(event);
    if (events.rows.get(event) === 0) this.#uncounted++;
    table.bytes += size;
    if (table.firstTime === 0 || time < table.firstTime) table.firstTime = time;
    if (time > table.lastTime) table.lastTime = time;
    this.#images[shape.kind][isFull(shape) ? 'full' : 'partial']++;
    const largest = this.#largest;
    if (size > largest.eventBytes) {
      largest.event = event;
      largest.eventBytes = size;
    }
    const rowBytes = events.largestRow.get(event);
    // Of filtered rows it is not known which the largest is.
    if (rowBytes > largest.rowBytes && !this.#changes?.isFiltered) {
      largest.row = event;
      largest.rowBytes = rowBytes;
    }
    // A table counts a transaction once.
    if (firstOfTransaction) this.#touched.clear();
    if (!this.#touched.has(table)) {
      this.#touched.add(table);
      table.transactions++;
    }
    this.#addPacked(events.packed.get(event));
  }

  #addPacked(packed: number): void {
    if (packed === PLAIN || packed === this.#lastPacked) return;
    this.#lastPacked = packed;
    const { containers } = this.#index.events;
    this.#compressed.events++;
    this.#compressed.bytes += containers.size.get(packed);
    this.#compressed.unpacked += containers.unpacked.get(packed);
  }

  #tableOf(number: number, { table }: Shape): Writable<TableInspection> {
    this.#definitions.add(table);
    const name = tableName(table);
    let found = this.#tables.get(name);
    if (found === undefined) {
      found = {
        table: name,
        insert: 0,
        update: 0,
        delete: 0,
        transactions: 0,
        bytes: 0,
        firstTime: 0,
        lastTime: 0,
      };
      this.#tables.set(name, found);
    }
    this.#byShape[number] = found;
    return found;
  }

  contents(): Contents {
    const tables = [...this.#tables.values()].sort((a, b) => (a.table < b.table ? -1 : 1));
    const sum = (kind: ChangeKind): number => tables.reduce((total, table) => total + table[kind], 0);
    const [insert, update, deleted] = [sum('insert'), sum('update'), sum('delete')];
    return {
      size: this.#size,
      firstTime: this.#firstTime,
      lastTime: this.#lastTime,
      gtids: this.#gtids.filter((span) => span !== undefined),
      transactions: this.#transactions,
      withoutRows: this.#withoutRows,
      rows: insert + update + deleted,
      insert,
      update,
      delete: deleted,
      uncountedEvents: this.#uncounted,
      takenBack: this.#takenBack,
      tables,
      rowsVersions: [
        ...(this.#has(VERSION_1) ? [1 as const] : []),
        ...(this.#has(VERSION_2) || this.#events[EventCode.PARTIAL_UPDATE_ROWS]! > 0 ? [2 as const] : []),
      ],
      rowImages: this.#images,
      metadata: this.#metadata(),
      statementTexts: this.#texts,
      compressed: this.#compressed,
      ...this.#largestOnes(),
      statements: this.#statements,
      events: this.#eventsByName(),
    };
  }

  /** Are there rows events of a version, whose three types follow each other? */
  #has(firstTypes: readonly number[]): boolean {
    return firstTypes.some((type) => [0, 1, 2].some((i) => this.#events[type + i]! > 0));
  }

  #metadata(): Contents['metadata'] {
    const counts = { full: 0, minimal: 0, none: 0 };
    for (const { optional } of this.#definitions) {
      if (optional.names !== undefined) counts.full++;
      else counts[Object.keys(optional).length > 0 ? 'minimal' : 'none']++;
    }
    return counts;
  }

  #largestOnes(): Pick<Contents, 'largestTransaction' | 'largestEvent' | 'largestRow'> {
    const { transactions, events, shapes, files } = this.#index;
    const { transaction, rows, event, row } = this.#largest;
    const fileOf = transaction < 0 ? -1 : transactions.file.get(transaction);
    const endFile = transaction < 0 ? -1 : transactions.endFile.get(transaction);
    const spot = (e: number): { file: string; offset: number; table: string; kind: ChangeKind } => {
      const shape = shapes[events.shape.get(e)]!;
      return {
        file: files[events.file.get(e)]!.path,
        offset: events.fileOffset(e),
        table: tableName(shape.table),
        kind: shape.kind,
      };
    };
    return {
      largestTransaction:
        transaction < 0
          ? undefined
          : {
              file: files[fileOf]!.path,
              offset: transactions.start.get(transaction),
              end: transactions.end.get(transaction),
              endFile: endFile === fileOf ? undefined : files[endFile]!.path,
              bytes: this.#largest.bytes,
              rows,
              gtid: transactions.gtid(transaction),
            },
      largestEvent:
        event < 0
          ? undefined
          : { ...spot(event), rows: events.rows.get(event), bytes: events.size.get(event) },
      largestRow: row < 0 ? undefined : { ...spot(row), bytes: events.largestRow.get(row) },
    };
  }

  #eventsByName(): Record<string, number> {
    const byName: Record<string, number> = {};
    for (const [code, times] of this.#events.entries()) {
      if (times > 0) byName[eventTypeName(code, this.#flavour)] = times;
    }
    return byName;
  }
}

/** Do its images hold all columns, and whole values? */
function isFull({ table, first, second, partial }: Shape): boolean {
  const count = table.types.length;
  return !partial && first.columns.length === count && (second?.columns.length ?? count) === count;
}
