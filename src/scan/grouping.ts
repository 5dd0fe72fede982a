import type { Flavour } from '../binlog/event-types.ts';
import { type Gtid, type MariadbGtid, MariadbGtidFlag } from '../binlog/gtid.ts';
import type { PageStore } from '../io/page-store.ts';
import type { EventTable } from './event-table.ts';
import { GtidTrail } from './gtid-trail.ts';
import type { EventPlace } from './place.ts';
import { Savepoints } from './savepoints.ts';
import type { TextTable } from './text-table.ts';
import { Ending, TransactionTable } from './transaction-table.ts';

/**
 * Groups events into transactions, as the server that wrote them meant it.
 *
 * MySQL: `[GTID] QUERY BEGIN ... XID | QUERY COMMIT | QUERY ROLLBACK | XA_PREPARE`, and a GTID before a single
 * DDL. MariaDB: GTID stands in place of BEGIN, unless its flag STANDALONE says that one statement follows.
 * Rows outside of any transaction (tools write such files) are one each, up to STMT_END_F.
 */
export class Grouping {
  readonly transactions: TransactionTable;
  /** Where the GTIDs of the log in hand lead to. */
  readonly trail: GtidTrail = new GtidTrail();
  /** The open transaction, or -1. */
  current = -1;
  /** Of relay logs, the one that ended last; -1 when that has been taken note of. */
  ended = -1;
  /** Number of the statement in hand; table ids mean nothing in another one. */
  statement = 0;
  readonly #place: EventPlace;
  readonly #events: EventTable;
  readonly #texts: TextTable;
  /** False while only a GTID was seen, which a DDL may follow instead of BEGIN. */
  #begun = false;
  /** Ends with its first statement because nothing else would end it. */
  #implicit = false;
  readonly #savepoints = new Savepoints();
  /** May what comes be the rest of a transaction of which the beginning was not read; and is the open one that? */
  #mayBeRest = false;
  #isRest = false;
  /** The statement in hand when the relay log began. */
  #restStatement = -1;

  constructor(place: EventPlace, events: EventTable, texts: TextTable, pages: PageStore) {
    this.transactions = new TransactionTable(pages);
    this.#place = place;
    this.#events = events;
    this.#texts = texts;
  }

  /**
   * A relay log begins, in the middle of a transaction maybe: what stands before the first beginning is the rest of one
   * that began in an earlier relay log, unless the one before it was read, which it `follows`.
   */
  beginRelayLog(follows: boolean): void {
    // Of one in which nothing of the source stands, nothing is known either.
    this.#mayBeRest = this.current < 0 && (this.#mayBeRest || !follows);
    if (this.#mayBeRest) this.#restStatement = this.statement;
  }

  /** May a statement be in hand of which the TABLE_MAP stands in a relay log that was not read? */
  get inRestOfStatement(): boolean {
    return (this.#mayBeRest || this.#isRest) && this.statement === this.#restStatement;
  }

  /** Notes an event of the rest of a transaction; answers whether it can be that. */
  rest(): boolean {
    if (this.#mayBeRest) {
      this.#add();
      this.#begun = true;
      this.#isRest = true;
      this.transactions.headless.add(this.current);
    }
    if (!this.#isRest) return false;
    this.transactions.endFile.set(this.current, this.#place.file);
    this.transactions.end.set(this.current, this.#place.end);
    return true;
  }

  /** Is a transaction open whose rows still wait for their COMMIT? */
  get open(): boolean {
    return this.current >= 0 && this.#begun;
  }

  /** MySQL's; undefined for an anonymous one. */
  gtid(gtid: Gtid | undefined): void {
    this.#add();
    if (gtid) this.#setGtid(gtid, true);
  }

  mariadbGtid(gtid: MariadbGtid): void {
    this.#add();
    this.#setGtid(gtid, false);
    this.#begun = (gtid.flags & MariadbGtidFlag.STANDALONE) === 0;
    if (gtid.threadId !== undefined) this.transactions.threadId.set(this.current, gtid.threadId);
  }

  #setGtid({ source, sequence }: Gtid, isMysql: boolean): void {
    this.transactions.setGtid(this.current, source, sequence);
    this.trail.note(source, sequence, isMysql);
  }

  begin(threadId: number): void {
    if (this.current < 0 || this.#begun) this.#add();
    this.#begun = true;
    this.transactions.threadId.set(this.current, threadId);
  }

  /** Notes a rows event, opening a transaction of its own where none is open; answers the transaction. */
  rows(flags: number): number {
    if (this.current < 0 && !this.rest()) {
      this.#add();
      this.#implicit = true;
    }
    this.#begun = true;
    const { transactions } = this;
    transactions.eventCount.add(this.current, 1);
    transactions.rowsFlags.set(this.current, transactions.rowsFlags.get(this.current) | flags);
    transactions.endFile.set(this.current, this.#place.file);
    transactions.end.set(this.current, this.#place.end);
    if (this.#place.isRelay) transactions.sourceEnd.set(this.current, this.#place.header.endLogPos);
    return this.current;
  }

  /** After a statement's last rows event. */
  statementEnd(): void {
    this.statement++;
    if (this.#implicit) this.end(Ending.COMMIT);
  }

  /** After a QUERY that is no transaction keyword: it ends a group that has only a GTID. */
  standalone(): void {
    if (this.current >= 0 && !this.#begun) this.end(Ending.STATEMENT);
  }

  /**
   * A savepoint. One of a name that is there already takes its place; but functions and triggers have savepoints of
   * their own, which leave that of the transaction alone. MariaDB logs them all alike, so there both are kept.
   * (MySQL logs no ROLLBACK TO after rows.)
   */
  savepoint(name: string, flavour: Flavour): void {
    this.#savepoints.set(name, this.#events.length, flavour === 'mysql');
  }

  /**
   * Takes the rows events since a savepoint out of the index: the server took their changes back before the
   * transaction ended, and logged them all the same. The savepoint stays, later ones go. False when there is
   * no savepoint of that name, or more than one that may be meant.
   */
  rollbackTo(name: string): boolean {
    const events = this.current < 0 ? undefined : this.#savepoints.rollbackTo(name);
    if (events === undefined) return false;
    const { transactions } = this;
    const gone = this.#events.length - events;
    transactions.takenBack.add(this.current, this.#events.truncate(events));
    transactions.eventCount.add(this.current, -gone);
    this.#texts.truncate(events);
    return true;
  }

  end(ending: number): void {
    if (this.current < 0) {
      // The rows of what ends here are in an earlier relay log.
      this.#mayBeRest = false;
      return;
    }
    const { end, file, header } = this.#place;
    this.transactions.ending.set(this.current, ending);
    this.transactions.endFile.set(this.current, file);
    this.transactions.end.set(this.current, end);
    this.transactions.endTime.set(this.current, header.timestamp);
    if (this.#place.isRelay) {
      this.ended = this.current;
      this.transactions.sourceEnd.set(this.current, header.endLogPos);
    }
    this.#close();
  }

  /** The file is over, or its server was: what is open now was never committed and stays {@link Ending.OPEN}. */
  abandon(): void {
    this.#close();
  }

  #add(): void {
    this.#close();
    const { file, isRelay, offset, header } = this.#place;
    this.current = this.transactions.add(
      file,
      offset,
      header.timestamp,
      header.serverId,
      this.#events.length,
    );
    if (isRelay) this.transactions.sourceBegin.set(this.current, header.endLogPos);
  }

  #close(): void {
    this.current = -1;
    this.#begun = false;
    this.#implicit = false;
    this.#mayBeRest = false;
    this.#isRest = false;
    this.#savepoints.clear();
  }
}
