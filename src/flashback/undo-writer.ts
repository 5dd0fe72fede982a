import type { ChecksumAlgorithm } from '../binlog/checksum.ts';
import { EventCode } from '../binlog/event-types.ts';
import { type FormatDescription, versionAtLeast } from '../binlog/format-description.ts';
import { hasRows, outputFormat } from '../binlog/output-format.ts';
import { emptyRowsEvent, parseRows, type RowsEvent, RowsFlag, type RowsVersion } from '../binlog/rows.ts';
import type { ChunkSink } from '../io/chunk-sink.ts';
import type { LoadedRun } from '../io/run-windows.ts';
import type { Waits } from '../io/waits.ts';
import type { LoadedEvents } from '../read/loaded-events.ts';
import type { EventRun } from '../read/runs.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import { Ending } from '../scan/transaction-table.ts';
import { EventWriter, type RowsTemplate } from './event-writer.ts';
import { type Plan, selectedBytes, selectedRows } from './plan.ts';
import { RowInverter } from './row-inverter.ts';

export interface WriteOptions {
  readonly checksum: ChecksumAlgorithm;
  /** Undefined: that of each source event. */
  readonly rowsVersion: RowsVersion | undefined;
  readonly maxEventSize: number;
  /** A new part is begun before a transaction that would make the current one larger. */
  readonly maxFileSize: number | undefined;
  readonly window: number;
  /** Folder for temporary files, in which large packed events are unpacked. */
  readonly spoolFolder: string;
  readonly onProgress: ((bytes: number) => void) | undefined;
  readonly signal: AbortSignal | undefined;
  /** Told how long the writer waits. */
  readonly waits: Waits;
}

/** What was written, for the summary. */
export interface WriteResult {
  readonly bytes: number;
  readonly transactions: number;
  readonly rows: number;
  /** Characters of the longest BINLOG statement that the replay will send. */
  readonly largestStatement: number;
}

/** The state of one undo while it is written. */
export class UndoWriter {
  readonly #plan: Plan;
  readonly #index: BinlogIndex;
  readonly #options: WriteOptions;
  readonly #writer: EventWriter;
  readonly #inverter: RowInverter;
  readonly #loaded: LoadedEvents;
  readonly #rows: RowsEvent = emptyRowsEvent();
  /** By shape: is the table, for all we know, one whose rows are looked for in batches? */
  readonly #guarded: readonly boolean[];
  /** What the output's files begin with. */
  readonly #format: FormatDescription;
  readonly #hasV1: boolean;
  #transaction = -1;
  /** What the open template was made from: events that agree in all of it are packed together. */
  #statement = -1;
  #shape = -1;
  #template: RowsTemplate | undefined;
  #transactionsInFile = 0;
  #isWaiting = false;
  #bytesBefore = 0;
  #transactions = 0;
  #rowCount = 0;

  constructor(plan: Plan, sink: ChunkSink, loaded: LoadedEvents, options: WriteOptions) {
    this.#loaded = loaded;
    this.#plan = plan;
    this.#index = plan.index;
    this.#options = options;
    // The newest file's format: its server is the one that the undo is for.
    const { format } = plan.index.files.at(-1)!;
    const { rowsVersion } = options;
    this.#format = outputFormat(format, options.checksum, (rowsVersion ?? mostVersion(plan)) === 2);
    this.#hasV1 = hasRows(this.#format, 1);
    // Who asks for version 2 may mean a newer server than the source.
    const batches =
      format.flavour === 'mysql' && (rowsVersion === 2 || versionAtLeast(format.version, [8, 0, 0]));
    this.#guarded = plan.index.shapes.map(({ table }) => batches && table.optional.primaryKey === undefined);
    this.#writer = new EventWriter(sink, options.checksum, options.maxEventSize);
    this.#inverter = new RowInverter(this.#writer);
  }

  beginFile(): void {
    this.#bytesBefore += this.#writer.position;
    this.#transactionsInFile = 0;
    this.#writer.beginFile(this.#format);
  }

  result(): WriteResult {
    return {
      bytes: this.#bytesBefore + this.#writer.position,
      transactions: this.#transactions,
      rows: this.#rowCount,
      largestStatement: this.#writer.largestStatement,
    };
  }

