import { setImmediate } from 'node:timers/promises';
import { unpackEvent } from '../binlog/compressed-event.ts';
import type { Keys } from '../binlog/encryption/keys.ts';
import { HeaderFlag, readHeader } from '../binlog/event-header.ts';
import { EventCode, eventType, eventTypeName, type Flavour } from '../binlog/event-types.ts';
import { checksumLength } from '../binlog/format-description.ts';
import { parseIncident } from '../binlog/incident.ts';
import { isOdd, normalForm } from '../binlog/normal-form.ts';
import { parseQuery } from '../binlog/query.ts';
import { emptyRowsEvent, isDummy, parseRows, type RowsEvent, RowsFlag } from '../binlog/rows.ts';
import { statementTextStart } from '../binlog/statement-text.ts';
import { parsePayload, unpackPayload } from '../binlog/transaction-payload.ts';
import { BinflashError } from '../errors.ts';
import type { PageStore } from '../io/page-store.ts';
import type { FileSummary } from './binlog-index.ts';
import { Boundaries } from './boundaries.ts';
import { verifyChecksum } from './checked-format.ts';
import { CurrentFile } from './current-file.ts';
import { Decryption } from './decryption.ts';
import { DigitsSearch } from './digits-search.ts';
import { EventTable, PLAIN } from './event-table.ts';
import { Grouping } from './grouping.ts';
import { InnerEvents, mayBeInner } from './inner-events.ts';
import { LogMark } from './log-mark.ts';
import { ANYTHING, Obstacles } from './obstacles.ts';
import { isPreGa, preGaMap } from './old-formats.ts';
import { type EventPlace, emptyPlace } from './place.ts';
import { RelayChain } from './relay-chain.ts';
import { ReplaceDoubt } from './replace-doubt.ts';
import { type KnownDigits, type RowCount, ShapeRegistry } from './shapes.ts';
import { TextTable } from './text-table.ts';
import { ToldDigits } from './told-digits.ts';

/** Pieces of 128 KiB that are unpacked before others have their turn. */
const PIECES_IN_A_ROW = 64;

/**
 * Takes one event after the other, verifies it, and writes into the index what the rest of the program
 * needs to know of it. What becomes of each type is decided by the registry of event types alone.
 */
export class EventReader {
  /** Where the event in hand stands, its header included. */
  readonly place: EventPlace = emptyPlace();
  readonly events: EventTable;
  readonly texts: TextTable;
  readonly grouping: Grouping;
  readonly obstacles: Obstacles;
  readonly shapes: ShapeRegistry;
  readonly digits: DigitsSearch = new DigitsSearch();
  readonly toldDigits: ToldDigits = new ToldDigits();
  /** Of the file in hand. */
  readonly decryption: Decryption;
  readonly #boundaries: Boundaries;
  readonly #replace = new ReplaceDoubt();
  readonly #maxUnpacked: number;
  readonly #file = new CurrentFile();
  readonly #rows: RowsEvent = emptyRowsEvent();
  readonly #count: RowCount = { rows: 0, largest: 0 };
  /** The packed event that holds the one in hand, or {@link PLAIN}; and where in it that one begins. */
  #packed = PLAIN;
  #inner = 0;
  readonly #relayChain: RelayChain;
  /** What the event in hand, or the one that holds it, says. */
  #endLogPos = 0;
  /** Of the log in hand, and how many transactions came before it. */
  readonly #mark = new LogMark();
  #transactionsBefore = 0;

  /**
   * `maxUnpacked`: most bytes that one TRANSACTION_PAYLOAD may unpack to; `pages` keeps the index; `keys` are those of
   * MariaDB; `known` are digits of its old temporal columns.
   */
  constructor(maxUnpacked: number, pages: PageStore, keys?: Keys, known?: KnownDigits) {
    this.shapes = new ShapeRegistry(undefined, known);
    this.#maxUnpacked = maxUnpacked;
    this.decryption = new Decryption(keys);
    this.events = new EventTable(pages);
    this.texts = new TextTable(pages);
    this.grouping = new Grouping(this.place, this.events, this.texts, pages);
    this.obstacles = new Obstacles(this.place, this.events, this.grouping, pages);
    this.#boundaries = new Boundaries(this.place, this.grouping, this.obstacles);
    this.#relayChain = new RelayChain(this.grouping);
  }

