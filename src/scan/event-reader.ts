import { CHECKSUM_LENGTH, checksumMatches } from '../binlog/checksum.ts';
import { type EventHeader, emptyHeader, HEADER_LENGTH, HeaderFlag } from '../binlog/event-header.ts';
import { EventCode, eventType, eventTypeName } from '../binlog/event-types.ts';
import { type FormatDescription, parseFormatDescription } from '../binlog/format-description.ts';
import { parseMariadbGtid, parseMysqlGtid } from '../binlog/gtid.ts';
import { parseIncident } from '../binlog/incident.ts';
import { parseQuery, type QueryEvent } from '../binlog/query.ts';
import { parseRotate } from '../binlog/rotate.ts';
import { emptyRowsEvent, parseRows, type RowsEvent, RowsFlag } from '../binlog/rows.ts';
import { parseXid } from '../binlog/xid.ts';
import { BinflashError } from '../errors.ts';
import type { FileSummary, Obstacle } from './binlog-index.ts';
import { EventTable } from './event-table.ts';
import { Grouping } from './grouping.ts';
import { countRows, ShapeRegistry } from './shapes.ts';
import { classifyStatement, type StatementEffect } from './statement.ts';
import { transactionKeyword } from './transaction-keyword.ts';
import { Ending, NO_THREAD } from './transaction-table.ts';

/** Longest part of a statement that is kept for messages, in characters. */
const STATEMENT_EXCERPT = 200;

const ANYTHING: StatementEffect = { kind: 'unknown', tables: [], databases: [] };

/**
 * Takes one event after the other, verifies it, and writes into the index what the rest of the program
 * needs to know of it. What becomes of each type is decided by the registry of event types alone.
 */
export class EventReader {
  readonly grouping: Grouping = new Grouping();
  readonly events: EventTable = new EventTable();
  readonly shapes: ShapeRegistry = new ShapeRegistry();
  readonly obstacles: Obstacle[] = [];
  #file = -1;
  #summary: FileSummary | undefined;
  #format: FormatDescription | undefined;
  #statement = 0;
  /** XA transactions met that were prepared and not yet committed or rolled back. */
  #prepared = 0;
  readonly #rows = emptyRowsEvent();
  /** Header of the event in hand. */
  readonly header: EventHeader = emptyHeader();

