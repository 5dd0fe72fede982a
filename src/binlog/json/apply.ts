import { allocate } from '../../wire/allocate.ts';
import { parseJson } from './binary.ts';
import { checkJson } from './check.ts';
import { JsonContainer } from './container.ts';
import { type JsonDiff, readJsonDiffs } from './diff.ts';
import { encodeJson } from './encode.ts';
import { Effort, removeInPlace, replaceInPlace } from './in-place.ts';
import { elementPlace, type PathLeg } from './path.ts';
import { JsonTree, leadsNowhere } from './tree.ts';
import { isContainer, NULL_DOCUMENT } from './types.ts';

/**
 * The document that a partial update left behind, byte for byte as the server stored it.
 *
 * The server changes the stored bytes in place for as long as each step finds room, which leaves gaps. At the
 * first step that finds none it reads the document into a tree, goes on with that, and stores it anew in the
 * end, without gaps. An INSERT never finds room, a REMOVE always does.
 *
 * Two things the diffs do not tell. Both leave the same JSON with other gaps, and to find a row without a key
 * the server compares the JSON, not its bytes:
 *
 * - Whether a value that the server copied from another column or place had gaps itself: in diffs none has.
 * - That `JSON_SET(doc, '$.a[1]', x)` made an array of a scalar `$.a`, which the server does in the tree only:
 *   it stands as REPLACE of `$.a` by an array. A replica would put it in place if there was room; so do we.
 *
 * And one thing the server itself gets wrong (seen in 9.7): what a BEFORE UPDATE trigger changed in the same
 * column is not in the diffs, and neither a replica nor we know of it.
 *
 * @param before the document in the before image, without its length; empty for the null literal
 * @param diffs the diffs in the after image, without their length; empty for no change
 * @returns a new array, or `before` itself when nothing changed
 * @throws BinflashError `DAMAGED` when either is malformed, or a path leads nowhere in the document; `UNSUPPORTED` when
 * it is more work than any statement makes
 */
export function applyJsonDiffs(before: Uint8Array, diffs: Uint8Array): Uint8Array {
  if (diffs.length === 0) return before;
  const document = new JsonDocument(before.length === 0 ? NULL_DOCUMENT : before);
  for (const diff of readJsonDiffs(diffs)) document.apply(diff);
  return document.finish();
}

/** A document that is changed in place, until it is a tree. */
class JsonDocument {
  readonly #bytes: Uint8Array;
  readonly #effort = new Effort();
  #tree: JsonTree | undefined;

  constructor(before: Uint8Array) {
    checkJson(before);
    this.#bytes = allocate(before.length);
    this.#bytes.set(before);
  }

  apply(diff: JsonDiff): void {
    if (this.#tree === undefined && this.#applyInPlace(diff)) return;
    this.#tree ??= new JsonTree(parseJson(this.#bytes));
    this.#tree.apply(diff);
  }

  finish(): Uint8Array {
    return this.#tree === undefined ? this.#bytes : encodeJson(this.#tree.finish());
  }

  #applyInPlace(diff: JsonDiff): boolean {
    if (diff.operation === 'insert') return false;
    const container = this.#seek(diff.parent);
    const i = container === undefined ? -1 : placeInContainer(container, diff.last);
    if (container === undefined || i < 0) throw leadsNowhere();
    if (diff.operation === 'remove') {
      removeInPlace(container, i, this.#effort);
      return true;
    }
    // In place the server logs changes alone. A step that changes nothing is logged from a tree, which it
    // can only have become by a step before this that we took to be in place.
    return replaceInPlace(container, i, diff.value, this.#effort) === 'changed';
  }

  #seek(path: readonly PathLeg[]): JsonContainer | undefined {
    let type = this.#bytes[0]!;
    let at = 1;
    for (const leg of path) {
      if (!isContainer(type)) return undefined;
      const container = new JsonContainer(this.#bytes, type, at);
      const i = placeInContainer(container, leg);
      if (i < 0) return undefined;
      type = container.valueType(i);
      at = container.start + container.valueOffset(i);
    }
    return isContainer(type) ? new JsonContainer(this.#bytes, type, at) : undefined;
  }
}

function placeInContainer(container: JsonContainer, leg: PathLeg): number {
  if ('key' in leg) return container.isObject ? container.find(leg.key) : -1;
  return container.isObject ? -1 : elementPlace(leg, container.count);
}
