import type { EventHeader } from '../binlog/event-header.ts';
import { EventCode } from '../binlog/event-types.ts';
import { BinflashError } from '../errors.ts';

/** Tell nothing of transactions: what a replica or its source writes at the beginning of a file. */
export const NEUTRAL: ReadonlySet<number> = new Set([
  EventCode.FORMAT_DESCRIPTION,
  EventCode.ROTATE,
  EventCode.STOP,
  EventCode.PREVIOUS_GTIDS,
  EventCode.MARIADB_GTID_LIST,
  EventCode.MARIADB_BINLOG_CHECKPOINT,
  EventCode.START_ENCRYPTION,
]);

/** Begin a transaction, whatever stood before them. */
export const BEGINNING: ReadonlySet<number> = new Set([
  EventCode.GTID,
  EventCode.ANONYMOUS_GTID,
  EventCode.GTID_TAGGED,
  EventCode.MARIADB_GTID,
]);

/**
 * Between a relay log that ends in the middle of a transaction without a ROTATE, and the next one. A replica that had
 * crashed begins the transaction once more; where it goes on instead, nobody knows what is missing.
 */
export class RelaySeam {
  readonly #before: string;
  readonly #sourceEnd: number;

  /** `before`: path of the relay log that was not closed; `sourceEnd`: where its last event ends on the source, or 0. */
  constructor(before: string, sourceEnd: number) {
    this.#before = before;
    this.#sourceEnd = sourceEnd;
  }

  /**
   * Does an event of the next relay log begin a transaction, or stand on the source right behind the last one?
   * `isBegin` asks whether a QUERY begins one.
   *
   * @throws BinflashError `GAP` where it goes on with the open one, and that cannot be known
   */
  isPassedBy({ type, endLogPos, size }: EventHeader, isBegin: () => boolean): boolean {
    if (NEUTRAL.has(type)) return false;
    if (BEGINNING.has(type) || (type === EventCode.QUERY && isBegin())) return true;
    if (this.#sourceEnd > 0 && ((endLogPos - size - this.#sourceEnd) | 0) === 0) return true;
    throw new BinflashError(
      'GAP',
      `goes on with a transaction of ${this.#before}, which does not end with ROTATE: what is missing between them cannot be known`,
      {
        hint: `Copy ${this.#before} again, or leave out all from it on; the source's own binary logs have it all.`,
      },
    );
  }
}
