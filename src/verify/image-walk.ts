import { readU16, readU24, readU32 } from '../wire/integers.ts';

/** In {@link ValuePlaces.starts}: the value is NULL. */
const NULL = -1;
/** In {@link ValuePlaces.starts}: the image does not hold the column. */
const ABSENT = -2;

/**
 * Walks row images that hold certain columns: a bit for each of them that is NULL, then the values of those that are
 * not. A walk of its own, one column after the other, beside the faster one by which the undo was written.
 */
export class ImageWalk {
  /** The columns of the image, as numbers in the table, ascending. */
  readonly columns: readonly number[];
  readonly nullBytes: number;
  /** Bytes of each value; negative: those of the length that stands before it. */
  readonly #lengths: Int32Array;

  /** `bitmap` says which columns are there, `lengths` how long the table's values are. */
  constructor(bitmap: Uint8Array, lengths: Int32Array) {
    this.columns = Array.from(lengths.keys()).filter((i) => ((bitmap[i >> 3]! >> (i & 7)) & 1) === 1);
    this.nullBytes = Math.ceil(this.columns.length / 8);
    this.#lengths = Int32Array.from(this.columns, (column) => lengths[column]!);
  }

  /** Where the image that begins at `start` ends. */
  end(bytes: Uint8Array, start: number): number {
    const lengths = this.#lengths;
    let at = start + this.nullBytes;
    let bits = 0;
    for (let i = 0; i < lengths.length; i++) {
      if ((i & 7) === 0) bits = bytes[start + (i >> 3)]!;
      if ((bits & 1) === 0) at = valueEnd(bytes, at, lengths[i]!);
      bits >>= 1;
    }
    return at;
  }

  /** The column to whose value `bytes[place]` belongs, in the image that begins at `start`; undefined: its null bits. */
  columnAt(bytes: Uint8Array, start: number, place: number): number | undefined {
    const places = new ValuePlaces(this.columns.at(-1)! + 1);
    this.locate(bytes, start, places);
    return this.columns.find(
      (column) =>
        places.starts[column]! >= 0 && place >= places.starts[column]! && place < places.ends[column]!,
    );
  }

  /** Finds all values of the image that begins at `start`; answers where it ends. */
  locate(bytes: Uint8Array, start: number, into: ValuePlaces): number {
    const { columns } = this;
    into.bytes = bytes;
    let at = start + this.nullBytes;
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!;
      if (((bytes[start + (i >> 3)]! >> (i & 7)) & 1) === 1) {
        into.starts[column] = NULL;
        continue;
      }
      into.starts[column] = at;
      at = valueEnd(bytes, at, this.#lengths[i]!);
      into.ends[column] = at;
    }
    return at;
  }
}

function valueEnd(bytes: Uint8Array, at: number, length: number): number {
  switch (length) {
    case -1:
      return at + 1 + bytes[at]!;
    case -2:
      return at + 2 + readU16(bytes, at);
    case -3:
      return at + 3 + readU24(bytes, at);
    case -4:
      return at + 4 + readU32(bytes, at);
    default:
      return at + length;
  }
}

/** Where the values of an image stand, by column number, with the lengths before them. */
export class ValuePlaces {
  bytes: Uint8Array = new Uint8Array(0);
  readonly starts: Int32Array;
  readonly ends: Int32Array;

  constructor(columns: number) {
    this.starts = new Int32Array(columns).fill(ABSENT);
    this.ends = new Int32Array(columns);
  }

  holds(column: number): boolean {
    return this.starts[column] !== ABSENT;
  }

  isNull(column: number): boolean {
    return this.starts[column] === NULL;
  }
}
