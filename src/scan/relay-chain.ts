import type { EventHeader } from '../binlog/event-header.ts';
import { EventCode } from '../binlog/event-types.ts';
import { parseQuery } from '../binlog/query.ts';
import { BinflashError } from '../errors.ts';
import { isNamed } from '../io/log-name.ts';
import type { FileSummary, LogSummary } from './binlog-index.ts';
import type { Grouping } from './grouping.ts';
import { BEGINNING, NEUTRAL, RelaySeam } from './relay-seam.ts';
import { RelayTrail, TAKE_SOURCE } from './relay-trail.ts';
import { transactionStatement } from './transaction-statement.ts';

/** So many bytes a replica may go back; what seems to be more is an event of gigabytes that goes on. */
const MOST_AGAIN = 2 ** 29;

/** A log, and the path of the file that it stands in. */
export interface LogInFile {
  readonly path: string;
  readonly log: LogSummary;
}

/** What is to be watched where relay logs go on from each other, with transactions that may be open. */
export class RelayChain {
  readonly #grouping: Grouping;
  readonly #files: FileSummary[] = [];
  /** While it is not known whether a transaction goes on, or was begun once more. */
  #seam: RelaySeam | undefined;
  #trail: RelayTrail;
  /** The open transaction, and where its last event ends on the source. */
  #inTransaction = -1;
  #sourceEnd = 0;

  constructor(grouping: Grouping) {
    this.#grouping = grouping;
    this.#trail = this.#newTrail();
  }

  beginFile(summary: FileSummary): void {
    this.#files.push(summary);
  }

  /** A log begins, of any kind; `sourceEnd`: where the last event before it ends on the source, or 0. */
  beginLog({ path, log }: LogInFile, before: LogInFile | undefined, sourceEnd: number): void {
    const { isRelay, serverId } = log.format;
    // A relay log in which nothing of the source stands leaves it as it is.
    if (!isRelay || !this.#grouping.open) this.#seam = undefined;
    else if (before?.log.endsClosed === false) this.#seam ??= new RelaySeam(before.path, sourceEnd);
    // Other replicas are refused by their server ids.
    if (before?.log.format.serverId !== serverId) this.#trail = this.#newTrail();
    this.#trail.connected();
    if (isRelay) this.#grouping.beginRelayLog(isNamed(before?.log.nextFile, path));
  }

  /** A FORMAT_DESCRIPTION behind the first one: the replica may have connected anew. */
  connected(): void {
    this.#trail.connected();
  }

  /** The event at `bytes[start, body)`, its checksum left out, before it is taken. @throws BinflashError `GAP` */
  next(header: EventHeader, bytes: Uint8Array, start: number, body: number): void {
    this.#checkProgress(header);
    if (this.#seam === undefined) return;
    const isBegin = (): boolean =>
      transactionStatement(parseQuery(bytes, start, body).text)?.kind === 'begin';
    if (this.#seam.isPassedBy(header, isBegin)) this.#seam = undefined;
  }

  /** An event has been taken that ends at `sourceEnd` on the source, or 0 where it does not tell. */
  taken({ type }: EventHeader, sourceEnd: number): void {
    if (sourceEnd === 0 || NEUTRAL.has(type)) return;
    this.#inTransaction = this.#grouping.current;
    this.#sourceEnd = sourceEnd;
  }

  /** A replica by position that was killed in the middle of a transaction may go on in it with what it had already. */
  #checkProgress({ type, endLogPos }: EventHeader): void {
    const { current } = this.#grouping;
    if (current < 0 || current !== this.#inTransaction || endLogPos === 0) return;
    if (NEUTRAL.has(type) || BEGINNING.has(type) || type === EventCode.QUERY) return;
    // Positions are known mod 2^32.
    const on = (endLogPos - this.#sourceEnd) | 0;
    if (on > 0 || on < -MOST_AGAIN) return;
    throw new BinflashError(
      'GAP',
      `goes back to ${endLogPos} of the source in the middle of a transaction, which had come to ${this.#sourceEnd}: what stands there twice would be undone twice`,
      { hint: `The replica has fetched it again. ${TAKE_SOURCE}` },
    );
  }

  /** An event that may have ended a transaction has been taken. @throws BinflashError `GAP` */
  boundary(): void {
    const grouping = this.#grouping;
    const { ended } = grouping;
    grouping.ended = -1;
    if (ended >= 0) this.#trail.ended(ended);
  }

  #newTrail(): RelayTrail {
    return new RelayTrail(this.#grouping.transactions, this.#files);
  }
}
