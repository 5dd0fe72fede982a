import { CHECKSUM_LENGTH, type ChecksumAlgorithm, writeChecksum } from '../binlog/checksum.ts';
import { HEADER_LENGTH, MAGIC, MAX_EVENT, sealHeader, writeHeader } from '../binlog/event-header.ts';
import { EventCode } from '../binlog/event-types.ts';
import { encodeFormatDescription, type FormatDescription } from '../binlog/format-description.ts';
import { hasGtidNext } from '../binlog/output-format.ts';
import { encodeQuery } from '../binlog/query.ts';
import { type ChangeKind, RowsFlag, type RowsVersion, rowsType, writeRowsHead } from '../binlog/rows.ts';
import { TABLE_MAP_BODY, type TableDefinition } from '../binlog/table-map.ts';
import { encodeXid } from '../binlog/xid.ts';
import { BinflashError } from '../errors.ts';
import type { ChunkSink } from '../io/chunk-sink.ts';
import { CachedView } from '../wire/cached-view.ts';
import { copyInside } from '../wire/copy.ts';
import { crc32 } from '../wire/crc32.ts';
import { writeU32, writeU48 } from '../wire/integers.ts';

/** Pieces of this size and more are written from where they are instead of being copied. */
const BORROW_FROM = 256 * 1024;

/** What the rows of one output event have in common. */
export interface RowsTemplate {
  readonly table: TableDefinition;
  readonly tableId: number;
  readonly kind: ChangeKind;
  readonly version: RowsVersion;
  /** Rows flags without STMT_END_F, which every output event carries. */
  readonly flags: number;
  /** Extra data of the source event (version 2), outliving its window. */
  readonly extra: Uint8Array;
  /** Column count as packed integer, then the bitmaps. */
  readonly columns: Uint8Array;
  readonly timestamp: number;
  readonly serverId: number;
}

/**
 * Writes the events of an undo binlog, keeping position, sizes and checksums. Rows are packed into events
 * of at most `maxEventSize` bytes, each with its own TABLE_MAP and STMT_END_F, so that each is replayed as
 * one BINLOG statement; a row too large for that stands alone.
 */
export class EventWriter {
  /** Where the next event begins in the current file. */
  position = 0;
  /** Most characters of base64 that a client sends in one BINLOG statement of this file. */
  largestStatement = 0;
  /** Rows events begun so far, those of one row alone included. */
  rowsEvents = 0;
  readonly #sink: ChunkSink;
  readonly #checksum: ChecksumAlgorithm;
  readonly #trailer: number;
  readonly #maxEventSize: number;
  readonly #view: CachedView = new CachedView();
  #template: RowsTemplate | undefined;
  /** Where the open rows event begins in the sink's chunk, or -1. */
  #open = -1;
  #openLimit = 0;

  constructor(sink: ChunkSink, checksum: ChecksumAlgorithm, maxEventSize: number) {
    this.#sink = sink;
    this.#checksum = checksum;
    this.#trailer = checksum === 'crc32' ? CHECKSUM_LENGTH : 0;
    this.#maxEventSize = maxEventSize;
  }

