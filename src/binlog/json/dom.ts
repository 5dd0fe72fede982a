/**
 * A JSON document as a tree, as much of it as its binary form tells: MySQL keeps signed and unsigned integers
 * apart, and values without a JSON type of their own (decimals, dates, binary strings) as opaque bytes.
 */
export type JsonValue =
  | JsonObject
  | JsonArray
  | { readonly kind: 'literal'; readonly value: boolean | null }
  | { readonly kind: 'int' | 'uint'; readonly value: number | bigint }
  | { readonly kind: 'double'; readonly value: number }
  /** Bytes are utf8mb4, and a view of the document. */
  | { readonly kind: 'string'; readonly bytes: Uint8Array }
  /** `fieldType` is the column type of the value's origin; bytes are a view of the document. */
  | { readonly kind: 'opaque'; readonly fieldType: number; readonly bytes: Uint8Array };

export interface JsonArray {
  readonly kind: 'array';
  readonly elements: JsonValue[];
}

/** Members stand in the order of `compareKeys`, no key twice. */
export interface JsonObject {
  readonly kind: 'object';
  readonly members: JsonMember[];
}

export interface JsonMember {
  /** utf8mb4, and a view of the document or of the path that made it. */
  readonly key: Uint8Array;
  value: JsonValue;
}