  /** Begins a file with its first event, which must be FORMAT_DESCRIPTION. */
  beginFile(path: string, size: number, bytes: Uint8Array, start: number, end: number): FileSummary {
    const { last } = this.#file;
    const before = last && { path: last.path, log: this.#file.log };
    const summary = this.#file.begin(path, size, bytes, start, end);
    const { isRelay, log } = this.#file;
    this.place.file++;
    this.place.isRelay = isRelay;
    this.#relayChain.beginFile(summary);
    this.#relayChain.beginLog({ path, log }, before, this.#endLogPos);
    // In relay logs, transactions go on in the next file.
    if (!isRelay) this.#restart();
    this.#beginMark(bytes, start, end);
    return summary;
  }

  /** Number of the first transaction that may still change. */
  get complete(): number {
    const { current, transactions } = this.grouping;
    return current < 0 ? transactions.length : current;
  }

  /** Begins a further log of the file in hand, whose magic stands at `offset`. Its first event is yet to come. */
  beginLog(bytes: Uint8Array, start: number, end: number, offset: number): void {
    this.#endLog();
    const { path } = this.#file.summary;
    const before = { path, log: this.#file.log };
    this.#file.beginLog(bytes, start, end, offset);
    this.#relayChain.beginLog({ path, log: this.#file.log }, before, this.#endLogPos);
    if (!this.#file.isRelay) this.#restart();
    this.#beginMark(bytes, start, end);
  }

  #beginMark(bytes: Uint8Array, start: number, end: number): void {
    this.#mark.begin(bytes, start, end);
    this.#transactionsBefore = this.grouping.transactions.length;
  }

  /** Is the log in hand known by its beginning now? */
  #takeMark(): void {
    const { current, transactions } = this.grouping;
    this.#file.log.mark ??= this.#mark.take(current < 0 && transactions.length > this.#transactionsBefore);
  }

  #endLog(): void {
    this.decryption.end();
    this.#takeMark();
    this.#file.log.gtidsSeen = this.grouping.trail.take(this.grouping.current >= 0);
  }

  endFile(): void {
    this.#endLog();
    if (!this.#file.isRelay) this.grouping.abandon();
    this.#file.end();
  }

  /** The server was started anew: what is open was never committed, and no table id means what it meant. */
  #restart(): void {
    this.grouping.abandon();
    this.shapes.forgetIds();
  }