  /** Begins a file with its first event, which must be FORMAT_DESCRIPTION. */
  beginFile(path: string, size: number, bytes: Uint8Array, start: number, end: number): FileSummary {
    const format = parseFormatDescription(bytes, start, end);
    // Its CRC is always real, even where the events after it have none.
    verifyChecksum(bytes, start, end);
    if ((this.header.flags & HeaderFlag.RELAY_LOG) !== 0) {
      throw new BinflashError('UNSUPPORTED', 'relay logs are not supported yet', {
        hint: 'Use the binary logs of the source instead.',
      });
    }
    this.#format = format;
    this.#file++;
    this.#summary = {
      path,
      size,
      format,
      events: new Float64Array(256),
      firstTime: 0,
      lastTime: 0,
      nextFile: undefined,
      endsClosed: false,
      scannedTo: 0,
    };
    this.#summary.events[EventCode.FORMAT_DESCRIPTION] = 1;
    this.shapes.forgetIds();
    return this.#summary;
  }

  endFile(): void {
    this.grouping.abandon();
    this.#format = undefined;
  }

  /** Name of the event in hand, for messages. */
  get eventTypeName(): string {
    return eventTypeName(this.header.type, this.#format?.flavour ?? 'mysql');
  }

  /**
   * Takes the event at `bytes[start, end)`, whose header has been read into {@link header} and which stands
   * at `offset` in the file. @throws BinflashError when it is damaged or cannot be understood
   */
  read(bytes: Uint8Array, start: number, end: number, offset: number): void {
    const { header } = this;
    if (header.type === EventCode.FORMAT_DESCRIPTION) {
      throw new BinflashError('UNSUPPORTED', 'a second FORMAT_DESCRIPTION in one file is not supported yet', {
        hint: 'This looks like a relay log: use the binary logs of the source instead.',
      });
    }
    const format = this.#format!;
    let body = end;
    if (format.checksum === 'crc32') {
      verifyChecksum(bytes, start, end);
      body -= CHECKSUM_LENGTH;
    }
    const summary = this.#summary!;
    summary.events[header.type]!++;
    summary.endsClosed = header.type === EventCode.ROTATE || header.type === EventCode.STOP;
    if (header.timestamp > summary.lastTime) summary.lastTime = header.timestamp;
    if (header.timestamp > 0 && (summary.firstTime === 0 || header.timestamp < summary.firstTime)) {
      summary.firstTime = header.timestamp;
    }
    const type = eventType(header.type, format.flavour);
    switch (type?.action) {
      case 'map':
        this.shapes.map(bytes, start, body, this.#statement, format.flavour);
        return;
      case 'rows':
        this.#readRows(bytes, start, body, offset, offset + end - start);
        return;
      case 'boundary':
        this.#readBoundary(bytes, start, body, offset, offset + end - start);
        return;
      case 'drop':
        if (header.type === EventCode.ROTATE) summary.nextFile = parseRotate(bytes, start, body);
        if (summary.endsClosed) this.grouping.abandon();
        return;
      case 'statement':
        this.#readLoad(bytes, start, body, offset, offset + end - start);
        return;
      case 'incident':
        this.#obstacle('incident', offset, offset + end - start, parseIncident(bytes, start, body), ANYTHING);
        return;
      case 'unreadable':
        throw new BinflashError(
          header.type === EventCode.START_ENCRYPTION ? 'ENCRYPTED' : 'UNSUPPORTED',
          header.type === EventCode.START_ENCRYPTION
            ? 'the events from here on are encrypted, and decryption is not supported yet'
            : `events of type ${type.name} cannot be read`,
          { hint: 'Dump the file from its server with --read-from-remote-server --raw and use that copy.' },
        );
      case 'refuse':
        this.#refuse(type.name, offset, offset + end - start);
        return;
      case 'fde':
        return;
      case undefined:
        if ((header.flags & HeaderFlag.IGNORABLE) === 0)
          this.#refuse(`type ${header.type}`, offset, offset + end - start);
        return;
    }
  }

  #readRows(bytes: Uint8Array, start: number, body: number, offset: number, end: number): void {
    const { header } = this;
    const rows = this.#rows;
    parseRows(bytes, start, body, rows);
    const statementEnds = (rows.flags & RowsFlag.STMT_END) !== 0;
    if (!isDummy(rows)) {
      const shape = this.shapes.shapeOf(bytes, rows, this.#statement);
      // Where lengths are not known, nothing can be counted, and the plan refuses what is selected.
      const count = shape.table.lengthsKnown ? countRows(bytes, rows, shape) : 0;
      const transaction = this.grouping.rows(
        rows.flags,
        this.#file,
        offset,
        end,
        header.timestamp,
        header.serverId,
        this.events.length,
      );
      this.events.add(
        offset,
        end - offset,
        header.timestamp,
        shape.number,
        transaction,
        this.#statement,
        count,
        rows.flags,
      );
    }
    if (statementEnds) {
      this.#statement++;
      this.grouping.statementEnd(end, header.timestamp);
    }
  }

  #readBoundary(bytes: Uint8Array, start: number, body: number, offset: number, end: number): void {
    const { grouping, header } = this;
    const { timestamp, serverId } = header;
    switch (header.type) {
      case EventCode.XID:
        if (grouping.current >= 0) grouping.transactions.xid[grouping.current] = parseXid(bytes, start, body);
        grouping.end(Ending.XID, end, timestamp);
        return;
      case EventCode.GTID:
        grouping.gtid(
          parseMysqlGtid(bytes, start, body),
          this.#file,
          offset,
          timestamp,
          serverId,
          this.events.length,
        );
        return;
      case EventCode.ANONYMOUS_GTID:
        grouping.gtid(undefined, this.#file, offset, timestamp, serverId, this.events.length);
        return;
      case EventCode.MARIADB_GTID: {
        const gtid = parseMariadbGtid(bytes, start, body, serverId);
        grouping.mariadbGtid(gtid, this.#file, offset, timestamp, serverId, this.events.length);
        return;
      }
      case EventCode.XA_PREPARE:
        this.#prepareXa(bytes[start + HEADER_LENGTH]!, end);
        return;
      default:
        this.#readQuery(bytes, start, body, offset, end);
    }
  }

  #readQuery(bytes: Uint8Array, start: number, body: number, offset: number, end: number): void {
    const { grouping, header } = this;
    const query = parseQuery(bytes, start, body);
    const { threadId, text } = query;
    // Statements begin and end here too: table ids do not live across a QUERY.
    this.#statement++;
    switch (transactionKeyword(text)) {
      case 'begin':
        grouping.begin(threadId, this.#file, offset, header.timestamp, header.serverId, this.events.length);
        return;
      case 'commit':
        grouping.end(Ending.COMMIT, end, header.timestamp);
        return;
      case 'rollback':
        grouping.end(Ending.ROLLBACK, end, header.timestamp);
        return;
      case 'no-effect':
        return;
      case 'rollback-to':
        this.#obstacle('rollback-to-savepoint', offset, end, text, ANYTHING);
        return;
      case 'xa':
        // Commits or rolls back rows that are in an earlier file, unless their XA_PREPARE was met.
        if (this.#prepared > 0) this.#prepared--;
        else this.#obstacle('unsupported', offset, end, text, ANYTHING);
        grouping.statement(end, header.timestamp);
        return;
      case undefined: {
        const effect = effectOf(query);
        if (effect.kind !== 'none') this.#obstacle('statement', offset, end, text, effect, threadId);
        grouping.statement(end, header.timestamp);
      }
    }
  }

  #readLoad(bytes: Uint8Array, start: number, body: number, offset: number, end: number): void {
    const query = parseQuery(bytes, start, body);
    this.#statement++;
    this.#obstacle('statement', offset, end, query.text, effectOf(query), query.threadId);
  }

  /** Its rows are in the index, and refused where they are selected; the XA COMMIT that follows says nothing more. */
  #prepareXa(onePhase: number, end: number): void {
    if (onePhase === 0) this.#prepared++;
    this.grouping.end(Ending.PREPARED, end, this.header.timestamp);
  }

  #refuse(name: string, offset: number, end: number): void {
    this.#obstacle('unsupported', offset, end, name, ANYTHING);
    if (this.header.type === EventCode.TRANSACTION_PAYLOAD)
      this.grouping.statement(end, this.header.timestamp);
  }

  #obstacle(
    kind: Obstacle['kind'],
    offset: number,
    end: number,
    text: string,
    effect: StatementEffect,
    threadId = NO_THREAD,
  ): void {
    this.obstacles.push({
      kind,
      file: this.#file,
      offset,
      end,
      timestamp: this.header.timestamp,
      serverId: this.header.serverId,
      threadId,
      eventType: this.eventTypeName,
      transaction: this.grouping.current,
      eventsBefore: this.events.length,
      text: excerpt(text),
      effect,
    });
  }
}

