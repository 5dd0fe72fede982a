import { type EventHeader, HeaderFlag, MAGIC } from '../binlog/event-header.ts';
import { EventCode } from '../binlog/event-types.ts';
import type { FormatDescription } from '../binlog/format-description.ts';
import { readGtidsBefore } from '../binlog/previous-gtids.ts';
import { parseRotate, type Rotate } from '../binlog/rotate.ts';
import { type FileSummary, isRelayLog, type LogSummary, lastLog } from './binlog-index.ts';
import { checkedFormat } from './checked-format.ts';

/** What the events so far say of the file in hand: its formats, its logs, the files that it names, its times. */
export class CurrentFile {
  #summary: FileSummary | undefined;
  #format: FormatDescription | undefined;

  /** Begins a file with its first event, which must be FORMAT_DESCRIPTION. */
  begin(path: string, size: number, bytes: Uint8Array, start: number, end: number): FileSummary {
    const format = checkedFormat(bytes, start, end);
    this.#format = format;
    // A replica that was told to start and stop leaves relay logs in which nothing of its source stands.
    const before = format.isRelay ? this.#summary?.format : undefined;
    const lastSource = format.isRelay ? this.#summary?.sourceFiles.at(-1) : undefined;
    this.#summary = {
      path,
      size,
      format: before ?? format,
      formats: [{ offset: MAGIC.length, format }],
      events: new Float64Array(256),
      firstTime: 0,
      lastTime: 0,
      logs: [beginningOf(format, 0)],
      sourceFiles: lastSource === undefined ? [] : [{ ...lastSource, offset: 0 }],
      scannedTo: 0,
      tornBytes: 0,
    };
    this.#summary.events[EventCode.FORMAT_DESCRIPTION] = 1;
    return this.#summary;
  }

  /** Of a file that was begun, and is not ended. */
  get summary(): FileSummary {
    return this.#summary!;
  }

  /** The file in hand, or the one before while the next has not begun. */
  get last(): FileSummary | undefined {
    return this.#summary;
  }

  /** In force for the event in hand; `undefined` between two files. */
  get format(): FormatDescription | undefined {
    return this.#format;
  }

  get isRelay(): boolean {
    return isRelayLog(this.summary);
  }

  get log(): LogSummary {
    return lastLog(this.summary);
  }

  /** Begins a further log of the file, whose magic stands at `offset`. Its first event is yet to come. */
  beginLog(bytes: Uint8Array, start: number, end: number, offset: number): void {
    this.summary.logs.push(beginningOf(checkedFormat(bytes, start, end), offset));
  }

  end(): void {
    this.#format = undefined;
  }

  /**
   * A FORMAT_DESCRIPTION behind others; answers whether the source was started anew. A replica writes that of its
   * source whenever it connects, which may be in the middle of a transaction; `created` says that the source was started.
   */
  readFormat(bytes: Uint8Array, start: number, end: number, offset: number): boolean {
    const { summary } = this;
    const format = checkedFormat(bytes, start, end, this.#format);
    this.#format = format;
    summary.formats.push({ offset, format });
    // MariaDB's replicas write one more of their own, which does not say that it is.
    if (format.isRelay || (this.isRelay && format.serverId === summary.formats[0]!.format.serverId)) {
      return false;
    }
    summary.format = format;
    return format.created > 0;
  }

  /** Counts an event, and notes its time and whether the log is closed by it. */
  count(header: EventHeader): void {
    const { summary } = this;
    summary.events[header.type]!++;
    this.log.endsClosed =
      header.type === EventCode.STOP || (header.type === EventCode.ROTATE && this.#isOwn(header));
    if (header.timestamp > summary.lastTime) summary.lastTime = header.timestamp;
    if (header.timestamp > 0 && (summary.firstTime === 0 || header.timestamp < summary.firstTime)) {
      summary.firstTime = header.timestamp;
    }
  }

  /** An event that says where the file stands among others: ROTATE at `offset`, or the GTIDs before it. */
  readPlace(header: EventHeader, bytes: Uint8Array, start: number, body: number, offset: number): void {
    const { type } = header;
    if (!this.#isOwn(header)) {
      if (type === EventCode.ROTATE) this.#readSource(parseRotate(bytes, start, body), offset);
      return;
    }
    if (type === EventCode.ROTATE) this.log.nextFile = parseRotate(bytes, start, body).name;
    if (type === EventCode.PREVIOUS_GTIDS || type === EventCode.MARIADB_GTID_LIST) {
      this.log.gtidsBefore = readGtidsBefore(bytes, start, body);
    }
  }

  /** In a relay log, a ROTATE of the source and the GTIDs before it tell of the source's files. */
  #isOwn(header: EventHeader): boolean {
    return !this.isRelay || (header.flags & HeaderFlag.RELAY_LOG) !== 0;
  }

  /** What follows is of another of the source's files. */
  #readSource({ name, position }: Rotate, offset: number): void {
    const { sourceFiles } = this.summary;
    const isMiddle = position > MAGIC.length;
    if (sourceFiles.at(-1)?.name !== name) sourceFiles.push({ offset, name, isMiddle });
  }
}

function beginningOf(format: FormatDescription, offset: number): LogSummary {
  return {
    offset,
    format,
    nextFile: undefined,
    endsClosed: false,
    gtidsBefore: undefined,
    gtidsSeen: new Map(),
    encryption: undefined,
    encrypted: undefined,
    mark: undefined,
  };
}
