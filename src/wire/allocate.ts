/**
 * Memory that is not filled with zeros first. A plain Uint8Array and never a Buffer, because `slice` of a
 * Buffer is a view where every decoder here counts on a copy, and its `subarray` is several times slower.
 */
export function allocate(size: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(size).buffer);
}
