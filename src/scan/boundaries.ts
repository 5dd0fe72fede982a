import { EventCode, type Flavour } from '../binlog/event-types.ts';
import { parseMariadbGtid, parseMysqlGtid, parseTaggedGtid } from '../binlog/gtid.ts';
import { parseQuery, type QueryEvent } from '../binlog/query.ts';
import { parseXaDecision, parseXaPrepare } from '../binlog/xa.ts';
import { parseXid } from '../binlog/xid.ts';
import type { Grouping } from './grouping.ts';
import { ANYTHING, type Obstacles } from './obstacles.ts';
import type { EventPlace } from './place.ts';
import { transactionStatement } from './transaction-statement.ts';
import { Ending } from './transaction-table.ts';

/** Reads the events that begin, shape and end transactions, and the statements among them. */
export class Boundaries {
  readonly #place: EventPlace;
  readonly #grouping: Grouping;
  readonly #obstacles: Obstacles;
  /** By XID, the transactions that were prepared and neither committed nor rolled back so far. */
  readonly #prepared = new Map<string, number>();

  constructor(place: EventPlace, grouping: Grouping, obstacles: Obstacles) {
    this.#place = place;
    this.#grouping = grouping;
    this.#obstacles = obstacles;
  }

  /** Takes the event `bytes[start, end)`, without its checksum, of a type whose action is `boundary`. */
  read(bytes: Uint8Array, start: number, end: number, eventType: string, flavour: Flavour): void {
    const grouping = this.#grouping;
    const { header } = this.#place;
    switch (header.type) {
      case EventCode.XID:
        if (grouping.current >= 0)
          grouping.transactions.xid.set(grouping.current, parseXid(bytes, start, end));
        grouping.end(Ending.XID);
        return;
      case EventCode.GTID:
        grouping.gtid(parseMysqlGtid(bytes, start, end));
        return;
      case EventCode.ANONYMOUS_GTID:
        grouping.gtid(undefined);
        return;
      case EventCode.GTID_TAGGED:
        grouping.gtid(parseTaggedGtid(bytes, start, end));
        return;
      case EventCode.MARIADB_GTID:
        grouping.mariadbGtid(parseMariadbGtid(bytes, start, end, header.serverId));
        return;
      case EventCode.XA_PREPARE:
        this.#prepare(bytes, start, end);
        return;
      default:
        this.#readQuery(parseQuery(bytes, start, end), eventType, flavour);
    }
  }

  #readQuery(query: QueryEvent, eventType: string, flavour: Flavour): void {
    const grouping = this.#grouping;
    const statement = transactionStatement(query.text);
    // Statements begin and end here too: table ids do not live across a QUERY. The savepoints of a stored function
    // or trigger, though, stand inside of the statement that called it.
    if (statement?.kind !== 'savepoint' && statement?.kind !== 'rollback-to') grouping.statement++;
    switch (statement?.kind) {
      case 'begin':
        grouping.begin(query.threadId);
        return;
      case 'commit':
        grouping.end(Ending.COMMIT);
        return;
      case 'rollback':
        grouping.end(Ending.ROLLBACK);
        return;
      case 'savepoint':
        if (statement.name !== undefined) grouping.savepoint(statement.name, flavour);
        return;
      case 'rollback-to':
        if (statement.name !== undefined && grouping.rollbackTo(statement.name)) return;
        this.#obstacles.add('rollback-to-savepoint', eventType, query.text, ANYTHING);
        return;
      case 'xa-end':
        return;
      case 'xa-decision':
        this.#decide(query, eventType);
        return;
      case undefined:
        this.#obstacles.addStatement(query, eventType, flavour);
        grouping.standalone();
    }
  }

  #prepare(bytes: Uint8Array, start: number, end: number): void {
    const { onePhase, xid } = parseXaPrepare(bytes, start, end);
    const { current } = this.#grouping;
    if (!onePhase && current >= 0) this.#prepared.set(xid, current);
    this.#grouping.end(onePhase ? Ending.COMMIT : Ending.PREPARED);
  }

  /**
   * Ends a transaction prepared earlier. Its rows have had their locks all the while, so in the order of changes
   * their place stays; others have seen them only from here on.
   */
  #decide(query: QueryEvent, eventType: string): void {
    const decision = parseXaDecision(query.text);
    const prepared = decision && this.#prepared.get(decision.xid);
    const { transactions } = this.#grouping;
    if (decision !== undefined && prepared !== undefined) {
      this.#prepared.delete(decision.xid);
      transactions.ending.set(prepared, decision.commit ? Ending.COMMIT : Ending.XA_ROLLBACK);
      transactions.decidedBy.set(prepared, this.#grouping.current);
      transactions.decidedFile.set(prepared, this.#place.file);
      transactions.decidedOffset.set(prepared, this.#place.offset);
      transactions.decidedEnd.set(prepared, this.#place.end);
      transactions.decidedTime.set(prepared, this.#place.header.timestamp);
    } else if (decision?.commit !== false) {
      this.#obstacles.add('xa-commit', eventType, query.text, ANYTHING, query.threadId);
    }
    this.#grouping.standalone();
  }
}
