import type { Places } from '../read/places.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import type { PackedTable } from '../scan/packed-table.ts';
import { F64Column } from '../scan/paged-column.ts';
import type { Selector } from '../select/selection.ts';

/**
 * What is read to show some transactions: their selected rows events, and before those of each statement its
 * text, where the log holds it. All of it in the order of the files, so that one pass reads it.
 */
export class ShownPlaces implements Places {
  length = 0;
  readonly #index: BinlogIndex;
  /** Numbers of rows events, and of texts as `-1 - number`. */
  readonly #items: F64Column;

  constructor(index: BinlogIndex) {
    this.#index = index;
    this.#items = new F64Column(index.pages);
  }

  /** Adds the selected events of a transaction, which must stand behind those added before. */
  add(transaction: number, selector: Selector): void {
    const { transactions, texts, events } = this.#index;
    const first = transactions.firstEvent.get(transaction);
    const end = first + transactions.eventCount.get(transaction);
    let next = texts.firstOf(transaction);
    let text = -1;
    for (let event = first; event < end; event++) {
      if (!selector.hasEvent(event)) continue;
      const before = text;
      while (
        next < texts.length &&
        texts.transaction.get(next) === transaction &&
        texts.firstEvent.get(next) <= event
      ) {
        text = next++;
      }
      if (text !== before && texts.statement.get(text) === events.statement.get(event)) this.#push(-1 - text);
      this.#push(event);
    }
  }

  #push(item: number): void {
    this.#items.set(this.length++, item);
  }

  clear(): void {
    this.#items.clear(0, this.length);
    this.length = 0;
  }

  /** The rows event at place `i`, or -1 for the text of a statement. */
  event(i: number): number {
    return Math.max(-1, this.#items.get(i));
  }

  get containers(): PackedTable {
    return this.#index.events.containers;
  }

  file(i: number): number {
    const { texts, events } = this.#index;
    const item = this.#items.get(i);
    return item < 0 ? texts.file.get(-1 - item) : events.file.get(item);
  }

  packed(i: number): number {
    const item = this.#items.get(i);
    return item < 0 ? this.#index.texts.packed.get(-1 - item) : this.#index.events.packed.get(item);
  }

  offset(i: number): number {
    const item = this.#items.get(i);
    return item < 0 ? this.#index.texts.offset.get(-1 - item) : this.#index.events.offset.get(item);
  }

  size(i: number): number {
    const item = this.#items.get(i);
    return item < 0 ? this.#index.texts.size.get(-1 - item) : this.#index.events.size.get(item);
  }
}
