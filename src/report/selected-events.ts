import { tableName } from '../binlog/table-map.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import { NumberList } from '../scan/paged-column.ts';
import { Ending } from '../scan/transaction-table.ts';
import type { Selector } from '../select/selection.ts';
import type { RowMask } from '../where/row-mask.ts';
import { DELETE, INSERT, UPDATE } from './view/data.ts';

/** The selected rows events of the index, with when and what they changed. */
export interface SelectedEvents {
  readonly index: BinlogIndex;
  /** Ascending, so those of a transaction stand together. */
  readonly events: NumberList;
  /** By shape: the index of its kind in `Counts`. */
  readonly kinds: readonly number[];
  /** How many of an event's rows are selected. */
  readonly rowsOf: (event: number) => number;
  /** Names of tables with selected events whose rows cannot be counted: these are not among {@link events}. */
  readonly uncounted: readonly string[];
  /** When the first and the last of them count; see {@link timeOf}. */
  readonly first: number;
  readonly last: number;
}

/** What row filters select, by event. */
export type RowCounts = Pick<RowMask, 'count' | 'selects'>;

const KINDS = { insert: INSERT, update: UPDATE, delete: DELETE } as const;

/** Collects what is selected, but for what the server itself took back; of their rows, those of `mask`. */
export function selectEvents(index: BinlogIndex, selector: Selector, mask?: RowCounts): SelectedEvents {
  const { transactions } = index;
  const rowsOf = (event: number): number => mask?.count(event) ?? index.events.rows.get(event);
  const events = new NumberList(index.pages);
  const uncounted = new Set<string>();
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (let transaction = 0; transaction < transactions.length; transaction++) {
    if (transactions.ending.get(transaction) === Ending.XA_ROLLBACK) continue;
    if (transactions.eventCount.get(transaction) === 0 || !selector.hasTransaction(transaction)) continue;
    const begin = transactions.firstEvent.get(transaction);
    for (let event = begin; event < begin + transactions.eventCount.get(transaction); event++) {
      if (!selector.hasEvent(event)) continue;
      if (rowsOf(event) === 0) {
        if (index.events.rows.get(event) === 0) {
          uncounted.add(tableName(index.shapes[index.events.shape.get(event)]!.table));
        }
        continue;
      }
      events.push(event);
      const time = timeOf(index, event);
      if (time < first) first = time;
      if (time > last) last = time;
    }
  }
  return {
    index,
    events,
    kinds: index.shapes.map(({ kind }) => KINDS[kind]),
    rowsOf,
    uncounted: [...uncounted],
    first,
    last,
  };
}

/**
 * When a rows event counts, by which `--start-datetime` and `--stop-datetime` select it: two-phase XA
 * transactions took effect with their XA COMMIT.
 */
export function timeOf({ events, transactions }: BinlogIndex, event: number): number {
  const transaction = events.transaction.get(event);
  if (transactions.decidedOffset.get(transaction) > 0) return transactions.decidedTime.get(transaction);
  return events.timestamp.get(event);
}
