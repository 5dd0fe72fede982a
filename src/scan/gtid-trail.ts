/** Of a source of GTIDs, MySQL's or MariaDB's, the number up to which a log leads. */
export type GtidsSeen = ReadonlyMap<string, bigint>;

/**
 * Keeps up to which GTID of each source a log leads: of MySQL's the highest, for replicas commit in an order of their
 * own; of MariaDB's the last, as the server does. That of the transaction in hand waits: it may turn out to be torn.
 */
export class GtidTrail {
  #seen = new Map<string, bigint>();
  /** The source in hand, as most transactions are of one: where it has led to, and what waits. */
  #source = '';
  #last = NONE;
  #waiting = NONE;

  /** `keepsHighest` for MySQL. */
  note(source: string, sequence: bigint, keepsHighest: boolean): void {
    if (source !== this.#source) this.#change(source);
    else this.#commit();
    if (!keepsHighest || sequence > this.#last) this.#waiting = sequence;
  }

  /** What the log has led to, and an empty trail for the next; one whose last transaction is `torn` did not lead there. */
  take(torn: boolean): GtidsSeen {
    if (torn) this.#waiting = NONE;
    this.#change('');
    const seen = this.#seen;
    this.#seen = new Map();
    return seen;
  }

  #commit(): void {
    if (this.#waiting !== NONE) this.#last = this.#waiting;
    this.#waiting = NONE;
  }

  #change(source: string): void {
    this.#commit();
    if (this.#last !== NONE) this.#seen.set(this.#source, this.#last);
    this.#source = source;
    this.#last = this.#seen.get(source) ?? NONE;
  }
}

const NONE = -1n;
