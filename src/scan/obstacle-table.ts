import type { PageStore } from '../io/page-store.ts';
import type { Obstacle } from './binlog-index.ts';
import { EffectTable } from './effect-table.ts';
import { F64Column, U32Column } from './paged-column.ts';
import type { StatementEffect } from './statement.ts';
import { TextPages } from './text-pages.ts';

const KINDS: readonly Obstacle['kind'][] = [
  'statement',
  'incident',
  'unsupported',
  'rollback-to-savepoint',
  'xa-commit',
  'rest',
];

/**
 * All that is not a row change, in the order of the log, as columns of numbers, see `EventTable`, and pages of texts: a
 * log in statement format has millions.
 */
export class ObstacleTable {
  length = 0;
  /** Index in {@link KINDS}. */
  readonly kind: U32Column;
  readonly file: U32Column;
  readonly offset: F64Column;
  readonly size: U32Column;
  readonly timestamp: U32Column;
  readonly serverId: U32Column;
  readonly threadId: U32Column;
  /** Index in {@link eventTypes}. */
  readonly eventType: U32Column;
  /** The number of the transaction and 1, or 0. */
  readonly transaction: U32Column;
  readonly eventsBefore: U32Column;
  readonly text: F64Column;
  readonly textSize: U32Column;
  readonly eventTypes: string[] = [];
  readonly texts: TextPages;
  readonly effects: EffectTable;

  constructor(store: PageStore) {
    this.kind = new U32Column(store);
    this.file = new U32Column(store);
    this.offset = new F64Column(store);
    this.size = new U32Column(store);
    this.timestamp = new U32Column(store);
    this.serverId = new U32Column(store);
    this.threadId = new U32Column(store);
    this.eventType = new U32Column(store);
    this.transaction = new U32Column(store);
    this.eventsBefore = new U32Column(store);
    this.text = new F64Column(store);
    this.textSize = new U32Column(store);
    this.texts = new TextPages(store);
    this.effects = new EffectTable(store);
  }

  /** Appends what is the last in the log so far. @throws BinflashError `IO` */
  add(obstacle: Obstacle): void {
    const at = this.length++;
    this.kind.set(at, KINDS.indexOf(obstacle.kind));
    this.file.set(at, obstacle.file);
    this.offset.set(at, obstacle.offset);
    this.size.set(at, obstacle.end - obstacle.offset);
    this.timestamp.set(at, obstacle.timestamp);
    this.serverId.set(at, obstacle.serverId);
    this.threadId.set(at, obstacle.threadId);
    this.eventType.set(at, this.#eventTypeNumber(obstacle.eventType));
    this.transaction.set(at, obstacle.transaction + 1);
    this.eventsBefore.set(at, obstacle.eventsBefore);
    const place = this.texts.add(obstacle.text);
    this.text.set(at, place);
    this.textSize.set(at, this.texts.end - place);
    this.effects.set(at, obstacle.effect);
  }

  is(i: number, kind: Obstacle['kind']): boolean {
    return KINDS[this.kind.get(i)] === kind;
  }

  get(i: number): Obstacle {
    return new StoredObstacle(this, i);
  }

  /** Those from number `first` on and before number `end`. */
  *from(first: number, end: number): Generator<Obstacle, void> {
    for (let i = first; i < end; i++) yield this.get(i);
  }

  [Symbol.iterator](): Generator<Obstacle, void> {
    return this.from(0, this.length);
  }

  /** The first one in a file or a later one. */
  firstOfFile(file: number): number {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.file.get(middle) < file) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #eventTypeNumber(name: string): number {
    const known = this.eventTypes.indexOf(name);
    return known >= 0 ? known : this.eventTypes.push(name) - 1;
  }
}

/** Number `i` of a table, whose properties are read when they are asked for. */
class StoredObstacle implements Obstacle {
  readonly #table: ObstacleTable;
  readonly #i: number;

  constructor(table: ObstacleTable, i: number) {
    this.#table = table;
    this.#i = i;
  }

  get kind(): Obstacle['kind'] {
    return KINDS[this.#table.kind.get(this.#i)]!;
  }

  get file(): number {
    return this.#table.file.get(this.#i);
  }

  get offset(): number {
    return this.#table.offset.get(this.#i);
  }

  get end(): number {
    return this.offset + this.#table.size.get(this.#i);
  }

  get timestamp(): number {
    return this.#table.timestamp.get(this.#i);
  }

  get serverId(): number {
    return this.#table.serverId.get(this.#i);
  }

  get threadId(): number {
    return this.#table.threadId.get(this.#i);
  }

  get eventType(): string {
    return this.#table.eventTypes[this.#table.eventType.get(this.#i)]!;
  }

  get transaction(): number {
    return this.#table.transaction.get(this.#i) - 1;
  }

  get eventsBefore(): number {
    return this.#table.eventsBefore.get(this.#i);
  }

  get text(): string {
    return this.#table.texts.get(this.#table.text.get(this.#i), this.#table.textSize.get(this.#i));
  }

  get effect(): StatementEffect {
    return this.#table.effects.get(this.#i);
  }
}
