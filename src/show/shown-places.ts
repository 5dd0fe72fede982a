import type { Places } from '../read/places.ts';
import type { BinlogIndex } from '../scan/binlog-index.ts';
import { grown } from '../scan/growable.ts';
import type { PackedTable } from '../scan/packed-table.ts';
import type { Selector } from '../select/selection.ts';

/**
 * What is read to show some transactions: their selected rows events, and before those of each statement its
 * text, where the log holds it. All of it in the order of the files, so that one pass reads it.
 */
export class ShownPlaces implements Places {
  length = 0;
  readonly #index: BinlogIndex;
  /** Numbers of rows events, and of texts as `-1 - number`. */
  #items: Int32Array = new Int32Array(64);

  constructor(index: BinlogIndex) {
    this.#index = index;
  }

  /** Adds the selected events of a transaction, which must stand behind those added before. */
  add(transaction: number, selector: Selector): void {
    const { transactions, texts, events } = this.#index;
    const first = transactions.firstEvent[transaction]!;
    const end = first + transactions.eventCount[transaction]!;
    let next = texts.firstOf(transaction);
    let text = -1;
    for (let event = first; event < end; event++) {
      if (!selector.hasEvent(event)) continue;
      const before = text;
      while (
        next < texts.length &&
        texts.transaction[next] === transaction &&
        texts.firstEvent[next]! <= event
      ) {
        text = next++;
      }
      if (text !== before && texts.statement[text] === events.statement[event]) this.#push(-1 - text);
      this.#push(event);
    }
  }

  #push(item: number): void {
    if (this.length === this.#items.length) this.#items = grown(this.#items);
    this.#items[this.length++] = item;
  }

  clear(): void {
    this.length = 0;
  }

  /** The rows event at place `i`, or -1 for the text of a statement. */
  event(i: number): number {
    return Math.max(-1, this.#items[i]!);
  }

  get containers(): PackedTable {
    return this.#index.events.containers;
  }

  file(i: number): number {
    const { transactions, texts, events } = this.#index;
    const item = this.#items[i]!;
    return transactions.file[item < 0 ? texts.transaction[-1 - item]! : events.transaction[item]!]!;
  }

  packed(i: number): number {
    const item = this.#items[i]!;
    return item < 0 ? this.#index.texts.packed[-1 - item]! : this.#index.events.packed[item]!;
  }

  offset(i: number): number {
    const item = this.#items[i]!;
    return item < 0 ? this.#index.texts.offset[-1 - item]! : this.#index.events.offset[item]!;
  }

  size(i: number): number {
    const item = this.#items[i]!;
    return item < 0 ? this.#index.texts.size[-1 - item]! : this.#index.events.size[item]!;
  }
}
