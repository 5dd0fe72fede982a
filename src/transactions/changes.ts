import { tableName } from '../binlog/table-map.ts';
import type { TableChanges } from '../flashback/plan.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import type { Selector } from '../select/selection.ts';
import type { RowMask } from '../where/row-mask.ts';

/** Counts the selected row changes of transactions, one at a time into one object. */
export class SelectedChanges {
  insert = 0;
  update = 0;
  delete = 0;
  /** Rows events whose rows cannot be counted: of tables with temporal columns from before MariaDB 10.1. */
  uncounted = 0;
  /** Timestamps of the first and last event, the group's own included; Unix seconds. */
  firstTime = 0;
  lastTime = 0;
  readonly #index: BinlogIndex;
  readonly #selector: Selector;
  readonly #mask: Pick<RowMask, 'count' | 'selects'> | undefined;

  /** `mask`: what row filters select, where there are any. */
  constructor(index: BinlogIndex, selector: Selector, mask?: Pick<RowMask, 'count' | 'selects'>) {
    this.#index = index;
    this.#selector = selector;
    this.#mask = mask;
  }

  get rows(): number {
    return this.insert + this.update + this.delete;
  }

  /** Are single rows selected? */
  get isFiltered(): boolean {
    return this.#mask !== undefined;
  }

  /** May changes of a transaction be selected? */
  hasTransaction(transaction: number): boolean {
    return this.#selector.hasTransaction(transaction);
  }

  /** Is an event selected, or a row of it at least? */
  has(event: number): boolean {
    if (!this.#selector.hasEvent(event)) return false;
    return this.#mask === undefined || this.#mask.selects(event);
  }

  /** Selected rows of one event; 0 where they cannot be counted. */
  rowsOf(event: number): number {
    if (!this.#selector.hasEvent(event)) return 0;
    return this.#mask === undefined ? this.#index.events.rows.get(event) : this.#mask.count(event);
  }

  /** Counts those of a transaction; answers whether there are any. */
  count(transaction: number): boolean {
    const { transactions, events, shapes } = this.#index;
    this.insert = 0;
    this.update = 0;
    this.delete = 0;
    this.uncounted = 0;
    const eventCount = transactions.eventCount.get(transaction);
    if (eventCount === 0 || !this.#selector.hasTransaction(transaction)) return false;
    let first = transactions.beginTime.get(transaction);
    let last = Math.max(transactions.endTime.get(transaction), transactions.decidedTime.get(transaction));
    const firstEvent = transactions.firstEvent.get(transaction);
    for (let event = firstEvent; event < firstEvent + eventCount; event++) {
      this[shapes[events.shape.get(event)]!.kind] += this.rowsOf(event);
      if (events.rows.get(event) === 0 && this.has(event)) this.uncounted++;
      // A server stamps the group with the time of its COMMIT, or of its first statement.
      const time = events.timestamp.get(event);
      if (time < first) first = time;
      if (time > last) last = time;
    }
    this.firstTime = first;
    this.lastTime = last;
    return this.rows > 0 || this.uncounted > 0;
  }

  /** Those of a transaction by table, in the order of their first change. */
  tables(transaction: number): TableChanges[] {
    const { transactions, events, shapes } = this.#index;
    const tables = new Map<string, TableChanges>();
    const firstEvent = transactions.firstEvent.get(transaction);
    let last = -1;
    let changes: TableChanges | undefined;
    for (let event = firstEvent; event < firstEvent + transactions.eventCount.get(transaction); event++) {
      if (!this.has(event)) continue;
      const shape = events.shape.get(event);
      if (shape !== last || changes === undefined) {
        last = shape;
        const name = tableName(shapes[shape]!.table);
        changes = tables.get(name) ?? { table: name, insert: 0, update: 0, delete: 0 };
        tables.set(name, changes);
      }
      changes[shapes[shape]!.kind] += this.rowsOf(event);
    }
    return [...tables.values()];
  }
}