/** The beginning of a text, copied: a slice of a string keeps the whole string in memory. */
function excerpt(text: string): string {
  return Buffer.from(text.slice(0, STATEMENT_EXCERPT)).toString();
}

/** What a statement may do; when its names cannot be read, it may mean any table. */
function effectOf(query: QueryEvent): StatementEffect {
  const effect = classifyStatement(query.text, query.database);
  if (effect.kind === 'none') return effect;
  if (effect.kind !== 'statement') return query.readable ? effect : ANYTHING;
  // What the server says it changed is better than what the text names: views and triggers reach further.
  if (query.updatedDatabases !== undefined)
    return { ...effect, databases: query.updatedDatabases, certain: true };
  return query.cut || !query.readable ? { ...effect, databases: [] } : effect;
}

function verifyChecksum(bytes: Uint8Array, start: number, end: number): void {
  if (end - start < HEADER_LENGTH + CHECKSUM_LENGTH || !checksumMatches(bytes, start, end)) {
    throw new BinflashError('BAD_CHECKSUM', 'the checksum does not match the event', {
      hint: 'The file is damaged: take another copy from the server or a replica, or stop before it with --stop-position.',
    });
  }
}

/**
 * A rows event without a table, there only to carry STMT_END_F where the real last event was filtered
 * out (MariaDB: sql/log_event_server.cc, Rows_log_event::do_apply_event).
 */
function isDummy(rows: RowsEvent): boolean {
  return rows.columnCount === 0;
}
