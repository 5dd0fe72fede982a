/** From this length on a call of the runtime's own comparison costs less than it saves. */
const LONG = 256;

/** Compares pieces of two arrays. It keeps views of both, which are made anew only when the arrays change. */
export class ByteComparer {
  #left: Uint8Array = new Uint8Array(0);
  #right: Uint8Array = new Uint8Array(0);
  #leftView: DataView = new DataView(new ArrayBuffer(0));
  #rightView: DataView = new DataView(new ArrayBuffer(0));
  #leftBuffer: Buffer = Buffer.alloc(0);
  #rightBuffer: Buffer = Buffer.alloc(0);

  /** The arrays from which pieces are compared from now on. */
  use(left: Uint8Array, right: Uint8Array): void {
    if (left !== this.#left) {
      this.#left = left;
      this.#leftView = new DataView(left.buffer, left.byteOffset, left.length);
      this.#leftBuffer = Buffer.from(left.buffer, left.byteOffset, left.length);
    }
    if (right !== this.#right) {
      this.#right = right;
      this.#rightView = new DataView(right.buffer, right.byteOffset, right.length);
      this.#rightBuffer = Buffer.from(right.buffer, right.byteOffset, right.length);
    }
  }

  /** Are the `length` bytes at `left[at]` those at `right[rightAt]`? Both are in bounds. */
  same(at: number, rightAt: number, length: number): boolean {
    if (length >= LONG) {
      return this.#leftBuffer.compare(this.#rightBuffer, rightAt, rightAt + length, at, at + length) === 0;
    }
    const left = this.#leftView;
    const right = this.#rightView;
    let i = 0;
    for (; i + 4 <= length; i += 4) {
      if (left.getInt32(at + i, true) !== right.getInt32(rightAt + i, true)) return false;
    }
    for (; i < length; i++) if (left.getUint8(at + i) !== right.getUint8(rightAt + i)) return false;
    return true;
  }
}
