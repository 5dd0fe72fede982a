/** Of a source of GTIDs, MySQL's or MariaDB's, the number up to which a log leads. */
export type GtidsSeen = ReadonlyMap<string, bigint>;

/**
 * Keeps up to which GTID of each source a log leads: of MySQL's the highest, for replicas commit in an order of their
 * own; of MariaDB's the last, as the server does.
 */
export class GtidTrail {
  #seen = new Map<string, bigint>();
  /** Of the transaction in hand, which may turn out to be torn. */
  #source: string | undefined;
  #sequence = 0n;

  /** `keepsHighest` for MySQL. */
  note(source: string, sequence: bigint, keepsHighest: boolean): void {
    this.#commit();
    this.#source = keepsHighest && sequence < (this.#seen.get(source) ?? 0n) ? undefined : source;
    this.#sequence = sequence;
  }

  /** What the log has led to, and an empty trail for the next; one whose last transaction is `torn` did not lead there. */
  take(torn: boolean): GtidsSeen {
    if (!torn) this.#commit();
    this.#source = undefined;
    const seen = this.#seen;
    this.#seen = new Map();
    return seen;
  }

  #commit(): void {
    if (this.#source !== undefined) this.#seen.set(this.#source, this.#sequence);
    this.#source = undefined;
  }
}
