/** A view of an array, made anew when another is asked for, which is rare where it is used. */
export class CachedView {
  view: DataView = new DataView(new ArrayBuffer(0));
  #bytes: Uint8Array | undefined;

  of(bytes: Uint8Array): DataView {
    if (this.#bytes !== bytes) {
      this.#bytes = bytes;
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    return this.view;
  }
}