  /** Begins a file: magic, FORMAT_DESCRIPTION and, where there are such, the statement that makes GTIDs automatic. */
  beginFile(format: FormatDescription): void {
    this.#sink.put(MAGIC);
    const event = encodeFormatDescription(format, this.#checksum, MAGIC.length + format.bytes.length);
    this.#sink.put(event);
    this.position = MAGIC.length + event.length;
    if (hasGtidNext(format)) {
      // Without it a server with gtid_mode=ON takes the undo for a transaction of its own without a GTID
      // and answers ERROR 1782; with it nobody has to remember --skip-gtids.
      this.event(encodeQuery("SET @@SESSION.GTID_NEXT='AUTOMATIC'", format.timestamp, format.serverId));
    }
  }

  /** Ends the open rows event and writes BEGIN. */
  begin(timestamp: number, serverId: number): void {
    this.event(encodeQuery('BEGIN', timestamp, serverId));
  }

  /** Ends the open rows event and writes XID, the commit. */
  commit(xid: bigint, timestamp: number, serverId: number): void {
    this.event(encodeXid(xid, timestamp, serverId));
  }

  /** Writes an event that was encoded without size, position and checksum. */
  event(event: Uint8Array): void {
    this.closeRows();
    const sink = this.#sink;
    sink.ensure(event.length + this.#trailer);
    const start = sink.at;
    sink.bytes.set(event, start);
    sink.at += event.length;
    this.#seal(start);
  }

  /** The rows that follow belong into events made after this template. */
  useTemplate(template: RowsTemplate): void {
    this.closeRows();
    this.#template = template;
  }

  /** Adds a row of one image, `source[start, end)`. */
  row(source: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (!this.reserve(length)) {
      this.rowAlone([source.subarray(start, end)]);
      return;
    }
    const sink = this.#sink;
    this.#copy(sink.at, source, start, end);
    sink.at += length;
  }

  /** Adds a row of two images that stand one after the other in the source, the second one first. */
  swappedRow(source: Uint8Array, start: number, middle: number, end: number): void {
    const length = end - start;
    if (!this.reserve(length)) {
      this.rowAlone([source.subarray(middle, end), source.subarray(start, middle)]);
      return;
    }
    const sink = this.#sink;
    this.#copy(sink.at, source, middle, end);
    this.#copy(sink.at + end - middle, source, start, middle);
    sink.at += length;
  }

  /** Copying inside one array is more than twice as fast as making a view of another for every row. */
  #copy(at: number, source: Uint8Array, start: number, end: number): void {
    const { bytes } = this.#sink;
    if (bytes === source) copyInside(bytes, this.view, at, start, end);
    else bytes.set(source.subarray(start, end), at);
  }

  /** Does an event of normal size hold rows of this length? */
  fits(length: number): boolean {
    return this.#headLength() + length + this.#trailer <= this.#maxEventSize;
  }

  /** Makes room for rows of this length in the open event, or in a new one; false when no event of normal size holds them. */
  reserve(length: number): boolean {
    if (this.#open >= 0) {
      if (this.#sink.at + length <= this.#openLimit) return true;
      this.closeRows();
    }
    if (!this.fits(length)) return false;
    this.#mapTable();
    this.#sink.ensure(this.#maxEventSize);
    this.#open = this.#sink.at;
    this.#openLimit = this.#open + this.#maxEventSize - this.#trailer;
    this.rowsEvents++;
    this.#writeHead();
    return true;
  }

  /** Had the caller better wait until the disk has taken what there is? */
  get isBehind(): boolean {
    return this.#sink.isBehind;
  }

  /** Where rows are written to; {@link openEnd} is an index into it. */
  get bytes(): Uint8Array {
    return this.#sink.bytes;
  }

  /** The same as {@link bytes}. */
  get view(): DataView {
    return this.#view.of(this.#sink.bytes);
  }

  /** Takes rows of this length into the open event, which have been written at {@link openEnd}. */
  take(length: number): void {
    this.#sink.at += length;
  }

  /** Where the rows of the open event end, or -1 when none is open. */
  get openEnd(): number {
    return this.#open < 0 ? -1 : this.#sink.at;
  }

  /** Ends the open rows event, if there is one. */
  closeRows(): void {
    if (this.#open < 0) return;
    this.#countStatement(this.#sink.at - this.#open + this.#trailer);
    this.#seal(this.#open);
    this.#open = -1;
  }

  /**
   * Adds a row in an event of its own, whatever its size. Large pieces are written from where they are, and must stay so
   * until the sink has room again.
   *
   * @throws BinflashError `ROW_IMAGE` when no event can hold it
   */
  rowAlone(pieces: readonly Uint8Array[]): void {
    this.closeRows();
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const size = this.#headLength() + length + this.#trailer;
    if (size > MAX_EVENT) throw tooLarge(size);
    this.rowsEvents++;
    this.#mapTable();
    const sink = this.#sink;
    sink.ensure(this.#headLength());
    const start = sink.at;
    this.#writeHead();
    sealHeader(sink.bytes, start, size, this.position + size);
    let crc = this.#trailer > 0 ? crc32(sink.bytes, start, sink.at) : 0;
    for (const piece of pieces) {
      if (this.#trailer > 0) crc = crc32(piece, 0, piece.length, crc);
      if (piece.length >= BORROW_FROM) sink.borrow(piece);
      else sink.put(piece);
    }
    sink.ensure(this.#trailer);
    if (this.#trailer > 0) writeU32(sink.bytes, sink.at, crc);
    sink.at += this.#trailer;
    this.position += size;
    this.#countStatement(size);
  }

  #headLength(): number {
    const { version, extra, columns } = this.#template!;
    return HEADER_LENGTH + 8 + (version === 2 ? 2 + extra.length : 0) + columns.length;
  }

  #writeHead(): void {
    const { kind, version, timestamp, serverId, tableId, flags, extra, columns } = this.#template!;
    const { bytes, at } = this.#sink;
    writeHeader(bytes, at, rowsType(kind, version), timestamp, serverId, 0);
    const end = writeRowsHead(
      bytes,
      at + HEADER_LENGTH,
      tableId,
      flags | RowsFlag.STMT_END,
      version,
      extra,
      kind,
    );
    bytes.set(columns, end);
    this.#sink.at = end + columns.length;
  }

  #mapLength(): number {
    return TABLE_MAP_BODY - 2 + this.#template!.table.body.length;
  }

  #mapTable(): void {
    const { table, tableId, timestamp, serverId } = this.#template!;
    const sink = this.#sink;
    sink.ensure(this.#mapLength() + this.#trailer);
    const start = sink.at;
    writeHeader(sink.bytes, start, EventCode.TABLE_MAP, timestamp, serverId, 0);
    writeU48(sink.bytes, start + HEADER_LENGTH, tableId);
    sink.bytes.set(table.body, start + HEADER_LENGTH + 6);
    sink.at += this.#mapLength();
    this.#seal(start);
  }

  /** Completes the event that begins at `start` and ends where the sink is. */
  #seal(start: number): void {
    const sink = this.#sink;
    const size = sink.at - start + this.#trailer;
    sealHeader(sink.bytes, start, size, this.position + size);
    if (this.#trailer > 0) writeChecksum(sink.bytes, start, sink.at);
    sink.at += this.#trailer;
    this.position += size;
  }

  #countStatement(rowsEventSize: number): void {
    const length = binlogStatementLength([this.#mapLength() + this.#trailer, rowsEventSize]);
    if (length > this.largestStatement) this.largestStatement = length;
  }
}

function tooLarge(size: number): BinflashError {
  return new BinflashError(
    'ROW_IMAGE',
    `the undo of one row would be an event of ${size} bytes, and none is longer than ${MAX_EVENT}`,
  );
}

/**
 * Characters of the BINLOG statement in which mysqlbinlog sends these events: each as base64 in lines of
 * 76, each line with its end, and the words around them (MySQL, client/mysqlbinlog.cc; base64_encode).
 */
export function binlogStatementLength(eventSizes: readonly number[]): number {
  let length = "BINLOG '\n'".length;
  for (const size of eventSizes) {
    const characters = Math.ceil(size / 3) * 4;
    length += characters + Math.ceil(characters / 76);
  }
  return length;
}
