import { formatGtid } from '../binlog/gtid.ts';
import type { PageStore } from '../io/page-store.ts';
import { F64Column, U32Column, U64Column } from './paged-column.ts';

/** How a transaction ended. */
export const Ending = {
  /** The file ended first: it was never committed, or in relay logs, its rest is in the next one. */
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

/** The transactions (event groups) of all files in order, as columns of numbers, see {@link EventTable}. */
export class TransactionTable {
  length = 0;
  readonly file: U32Column;
  /** The file in which it ends: of relay logs, a later one than that in which it begins. */
  readonly endFile: U32Column;
  /** From the GTID event, or BEGIN where there is none, to the end of the event that ends it. */
  readonly start: F64Column;
  readonly end: F64Column;
  /**
   * Of relay logs: where its first event ends in the source's binary log, mod 2^32, and where it ends itself, or has come to;
   * else, and where that is not told, 0.
   */
  readonly sourceBegin: U32Column;
  readonly sourceEnd: U32Column;
  readonly beginTime: U32Column;
  readonly endTime: U32Column;
  readonly serverId: U32Column;
  readonly threadId: U32Column;
  readonly xid: U64Column;
  readonly ending: U32Column;
  /** Index of the first rows event, and how many there are. */
  readonly firstEvent: U32Column;
  readonly eventCount: U32Column;
  /** All rows flags of its events, or-ed. */
  readonly rowsFlags: U32Column;
  /** The group of the XA COMMIT or XA ROLLBACK that decided a prepared transaction, or -1. */
  readonly decidedBy: F64Column;
  /** Where and when that stands; offset 0 for what was not decided so. */
  readonly decidedFile: U32Column;
  readonly decidedOffset: F64Column;
  readonly decidedEnd: F64Column;
  readonly decidedTime: U32Column;
  /** Rows that ROLLBACK TO SAVEPOINT took back; their events are not in the index. */
  readonly takenBack: F64Column;
  /** Those of which the beginning is in a relay log that was not read: one a file at most. */
  readonly headless: Set<number> = new Set<number>();
  /** 0 when it has no GTID, else one more than the index in {@link gtidSources}. */
  readonly gtidSource: U32Column;
  readonly gtidSequence: U64Column;
  /** Distinct GTID sources: UUIDs or `domain-server`. */
  readonly gtidSources: string[] = [];
  readonly #sourceNumbers = new Map<string, number>();

  constructor(store: PageStore) {
    this.file = new U32Column(store);
    this.endFile = new U32Column(store);
    this.start = new F64Column(store);
    this.end = new F64Column(store);
    this.sourceBegin = new U32Column(store);
    this.sourceEnd = new U32Column(store);
    this.beginTime = new U32Column(store);
    this.endTime = new U32Column(store);
    this.serverId = new U32Column(store);
    this.threadId = new U32Column(store, NO_THREAD);
    this.xid = new U64Column(store);
    this.ending = new U32Column(store);
    this.firstEvent = new U32Column(store);
    this.eventCount = new U32Column(store);
    this.rowsFlags = new U32Column(store);
    this.decidedBy = new F64Column(store, -1);
    this.decidedFile = new U32Column(store);
    this.decidedOffset = new F64Column(store);
    this.decidedEnd = new F64Column(store);
    this.decidedTime = new U32Column(store);
    this.takenBack = new F64Column(store);
    this.gtidSource = new U32Column(store);
    this.gtidSequence = new U64Column(store);
  }

  /** Begins a transaction and answers its number. */
  add(file: number, start: number, time: number, serverId: number, firstEvent: number): number {
    const at = this.length++;
    this.file.set(at, file);
    this.endFile.set(at, file);
    this.start.set(at, start);
    this.end.set(at, start);
    this.beginTime.set(at, time);
    this.endTime.set(at, time);
    this.serverId.set(at, serverId);
    this.firstEvent.set(at, firstEvent);
    return at;
  }

  setGtid(transaction: number, source: string, sequence: bigint): void {
    let number = this.#sourceNumbers.get(source);
    if (number === undefined) {
      number = this.gtidSources.push(source);
      this.#sourceNumbers.set(source, number);
    }
    this.gtidSource.set(transaction, number);
    this.gtidSequence.set(transaction, sequence);
  }

  /** The usual spelling of its GTID, or undefined. */
  gtid(transaction: number): string | undefined {
    const source = this.gtidSource.get(transaction);
    if (source === 0) return undefined;
    return formatGtid(this.gtidSources[source - 1]!, this.gtidSequence.get(transaction));
  }
}
