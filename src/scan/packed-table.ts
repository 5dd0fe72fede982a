import { grown } from './growable.ts';

/**
 * The events that hold rows events in compressed form (TRANSACTION_PAYLOAD, and MariaDB's compressed rows
 * events, which hold one each), as numbers in typed arrays, see {@link EventTable}.
 */
export class PackedTable {
  length = 0;
  /** Where the event begins in its file. */
  offset: Float64Array = new Float64Array(16);
  size: Uint32Array = new Uint32Array(16);
  /** Bytes of the plain events in it. */
  unpacked: Float64Array = new Float64Array(16);

  /** Appends a packed event, whose `unpacked` is set once it is known, and answers its number. */
  add(offset: number, size: number): number {
    const at = this.length++;
    if (at === this.size.length) {
      this.offset = grown(this.offset);
      this.size = grown(this.size);
      this.unpacked = grown(this.unpacked);
    }
    this.offset[at] = offset;
    this.size[at] = size;
    this.unpacked[at] = 0;
    return at;
  }
}
