import { foldedSavepoint } from './transaction-statement.ts';

interface Savepoint {
  readonly name: string;
  /** How many rows events there were. */
  readonly events: number;
  /** Another one of its name took its place. */
  isGone: boolean;
}

/** The savepoints of the open transaction. Each step costs the same however many there are: a loop sets thousands. */
export class Savepoints {
  /** In order; at most half of them are gone. */
  #stack: Savepoint[] = [];
  #gone = 0;
  /** Those that a server may take for the same, by what their names have in common. */
  readonly #alike = new Map<string, Set<Savepoint>>();
  /** The last one of each name. */
  readonly #named = new Map<string, Savepoint>();

  /** `replaces`: one of the same name that is there already is no more. */
  set(name: string, events: number, replaces: boolean): void {
    const earlier = replaces ? this.#named.get(name) : undefined;
    if (earlier !== undefined) this.#replace(earlier);
    const savepoint = { name, events, isGone: false };
    this.#stack.push(savepoint);
    this.#named.set(name, savepoint);
    const key = foldedSavepoint(name);
    const alike = this.#alike.get(key);
    if (alike === undefined) this.#alike.set(key, new Set([savepoint]));
    else alike.add(savepoint);
  }

  /**
   * Forgets all that were set after the one of that name, and answers how many rows events there were when that was
   * set; undefined when there is none, or more than one that may be meant.
   */
  rollbackTo(name: string): number | undefined {
    const alike = this.#alike.get(foldedSavepoint(name));
    if (alike?.size !== 1) return undefined;
    const [meant] = alike as Iterable<Savepoint> as [Savepoint];
    if (meant.name !== name) return undefined;
    for (let last = this.#stack.at(-1)!; last !== meant; last = this.#stack.at(-1)!) {
      this.#stack.pop();
      if (last.isGone) this.#gone--;
      else this.#forget(last);
    }
    return meant.events;
  }

  clear(): void {
    if (this.#stack.length === 0) return;
    this.#stack = [];
    this.#gone = 0;
    this.#alike.clear();
    this.#named.clear();
  }

  #replace(savepoint: Savepoint): void {
    savepoint.isGone = true;
    this.#forget(savepoint);
    if (++this.#gone * 2 <= this.#stack.length) return;
    this.#stack = this.#stack.filter(({ isGone }) => !isGone);
    this.#gone = 0;
  }

  #forget(savepoint: Savepoint): void {
    const key = foldedSavepoint(savepoint.name);
    const alike = this.#alike.get(key)!;
    alike.delete(savepoint);
    if (alike.size === 0) this.#alike.delete(key);
    if (this.#named.get(savepoint.name) === savepoint) this.#named.delete(savepoint.name);
  }
}
