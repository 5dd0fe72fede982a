/** The same numbers in an array of twice the length; used by tables that grow by doubling. */
export function grown<
  A extends Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array | BigUint64Array,
>(array: A): A {
  const larger = new (array.constructor as new (length: number) => A)(array.length * 2);
  larger.set(array as never);
  return larger;
}
