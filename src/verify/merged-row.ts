import { applyJsonDiffs } from '../binlog/json/apply.ts';
import { BinflashError } from '../errors.ts';
import { readU32 } from '../wire/integers.ts';
import { ValuePlaces } from './image-walk.ts';
import type { ByteComparer } from './same-bytes.ts';
import type { ShapeForm } from './shape-form.ts';

/** Bytes of the length before a document. */
const LENGTH = 4;

/**
 * The undo of an UPDATE whose images hold different columns, or documents as differences. Where the source found the row
 * by the columns B and set the columns A, the undo finds it by B, with the new values of A, and sets A to the old ones.
 * Nothing is put together here: each value in the undo is held against the one image of the source that it must be from.
 */
export class MergedRow {
  /** Where an image did not hold: a column, or undefined for its null bits. */
  column: number | undefined;
  readonly #comparer: ByteComparer;
  #form: ShapeForm | undefined;
  #old: ValuePlaces = new ValuePlaces(0);
  #new: ValuePlaces = new ValuePlaces(0);
  #source: Uint8Array = new Uint8Array(0);
  /** Where the bits stand that say which documents are differences, or -1. */
  #differences = -1;

  /** `comparer` compares the source's bytes with the undo's. */
  constructor(comparer: ByteComparer) {
    this.#comparer = comparer;
  }

  /** Takes the source row in hand that begins at `start`; its before image ends at `middle`. */
  use(form: ShapeForm, source: Uint8Array, start: number, middle: number): void {
    const { shape } = form;
    if (form !== this.#form) {
      this.#form = form;
      this.#old = new ValuePlaces(shape.table.types.length);
      this.#new = new ValuePlaces(shape.table.types.length);
    }
    this.#source = source;
    form.first.locate(source, start, this.#old);
    const after = shape.partial ? afterOptions(source, middle, shape.table.jsonColumns.length) : middle;
    // Without options there are no differences.
    this.#differences = after > middle + 1 ? middle + 1 : -1;
    form.second!.locate(source, after, this.#new);
  }

  /** Where the undo's before image ends that begins at `at`, or -1 when it is not what it must be. */
  proveBefore(undo: Uint8Array, at: number, limit: number): number {
    return this.#prove(undo, at, limit, this.#form!.first.columns, true);
  }

  /** The same for its after image. */
  proveAfter(undo: Uint8Array, at: number, limit: number): number {
    return this.#prove(undo, at, limit, this.#form!.second!.columns, false);
  }

  #prove(
    undo: Uint8Array,
    start: number,
    limit: number,
    columns: readonly number[],
    isBefore: boolean,
  ): number {
    this.column = undefined;
    let at = start + Math.ceil(columns.length / 8);
    if (at > limit) return -1;
    // Bits that stand for no column are 0 in images that were put together.
    if ((columns.length & 7) !== 0 && undo[at - 1]! >> (columns.length & 7) !== 0) return -1;
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!;
      this.column = column;
      const values = isBefore && this.#new.holds(column) ? this.#new : this.#old;
      const isNull = ((undo[start + (i >> 3)]! >> (i & 7)) & 1) === 1;
      if (isNull !== values.isNull(column)) return -1;
      if (isNull) continue;
      const from = values.starts[column]!;
      const length = values.ends[column]! - from;
      if (values === this.#new && this.#isDifference(column)) {
        at = this.#proveDocument(undo, at, limit, column);
        if (at < 0) return -1;
        continue;
      }
      if (at + length > limit || !this.#comparer.same(from, at, length)) return -1;
      at += length;
    }
    return at;
  }

  #isDifference(column: number): boolean {
    if (this.#differences < 0) return false;
    const i = this.#form!.shape.table.jsonColumns.indexOf(column);
    return i >= 0 && ((this.#source[this.#differences + (i >> 3)]! >> (i & 7)) & 1) === 1;
  }

  /** The document in the undo must be the source's old one with the differences applied. */
  #proveDocument(undo: Uint8Array, at: number, limit: number, column: number): number {
    const source = this.#source;
    const [old, diffs] = [this.#old, this.#new];
    if (!(old.starts[column]! >= 0)) {
      throw new BinflashError('DAMAGED', 'a document that was NULL is changed by differences');
    }
    const document = applyJsonDiffs(
      source.subarray(old.starts[column]! + LENGTH, old.ends[column]!),
      source.subarray(diffs.starts[column]! + LENGTH, diffs.ends[column]!),
    );
    const end = at + LENGTH + document.length;
    if (end > limit || readU32(undo, at) !== document.length) return -1;
    return Buffer.compare(undo.subarray(at + LENGTH, end), document) === 0 ? end : -1;
  }
}

/** Where the after image of a partial update begins: value options stand before it, and with them a bit a document. */
export function afterOptions(bytes: Uint8Array, at: number, documents: number): number {
  return at + 1 + (bytes[at] === 0 ? 0 : Math.ceil(documents / 8));
}