  /** Name of the event in hand, for messages. */
  get eventTypeName(): string {
    return eventTypeName(this.place.header.type, this.#file.format?.flavour ?? 'mysql');
  }

  /**
   * Takes the event at `bytes[start, end)`, whose header has been read into {@link place} and which stands
   * at `offset` in the file. @throws BinflashError when it is damaged or cannot be understood
   */
  read(bytes: Uint8Array, start: number, end: number, offset: number): void {
    const body = this.#open(bytes, start, end, offset);
    if (!isOdd(this.#file.format!)) this.#take(bytes, start, body);
    else {
      const event = normalForm(bytes, start, body, this.#file.format!);
      this.#take(event, 0, event.length);
    }
    if (this.place.isRelay) this.#relayChain.taken(this.place.header, this.#endLogPos);
  }

  /**
   * Makes the whole ones among the events at `bytes[start, end)` plain where they are encrypted, the first of which
   * stands at `offset`; answers where the first begins that is not whole.
   *
   * @throws BinflashError `ENCRYPTED`
   */
  decrypt(bytes: Uint8Array, start: number, end: number, offset: number): number {
    const { log } = this.#file;
    // By where they stand in their own log, events are encrypted.
    const plainTo = this.decryption.decrypt(bytes, start, end, offset - log.offset, this.#file.format!);
    log.encrypted ??= { from: offset, cipher: this.decryption.cipher! };
    return plainTo;
  }

  /** Does the event in hand hold others, for {@link readPayload}? */
  get isPayload(): boolean {
    return this.place.header.type === EventCode.TRANSACTION_PAYLOAD && this.#file.format?.flavour === 'mysql';
  }

  /**
   * The same for a TRANSACTION_PAYLOAD, with the events in it, however many they are: signals are heard meanwhile.
   *
   * @throws BinflashError; and the signal's reason when it is aborted
   */
  async readPayload(
    bytes: Uint8Array,
    start: number,
    end: number,
    offset: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const body = this.#open(bytes, start, end, offset);
    const { containers } = this.events;
    const packed = containers.add(offset, end - start);
    const inner = new InnerEvents((piece, from, to, innerOffset) => {
      this.#packed = packed;
      this.#inner = innerOffset;
      this.#takeInner(piece, from, to);
    });
    let pieces = 0;
    for (const piece of unpackPayload(bytes, parsePayload(bytes, start, body), this.#maxUnpacked)) {
      inner.push(piece);
      if (++pieces % PIECES_IN_A_ROW > 0) continue;
      await setImmediate();
      signal?.throwIfAborted();
    }
    inner.finish();
    containers.unpacked.set(packed, inner.offset);
  }

  /** Verifies the event at `bytes[start, end)` and counts it; answers where its checksum begins. */
  #open(bytes: Uint8Array, start: number, end: number, offset: number): number {
    const { place } = this;
    const { header } = place;
    place.offset = offset;
    place.end = offset + end - start;
    this.#endLogPos = header.endLogPos;
    this.#packed = PLAIN;
    if (header.type === EventCode.FORMAT_DESCRIPTION) {
      const isStarted = this.#file.readFormat(bytes, start, end, offset);
      if (isStarted) this.#restart();
      this.#relayChain.connected();
    }
    const trailer = checksumLength(this.#file.format!);
    if (trailer > 0) verifyChecksum(bytes, start, end);
    if (this.#mark.isOpen && header.type !== EventCode.FORMAT_DESCRIPTION) {
      this.#takeMark();
      this.#mark.add(bytes, start, end - trailer);
    }
    this.#file.count(header);
    return end - trailer;
  }

  /** Does with the event in hand, its checksum left out, what the registry says. */
  #take(bytes: Uint8Array, start: number, body: number): void {
    const { header } = this.place;
    const { flavour } = this.#file.format!;
    if (this.place.isRelay) this.#relayChain.next(header, bytes, start, body);
    const type = eventType(header.type, flavour);
    switch (type?.action) {
      case 'map':
        this.#readMap(bytes, start, body, flavour);
        return;
      case 'rows':
        this.#readRows(bytes, start, body);
        return;
      case 'boundary':
        this.#boundaries.read(bytes, start, body, type.name, flavour);
        if (this.place.isRelay) this.#relayChain.boundary();
        return;
      case 'packed':
        this.#readCompressed(bytes, start, body);
        return;
      case 'text':
        this.#readText(bytes, start, body);
        return;
      case 'drop':
        this.#readDropped(bytes, start, body);
        return;
      case 'statement':
        this.grouping.statement++;
        this.obstacles.addStatement(parseQuery(bytes, start, body), type.name, flavour);
        return;
      case 'incident':
        this.obstacles.add('incident', type.name, parseIncident(bytes, start, body), ANYTHING);
        return;
      case 'encryption':
        this.decryption.begin(bytes, start, body, this.place.offset);
        this.#file.log.encryption = 'encrypt_binlog';
        return;
      case 'unreadable':
        throw unreadable(type.name);
      case 'refuse':
        this.obstacles.add('unsupported', type.name, type.name, ANYTHING);
        return;
      case 'fde':
        return;
      case undefined:
        if ((header.flags & HeaderFlag.IGNORABLE) === 0) {
          const name = eventTypeName(header.type, flavour);
          this.obstacles.add('unsupported', name, name, ANYTHING);
        }
        return;
    }
  }

  #readMap(bytes: Uint8Array, start: number, body: number, flavour: Flavour): void {
    try {
      this.#replace.map(this.shapes.map(bytes, start, body, this.grouping.statement, flavour).flags);
    } catch (error) {
      throw isPreGa(this.#file.format!) && error instanceof BinflashError ? preGaMap() : error;
    }
  }

  #readRows(bytes: Uint8Array, start: number, body: number): void {
    const { grouping, events, place } = this;
    const rows = this.#rows;
    parseRows(bytes, start, body, rows);
    if (grouping.inRestOfStatement && !isDummy(rows) && !this.shapes.maps(rows.tableId, grouping.statement)) {
      grouping.rest();
      const name = this.eventTypeName;
      this.obstacles.add('rest', name, name, ANYTHING);
    } else if (!isDummy(rows)) {
      const shape = this.shapes.shapeOf(bytes, rows, grouping.statement);
      // Where lengths are not known, nothing can be counted, and the plan refuses what is selected.
      const count = this.#count;
      if (!shape.table.lengthsKnown) this.digits.watch(shape, bytes, rows);
      if (!shape.table.lengthsKnown || !this.toldDigits.count(bytes, rows, shape, count)) {
        count.rows = count.largest = 0;
      }
      const plain = this.#packed === PLAIN;
      const transaction = grouping.rows(rows.flags);
      events.add(
        place.file,
        this.#packed,
        plain ? place.offset : this.#inner,
        plain ? place.end - place.offset : body - start,
        place.header.timestamp,
        shape.number,
        transaction,
        grouping.statement,
        count.rows,
        count.largest,
        rows.flags,
        this.#replace.concerns(shape, this.#file.format!.flavour),
      );
    }
    if ((rows.flags & RowsFlag.STMT_END) === 0) return;
    grouping.statementEnd();
    this.#replace.statementEnd();
  }

  #readDropped(bytes: Uint8Array, start: number, body: number): void {
    const { place } = this;
    this.#file.readPlace(place.header, bytes, start, body, place.offset);
    if (this.#file.log.endsClosed && !this.#file.isRelay) this.grouping.abandon();
  }

  #readText(bytes: Uint8Array, start: number, body: number): void {
    const { grouping, place, texts, events } = this;
    this.#replace.annotate(bytes, statementTextStart(bytes, start, body), body);
    const plain = this.#packed === PLAIN;
    // Where no transaction is open, the rows that follow open one.
    texts.add(
      grouping.current < 0 ? grouping.transactions.length : grouping.current,
      grouping.statement,
      events.length,
      place.file,
      this.#packed,
      plain ? place.offset : this.#inner,
      plain ? place.end - place.offset : body - start,
    );
  }

  /** Takes an event out of a TRANSACTION_PAYLOAD. */
  #takeInner(bytes: Uint8Array, start: number, end: number): void {
    const { header } = this.place;
    readHeader(bytes, start, header);
    header.endLogPos = this.#endLogPos;
    const { type } = header;
    if (!mayBeInner(type)) {
      throw new BinflashError('DAMAGED', `a TRANSACTION_PAYLOAD holds an event of type ${type}`);
    }
    this.#file.summary.events[type]!++;
    this.#take(bytes, start, end);
    // Between two of them, what may go wrong is the payload's.
    header.type = EventCode.TRANSACTION_PAYLOAD;
  }

  /** A compressed event of MariaDB. */
  #readCompressed(bytes: Uint8Array, start: number, body: number): void {
    const { place, events } = this;
    const plain = unpackEvent(bytes, start, body);
    readHeader(plain, 0, place.header);
    if (place.header.type !== EventCode.QUERY) {
      this.#packed = events.containers.add(place.offset, place.end - place.offset);
      events.containers.unpacked.set(this.#packed, plain.length);
      this.#inner = 0;
    }
    this.#take(plain, 0, plain.length);
  }
}

function unreadable(name: string): BinflashError {
  return new BinflashError('UNSUPPORTED', `events of type ${name} cannot be read`, {
    hint: 'Dump the file from its server with --read-from-remote-server --raw and use that copy.',
  });
}
