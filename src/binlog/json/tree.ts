import { BinflashError } from '../../errors.ts';
import { buildValue } from './binary.ts';
import { ChunkedList } from './chunked-list.ts';
import type { JsonDiff } from './diff.ts';
import type { JsonArray, JsonMember, JsonObject, JsonValue } from './dom.ts';
import { compareKeys } from './keys.ts';
import { type ElementLeg, elementPlace, type PathLeg } from './path.ts';

/** A document as a tree that diffs are applied to. */
export class JsonTree {
  readonly #root: JsonValue;
  /** What is now in the arrays and objects that diffs were about; they get it in the end. */
  readonly #elements: Map<JsonArray, ChunkedList<JsonValue>> = new Map();
  readonly #members: Map<JsonObject, ChunkedList<JsonMember>> = new Map();

  constructor(root: JsonValue) {
    this.#root = root;
  }

  /** @throws BinflashError `DAMAGED` when the path leads nowhere in the document */
  apply({ operation, parent: path, last, value }: JsonDiff): void {
    const parent = this.#seek(path);
    if (parent?.kind === 'object' && 'key' in last) {
      const members = this.#membersOf(parent);
      const i = findMember(members, last.key);
      if (operation === 'insert' ? i >= 0 : i < 0) throw leadsNowhere();
      if (operation === 'remove') members.remove(i);
      else if (operation === 'replace') members.get(i).value = read(value);
      else members.insert(-1 - i, { key: last.key, value: read(value) });
    } else if (parent?.kind === 'array' && 'index' in last) {
      const elements = this.#elementsOf(parent);
      const i = elementPlace(last, elements.length);
      if (operation === 'insert')
        elements.insert(i >= 0 ? i : nearestEnd(last, elements.length), read(value));
      else if (i < 0) throw leadsNowhere();
      else if (operation === 'remove') elements.remove(i);
      else elements.set(i, read(value));
    } else {
      throw leadsNowhere();
    }
  }

  /** The document as it is now. */
  finish(): JsonValue {
    for (const [array, elements] of this.#elements) refill(array.elements, elements.items());
    for (const [object, members] of this.#members) refill(object.members, members.items());
    return this.#root;
  }

  #seek(path: readonly PathLeg[]): JsonValue | undefined {
    let value: JsonValue | undefined = this.#root;
    for (const leg of path) {
      if (value.kind === 'object' && 'key' in leg) {
        const members = this.#membersOf(value);
        const i = findMember(members, leg.key);
        value = i < 0 ? undefined : members.get(i).value;
      } else if (value.kind === 'array' && 'index' in leg) {
        const elements = this.#elementsOf(value);
        const i = elementPlace(leg, elements.length);
        value = i < 0 ? undefined : elements.get(i);
      } else {
        return undefined;
      }
      if (value === undefined) return undefined;
    }
    return value;
  }

  #elementsOf(array: JsonArray): ChunkedList<JsonValue> {
    const known = this.#elements.get(array);
    if (known !== undefined) return known;
    const elements = new ChunkedList(array.elements);
    this.#elements.set(array, elements);
    return elements;
  }

  #membersOf(object: JsonObject): ChunkedList<JsonMember> {
    const known = this.#members.get(object);
    if (known !== undefined) return known;
    const members = new ChunkedList(object.members);
    this.#members.set(object, members);
    return members;
  }
}

/** The place of a key among an object's members; where it would belong, as `-1 - place`, when it is not there. */
function findMember(members: ChunkedList<JsonMember>, key: Uint8Array): number {
  let low = 0;
  let high = members.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = compareKeys(key, members.get(middle).key);
    if (order === 0) return middle;
    if (order > 0) low = middle + 1;
    else high = middle;
  }
  return -1 - low;
}

/** Where an INSERT beyond either end of an array goes. */
function nearestEnd(leg: ElementLeg, length: number): number {
  return leg.fromEnd ? 0 : length;
}

/** The value of a diff, which has been checked. */
function read(value: Uint8Array): JsonValue {
  return buildValue(value, value[0]!, 1);
}

function refill<T>(list: T[], items: readonly T[]): void {
  list.length = 0;
  for (const item of items) list.push(item);
}

/** A diff is not about the document that stands before it. */
export function leadsNowhere(): BinflashError {
  return new BinflashError(
    'DAMAGED',
    'a JSON diff does not fit the document before it: its path leads nowhere',
  );
}