  /**
   * Writes the run's events from number `from` of the plan down. Answers the number it has not written (all of), because
   * the disk must take what there is first ({@link isWaiting}) or else because a new file is due before it; one less than
   * the run's first where nothing is left.
   */
  writeRun(loaded: LoadedRun<EventRun>, from: number): number {
    const { run } = loaded;
    this.#loaded.use(loaded);
    let due = from;
    if (this.#isWaiting) {
      this.#isWaiting = !this.#inverter.goOn();
      if (this.#isWaiting) return from;
      due--;
    }
    for (let i = due; i >= run.first; i--) {
      const event = this.#plan.events.get(i);
      const transaction = this.#index.events.transaction.get(event);
      if (transaction !== this.#transaction) {
        this.endTransaction();
        if (this.#isFull(i, transaction)) return i;
        this.#beginTransaction(transaction);
      }
      this.#loaded.open(i);
      this.#isWaiting = !this.#writeEvent(event);
      if (this.#isWaiting) return i;
    }
    return run.first - 1;
  }

  /** Is there more of an event than the disk takes at once? */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  #isFull(from: number, transaction: number): boolean {
    const { maxFileSize } = this.#options;
    if (maxFileSize === undefined || this.#transactionsInFile === 0) return false;
    const { events } = this.#index;
    let size = 0;
    for (let i = from; i >= 0 && events.transaction.get(this.#plan.events.get(i)) === transaction; i--) {
      size += selectedBytes(this.#index, this.#plan.mask, this.#plan.events.get(i));
    }
    return this.#writer.position + size > maxFileSize;
  }

  #beginTransaction(transaction: number): void {
    const { transactions } = this.#index;
    this.#transaction = transaction;
    this.#transactions++;
    this.#transactionsInFile++;
    this.#template = undefined;
    this.#writer.begin(transactions.beginTime.get(transaction), transactions.serverId.get(transaction));
  }

  /** Commits what is open. */
  endTransaction(): void {
    const transaction = this.#transaction;
    if (transaction < 0) return;
    const { transactions } = this.#index;
    this.#transaction = -1;
    this.#writer.commit(
      transactions.ending.get(transaction) === Ending.XID ? transactions.xid.get(transaction) : 0n,
      transactions.endTime.get(transaction),
      transactions.serverId.get(transaction),
    );
  }

  /** Writes rows event number `event` of the index, which is in hand; false where the inverter must go on with it. */
  #writeEvent(event: number): boolean {
    const { events, shapes } = this.#index;
    const shapeNumber = events.shape.get(event);
    const shape = shapes[shapeNumber]!;
    const rows = this.#rows;
    const { bytes, start, end } = this.#loaded;
    parseRows(bytes, start, end, rows);
    this.#useTemplate(event, bytes);
    const { mask, inversions } = this.#plan;
    const selected = selectedRows(this.#index, mask, event);
    this.#rowCount += selected;
    return this.#inverter.invert(
      bytes,
      rows,
      shape,
      inversions[shapeNumber]!,
      events.rows.get(event),
      this.#guarded[shapeNumber]!,
      selected < events.rows.get(event) ? (row) => mask!.has(event, row) : undefined,
    );
  }

  /** Keeps the open template when the event may be packed with the one before, else makes a new one. */
  #useTemplate(event: number, bytes: Uint8Array): void {
    const { events, shapes, transactions } = this.#index;
    const rows = this.#rows;
    const version = this.#options.rowsVersion ?? (this.#hasV1 ? rows.version : 2);
    let flags = rows.flags & ~RowsFlag.STMT_END;
    // Where the source ran foreign keys in the SQL layer, the children's changes are rows of their own;
    // with checks on, the replay would make them a second time.
    if ((transactions.rowsFlags.get(this.#transaction) & RowsFlag.USE_SQL_FOREIGN_KEY) !== 0) {
      flags |= RowsFlag.NO_FOREIGN_KEY_CHECKS;
    }
    const template = this.#template;
    const statement = events.statement.get(event);
    const shape = events.shape.get(event);
    if (
      template !== undefined &&
      statement === this.#statement &&
      shape === this.#shape &&
      template.flags === flags &&
      template.version === version &&
      template.tableId === rows.tableId &&
      equalBytes(template.extra, bytes, rows.extraStart, rows.extraEnd)
    ) {
      return;
    }
    this.#statement = statement;
    this.#shape = shape;
    this.#template = {
      table: shapes[shape]!.table,
      tableId: rows.tableId,
      kind: this.#plan.inversions[shape]!.kind,
      version,
      flags,
      extra: bytes.slice(rows.extraStart, rows.extraEnd),
      columns: columnsField(rows.columnCount, shapes[shape]!.bitmaps),
      timestamp: events.timestamp.get(event),
      serverId: transactions.serverId.get(this.#transaction),
    };
    this.#writer.useTemplate(this.#template);
  }
}

function equalBytes(expected: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (expected.length !== end - start) return false;
  for (let i = 0; i < expected.length; i++) if (expected[i] !== bytes[start + i]) return false;
  return true;
}

/** Column count as packed integer, and the bitmaps. */
function columnsField(count: number, bitmaps: Uint8Array): Uint8Array {
  const length = count < 251 ? [count] : [252, count & 0xff, count >> 8];
  return Uint8Array.from([...length, ...bitmaps]);
}

const VERSION_2 = [
  EventCode.WRITE_ROWS,
  EventCode.UPDATE_ROWS,
  EventCode.DELETE_ROWS,
  EventCode.PARTIAL_UPDATE_ROWS,
];

/** The newest version of rows events in the source: of several files, the last may be an older server's. */
function mostVersion({ index }: Plan): RowsVersion {
  return index.files.some(({ events }) => VERSION_2.some((type) => events[type]! > 0)) ? 2 : 1;
}
