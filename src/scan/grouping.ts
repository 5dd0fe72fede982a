import { type Gtid, type MariadbGtid, MariadbGtidFlag } from '../binlog/gtid.ts';
import { Ending, TransactionTable } from './transaction-table.ts';

/**
 * Groups events into transactions, as the server that wrote them meant it.
 *
 * MySQL: `[GTID] QUERY BEGIN ... XID | QUERY COMMIT | QUERY ROLLBACK`, and a GTID before a single DDL.
 * MariaDB: GTID stands in place of BEGIN, unless its flag STANDALONE says that one statement follows.
 * Rows outside of any transaction (tools write such files) are one each, up to STMT_END_F.
 */
export class Grouping {
  readonly transactions: TransactionTable = new TransactionTable();
  /** The open transaction, or -1. */
  current = -1;
  /** False while only a GTID was seen, which a DDL may follow instead of BEGIN. */
  #begun = false;
  /** Ends with its first statement because nothing else would end it. */
  #implicit = false;

  /** Is a transaction open whose rows still wait for their COMMIT? */
  get open(): boolean {
    return this.current >= 0 && this.#begun;
  }

  gtid(
    gtid: Gtid | undefined,
    file: number,
    offset: number,
    time: number,
    serverId: number,
    firstEvent: number,
  ): void {
    this.#add(file, offset, time, serverId, firstEvent);
    if (gtid) this.transactions.setGtid(this.current, gtid.source, gtid.sequence);
  }

  mariadbGtid(
    gtid: MariadbGtid,
    file: number,
    offset: number,
    time: number,
    serverId: number,
    firstEvent: number,
  ): void {
    this.gtid(gtid, file, offset, time, serverId, firstEvent);
    this.#begun = (gtid.flags & MariadbGtidFlag.STANDALONE) === 0;
    if (gtid.threadId !== undefined) this.transactions.threadId[this.current] = gtid.threadId;
  }

  begin(
    threadId: number,
    file: number,
    offset: number,
    time: number,
    serverId: number,
    firstEvent: number,
  ): void {
    if (this.current < 0 || this.#begun) this.#add(file, offset, time, serverId, firstEvent);
    this.#begun = true;
    this.transactions.threadId[this.current] = threadId;
  }

  /** Notes a rows event, opening a transaction of its own where none is open. */
  rows(
    flags: number,
    file: number,
    offset: number,
    end: number,
    time: number,
    serverId: number,
    event: number,
  ): number {
    if (this.current < 0) {
      this.#add(file, offset, time, serverId, event);
      this.#implicit = true;
    }
    this.#begun = true;
    const transactions = this.transactions;
    transactions.eventCount[this.current]!++;
    transactions.rowsFlags[this.current]! |= flags;
    transactions.end[this.current] = end;
    return this.current;
  }

  /** After a statement's last rows event. */
  statementEnd(end: number, time: number): void {
    if (this.#implicit) this.end(Ending.COMMIT, end, time);
  }

  /** After a QUERY that is no transaction keyword: it ends a group that has only a GTID. */
  statement(end: number, time: number): void {
    if (this.current >= 0 && !this.#begun) this.end(Ending.STATEMENT, end, time);
  }

  end(ending: number, end: number, time: number): void {
    if (this.current < 0) return;
    this.transactions.ending[this.current] = ending;
    this.transactions.end[this.current] = end;
    this.transactions.endTime[this.current] = time;
    this.#close();
  }

  /** The file is over, or its server was: what is open now was never committed and stays {@link Ending.OPEN}. */
  abandon(): void {
    this.#close();
  }

  #add(file: number, offset: number, time: number, serverId: number, firstEvent: number): void {
    this.#close();
    this.current = this.transactions.add(file, offset, time, serverId, firstEvent);
  }

  #close(): void {
    this.current = -1;
    this.#begun = false;
    this.#implicit = false;
  }
}
