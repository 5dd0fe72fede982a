import { versionAtLeast } from '../binlog/format-description.ts';
import { emptyRowsEvent, parseRows, type RowsEvent, type RowsVersion } from '../binlog/rows.ts';
import type { Plan } from '../flashback/plan.ts';
import type { LoadedEvents } from '../read/loaded-events.ts';
import { type ExpectedHead, turnedBack, undoFlags } from './rows-head.ts';
import { formOf, type ShapeForm } from './shape-form.ts';
import type { SourcePlace } from './verify-error.ts';

/** A source event in hand, and what follows from it for the undo. Events are taken from the last to the first. */
export class SourceSide {
  event = -1;
  transaction = -1;
  bytes: Uint8Array = new Uint8Array(0);
  readonly rows: RowsEvent = emptyRowsEvent();
  /** How many of the event's rows there are, and which are undone if not all are. */
  count = 0;
  isSelected: ((row: number) => boolean) | undefined;
  /** May its rows stand in one event of the undo with those of the event before it? */
  continues = false;
  /** Does it belong to one group with that event, as the digest has them? */
  sameGroup = false;
  /** What the head of the undo's rows events must say. */
  head: ExpectedHead | undefined;
  /** Timestamp of the first event that was taken of those which may stand in one event of the undo. */
  groupTime = 0;
  /** Version of rows events in which it is undone, where the user has asked for no other. */
  version: RowsVersion = 2;
  /** Has the undo's format rows events of version 1? Not since MySQL 8.4. */
  readonly #hasV1: boolean;
  readonly #plan: Plan;
  readonly #forms: ShapeForm[] = [];
  /** Does the server look for rows of a table without a key in batches? MySQL since 8.0. */
  readonly #batches: boolean;
  /** Where the event in hand stands: its file, and its offset there and in what it is packed in. */
  #file = Number.POSITIVE_INFINITY;
  #outer = 0;
  #inner = 0;
  #shape = -1;
  #statement = -1;
  #tableId = -1;
  #flags = -1;
  #extra = new Uint8Array(0);

  constructor(plan: Plan) {
    this.#plan = plan;
    const { format } = plan.index.files.at(-1)!;
    this.#batches = format.flavour === 'mysql' && versionAtLeast(format.version, [8, 0, 0]);
    this.#hasV1 = format.postHeaderLengths[23] !== 0;
  }

  get form(): ShapeForm {
    return this.#forms[this.#shape]!;
  }

  /** Are chains of UPDATEs forbidden in one event of the undo? */
  get chained(): boolean {
    return this.#batches && this.form.shape.table.optional.primaryKey === undefined;
  }

  get timestamp(): number {
    return this.#plan.index.events.timestamp.get(this.event);
  }

  get serverId(): number {
    return this.#plan.index.transactions.serverId.get(this.transaction);
  }

  get place(): SourcePlace {
    const { files, events } = this.#plan.index;
    return {
      file: files[events.file.get(this.event)]!.path,
      offset: events.fileOffset(this.event),
    };
  }

  /** Takes rows event number `event` of the index, which `loaded` has in hand. */
  use(event: number, loaded: LoadedEvents): void {
    const { index, mask } = this.#plan;
    const { events, transactions, shapes } = index;
    const { bytes, start, end } = loaded;
    this.#comesBefore(event);
    const { rows } = this;
    parseRows(bytes, start, end, rows);
    const [shape, statement, transaction] = [
      events.shape.get(event),
      events.statement.get(event),
      events.transaction.get(event),
    ];
    const flags = undoFlags(rows.flags, transactions.rowsFlags.get(transaction));
    this.sameGroup =
      transaction === this.transaction && statement === this.#statement && shape === this.#shape;
    this.continues =
      this.sameGroup && flags === this.#flags && rows.tableId === this.#tableId && this.#hasExtra(bytes);
    this.bytes = bytes;
    this.event = event;
    this.transaction = transaction;
    this.#shape = shape;
    this.#statement = statement;
    this.#forms[shape] ??= formOf(shapes[shape]!);
    this.version = this.#hasV1 ? rows.version : 2;
    this.count = events.rows.get(event);
    const isCut = mask !== undefined && mask.count(event) < this.count;
    this.isSelected = isCut ? (row) => mask.has(event, row) : undefined;
    if (this.continues) return;
    this.#flags = flags;
    this.#tableId = rows.tableId;
    this.#extra = bytes.slice(rows.extraStart, rows.extraEnd);
    this.head = { tableId: rows.tableId, flags, extra: turnedBack(this.#extra, this.form) };
    this.groupTime = events.timestamp.get(event);
  }

  /** Makes sure that an event stands before the one in hand in the files, which is what the order of an undo is about. */
  #comesBefore(event: number): void {
    const { events } = this.#plan.index;
    const file = events.file.get(event);
    const [outer, inner] = [events.fileOffset(event), events.offset.get(event)];
    const isBefore =
      file !== this.#file
        ? file < this.#file
        : outer < this.#outer || (outer === this.#outer && inner < this.#inner);
    if (!isBefore)
      throw new Error(`event ${event} does not stand before ${this.event}: a defect in binflash`);
    [this.#file, this.#outer, this.#inner] = [file, outer, inner];
  }

  #hasExtra(bytes: Uint8Array): boolean {
    const { extraStart, extraEnd } = this.rows;
    if (extraEnd - extraStart !== this.#extra.length) return false;
    return this.#extra.every((byte, i) => bytes[extraStart + i] === byte);
  }
}
