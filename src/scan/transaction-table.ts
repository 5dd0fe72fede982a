import { formatGtid } from '../binlog/gtid.ts';
import { grown } from './growable.ts';

/** How a transaction ended. */
export const Ending = {
  /** The file ended first: it was never committed. */
  OPEN: 0,
  XID: 1,
  /** QUERY "COMMIT": engines without transactions. */
  COMMIT: 2,
  ROLLBACK: 3,
  /** XA_PREPARE: a later XA COMMIT or XA ROLLBACK decides. */
  PREPARED: 4,
  /** A group of one statement (DDL), which needs no COMMIT. */
  STATEMENT: 5,
  /** XA_PREPARE, and later XA ROLLBACK. Committed ones count as {@link COMMIT}. */
  XA_ROLLBACK: 6,
} as const;

/** A thread id that the log does not tell. */
export const NO_THREAD = 0xffff_ffff;

/**
 * The transactions (event groups) of all files in order, as numbers in typed arrays, see {@link EventTable}.
 */
export class TransactionTable {
  length = 0;
  file: Uint16Array = new Uint16Array(64);
  /** From the GTID event, or BEGIN where there is none, to the end of the event that ends it. */
  start: Float64Array = new Float64Array(64);
  end: Float64Array = new Float64Array(64);
  beginTime: Uint32Array = new Uint32Array(64);
  endTime: Uint32Array = new Uint32Array(64);
  serverId: Uint32Array = new Uint32Array(64);
  threadId: Uint32Array = new Uint32Array(64);
  xid: BigUint64Array = new BigUint64Array(64);
  ending: Uint8Array = new Uint8Array(64);
  /** Index of the first rows event, and how many there are. */
  firstEvent: Uint32Array = new Uint32Array(64);
  eventCount: Uint32Array = new Uint32Array(64);
  /** All rows flags of its events, or-ed. */
  rowsFlags: Uint16Array = new Uint16Array(64);
  /** The group of the XA COMMIT or XA ROLLBACK that decided a prepared transaction, or -1. */
  decidedBy: Int32Array = new Int32Array(64);
  /** Where and when that stands; offset 0 for what was not decided so. */
  decidedFile: Uint16Array = new Uint16Array(64);
  decidedOffset: Float64Array = new Float64Array(64);
  decidedEnd: Float64Array = new Float64Array(64);
  decidedTime: Uint32Array = new Uint32Array(64);
  /** Rows that ROLLBACK TO SAVEPOINT took back; their events are not in the index. */
  takenBack: Float64Array = new Float64Array(64);
  /** 0 when it has no GTID, else one more than the index in {@link gtidSources}. */
  gtidSource: Uint32Array = new Uint32Array(64);
  gtidSequence: BigUint64Array = new BigUint64Array(64);
  /** Distinct GTID sources: UUIDs or `domain-server`. */
  readonly gtidSources: string[] = [];
  readonly #sourceNumbers = new Map<string, number>();

  /** Begins a transaction and answers its number. */
  add(file: number, start: number, time: number, serverId: number, firstEvent: number): number {
    const at = this.length++;
    if (at === this.file.length) this.#grow();
    this.file[at] = file;
    this.start[at] = start;
    this.end[at] = start;
    this.beginTime[at] = time;
    this.endTime[at] = time;
    this.serverId[at] = serverId;
    this.threadId[at] = NO_THREAD;
    this.firstEvent[at] = firstEvent;
    this.decidedBy[at] = -1;
    return at;
  }

  setGtid(transaction: number, source: string, sequence: bigint): void {
    let number = this.#sourceNumbers.get(source);
    if (number === undefined) {
      number = this.gtidSources.push(source);
      this.#sourceNumbers.set(source, number);
    }
    this.gtidSource[transaction] = number;
    this.gtidSequence[transaction] = sequence;
  }

  /** The usual spelling of its GTID, or undefined. */
  gtid(transaction: number): string | undefined {
    const source = this.gtidSource[transaction]!;
    if (source === 0) return undefined;
    return formatGtid(this.gtidSources[source - 1]!, this.gtidSequence[transaction]!);
  }

  #grow(): void {
    this.file = grown(this.file);
    this.start = grown(this.start);
    this.end = grown(this.end);
    this.beginTime = grown(this.beginTime);
    this.endTime = grown(this.endTime);
    this.serverId = grown(this.serverId);
    this.threadId = grown(this.threadId);
    this.xid = grown(this.xid);
    this.ending = grown(this.ending);
    this.firstEvent = grown(this.firstEvent);
    this.eventCount = grown(this.eventCount);
    this.rowsFlags = grown(this.rowsFlags);
    this.decidedBy = grown(this.decidedBy);
    this.decidedFile = grown(this.decidedFile);
    this.decidedOffset = grown(this.decidedOffset);
    this.decidedEnd = grown(this.decidedEnd);
    this.decidedTime = grown(this.decidedTime);
    this.takenBack = grown(this.takenBack);
    this.gtidSource = grown(this.gtidSource);
    this.gtidSequence = grown(this.gtidSequence);
  }
}
